"""Gaming detectors: when an agent is judged, and how chance is reckoned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import comb
from typing import TYPE_CHECKING

import duckdb
import pytest
from typer.testing import Result

from cskpi.metrics.binding import table_definitions
from cskpi.metrics.gaming import AgentCount, judged
from cskpi.metrics.gaming_chance import above_others, above_share
from cskpi.metrics.gaming_file import load_detectors
from cskpi.periods import month_period
from cskpi.settings import DEFAULTS

if TYPE_CHECKING:
    from cskpi.metrics.gaming_file import Detector

Cli = Callable[..., Result]

OCTOBER = month_period(date(2026, 10, 1))
DETECTORS = (
    *("chase_before_payment", "filler_first_reply", "filler_last_line", "reopened_session"),
    *("reply_after_cap", "reply_after_hours", "transfer_without_reply"),
)


def counted(agent: str | None, hits: int, base: int, p_value: float | None) -> AgentCount:
    return AgentCount("店", agent, hits, base, 0.1, None, "by_chance", p_value)


def test_many_agents_are_judged_together() -> None:
    lone = judged([counted("A", 9, 30, 0.02)], 20)
    assert [a.verdict for a in lone] == ["stands_out"]
    # 0.02 is nothing unusual among ten: corrected it is 0.2.
    crowd = judged(
        [counted("A", 9, 30, 0.02), *(counted(f"B{n}", 3, 30, 0.9) for n in range(9))], 20
    )
    assert {a.verdict for a in crowd} == {"by_chance"}


def test_what_keeps_an_agent_from_being_judged() -> None:
    found = judged(
        [
            counted("A", 2, 30, 0.001),  # two sessions are no habit
            counted("B", 19, 19, 0.001),  # one chance short
            counted(None, 30, 30, 0.001),  # nobody to ask
            counted("C", 30, 30, None),  # no colleague
            counted("D", 3, 20, 0.001),
        ],
        20,
    )
    verdicts = [agent.verdict for agent in found]
    assert verdicts == ["by_chance", "too_few", "too_few", "alone", "stands_out"]


def test_chance_is_fishers_and_the_binomials() -> None:
    # All 4 hits of 8 on one side of two fours: 1 / C(8, 4).
    assert above_others(4, 4, 0, 4) == pytest.approx(1 / comb(8, 4))
    assert above_others(3, 4, 1, 4) == pytest.approx((1 + 16) / comb(8, 4))
    assert above_others(0, 4, 4, 4) == 1
    assert above_share(2, 2, 1 / 3) == pytest.approx(1 / 9)
    assert above_share(1, 2, 1 / 3) == pytest.approx(1 - 4 / 9)
    assert above_share(0, 5, 0.1) == 1
    whole = sum(comb(50, k) * comb(950, 100 - k) for k in range(9, 51)) / comb(1000, 100)
    assert above_others(9, 50, 91, 950) == pytest.approx(whole)


@pytest.mark.parametrize("detector", load_detectors(), ids=lambda d: d.name)
def test_each_file_reads_only_its_tables_and_returns_what_its_sentence_names(
    detector: Detector,
) -> None:
    with duckdb.connect() as con:
        tables = table_definitions()
        for name in (*detector.sources, *detector.optional):
            con.execute(tables[name])
        values: dict[str, object] = {
            name: DEFAULTS[param["setting"]] if isinstance(param, dict) else param
            for name, param in detector.params.items()
        }
        values |= {"period_start": OCTOBER.start, "period_end": OCTOBER.end}
        columns = [row[0] for row in con.execute(f"DESCRIBE {detector.body}", values).fetchall()]
    standard = ["session_no", "shop_id", "agent_id", "occurred_at", "is_hit", "expected"]
    assert columns[: len(standard)] == standard
    assert set(detector.evidence) <= set(columns)
