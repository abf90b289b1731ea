"""Agents side by side: ranked bars with their intervals, and small lines by day on one scale."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from cskpi.present.cleaning import one_line
from cskpi.present.insights import agent_name
from cskpi.present.plotting import day_abouts, ranking_bars, small_multiples
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.present.graphs import Graph
    from cskpi.present.inputs import ReportInputs

_FEWEST, _MOST_BARS, _MOST_LINES = 2, 24, 12
_FEWEST_DAYS = 5


def agent_graphs(inputs: ReportInputs, metrics: Sequence[Metric]) -> Iterable[Graph]:
    """Yield the graphs of the first headline KPI of a chapter that compares agents."""
    main = next((m for m in metrics if m.headline and m.direction != "neutral"), None)
    total = next((f for f in inputs.totals if main and f.metric == main.name), None)
    if total is None or total.value is None:
        return
    known = [f for f in inputs.by_agent if _is_known(f, total.metric)]
    if not _FEWEST <= len(known) <= _MOST_BARS:
        return
    sign = -1 if total.direction == "up" else 1
    ranked = sorted(known, key=lambda f: (sign * (f.value or 0.0), -f.sample_size))
    title = say("graph.by_agent", label=pick(total.labels))
    yield ranking_bars(title, total, ranked, names=_names(ranked))
    yield from _lines(inputs, total, known)


def _lines(inputs: ReportInputs, total: Finding, known: Sequence[Finding]) -> Iterable[Graph]:
    days = [inputs.period.start.date() + timedelta(days=at) for at in range(inputs.period.days)]
    values: dict[tuple[str | None, str | None], dict[str | None, Finding]] = {}
    for found in inputs.by_agent_day:
        if _is_known(found, total.metric):
            values.setdefault(_who(found), {})[found.dimensions["day"]] = found
    shown = sorted(
        (f for f in known if len(values.get(_who(f), {})) >= _FEWEST_DAYS),
        key=lambda f: -f.sample_size,
    )[:_MOST_LINES]
    if len(shown) >= _FEWEST:
        daily = [[values[_who(f)].get(day.isoformat()) for day in days] for f in shown]
        series = [
            (f, [found.value if found else None for found in line])
            for f, line in zip(shown, daily, strict=True)
        ]
        abouts = [
            day_abouts(found for found in line if found).get(total.metric, {}) for line in daily
        ]
        legend = say("graph.multiples_legend", count=len(shown))
        names = _names(shown)
        yield small_multiples(total, series, days, names=names, legend=legend, abouts=abouts)


def _is_known(found: Finding, metric: str) -> bool:
    return found.metric == metric and found.value is not None and bool(found.dimensions["agent"])


def _who(found: Finding) -> tuple[str | None, str | None]:
    return found.dimensions.get("shop"), found.dimensions.get("agent")


def _names(found: Sequence[Finding]) -> list[str]:
    return agent_names([_who(f) for f in found])


def agent_names(accounts: Sequence[tuple[str | None, str | None]]) -> list[str]:
    """Return agents' names, with the shop where two shops have one of the same name."""
    short = [agent_name(*account) for account in accounts]
    count = Counter(short)
    return [
        f"{name} · {one_line(shop or '')}" if count[name] > 1 else name
        for name, (shop, _) in zip(short, accounts, strict=True)
    ]
