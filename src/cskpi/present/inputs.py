"""What the pipeline hands over for a report: findings and facts, nothing shown yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cskpi.metrics.coverage import Coverage

if TYPE_CHECKING:
    from cskpi.insight.examples import SessionExample
    from cskpi.insight.insight import Insight
    from cskpi.insight.spread import Bins
    from cskpi.insight.topics import TopicShare
    from cskpi.metrics.breakdowns import BreakdownTable
    from cskpi.metrics.control_chart import ControlChart
    from cskpi.metrics.declaration import Labels, Metric
    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period


@dataclass(frozen=True, slots=True)
class Beside:
    """What `cskpi kpi` prints beside its KPIs.

    `matches` counts the orders of the period by how their customer was found in the chats; None
    where no KPI shown rests on orders, or none was made. `silent` says what the satisfaction of silent
    sessions is read from and how well; None where no KPI shown rests on it, or no session is silent.
    """

    breakdowns: tuple[BreakdownTable, ...] = ()
    matches: Mapping[str, int] | None = None
    silent: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """One period of one database.

    `metrics` come ordered by group, `totals` hold one finding for each of them; `by_agent` carries
    the dimensions shop and agent, `by_day` day (ISO date), `by_shop` shop, `by_agent_day` shop, agent and day for
    the first response time alone. An agent of None was
    not named by the export. `parameters` are those in force, by KPI, where they differ from the
    KPI's file. `charts` are the control charts of the headline KPIs. `insights` come ranked; `parts`
    are KPIs that changed by their parts, `parts_before` the same of the period before.
    `first_waits` are the bins of the first response times. `without_rows` names the tables KPIs need
    that hold no row, `presets` those the loaded files were recognised by. `reveal` shows personal
    data in quotes.
    """

    period: Period
    previous: Period
    shops: tuple[str, ...]
    metrics: tuple[Metric, ...]
    groups: Mapping[str, Labels]
    totals: tuple[Finding, ...]
    by_agent: tuple[Finding, ...] = ()
    by_day: tuple[Finding, ...] = ()
    by_agent_day: tuple[Finding, ...] = ()
    by_shop: tuple[Finding, ...] = ()
    breakdowns: tuple[BreakdownTable, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    parameters: Mapping[str, Mapping[str, str | int | float]] = field(default_factory=dict)
    charts: tuple[ControlChart, ...] = ()
    insights: tuple[Insight, ...] = ()
    topics: tuple[TopicShare, ...] = ()
    parts: tuple[Finding, ...] = ()
    parts_before: tuple[Finding, ...] = ()
    first_waits: Bins = ()
    examples: tuple[SessionExample, ...] = ()
    without_rows: frozenset[str] = frozenset()
    presets: tuple[str, ...] = ()
    reveal: bool = False
