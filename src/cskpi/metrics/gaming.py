"""Gaming detectors: patterns worth a look, counted per agent against chance, with the sessions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from cskpi.errors import UsageError
from cskpi.metrics.evaluate import filled_tables
from cskpi.metrics.gaming_chance import above_others, above_share
from cskpi.metrics.uncertainty import benjamini_hochberg

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.gaming_file import Detector
    from cskpi.periods import Period
    from cskpi.settings import Settings, Value

Verdict = Literal["stands_out", "by_chance", "too_few", "alone"]

SIGNIFICANT = 0.05
"""After Benjamini-Hochberg correction over the agents of one detector."""
LEAST_HITS = 3
"""Fewer sessions than this show no habit, however unlikely they are."""


@dataclass(frozen=True, slots=True)
class AgentCount:
    """How often one agent shows a pattern.

    `hits` of `base` chances; `others_rate` is that of the other agents of the shop, `expected` the
    share without any intention where it is known. `p_value` is how often chance alone gives as many
    hits, corrected for the number of agents; None where nobody is judged.
    """

    shop_id: str
    agent_id: str | None
    hits: int
    base: int
    others_rate: float | None
    expected: float | None
    verdict: Verdict
    p_value: float | None = None

    @property
    def rate(self) -> float:
        """Hits by chance to show the pattern, 0..1."""
        return self.hits / self.base


@dataclass(frozen=True, slots=True)
class Evidence:
    """One hit: whose, where and when, and what the detector's sentence tells."""

    shop_id: str
    agent_id: str | None
    session_id: str
    occurred_at: datetime
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What one detector found; `missing` names a table without rows that it needs."""

    detector: Detector
    agents: tuple[AgentCount, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    missing: str | None = None


def find_patterns(
    con: duckdb.DuckDBPyConnection,
    detectors: Sequence[Detector],
    period: Period,
    settings: Settings,
    *,
    filters: Mapping[str, str] | None = None,
    show_all: bool = False,
) -> list[Pattern]:
    """Run detectors over a period.

    Args:
        con: a database whose facts are built.
        detectors: which.
        period: half-open.
        settings: parameters in force.
        filters: keep one shop or agent; the comparison is still with all.
        show_all: evidence of everybody, not only of those who stand out.

    Raises:
        UsageError: a setting is no pattern, or names an unknown parameter.
    """
    _check_words(settings)
    filled = filled_tables(con, {source for d in detectors for source in d.sources})
    patterns = []
    for detector in detectors:
        missing = next((source for source in detector.sources if not filled.get(source)), None)
        if missing is not None:
            patterns.append(Pattern(detector, missing=missing))
            continue
        values = detector_parameters(detector, settings)
        values |= {"period_start": period.start, "period_end": period.end}
        patterns.append(_pattern(con, detector, values, filters or {}, show_all=show_all))
    return patterns


def detector_parameters(detector: Detector, settings: Settings) -> dict[str, Any]:
    """Return the parameters in force: `params.<detector>.<name>` of the settings, else its own.

    Raises:
        UsageError: the settings name a parameter the detector does not have.
    """
    overrides = settings.section(f"params.{detector.name}")
    unknown = sorted(set(overrides) - set(detector.params))
    if unknown:
        raise UsageError("param_unknown", metric=detector.name, name=unknown[0])
    own: dict[str, Value] = {
        name: settings.values[param["setting"]] if isinstance(param, dict) else param
        for name, param in detector.params.items()
    }
    return own | overrides


def _check_words(settings: Settings) -> None:
    for key, words in settings.section("gaming").items():
        try:
            re.compile(str(words))
        except re.error:
            origin = settings.origins.get(f"gaming.{key}", "default")
            raise UsageError(
                "setting_value", key=f"gaming.{key}", raw=words, origin=origin
            ) from None


def _pattern(
    con: duckdb.DuckDBPyConnection,
    detector: Detector,
    values: Mapping[str, Any],
    filters: Mapping[str, str],
    *,
    show_all: bool,
) -> Pattern:
    rows = con.execute(
        "SELECT shop_id, agent_id, CAST(sum(is_hit) AS BIGINT), count(*), avg(expected)"
        f" FROM ({detector.body}) AS chances GROUP BY shop_id, agent_id"
        " ORDER BY shop_id, agent_id NULLS LAST",
        dict(values),
    ).fetchall()
    counts = judged([_counted(row, rows) for row in rows], detector.min_sample)
    shown = [
        count
        for count in counts
        if filters.get("shop") in (None, count.shop_id)
        and filters.get("agent") in (None, count.agent_id)
    ]
    named = {
        (count.shop_id, count.agent_id)
        for count in shown
        if show_all or count.verdict == "stands_out"
    }
    evidence = _evidence(con, detector, values) if named else []
    kept = tuple(item for item in evidence if (item.shop_id, item.agent_id) in named)
    return Pattern(detector, tuple(shown), kept)


def _counted(row: tuple[Any, ...], rows: Sequence[tuple[Any, ...]]) -> AgentCount:
    shop, agent, hits, base, expected = row
    others = [other for other in rows if other[0] == shop and other is not row]
    other_base = sum(other[3] for other in others)
    return AgentCount(
        shop_id=shop,
        agent_id=agent,
        hits=hits,
        base=base,
        others_rate=sum(other[2] for other in others) / other_base if other_base else None,
        expected=expected,
        verdict="by_chance",
        p_value=_p_value(hits, base, expected, sum(o[2] for o in others), other_base),
    )


def _p_value(
    hits: int, base: int, expected: float | None, other_hits: int, other_base: int
) -> float | None:
    if expected is not None:
        return above_share(hits, base, expected)
    return above_others(hits, base, other_hits, other_base) if other_base else None


def judged(counts: Sequence[AgentCount], min_sample: int) -> list[AgentCount]:
    """Return the counts with their verdicts; an agent nobody named stands out as nobody."""
    tested = [
        count
        for count in counts
        if count.p_value is not None and count.base >= min_sample and count.agent_id is not None
    ]
    corrected = benjamini_hochberg([count.p_value for count in tested if count.p_value is not None])
    p_values = dict(zip(map(id, tested), corrected, strict=True))
    found = []
    for count in counts:
        if id(count) in p_values:
            p_value = p_values[id(count)]
            stands_out = p_value < SIGNIFICANT and count.hits >= LEAST_HITS
            verdict: Verdict = "stands_out" if stands_out else "by_chance"
            found.append(replace(count, verdict=verdict, p_value=p_value))
        else:
            few = count.base < min_sample or count.agent_id is None
            found.append(replace(count, verdict="too_few" if few else "alone", p_value=None))
    return found


def _evidence(
    con: duckdb.DuckDBPyConnection, detector: Detector, values: Mapping[str, Any]
) -> list[Evidence]:
    names = detector.evidence
    told = "".join(f", chances.{name}" for name in names)
    rows = con.execute(
        "SELECT chances.shop_id, chances.agent_id, session_facts.session_id, chances.occurred_at"
        f"{told} FROM ({detector.body}) AS chances"
        " INNER JOIN session_facts ON chances.session_no = session_facts.session_no"
        " WHERE chances.is_hit = 1"
        " ORDER BY chances.shop_id, chances.agent_id, chances.occurred_at,"
        " session_facts.session_id",
        dict(values),
    ).fetchall()
    return [
        Evidence(shop, agent, session, at, dict(zip(names, cells, strict=True)))
        for shop, agent, session, at, *cells in rows
    ]
