"""`cskpi kpi --compare`, `--profile`, and definitions that were in force for a part of the period."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from transcripts import make_shop, only
from typer.testing import Result

from cskpi.gathering import report_inputs
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.declaration import declare
from cskpi.metrics.effective import effective_flags, in_force
from cskpi.metrics.evaluate import evaluate
from cskpi.metrics.finding import Flag
from cskpi.periods import Period, month_period, resolve_period
from cskpi.pipeline import run_checks
from cskpi.settings import load_settings
from cskpi.store.database import Limits, open_database
from cskpi.store.sqlfile import read_sql_file

Cli = Callable[..., Result]

PLATFORMS = Path(__file__).parent / "metrics" / "_shops"
NOTICE = ("--from", "2021-11-17", "--to", "2021-12-16")
"""The 30 days the notice of JD itself takes as its example: 14 under the old rule, 16 under the new."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_of(tmp_path_factory.mktemp("desk"), "speed_platforms")


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_of(tmp_path_factory.mktemp("changed"), "speed_2021")


def shop_of(folder: Path, name: str) -> Path:
    transcript = (PLATFORMS / name / "transcript.txt").read_text(encoding="utf-8")
    return make_shop(folder, transcript).path


def compared(cli: Cli, db: Path, *words: str) -> dict[str, dict[str, Any]]:
    printed = cli("kpi", "--compare", "response_time", *words, "--format", "json", "--db", db)
    content = json.loads(printed.stdout)
    assert content["measure"] == "response_time"
    return {row["metric"]: row for row in content["rows"]}


def test_one_table_holds_the_same_data_under_every_definition(cli: Cli, desk: Path) -> None:
    words = ("kpi", "--compare", "response_time", "--month", "2026-10", "--db", desk)
    lines = cli(*words).stdout.splitlines()
    heads, rows = lines[1], lines[2:]
    assert lines[0] == "同一份数据，不同口径：2026-10"
    for head in ("口径", "数值", "样本", "统计单位", "计时", "未回复", "时段", "依据"):
        assert head in heads
    taobao = only_line(rows, "旺旺3分钟人工响应率（淘宝）")
    assert "42.9%" in taobao  # 12 of 28, worked out in taobao_3min_response/normal
    assert "8–23 点的提问" in taobao
    assert "B 转载" in taobao
    reason = only_line(rows, "· 旺旺3分钟人工响应率（淘宝）：")
    assert "按提问时间归期" in reason
    assert "按上限算" in only_line(rows, "旺旺人工平响时长（天猫）")
    assert "本店口径" in only_line(rows, "首响达标率")


def only_line(lines: list[str], start: str) -> str:
    (line,) = [line for line in lines if line.startswith(start)]
    return line


def test_json_gives_each_number_with_its_definition_and_the_reason(cli: Cli, desk: Path) -> None:
    rows = compared(cli, desk, "--month", "2026-10")
    measuring = {m.name for m in load_catalog().metrics if m.measures == "response_time"}
    assert set(rows) == measuring
    assert len({row["definition"]["profile"] for row in rows.values()}) >= 9
    pdd = rows["pdd_3min_reply_rate"]
    assert (pdd["value"], pdd["sample_size"]) == (pytest.approx(6 / 23), 23)
    said = pdd["definition"]
    assert said["reading"] == {"clock": "turn", "unanswered": "missed", "window": "asked"}
    assert said["population"] == "买家人天"
    assert said["differs"].startswith("按人天算")
    assert "http://" in said["origin"]
    assert (said["profile"], said["evidence"]) == ("pdd", "B")
    assert said["parameters"] == {"target_seconds": 180, "first_hour": 8, "last_hour": 23}
    assert rows["first_response_time"]["definition"]["profile"] is None
    for row in rows.values():
        is_ours = row["definition"]["profile"] is None
        assert is_ours or row["definition"]["differs"], row["metric"]


def test_hours_follow_the_parameters_in_force(cli: Cli, desk: Path) -> None:
    settings = "[params.taobao_3min_response]\nlast_hour = 24\n"
    Path("cskpi.toml").write_text(settings, encoding="utf-8")
    row = compared(cli, desk, "--month", "2026-10")["taobao_3min_response"]
    assert (row["value"], row["definition"]["hours"]) == (pytest.approx(13 / 29), "8–24 点的提问")


def test_by_agent_adds_up_to_the_total(cli: Cli, desk: Path) -> None:
    words = ("kpi", "--compare", "response_time", "--month", "2026-10", "--db", desk)
    found = json.loads(cli(*words, "--by", "agent", "--format", "json").stdout)["rows"]
    totals = compared(cli, desk, "--month", "2026-10")
    for name, total in totals.items():
        parts = [row for row in found if row["metric"] == name]
        assert sum(row["sample_size"] for row in parts) == total["sample_size"], name
    table = cli(*words, "--by", "agent").stdout
    assert "客服" in table.splitlines()[1]


def test_csv_and_markdown_hold_the_same_rows(cli: Cli, desk: Path, tmp_path: Path) -> None:
    words = ("kpi", "--compare", "response_time", "--month", "2026-10", "--db", desk)
    found = list(csv.DictReader(io.StringIO(cli(*words, "--format", "csv").stdout)))
    rows = compared(cli, desk, "--month", "2026-10")
    assert [row["metric"] for row in found] == list(rows)
    tmall = next(row for row in found if row["metric"] == "tmall_mean_response")
    assert float(tmall["value"]) == pytest.approx(9144 / 28)
    assert (tmall["profile"], tmall["evidence"], tmall["unit"]) == ("tmall", "B", "duration")
    assert (tmall["counted_from"], tmall["counted_to"]) == ("2026-10-01", "2026-10-31")
    cli(*words, "--format", "md", "--output", tmp_path / "compare.md")
    text = (tmp_path / "compare.md").read_text(encoding="utf-8")
    assert text.count("\n| ") == len(rows) + 2  # head and rule


def test_names_keep_a_comparison_to_them(cli: Cli, desk: Path) -> None:
    words = ("kpi", "taobao_3min_response", "reply_in_target", "csat_score")
    printed = cli(
        *words, "--compare", "response_time", "--month", "2026-10", "--db", desk, "--format", "json"
    )
    rows = json.loads(printed.stdout)["rows"]
    assert [row["metric"] for row in rows] == ["reply_in_target", "taobao_3min_response"]
    refused = cli("kpi", "csat_score", "--compare", "response_time", "--db", desk, code=2)
    assert "response_time" in refused.stderr


def test_what_cannot_be_compared_is_refused_with_what_can(cli: Cli, desk: Path) -> None:
    refused = cli("kpi", "--compare", "speed", "--db", desk, code=2).stderr
    for known in ("response_time", "first_contact_resolution", "message_left", "rules"):
        assert known in refused
    cli("kpi", "--compare", "response_time", "--profile", "jd", "--db", desk, code=2)


def test_plain_kpis_leave_platforms_out_and_a_profile_asks_for_one(cli: Cli, desk: Path) -> None:
    words = ("--month", "2026-10", "--format", "json", "--db", desk)
    profiles = {m.name: m.profile for m in load_catalog().metrics}
    plain = [row["metric"] for row in json.loads(cli("kpi", *words).stdout)["rows"]]
    assert plain
    assert {profiles[name] for name in plain} == {None}
    jd = [row["metric"] for row in json.loads(cli("kpi", "--profile", "jd", *words).stdout)["rows"]]
    assert set(jd) == {name for name, profile in profiles.items() if profile == "jd"}
    refused = cli("kpi", "--profile", "amazon", "--db", desk, code=2).stderr
    assert "tmall" in refused


def test_report_and_checks_look_at_our_own_definitions_only(desk: Path) -> None:
    settings = load_settings({}, environment={})
    catalog, month = load_catalog(), month_period(date(2026, 10, 1))
    own = {metric.name for metric in catalog.own()}
    with open_database(desk, Limits("1GB", 1)) as con:
        inputs = report_inputs(con, catalog, month, settings)
        checked = {result.name for result in run_checks(con, month, settings)}
    assert {finding.metric for finding in inputs.totals} == own
    theirs = {metric.name for metric in catalog.metrics} - own
    assert theirs
    assert not checked & theirs


def test_a_span_in_which_a_rule_changed_is_split_and_says_so(cli: Cli, changed: Path) -> None:
    rows = compared(cli, changed, *NOTICE)
    old, new = rows["jd_first_30s_rate_2021"], rows["jd_first_30s_rate"]
    # N1 of 20 November and N2 of the 30th by the rule of 24 hours, D2 and D3 of December by the new one
    assert (old["numerator"], old["denominator"]) == (1, 2)
    assert old["counted"] == {"from": "2021-11-17", "to": "2021-11-30"}
    assert (new["numerator"], new["denominator"]) == (1, 2)
    assert new["counted"] == {"from": "2021-12-01", "to": "2021-12-16"}
    assert old["flags"][0]["kind"] == "part"
    own = rows["first_reply_in_target"]
    assert own["counted"] == {"from": "2021-11-17", "to": "2021-12-16"}
    assert own["denominator"] == 5
    table = cli("kpi", "--compare", "response_time", *NOTICE, "--db", changed).stdout
    assert "2021-11-17 至 2021-11-30" in only_line(
        table.splitlines(), "咚咚30秒应答率（京东 2021）"
    )
    assert "‡ 咚咚首次30秒应答率（京东）：这个口径只在 2021-12-01 至 2021-12-16 有效" in table


def test_outside_its_time_a_definition_gives_no_number_and_says_so(cli: Cli, changed: Path) -> None:
    rows = compared(cli, changed, "--month", "2021-11")
    gone = rows["tmall_mean_response"]
    assert (gone["value"], gone["sample_size"], gone["counted"]) == (None, 0, None)
    (flag,) = gone["flags"]
    assert (flag["kind"], flag["first_on"], flag["last_on"]) == ("outside", "2022-03-01", None)
    words = ("kpi", "tmall_mean_response", "--month", "2021-11", "--db", changed)
    assert "‡ 旺旺人工平响时长（天猫）：这个口径的有效期：从 2022-03-01 起" in cli(*words).stdout
    assert "不在有效期" in cli(*words, "--compare", "response_time").stdout


def test_explain_lists_only_rows_of_days_in_force(cli: Cli, changed: Path) -> None:
    shown = cli("explain", "jd_first_30s_rate_2021", *NOTICE, "--db", changed).stdout
    assert "N2" in shown
    assert "D2" not in shown


def span(first: str, last: str) -> Period:
    period = resolve_period(start=first, end=last)
    assert period is not None
    return period


def test_no_number_is_compared_with_one_of_another_rule(changed: Path) -> None:
    """N1 and N2 are November; D1, D2 and D3 are December, when JD's new rule began."""
    (metric,) = load_catalog().select(["first_reply_in_target"])
    dated = replace(metric, effective_from=date(2021, 12, 1))
    settings = load_settings({}, environment={})
    with open_database(changed, Limits("1GB", 1)) as con:

        def previous(metric: Any, period: Period) -> float | None:
            return only(evaluate(con, [metric], period, [()], settings)).previous

        december, half = month_period(date(2021, 12, 1)), span("2021-12-16", "2021-12-30")
        assert previous(metric, december) == pytest.approx(1 / 2)
        assert previous(dated, december) is None
        assert previous(dated, half) == pytest.approx(2 / 2)


@pytest.mark.parametrize(
    ("first", "last", "kinds"),
    [
        ("2021-12-01", "2021-12-31", []),
        ("2021-11-30", "2021-12-01", ["part"]),
        ("2021-11-01", "2021-11-30", ["outside"]),
        ("2022-01-31", "2022-02-01", ["part"]),
        ("2022-02-01", "2022-02-28", ["outside"]),
    ],
)
def test_the_first_and_the_last_day_are_in_force(first: str, last: str, kinds: list[str]) -> None:
    (metric,) = load_catalog().select(["jd_first_30s_rate"])
    dated = replace(metric, effective_from=date(2021, 12, 1), effective_to=date(2022, 1, 31))
    (finding,) = found(dated)
    assert [f.kind for f in effective_flags(dated, finding, span(first, last))] == kinds


def test_part_of_a_day_counts_as_that_day() -> None:
    (metric,) = load_catalog().select(["jd_first_30s_rate"])
    (finding,) = found(metric)
    period = span("2021-11-30T12:00", "2021-12-01T12:00")
    assert effective_flags(metric, finding, period) == (
        Flag("part", first_on=date(2021, 12, 1), last_on=date(2021, 12, 1)),
    )
    assert period.end == datetime(2021, 12, 1, 12)  # noqa: DTZ001  shop-local


def found(metric: Any) -> list[Any]:
    from cskpi.metrics.finding import Finding

    return [Finding(metric.name, metric.labels, metric.unit, metric.direction)]


def test_a_definition_without_dates_is_left_as_it_is() -> None:
    (metric,) = load_catalog().select(["taobao_3min_response"])
    assert in_force([metric], month_period(date(2026, 10, 1))) == (metric,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('evidence    = "B"', 'evidence    = "Z"'), "'evidence' is 'Z'"),
        (('clock = "turn"', 'clock = "noon"'), "'reading.clock' is 'noon'"),
        (('evidence    = "B"\n', ""), "a profile names what it 'measures'"),
        (("differs     = { zh =", 'differs     = { fr = "x", zh ='), "both zh and en"),
    ],
)
def test_a_profile_says_how_well_it_is_sourced_and_how_it_differs(
    change: tuple[str, str], message: str, tmp_path: Path
) -> None:
    (metric,) = load_catalog().select(["taobao_3min_response"])
    path = tmp_path / "mine.sql"
    text = metric.file.path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    _, problems = declare(read_sql_file(path))
    assert any(message in problem for problem in problems), problems


def test_every_table_a_kpi_needs_is_told_as_an_export(cli: Cli, desk: Path) -> None:
    from cskpi.texts import has_text

    needed = {source for metric in load_catalog().metrics for source in metric.sources}
    assert {source for source in needed if not has_text(f"needs.{source}")} == set()
    listed = cli("catalog", "--db", desk).stdout
    ours, theirs = listed.split("各平台自己的口径", 1)
    assert "pdd_3min_reply_rate" not in ours
    assert "pdd_3min_reply_rate" in theirs


def test_a_definition_shows_source_parameters_and_data(cli: Cli, desk: Path) -> None:
    settings = "[params.jd_message_left_rate]\n[params.jd_first_30s_rate]\nfirst_hour = 8\n"
    Path("cskpi.toml").write_text(settings, encoding="utf-8")
    shown = cli("catalog", "jd_first_30s_rate", "--db", desk).stdout
    for text in (
        "谁的口径：京东",
        "有效期：从 2021-12-01 起",
        "依据的可靠程度：B 转载",
        "https://maijiaw.com/article/505791",
        "参数 target_seconds：30（改：params.jd_first_30s_rate.target_seconds；现为定义文件的值）",
        "参数 first_hour：8（改：params.jd_first_30s_rate.first_hour；现由 cskpi.toml 给出）",
        "时段：8–23 点开始的会话",
        "需要的数据：聊天记录（sessions）：已装入",
    ):
        assert text in shown, text
    left = cli("catalog", "jd_message_left_rate", "--db", desk).stdout
    assert "需要的数据：考勤（attendance）：没有装入" in left
    sales = cli("catalog", "agent_sales", "--lang", "en", "--db", desk).stdout
    assert "change attribution.rule; now the default" in sales
