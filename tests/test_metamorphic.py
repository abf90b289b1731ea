"""What must hold between a shop's numbers and those of the same shop told differently.

The shops are those of `metrics/_shops/`, all in one database, each under its own name.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from blank import blank_database
from part_built import PartBuilt
from transcripts import EXPORTS, messages_csv

from cskpi.ingest.load import LoadOptions, load_file
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate
from cskpi.metrics.grouping import expand
from cskpi.periods import Period, month_period
from cskpi.settings import load_settings

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding

SHOPS = Path(__file__).parent / "metrics" / "_shops"
FOLDERS = (
    *("bot_stages", "resolution_cases", "resolution_windows", "sales_credit", "sales_inquiry"),
    *("speed_contacts", "speed_desk", "talk_words", "workload_chats", "workload_roster"),
)
SETTINGS = load_settings({}, environment={})
OCTOBER = month_period(datetime.fromisoformat("2026-10-01").date())
GROUPINGS: tuple[tuple[str, ...], ...] = ((), ("agent",), ("day",), ("shop",), ("channel",))
SHOP_COLUMNS = ("shop", "店铺", "店铺名称")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?=\D|$)")

Change = Callable[[str], str]
Exports = dict[str, str]
Numbers = dict[tuple[str, tuple[tuple[str, str | None], ...]], "Finding"]


def exports(marks: Sequence[str] = ("",), transcript: Change = str, other: Change = str) -> Exports:
    """Return one file of each kind; the shops' names end in the mark."""
    transcripts: list[str] = []
    rows: dict[str, list[dict[str, str]]] = {}
    for mark, folder in product(marks, FOLDERS):
        text = (SHOPS / folder / "transcript.txt").read_text(encoding="utf-8")
        named = f"# shop=旗舰店 channel=app\n{text}"
        transcripts.append(re.sub(r"shop=(\S+)", rf"shop=\1·{folder}{mark}", named))
        for kind in EXPORTS:
            path = SHOPS / folder / f"{kind}.csv"
            if path.is_file():
                content = other(path.read_text(encoding="utf-8"))
                rows.setdefault(kind, []).extend(table(content, f"·{folder}{mark}"))
    files = {kind: written(found) for kind, found in rows.items()}
    return files | {"messages": messages_csv(transcript("\n".join(transcripts)))}


def table(text: str, ending: str) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(text)))
    column = next((name for name in rows[0] if name in SHOP_COLUMNS), None)
    for row in rows:
        if column and row[column]:
            row[column] += ending
    return rows


def written(rows: Sequence[Mapping[str, str]]) -> str:
    buffer = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(buffer, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def measured(
    files: Exports,
    period: Period = OCTOBER,
    groupings: Sequence[tuple[str, ...]] = GROUPINGS,
    names: Sequence[str] = (),
) -> Numbers:
    """Load the files and return every number of our own KPIs, or of those named."""
    with TemporaryDirectory() as folder, blank_database() as con:
        for kind, text in files.items():
            path = Path(folder) / f"{kind}.csv"
            path.write_text(text, encoding="utf-8")
            load_file(con, path, LoadOptions(kind=kind))
        metrics = load_catalog().select(list(names)) if names else load_catalog().own()
        facts = PartBuilt.of(con, SETTINGS)
        found = evaluate(facts, metrics, period, groupings, SETTINGS, compare=False)
    return {(f.metric, tuple(f.dimensions.items())): f for f in found}


@cache
def original() -> Numbers:
    return measured(exports())


def own_metrics() -> list[Metric]:
    return list(load_catalog().own())


def close(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return left is right
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


UNMEASURED = {
    *("turnover_rate", "tenure", "qa_score", "qa_coverage"),
    *("promise_kept_rate", "late_order_notice_rate", "information_accuracy_rate"),
}
"""They need a list of agents, grades of people, promises, late parcels or a knowledge base."""


def test_the_shops_have_a_number_for_nearly_every_kpi() -> None:
    """Otherwise the relations below hold for want of numbers."""
    empty = {m.name for m in own_metrics() if original()[m.name, ()].value is None}
    assert empty <= UNMEASURED


def test_no_number_is_infinite_or_not_a_number() -> None:
    for finding in original().values():
        for name, item in asdict(finding).items():
            assert not isinstance(item, float) or math.isfinite(item), (finding.metric, name)


def later(text: str) -> str:
    """Move every date four weeks on: weekdays and days of the month's order stay."""
    return _DATE.sub(
        lambda found: f"{datetime.fromisoformat(found[1]) + timedelta(days=28):%Y-%m-%d}", text
    )


OF_THE_CALENDAR = ("tenure", "turnover_rate")
"""Who is employed is looked at when a calendar month ends."""


@cache
def doubled() -> Numbers:
    """Return the numbers of every shop told twice, four weeks later: one building for two relations."""
    step = timedelta(days=28)
    return measured(
        exports(marks=("", "二"), transcript=later, other=later),
        Period(OCTOBER.start + step, OCTOBER.end + step, OCTOBER.label),
        [grouping for grouping in GROUPINGS if grouping != ("day",)],
    )


def test_a_second_shop_alike_leaves_rates_and_doubles_counts() -> None:
    types = {metric.name: metric.type for metric in own_metrics()}
    for (name, dimensions), one in original().items():
        if name in OF_THE_CALENDAR or {"shop", "day"} & dict(dimensions).keys():
            continue
        two, place = doubled()[name, dimensions], (name, dimensions)
        if types[name] == "max":
            assert (one.value or 0) <= (two.value or 0) <= 2 * (one.value or 0), place
        elif types[name] in ("count", "sum"):
            assert close(two.value, None if one.value is None else 2 * one.value), place
        else:
            assert close(one.value, two.value), (place, one.value, two.value)
            assert two.sample_size == 2 * one.sample_size, place


def test_four_weeks_later_gives_the_same_numbers() -> None:
    for (name, dimensions), finding in original().items():
        named = dict(dimensions)
        if name not in OF_THE_CALENDAR and "shop" in named and "day" not in named:
            again = doubled()[name, dimensions]
            assert close(finding.value, again.value), (name, dimensions)
            assert close(finding.denominator, again.denominator), (name, dimensions)
            assert finding.sample_size == again.sample_size, (name, dimensions)


def with_a_bot(transcript: str) -> str:
    """Let a bot answer every message of a customer at once."""
    lines = []
    for line in transcript.splitlines():
        lines.append(line)
        asked = re.match(r"(\S+ \S+) 客户(?:→\S+)? ", line + " ")
        if asked:
            lines.append(f"{asked[1]} 机器人 答题机 请问还有什么可以帮您")
    return "\n".join(lines)


HUMAN_SPEED = (
    *("first_response_time", "first_reply_in_target", "response_timeout_rate", "reply_rate"),
    *("average_response_interval", "reply_in_target", "unanswered_sessions", "transfer_rate"),
    *("slow_response_rate", "received_customers", "received_sessions"),
)


def test_a_bot_that_answers_everything_makes_no_human_faster() -> None:
    answered = measured(exports(transcript=with_a_bot), names=HUMAN_SPEED)
    for (name, dimensions), finding in original().items():
        if name in HUMAN_SPEED:
            again = answered[name, dimensions]
            assert close(finding.value, again.value), (name, dimensions)
            assert finding.sample_size == again.sample_size, (name, dimensions)


@pytest.mark.parametrize("part", ["agent", "day", "shop", "channel"])
def test_the_parts_add_up_to_the_whole(part: str) -> None:
    for metric in own_metrics():
        if metric.distinct or metric.type in ("max", "median", "p90"):
            continue
        whole = original()[metric.name, ()]
        parts = [
            finding
            for (name, dimensions), finding in original().items()
            if name == metric.name and set(dict(dimensions)) == set(expand((part,)))
        ]
        for name in ("numerator", "denominator"):
            total = math.fsum(getattr(finding, name) or 0 for finding in parts)
            assert close(getattr(whole, name) or 0, total), (metric.name, name)
