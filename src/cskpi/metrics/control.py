"""Control charts of daily series: which days lie further from the usual than chance explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cskpi.errors import UsageError
from cskpi.metrics.evaluate import evaluate
from cskpi.periods import Period

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.control_chart import ControlChart
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.settings import Settings


@dataclass(frozen=True, slots=True)
class ControlOptions:
    """How many days before the period are the baseline, and which rules are applied."""

    baseline_days: int
    rules: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings, *, rules: str = "", baseline_days: int = 0) -> ControlOptions:
        """Return the options the user typed, else those of the settings.

        Raises:
            UsageError: a rule is unknown.
        """
        from cskpi.metrics.control_rules import RULES

        wanted = rules or settings.text("control.rules")
        names = tuple(dict.fromkeys(name.strip() for name in wanted.split(",") if name.strip()))
        for name in names:
            if name not in RULES:
                allowed = ", ".join(RULES)
                raise UsageError("choice", option="--rules", text=name, allowed=allowed)
        return cls(baseline_days or settings.whole("control.baseline_days"), names)

    def span(self, period: Period) -> Period:
        """Return the period with the days of its baseline."""
        start = period.start - timedelta(days=self.baseline_days)
        return Period(start, period.end, period.label)


def control_charts(
    con: duckdb.DuckDBPyConnection,
    metrics: Sequence[Metric],
    period: Period,
    settings: Settings,
    options: ControlOptions,
    *,
    by: Sequence[str] = (),
    filters: Mapping[str, str] | None = None,
) -> list[ControlChart]:
    """Return a chart for each metric and combination of dimensions that has data in the period.

    Raises:
        UsageError: an unknown dimension.
    """
    wide = options.span(period)
    findings = evaluate(
        con, metrics, wide, [("day", *by)], settings, filters=filters, compare=False
    )
    return charts_of(metrics, findings, period, options)


def charts_of(
    metrics: Sequence[Metric],
    findings: Sequence[Finding],
    period: Period,
    options: ControlOptions,
) -> list[ControlChart]:
    """Return the charts of KPIs whose days, those of the baseline included, are known already."""
    from cskpi.metrics.control_measure import chart_of

    first = options.span(period).start.date()
    charts = []
    for metric in metrics:
        series: dict[tuple[tuple[str, str | None], ...], dict[date, Finding]] = {}
        for finding in findings:
            if finding.metric == metric.name and finding.value is not None:
                key = tuple(item for item in finding.dimensions.items() if item[0] != "day")
                day = date.fromisoformat(str(finding.dimensions["day"]))
                if day >= first:
                    series.setdefault(key, {})[day] = finding
        charts += [
            chart_of(
                metric, found, dict(key), period, rules=options.rules, before=options.baseline_days
            )
            for key, found in series.items()
        ]
    return [c for c in charts if any(point.value is not None for point in c.points)]
