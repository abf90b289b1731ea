"""The commands as a user meets them: streams, exit codes, formats, safety."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from transcripts import Shop, make_shop

if TYPE_CHECKING:
    from conftest import Cli, Golden

TWO_SHOPS = """
# shop=旗舰店 session=S1 customer=c1 channel=app
2026-10-01 10:00:00 客户→A 在吗，我的电话 13812345678
2026-10-01 10:00:01 自动 A 您好
2026-10-01 10:00:50 客服 A 亲，在的
# shop=旗舰店 session=S2 customer=c2 channel=web
2026-10-02 10:00:00 客户→A =HYPERLINK("http://x","点我") <script>alert(1)</script> [/b]
2026-10-02 10:00:20 客服 A 好
2026-10-02 10:01:00 客户→B 转给谁了
2026-10-02 10:02:00 客服 B 我
# shop=工厂店 session=S3 customer=c1 channel=app
2026-10-03 10:00:00 客户→A 在吗
2026-09-15 10:00:00 客户→A 上个月
2026-09-15 10:00:30 客服 A 在
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    orders = folder / "orders.csv"
    orders.write_text(
        "shop,order_id,customer_id,created_at,paid_at,paid_amount\n"
        "旗舰店,1001,c1,2026-10-01 10:30:00,2026-10-01 10:31:00,99.90\n",
        encoding="utf-8",
    )
    return make_shop(folder, TWO_SHOPS, orders)


def rows(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["rows"]
    return found


def test_help_loads_neither_polars_nor_duckdb() -> None:
    script = (
        "import sys; sys.argv = ['cskpi', '--help']\n"
        "from cskpi.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'polars', 'duckdb', 'jinja2', 'xlsxwriter', 'altair', 'scipy', 'click'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_json_holds_the_contract(cli: Cli, shop: Shop) -> None:
    out = cli(
        "kpi", "first_response_time", "--month", "2026-10", "--format", "json", "--db", shop.path
    ).stdout
    content = json.loads(out)
    assert content["period"] == {
        "start": "2026-10-01T00:00:00",
        "end": "2026-11-01T00:00:00",
        "label": "2026-10",
    }
    (row,) = content["rows"]
    assert row["dimensions"] == {}
    assert (row["value"], row["sample_size"], row["unit"]) == (35.0, 2, "duration")
    assert (row["previous"], row["target"], row["status"]) == (30.0, 30, "small_sample")


def test_agent_rows_also_carry_the_shop(cli: Cli, shop: Shop) -> None:
    out = cli(
        *("kpi", "received_customers", "--month", "2026-10", "--by", "agent"),
        *("--format", "json", "--db", shop.path),
    ).stdout
    assert [(row["dimensions"], row["value"]) for row in rows(out)] == [
        ({"shop": "工厂店", "agent": "A"}, 1),
        ({"shop": "旗舰店", "agent": "A"}, 2),
        ({"shop": "旗舰店", "agent": "B"}, 1),
    ]


def test_filters_keep_one_value(cli: Cli, shop: Shop) -> None:
    out = cli(
        *("kpi", "received_customers", "--month", "2026-10", "--shop", "旗舰店"),
        *("--format", "json", "--db", shop.path),
    ).stdout
    assert [row["value"] for row in rows(out)] == [2]


def test_days_are_both_included(cli: Cli, shop: Shop) -> None:
    out = cli(
        *("kpi", "received_customers", "--from", "2026-10-02", "--to", "2026-10-03"),
        *("--format", "json", "--db", shop.path),
    ).stdout
    assert [row["value"] for row in rows(out)] == [2]


@pytest.mark.parametrize("output_format", ["json", "csv", "md"])
def test_a_file_holds_the_bytes_of_stdout(
    cli: Cli, shop: Shop, tmp_path: Path, output_format: str
) -> None:
    kpis = ("first_response_time", "received_customers", "agent_sales", "csat_score")
    words = ("kpi", *kpis, "--month", "2026-10", "--by", "agent", "--format", output_format)
    printed = cli(*words, "--db", shop.path).stdout_bytes
    cli(*words, "--db", shop.path, "-o", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == printed
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_kpi_table(cli: Cli, shop: Shop, golden: Golden) -> None:
    golden("cli/kpi.txt", cli("kpi", "--month", "2026-10", "--db", shop.path).stdout)


def test_a_breakdown_is_printed_beside_kpis_or_alone(cli: Cli, shop: Shop) -> None:
    words = ("kpi", "hourly_load", "--month", "2026-10", "--db", shop.path)
    text = cli(*words).stdout
    assert text.splitlines()[0] == "时段负荷"
    assert "周四  10 时" in text
    assert "接待人数" not in text
    assert cli(*words, "--format", "csv").stdout.splitlines() == [
        "weekday,hour,session_count,sessions_per_hour",
        "4,10,1,1.0",
        "5,10,1,1.0",
        "6,10,1,1.0",
    ]
    content = json.loads(cli(*words, "received_customers", "--format", "json").stdout)
    assert [row["metric"] for row in content["rows"]] == ["received_customers"]
    (load,) = content["breakdowns"]
    assert load["rows"][0] == {
        "weekday": 4, "hour": 10, "session_count": 1, "sessions_per_hour": 1.0,
    }  # fmt: skip
    assert "**时段负荷**" in cli(*words, "--format", "md").stdout
    assert "只放得下一张表" in cli(*words, "csat_score", "--format", "csv", code=2).stderr
    assert "不分 shop" in cli(*words, "--shop", "旗舰店", code=2).stderr


def test_catalog_lists_breakdowns(cli: Cli, shop: Shop) -> None:
    assert "hourly_load" in cli("catalog", "--db", shop.path).stdout
    assert "平均每小时会话数 (sessions_per_hour)" in cli("catalog", "hourly_load").stdout


def test_sales_name_the_match_rate(cli: Cli, shop: Shop) -> None:
    words = ("--month", "2026-10", "--db", shop.path)
    line = "本期 1 个订单，1 个的买家在聊天里找到（100.0%）：按买家 1，按对照表 0"
    assert line in cli("kpi", "agent_sales", *words).stdout
    assert line in cli("kpi", "agent_sales", *words, "--format", "md").stdout
    assert "个订单" not in cli("kpi", "received_customers", *words).stdout
    other = cli("kpi", "agent_sales", *words, "--shop", "工厂店", "--format", "json").stdout
    assert json.loads(other)["match"] is None
    content = json.loads(cli("kpi", "agent_sales", *words, "--format", "json").stdout)
    assert (content["match"]["orders"], content["match"]["by"]["customer"]) == (1, 1)


def test_explain_a_number_lists_its_sessions(cli: Cli, shop: Shop) -> None:
    out = cli("explain", "first_response_time", "--month", "2026-10", "--db", shop.path).stdout
    assert "S1" in out
    assert "S2" in out
    assert "50" in out
    assert "queries/metrics/first_response_time.sql" in out


def test_explain_a_session_shows_the_clock_and_masks_phones(cli: Cli, shop: Shop) -> None:
    out = cli("explain", "session", "S1", "--db", shop.path).stdout
    assert "等了 50 秒" in out
    assert "138****5678" in out
    assert "13812345678" not in out
    revealed = cli("explain", "session", "S1", "--reveal", "--db", shop.path).stdout
    assert "13812345678" in revealed


def test_explain_shows_hostile_text_as_text(cli: Cli, shop: Shop) -> None:
    out = cli("explain", "session", "S2", "--db", shop.path).stdout
    assert "<script>alert(1)</script> [/b]" in out


def test_explain_an_order_shows_candidates_and_rules(cli: Cli, shop: Shop) -> None:
    out = cli("explain", "order", "1001", "--lang", "en", "--db", shop.path).stdout
    assert "in the window" in out
    assert "order placed, else payment" in out


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "session", "nobody"),
        ("explain", "order", "0"),
        ("explain", "session"),
        ("kpi", "no_such_kpi", "--month", "2026-10"),
        ("kpi", "--month", "2026-13"),
        ("kpi", "--month", "2026-10", "--last-month"),
        ("kpi", "--from", "2026-10-01"),
        ("kpi", "--from", "2026-10-02", "--to", "2026-10-01"),
        ("kpi", "--month", "2026-10", "--by", "colour"),
        ("kpi", "--month", "2026-10", "--format", "xml"),
        ("report", "--month", "2031-01"),
    ],
)
def test_wrong_usage_is_one_line_on_stderr_and_exit_2(
    cli: Cli, shop: Shop, words: tuple[str, ...]
) -> None:
    result = cli(*words, "--db", shop.path, code=2)
    assert result.stdout == ""
    assert result.stderr.startswith("cskpi: 错误：")


def test_a_missing_database_is_exit_4(cli: Cli, tmp_path: Path) -> None:
    result = cli("kpi", "--db", tmp_path / "none.duckdb", code=4)
    assert "cskpi load" in result.stderr


def test_somebody_elses_database_is_refused_and_left_alone(cli: Cli, tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "other.duckdb"
    with duckdb.connect(path) as con:
        con.execute("CREATE TABLE theirs AS SELECT 1 AS one")
    (tmp_path / "m.csv").write_text("shop,session_id\n", encoding="utf-8")
    assert "不是 cskpi" in cli("load", tmp_path / "m.csv", "--db", path, code=4).stderr
    with duckdb.connect(path, read_only=True) as con:
        assert con.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("theirs",)]


def test_a_locked_database_names_the_process(cli: Cli, shop: Shop) -> None:
    script = (
        "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(shop.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "open\n"
        result = cli("kpi", "--db", shop.path, code=4)
        holder.stdin.close()
    assert str(holder.pid) in result.stderr


def test_without_a_period_the_newest_month_is_taken_and_said(cli: Cli, shop: Shop) -> None:
    result = cli("kpi", "received_customers", "--format", "json", "--db", shop.path)
    assert json.loads(result.stdout)["period"]["label"] == "2026-10"
    assert "2026-10" in result.stderr


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "COPY sessions TO '/tmp/stolen.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "DROP TABLE sessions",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "SELECT 1; SELECT 2",
        "SELEC 1",
    ],
)
def test_a_query_reaches_no_file_and_changes_nothing(
    cli: Cli, shop: Shop, tmp_path: Path, sql: str
) -> None:
    file = tmp_path / "q.sql"
    file.write_text(sql, encoding="utf-8")
    assert cli("query", file, "--db", shop.path, code=2).stdout == ""


def test_a_query_answers_in_three_formats(cli: Cli, shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "q.sql"
    file.write_text(
        "SELECT shop_id, count(*) AS n FROM sessions GROUP BY 1 ORDER BY 1", encoding="utf-8"
    )
    out = cli("query", file, "--format", "json", "--db", shop.path).stdout
    assert json.loads(out) == [{"shop_id": "工厂店", "n": 2}, {"shop_id": "旗舰店", "n": 2}]
    assert "shop_id,n\n" in cli("query", file, "--format", "csv", "--db", shop.path).stdout
    assert "旗舰店" in cli("query", file, "--db", shop.path).stdout
    cut = cli("query", file, "--limit", "1", "--db", shop.path)
    assert "--limit" in cut.stderr


def test_check_lists_faults_and_exits_5_only_for_failures(cli: Cli, tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-01 10:00:00 客户→A 在吗
        # session=S2 customer=c1
        2026-10-03 10:00:00 客户→A 在吗
        """,
    )
    words = ("check", "--month", "2026-10", "--format", "json", "--db", shop.path)
    checks = {check["check"]: check for check in json.loads(cli(*words).stdout)["checks"]}
    assert checks["rows_unaccounted"]["faults"] == 0
    assert checks["days_without_messages"]["examples"] == [["2026-10-02", None]]
    assert "检查" in cli(*words, "--strict", code=5).stderr


def test_check_shows_every_setting_with_its_origin(
    cli: Cli, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSKPI_SESSION_IDLE_GAP_SECONDS", "900")
    out = cli("check", "--settings", "--db", shop.path).stdout
    assert "session.idle_gap_seconds" in out
    assert "900" in out
    assert "environment" in out


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("sesion = 1\n", "sesion"),
        ('[session]\nowner = "most of them"\n', "session.owner"),
        ("[session]\nidle_gap_seconds = 'ten'\n", "idle_gap_seconds"),
        ("not toml", "cskpi.toml"),
    ],
)
def test_unknown_settings_are_errors(cli: Cli, tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "cskpi.toml").write_text(text, encoding="utf-8")
    assert word in cli("status", code=2).stderr


@pytest.mark.parametrize(
    ("name", "near"), [("csat_scor", "csat_score"), ("首次响应时长", "first_response_time")]
)
def test_a_kpi_that_is_not_there_is_told_with_what_may_be_meant(
    cli: Cli, shop: Shop, name: str, near: str
) -> None:
    assert near in cli("kpi", name, "--db", shop.path, code=2).stderr
    assert "messages_handled" not in cli("kpi", "xyz", "--db", shop.path, code=2).stderr


def test_a_place_that_cannot_be_written_is_no_bug(cli: Cli, shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    words = ("kpi", "csat_score", "--month", "2026-10", "--db", shop.path, "--output")
    assert f"{tmp_path}：那是一个文件夹" in cli(*words, tmp_path, code=2).stderr
    assert "那是一个文件" in cli(*words, tmp_path / "file" / "x.csv", code=2).stderr


def test_changed_settings_rebuild_the_facts(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=- customer=c1
        2026-10-01 10:00:00 客户→A 在吗
        2026-10-01 10:11:00 客户→A 在吗
        """,
    )
    words = ("kpi", "unanswered_sessions", "--month", "2026-10", "--format", "json")
    assert rows(cli(*words, "--db", shop.path).stdout)[0]["value"] == 2
    monkeypatch.setenv("CSKPI_SESSION_IDLE_GAP_SECONDS", "3600")
    assert rows(cli(*words, "--db", shop.path).stdout)[0]["value"] == 1


def test_report_gives_the_same_bytes_twice_escapes_hostile_text_and_loads_nothing(
    cli: Cli, shop: Shop, tmp_path: Path
) -> None:
    pages = []
    for name in ("one", "two"):
        cli("report", "--month", "2026-10", "--out", tmp_path / name, "--db", shop.path)
        pages.append(
            [(tmp_path / name / f"report.{kind}").read_bytes() for kind in ("html", "xlsx")]
        )
    assert pages[0] == pages[1]
    page = pages[0][0].decode("utf-8")
    own = ['<script type="application/json" id="behind">', "<script>"]
    assert re.findall(r"<script[^>]*>", page) == own
    assert 'src="http' not in page
    assert "Content-Security-Policy" in page


def test_a_closed_pipe_is_no_error(shop: Shop) -> None:
    words = ["kpi", "reply_rate", "--month", "2026-10", "--format", "csv", "--db", shop.path]
    with subprocess.Popen(
        [sys.executable, "-m", "cskpi", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_status_and_catalog_speak_one_language(cli: Cli, shop: Shop, lang: str) -> None:
    status = cli("status", "--lang", lang, "--db", shop.path).stdout
    catalog = cli("catalog", "--lang", lang, "--db", shop.path).stdout
    assert ("数据库" in status) == (lang == "zh")
    assert ("首次响应时间" in catalog) == (lang == "zh")
    assert ("First response time" in catalog) == (lang == "en")


def test_catalog_prints_one_whole_definition(cli: Cli, tmp_path: Path) -> None:
    out = cli("catalog", "first_reply_in_target", "--db", tmp_path / "none.duckdb").stdout
    assert "target_seconds" in out
    assert "FROM sessions" in out
