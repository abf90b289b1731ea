"""What insights are found in: the numbers of a report, and those of the period before by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cskpi.metrics.coverage import Coverage

if TYPE_CHECKING:
    from cskpi.insight.topics import TopicShare
    from cskpi.metrics.breakdowns import BreakdownTable
    from cskpi.metrics.control_chart import ControlChart
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period


@dataclass(frozen=True, slots=True)
class Material:
    """All that insights of one period are made from.

    `totals` hold one finding per KPI, compared with the period before and a year ago, `by_agent`
    carries the dimensions shop and agent. `parts` are the numbers by agent, hour, shop, channel, issue
    type, stage and product of KPIs that changed, `parts_before` the same of the period before. `topics` are the issue types of both.
    """

    period: Period
    metrics: tuple[Metric, ...]
    totals: tuple[Finding, ...]
    by_agent: tuple[Finding, ...] = ()
    parts: tuple[Finding, ...] = ()
    parts_before: tuple[Finding, ...] = ()
    charts: tuple[ControlChart, ...] = ()
    topics: tuple[TopicShare, ...] = ()
    breakdowns: Mapping[str, BreakdownTable] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)
