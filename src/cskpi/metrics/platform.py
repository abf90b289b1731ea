"""Numbers a platform computed beside our own of the same days: compared, never merged."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from cskpi.metrics.business_time import wall_clock
from cskpi.metrics.evaluate import evaluate
from cskpi.periods import Period
from cskpi.resources import data_dir

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.catalog import Catalog
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding, Unit
    from cskpi.settings import Settings

UNITS: Mapping[str, Unit] = {"seconds": "duration", "ratio": "percent", "money": "money"}

_REPORTED = """
SELECT
    figures.channel, figures.shop_id, figures.scope,
    coalesce(names.agent_id, figures.agent_id) AS agent_id,
    figures.period_start, figures.period_end, figures.metric, figures.unit, figures.metric_value
FROM agent_metrics AS figures
LEFT JOIN agent_names AS names
    ON
        figures.shop_id = names.shop_id
        AND figures.agent_id = names.alias
        AND figures.period_start >= names.starts_at
        AND figures.period_start < names.ends_at
WHERE figures.period_start < $period_end AND figures.period_end >= $period_start
ORDER BY
    figures.period_start, figures.period_end, figures.channel, figures.shop_id, figures.scope,
    agent_id, figures.metric
"""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """Our KPI that comes nearest to a platform's number, and why they differ, by language."""

    kpi: str
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlatformFigure:
    """One number of a platform's report and ours; durations in seconds, ratios 0..1.

    `scope` is agent, shop_total, shop_average or peer; only the first two have an own value.
    """

    channel: str
    shop_id: str
    agent_id: str
    scope: str
    first_day: date
    last_day: date
    metric: str
    unit: Unit
    said: float | None
    counterpart: Counterpart | None = None
    own: Finding | None = None


@cache
def counterparts() -> Mapping[str, Counterpart]:
    """Return our KPI for each number platforms report, from `queries/platform_metrics.toml`."""
    text = (data_dir("queries") / "platform_metrics.toml").read_text(encoding="utf-8")
    return {
        name: Counterpart(entry["kpi"], {lang: entry[lang] for lang in ("zh", "en")})
        for name, entry in tomllib.loads(text).items()
    }


def platform_figures(
    con: duckdb.DuckDBPyConnection, catalog: Catalog, settings: Settings, period: Period | None
) -> list[PlatformFigure]:
    """Return the platforms' numbers of a period, by default all, each with ours of the same days.

    Raises:
        UsageError: a parameter of the settings is unknown.
    """
    bounds = period or Period(datetime.min, datetime.max, "")  # noqa: DTZ901  shop-local by design
    rows = con.execute(
        _REPORTED, {"period_start": bounds.start, "period_end": bounds.end}
    ).fetchall()
    known = counterparts()
    metrics = {m.name: m for m in catalog.metrics}
    channels = {name for (name,) in con.execute("SELECT channel FROM channels").fetchall()}
    own: dict[tuple[date, date, str], list[Finding]] = {}
    figures = []
    for channel, shop, scope, agent, first, last, name, unit, said in rows:
        counterpart = known.get(name)
        # Chats that name no channel of the platform's are compared as a whole.
        kept = channel if channel in channels else ""
        if (first, last, kept) not in own:
            asked = {known[r[6]].kpi for r in rows if r[4:6] == (first, last) and r[6] in known}
            own[first, last, kept] = _own(
                con, [metrics[kpi] for kpi in sorted(asked)], (first, last), kept, settings
            )
        ours = _match(own[first, last, kept], counterpart, scope, shop, agent)
        place = (channel, shop, agent, scope, first, last)
        unit_of_it = UNITS.get(unit, "count")
        figures.append(PlatformFigure(*place, name, unit_of_it, said, counterpart, ours))
    return figures


def _own(
    con: duckdb.DuckDBPyConnection,
    metrics: Sequence[Metric],
    days: tuple[date, date],
    channel: str,
    settings: Settings,
) -> list[Finding]:
    first, last = days
    start, end = (datetime.combine(day, time()) for day in (first, last + timedelta(days=1)))
    return evaluate(
        con,
        metrics,
        Period(start, end, ""),
        [(), ("shop",), ("agent",)],
        wall_clock(settings),
        filters={"channel": channel} if channel else {},
        compare=False,
    )


def _match(
    findings: Sequence[Finding], counterpart: Counterpart | None, scope: str, shop: str, agent: str
) -> Finding | None:
    """Return our finding of the same agent or shop; a report that names no shop means them all."""
    if counterpart is None or scope not in {"agent", "shop_total"}:
        return None
    wanted: dict[str, str] = {"agent": agent} if scope == "agent" else {}
    wanted |= {"shop": shop} if shop else {}
    found = [
        finding
        for finding in findings
        if finding.metric == counterpart.kpi
        and ("agent" in finding.dimensions) == (scope == "agent")
        and (scope == "agent" or ("shop" in finding.dimensions) == bool(shop))
        and all(finding.dimensions.get(name) == value for name, value in wanted.items())
    ]
    return found[0] if len(found) == 1 else None
