"""`cskpi findings`: the insights of a period as table, Markdown or JSON, the words of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cskpi.present.cells import text_cell
from cskpi.present.document import Column, Row, Table
from cskpi.present.insights import insight_note, insight_sentence, insight_step, insight_text
from cskpi.present.outputs import show_table, write_bytes
from cskpi.present.streams import content_bytes, md_bytes, period_record
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cskpi.insight.insight import Driver, Insight
    from cskpi.periods import Period

_NUMBERS = ("value", "reference", "difference", "low", "high", "p_value", "sample_size")
_WEIGHTS = ("affected", "money", "certainty", "score")


def write_insights(
    insights: Sequence[Insight], period: Period, output_format: str, path: Path | None
) -> None:
    """Write insights as table, json or md to a file, else to stdout."""
    if output_format == "json":
        write_bytes(insights_json(insights, period), path)
    elif output_format == "md":
        write_bytes(md_bytes(insight_table(insights)), path)
    else:
        show_table(_paragraphs(insights), path)


def insight_table(insights: Sequence[Insight]) -> Table:
    """Return insights, the weightiest first, with what they rest on and the next step."""
    columns = (
        Column("#", "count"),
        Column(say("findings.kind"), rank=3),
        Column(say("findings.text")),
        Column(say("findings.note"), rank=2),
        Column(say("findings.step"), rank=1),
    )
    rows = tuple(
        Row(
            (
                text_cell(str(place)),
                text_cell(say(f"findings.kind_{insight.kind}")),
                text_cell(insight_text(insight)),
                text_cell(insight_note(insight)),
                text_cell(insight_step(insight)),
            )
        )
        for place, insight in enumerate(insights, start=1)
    )
    return Table(columns, rows, note=say("findings.weight_note"), empty=say("insight.none"))


def _paragraphs(insights: Sequence[Insight]) -> Table:
    """Insights one under the other: beside each other the columns would be too narrow to read."""
    rows: list[Row] = []
    for place, insight in enumerate(insights, start=1):
        sentence = insight_sentence(insight)
        rows.append(Row((text_cell(str(place)), text_cell(sentence.text, sentence.tone))))
        if sentence.step:
            step = say("findings.next", step=sentence.step)
            rows.append(Row((text_cell(""), text_cell(step))))
        if sentence.note:
            rows.append(Row((text_cell(""), text_cell(sentence.note, "muted"))))
    columns = (Column("#", "count"), Column(say("findings.text")))
    note = say("findings.weight_note")
    return Table(columns, tuple(rows), note=note, empty=say("insight.none"))


def insights_json(insights: Sequence[Insight], period: Period) -> bytes:
    """Return insights as JSON: the period, and each with its numbers unrounded and its words."""
    return content_bytes(
        {
            "period": period_record(period),
            "findings": [insight_record(insight) for insight in insights],
        }
    )


def insight_record(insight: Insight) -> dict[str, Any]:
    """Return an insight for machines."""
    return {
        "id": insight.id,
        "kind": insight.kind,
        "side": insight.side,
        "group": insight.group,
        "metric": insight.metric,
        "label": pick(dict(insight.labels)) if insight.labels else None,
        "unit": insight.unit,
        "dimensions": dict(insight.dimensions),
        **{name: getattr(insight, name) for name in _NUMBERS},
        **{name: getattr(insight, name) for name in _WEIGHTS},
        "drivers": [_driver_record(driver) for driver in insight.drivers],
        "also": [finding.metric for finding in insight.also],
        "ref": insight.ref,
        "text": insight_text(insight),
        "note": insight_note(insight),
        "step": insight_step(insight),
    }


def _driver_record(driver: Driver) -> dict[str, Any]:
    names = ("dimension", "name", "shop", "kind", "effect", "share")
    numbers = ("value", "previous", "sample_size")
    return {name: getattr(driver, name) for name in (*names, *numbers)}
