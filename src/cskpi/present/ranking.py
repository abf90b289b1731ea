"""Rankings as tables and records: who is ranked, and below who is not and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cskpi.metrics.trace import Rows
from cskpi.present.answers import write_answer
from cskpi.present.cells import (
    dimension_cell,
    dimension_title,
    interval_cell,
    number_cell,
    text_cell,
)
from cskpi.present.cleaning import one_line
from cskpi.present.document import Cell, Column, Row, Table
from cskpi.present.formatting import format_interval
from cskpi.present.outputs import show_tables, write_bytes
from cskpi.present.streams import content_bytes, md_bytes, period_record
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from pathlib import Path

    from cskpi.metrics.ranking import Place, Ranking
    from cskpi.periods import Period

_PLACE = ("rank", "rank_low", "rank_high", "unranked")
_NUMBERS = ("value", "sample_size", "low", "high")
_ADJUSTED = ("adjusted", "adjusted_low", "adjusted_high", "difference", "coverage")


def write_ranking(ranking: Ranking, period: Period, output_format: str, path: Path | None) -> None:
    """Write a ranking as table, csv, json or md to a file, else to stdout."""
    if output_format == "json":
        write_bytes(content_bytes(_content(ranking, period)), path)
    elif output_format == "csv":
        write_answer(_rows(ranking), "csv", path)
    elif output_format == "md":
        write_bytes(b"\n".join(md_bytes(table) for table in ranking_tables(ranking)), path)
    else:
        show_tables(ranking_tables(ranking), path)


def ranking_tables(ranking: Ranking) -> list[Table]:
    """Return the ranked, and where there are any a second table of those not ranked."""
    ranked = [place for place in ranking.places if place.unranked is None]
    apart = [place for place in ranking.places if place.unranked is not None]
    tables = [
        Table(
            tuple(_columns(ranking, is_ranked=True)),
            tuple(_row(ranking, place) for place in ranked),
            caption=pick(ranking.metric.labels),
            note="\n".join(_notes(ranking)),
            group_title=dimension_title("shop"),
            empty=say("rank.nobody"),
        )
    ]
    if apart:
        columns = tuple(_columns(ranking, is_ranked=False))
        rows = tuple(_row(ranking, place) for place in apart)
        title = dimension_title("shop")
        tables.append(Table(columns, rows, caption=say("rank.unranked"), group_title=title))
    return tables


def _columns(ranking: Ranking, *, is_ranked: bool) -> list[Column]:
    columns = [Column(dimension_title(ranking.by))]
    if is_ranked:
        columns = [Column(say("rank.place"), "count"), *columns, Column(say("rank.range"))]
    columns += [
        Column(say("column.value"), "count"),
        Column(say("column.sample"), "count", rank=2),
        Column(say("column.interval"), "count", rank=3),
    ]
    if ranking.is_adjusted:
        columns += [
            Column(say("rank.adjusted"), "count"),
            Column(say("rank.adjusted_interval"), "count", rank=4),
            Column(say("rank.difference"), "count", rank=1),
            Column(say("rank.coverage"), "count"),
        ]
    return columns if is_ranked else [*columns, Column(say("rank.reason"))]


def _row(ranking: Ranking, place: Place) -> Row:
    finding = place.finding
    cells = [dimension_cell(ranking.by, finding.dimensions[ranking.by])]
    if place.unranked is None:
        cells = [number_cell(place.rank, "count"), *cells, _range_cell(place)]
    cells += [
        number_cell(finding.value, finding.unit),
        number_cell(finding.sample_size, "count"),
        interval_cell(finding),
    ]
    if ranking.is_adjusted:
        cells += _adjusted_cells(place)
    if place.unranked is not None:
        cells.append(text_cell(say(f"rank.{place.unranked}")))
    return Row(tuple(cells), group=_group(ranking, place))


def _group(ranking: Ranking, place: Place) -> str:
    if ranking.by == "shop":
        return ""
    return one_line(place.finding.dimensions["shop"] or say("dimension.unnamed"))


def _range_cell(place: Place) -> Cell:
    if place.best is None or place.worst is None:
        return text_cell(say("format.none"), "muted")
    if place.best == place.worst:
        return text_cell(str(place.best))
    return text_cell(say("rank.range_text", best=place.best, worst=place.worst))


def _adjusted_cells(place: Place) -> list[Cell]:
    unit, adjusted = place.finding.unit, place.adjusted
    bounds = format_interval(*place.bounds, unit)
    return [
        number_cell(adjusted.value if adjusted else None, unit),
        Cell(bounds, bounds),
        number_cell(_difference(place), unit),
        number_cell(adjusted.coverage if adjusted else None, "percent"),
    ]


def _difference(place: Place) -> float | None:
    if place.adjusted is None or place.finding.value is None:
        return None
    return place.adjusted.value - place.finding.value


def _notes(ranking: Ranking) -> list[str]:
    has_range = any(place.best is not None for place in ranking.places)
    notes = [say("rank.note_range") if has_range else say("rank.note_no_range")]
    if ranking.metric.direction == "neutral":
        notes.append(say("rank.note_neutral"))
    if ranking.is_adjusted:
        names = [say(f"rank.stratum_{name}") for name in ranking.strata]
        whole = say(f"rank.whole_{ranking.by}")
        notes.append(say("rank.note_adjusted", strata=" × ".join(names), whole=whole))
        if "topic" not in ranking.strata:
            notes.append(say("rank.note_no_topic"))
    return notes


def _content(ranking: Ranking, period: Period) -> dict[str, Any]:
    return {
        "period": period_record(period),
        "metric": ranking.metric.name,
        "label": pick(ranking.metric.labels),
        "unit": ranking.metric.unit,
        "direction": ranking.metric.direction,
        "by": ranking.by,
        "is_adjusted": ranking.is_adjusted,
        "strata": list(ranking.strata),
        "notes": _notes(ranking),
        "rows": [
            {"dimensions": dict(place.finding.dimensions), **_record(place)}
            for place in ranking.places
        ],
    }


def _rows(ranking: Ranking) -> Rows:
    dimensions = ("shop", "agent") if ranking.by == "agent" else ("shop",)
    numbers = (*_PLACE, *_NUMBERS, *_ADJUSTED)
    rows = tuple(
        (
            *(place.finding.dimensions[name] for name in dimensions),
            *(_record(place)[name] for name in numbers),
        )
        for place in ranking.places
    )
    return Rows((*dimensions, *numbers), rows, len(rows))


def _record(place: Place) -> dict[str, Any]:
    finding, adjusted = place.finding, place.adjusted
    low, high = place.bounds
    return {
        "rank": place.rank,
        "rank_low": place.best,
        "rank_high": place.worst,
        "unranked": place.unranked,
        "value": finding.value,
        "sample_size": finding.sample_size,
        "low": finding.low,
        "high": finding.high,
        "adjusted": adjusted.value if adjusted else None,
        "adjusted_low": low,
        "adjusted_high": high,
        "difference": _difference(place),
        "coverage": adjusted.coverage if adjusted else None,
    }
