"""What tables that are no KPI have to tell: lost topics, hours without cover, rest, open tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.insight.insight import Insight
from cskpi.metrics.comparison import SIGNIFICANT, Difference, Sample, difference
from cskpi.metrics.uncertainty import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cskpi.insight.insight import Side
    from cskpi.insight.material import Material
    from cskpi.metrics.breakdowns import BreakdownTable, BreakdownValue

HOUR_KPIS = ("received_sessions", "unanswered_sessions")
"""KPIs that are looked at by hour of the day, whether they changed or not."""

_MOST_OF = 0.6
_HOURS = 24
_LEAST_CASES = 10


def fact_insights(material: Material) -> list[Insight]:
    """Return what the breakdowns and the hours of the day tell."""
    found: list[Insight | None] = [
        *_lost_topics(material.breakdowns.get("lost_inquiry_topics")),
        _cover(material),
        _rest(material.breakdowns.get("rest_reminders")),
        _tickets(material.breakdowns.get("open_tickets")),
    ]
    return [insight for insight in found if insight is not None]


def narrowest_band(counts: Mapping[int, float], share: float = _MOST_OF) -> tuple[int, int] | None:
    """Return first and last hour of the shortest run of hours, over midnight too, holding a share.

    Of several equally short ones the fullest. None without any count.
    """
    whole = sum(counts.values())
    if whole <= 0:
        return None
    for length in range(1, _HOURS + 1):
        sums = {
            start: sum(counts.get((start + step) % _HOURS, 0.0) for step in range(length))
            for start in range(_HOURS)
        }
        best = max(sums, key=lambda start: (sums[start], -start))
        if sums[best] >= share * whole:
            return best, (best + length - 1) % _HOURS
    return None


def _lost_topics(table: BreakdownTable | None) -> Iterable[Insight]:
    """Topics before which clearly more inquiries are lost than before all others together."""
    rows = [row for row in _records(table) if row["topic"] is not None]
    lost, asked = (
        sum(_number(row[name]) for row in rows) for name in ("lost_count", "inquiry_count")
    )
    tested = []
    for row in rows:
        own, of = _number(row["lost_count"]), _number(row["inquiry_count"])
        rest, rest_of = lost - own, asked - of
        if of < _LEAST_CASES or rest_of < _LEAST_CASES or own / of <= rest / rest_of:
            continue
        apart = difference(_hits(own, of), _hits(rest, rest_of))
        if apart.p_value is not None:
            tested.append((row, apart, own, of, rest / rest_of))
    corrected = benjamini_hochberg([apart.p_value or 1.0 for _, apart, *_ in tested])
    for (row, apart, own, of, elsewhere), p_value in zip(tested, corrected, strict=True):
        if p_value > SIGNIFICANT:
            continue
        yield Insight(
            kind="topic_loss",
            id=f"topic_loss:{row['topic']}",
            side="worse",
            ref="lost_inquiry_topics",
            step="worse.topic_loss",
            group="sales",
            unit="percent",
            direction="down",
            value=own / of,
            reference=elsewhere,
            difference=apart.value,
            low=apart.low,
            high=apart.high,
            p_value=p_value,
            sample_size=round(of),
            affected=own,
            certainty=1 - p_value,
            score=min(apart.value / max(elsewhere, 0.02), 3.0),
            facts={"topic": row["topic"]},
        )


def _cover(material: Material) -> Insight | None:
    """The hours in which most sessions stay unanswered, where that is more than their share."""
    missed, asked = (
        _by_hour(material, name) for name in ("unanswered_sessions", "received_sessions")
    )
    band = narrowest_band(missed)
    if band is None or sum(missed.values()) < _LEAST_CASES:
        return None
    own, of = (_inside(band, counts) for counts in (missed, asked))
    rest, rest_of = sum(missed.values()) - own, sum(asked.values()) - of
    if of <= 0 or rest_of <= 0 or own > of or rest > rest_of:
        return None
    apart = difference(_hits(own, of), _hits(rest, rest_of))
    p_value = _chance_of_band(apart)
    if p_value > SIGNIFICANT or apart.value <= 0:
        return None
    return Insight(
        kind="cover",
        id="cover",
        side="worse",
        ref="hourly_load",
        step="worse.cover",
        group="speed",
        metric="unanswered_sessions",
        unit="percent",
        direction="down",
        value=own / of,
        reference=rest / rest_of,
        difference=apart.value,
        low=apart.low,
        high=apart.high,
        p_value=p_value,
        sample_size=round(of),
        affected=own,
        certainty=1 - p_value,
        score=min(apart.value / max(rest / rest_of, 0.02), 3.0),
        facts=_cover_facts(band, own, sum(missed.values())),
    )


def _chance_of_band(apart: Difference) -> float:
    """The hours were chosen for being the worst of 24 runs of this length."""
    return min((apart.p_value if apart.p_value is not None else 1.0) * _HOURS, 1.0)


def _cover_facts(band: tuple[int, int], missed: float, missed_all: float) -> dict[str, object]:
    first, last = band
    return {"first_hour": first, "last_hour": last, "missed": missed, "missed_all": missed_all}


def _inside(band: tuple[int, int], counts: Mapping[int, float]) -> float:
    first, last = band
    hours = range((last - first) % _HOURS + 1)
    return sum(counts.get((first + step) % _HOURS, 0.0) for step in hours)


def _rest(table: BreakdownTable | None) -> Insight | None:
    rows = _records(table)
    if not rows:
        return None
    names = list(dict.fromkeys(str(row["agent_id"]) for row in rows if row["agent_id"]))
    # Who worked at night need not have worked long without a break: what went furthest is named.
    length = max(
        ("longest_run_seconds", "late_seconds"),
        key=lambda name: max(_number(row[name]) for row in rows),
    )
    longest = max(rows, key=lambda row: _number(row[length]))
    return Insight(
        kind="rest",
        id="rest",
        side="worse",
        ref="rest_reminders",
        step="worse.rest",
        group="workload",
        unit="duration",
        direction="down",
        value=_number(longest[length]),
        sample_size=len(rows),
        affected=float(len(names)),
        score=min(len(rows) / 10, 1.0),
        facts={
            "days": len(rows),
            "agents": tuple(names),
            "longest": longest["agent_id"],
            "length": length,
        },
    )


def _tickets(table: BreakdownTable | None) -> Insight | None:
    rows = _records(table)
    overdue, opened = (
        sum(_number(row[name]) for row in rows) for name in ("overdue_count", "ticket_count")
    )
    if not overdue:
        return None
    side: Side = "worse"
    oldest = min(
        (str(row["oldest_created_at"]) for row in rows if row["oldest_created_at"]), default=""
    )
    return Insight(
        kind="tickets",
        id="tickets",
        side=side,
        ref="open_tickets",
        step="worse.tickets",
        group="resolution",
        unit="count",
        direction="down",
        value=overdue,
        sample_size=round(opened),
        affected=overdue,
        score=overdue / opened,
        facts={"open": opened, "oldest": oldest[:10]},
    )


def _by_hour(material: Material, metric: str) -> dict[int, float]:
    return {
        int(hour): finding.value
        for finding in material.parts
        if finding.metric == metric and finding.value is not None
        if (hour := finding.dimensions.get("hour")) is not None
    }


def _records(table: BreakdownTable | None) -> Sequence[Mapping[str, BreakdownValue]]:
    if table is None:
        return []
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def _number(value: BreakdownValue) -> float:
    return float(value) if value is not None and not isinstance(value, str) else 0.0  # type: ignore[arg-type]


def _hits(own: float, of: float) -> Sample:
    return Sample("hits", own / of, round(of), own, of)
