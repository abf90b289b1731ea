"""Which export is missing where a KPI has no data, and how to get it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from cskpi.present.cells import text_cell
from cskpi.present.cleaning import one_line
from cskpi.present.document import Fact, Hint
from cskpi.texts import has_text, pick, say

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Metric
    from cskpi.present.inputs import ReportInputs

KINDS: Mapping[str, str] = {
    **dict.fromkeys(("counted_ratings", "session_ratings"), "ratings"),
    **dict.fromkeys(
        ("order_attribution", "customer_orders", "contact_purchases", "sale_orders"), "orders"
    ),
    **dict.fromkeys(("counted_tickets", "ticket_closings"), "tickets"),
    "counted_complaints": "complaints",
    **dict.fromkeys(("shift_facts", "staff_days"), "shifts"),
    "employment_days": "agents",
}
"""The export behind a table KPIs need, where it has another name and is not the chats."""

_CHATS = "messages"
_MOST_PLACES = 2


def without_value(inputs: ReportInputs, metrics: Iterable[Metric]) -> list[Metric]:
    """Return the KPIs that have no value in the period."""
    valued = {finding.metric for finding in inputs.totals if finding.value is not None}
    return [metric for metric in metrics if metric.name not in valued]


def hint(inputs: ReportInputs, metrics: Sequence[Metric], *, whole: bool) -> Hint | None:
    """Return what is missing for KPIs without a value, None where they all have one.

    Args:
        inputs: the report's numbers.
        metrics: of one chapter.
        whole: the chapter has no value at all.
    """
    empty = without_value(inputs, metrics)
    if not empty:
        return None
    names = say("format.list_comma").join(pick(metric.labels) for metric in empty)
    kinds = list(dict.fromkeys(kind for metric in empty for kind in _missing(inputs, metric)))
    facts = tuple(
        Fact(
            kind_name(kind),
            text_cell(say("format.list_comma").join(_for(inputs, empty, kind))),
            where(inputs, kind),
        )
        for kind in kinds
    )
    if not facts:
        return Hint(say("chapter.hint_period", names=names))
    return Hint(say("chapter.hint" if whole else "chapter.hint_part", names=names), facts)


def kind_name(kind: str) -> str:
    """Return an export's name."""
    for section in ("data_kind", "needs"):
        if has_text(f"{section}.{kind}"):
            return say(f"{section}.{kind}")
    return one_line(kind)


def where(inputs: ReportInputs, kind: str) -> str:
    """Return where an export is found, on the platforms whose files are loaded, else in general."""
    places = list(_places(inputs, kind))[:_MOST_PLACES]
    return say("format.list_semicolon").join([*places, say("chapter.hint_how")])


def _places(inputs: ReportInputs, kind: str) -> Iterable[str]:
    from cskpi.ingest.presets import shipped_sources

    for source in shipped_sources():
        if source.preset.name in inputs.presets and source.target == kind and source.where:
            platform = pick(dict(source.preset.label)) if source.preset.label else ""
            yield say(
                "chapter.hint_where",
                platform=one_line(platform or source.preset.name),
                where=one_line(pick(dict(source.where))),
            )


def _missing(inputs: ReportInputs, metric: Metric) -> Iterable[str]:
    for source in metric.sources:
        if source in inputs.without_rows:
            yield _kind(inputs, source)


def _kind(inputs: ReportInputs, source: str) -> str:
    kind = KINDS.get(source, source)
    known = kind in KINDS.values() or has_text(f"data_kind.{kind}")
    return kind if known or not inputs.coverage.has.get(_CHATS) else source


def _for(inputs: ReportInputs, empty: Iterable[Metric], kind: str) -> list[str]:
    return [pick(m.labels) for m in empty if kind in _missing(inputs, m)]
