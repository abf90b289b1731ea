"""What `cskpi status` and `cskpi catalog` print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cskpi.present.answers import answer_table
from cskpi.present.cells import number_cell, text_cell
from cskpi.present.definition_page import needs_word
from cskpi.present.document import Cell, Column, Row, Table
from cskpi.present.formatting import format_target
from cskpi.present.outputs import write_bytes
from cskpi.present.terminal import write_table
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from pathlib import Path

    from cskpi.metrics.breakdown_files import Breakdown
    from cskpi.metrics.catalog import Catalog
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.inventory import Inventory
    from cskpi.settings import Value


def write_inventory(inventory: Inventory, path: Path, *, facts_are_current: bool) -> None:
    """Print tables and files, and whether the facts match them."""
    print(say("stock.database", path=path))  # noqa: T201  this is the command's output
    print(say("stock.current" if facts_are_current else "stock.stale"))  # noqa: T201
    columns = (
        Column(say("stock.table")),
        Column(say("stock.rows"), "count"),
        Column(say("stock.meaning"), rank=1),
    )
    rows = tuple(
        Row((text_cell(name), number_cell(count, "count"), text_cell(comment or "")))
        for name, comment, count in inventory.tables
    )
    write_table(Table(columns, rows, empty=say("table.no_rows")))
    write_table(answer_table(inventory.files, translate=True))


def write_catalog(
    catalog: Catalog, breakdowns: Sequence[Breakdown], loaded: Mapping[str, bool] | None
) -> None:
    """Print every KPI and breakdown in a line; with a database also whether its data are loaded."""
    columns = [
        Column(say("stock.group"), rank=2),
        Column(say("stock.kpi")),
        Column(say("stock.name")),
        Column(say("stock.needs"), rank=3),
        Column(say("stock.target"), rank=1),
        *([Column(say("stock.loaded"))] if loaded is not None else []),
    ]
    rows = tuple(_catalog_row(metric, catalog, loaded) for metric in catalog.own())
    write_table(Table(tuple(columns), rows))
    write_bytes(b"\n", None)
    theirs = tuple(
        _catalog_row(metric, catalog, loaded) for metric in catalog.metrics if metric.profile
    )
    write_table(Table(tuple(columns), theirs, caption=say("definition_page.profiles")))
    heads = [column for column in columns if column.title != say("stock.target")]
    heads[1] = Column(say("stock.breakdown"))
    lines = tuple(_breakdown_row(breakdown, catalog, loaded) for breakdown in breakdowns)
    write_bytes(b"\n", None)
    write_table(Table(tuple(heads), lines))


def write_breakdown(breakdown: Breakdown, parameters: Mapping[str, Value]) -> None:
    """Print one breakdown's whole declaration and its SQL."""
    columns = say("format.list_comma").join(
        f"{pick(column.labels)} ({column.name})" for column in breakdown.columns
    )
    facts = [
        (say("stock.breakdown"), f"{pick(breakdown.labels)} ({breakdown.name})"),
        (say("trace.meaning"), pick(breakdown.descriptions)),
        (say("stock.columns"), columns),
        (say("trace.sources"), _sources(breakdown.sources)),
        (say("trace.origin"), breakdown.origin),
        (say("trace.file"), str(breakdown.file.path)),
        *((f"{say('trace.parameter')} {name}", str(item)) for name, item in parameters.items()),
    ]
    for label, text in facts:
        print(say("trace.fact", label=label, text=text))  # noqa: T201
    print(f"\n{breakdown.body}")  # noqa: T201


def _catalog_row(metric: Metric, catalog: Catalog, loaded: Mapping[str, bool] | None) -> Row:
    target = ""
    if metric.target:
        target = format_target(metric.target.good, metric.unit, metric.direction)
    cells = [
        text_cell(pick(catalog.groups[metric.group])),
        text_cell(f"{pick(metric.labels)}{' ★' if metric.headline else ''}"),
        text_cell(metric.name),
        text_cell(_sources(metric.sources)),
        text_cell(target),
    ]
    if loaded is not None:
        cells.append(_loaded_cell(metric.sources, loaded))
    return Row(tuple(cells))


def _breakdown_row(
    breakdown: Breakdown, catalog: Catalog, loaded: Mapping[str, bool] | None
) -> Row:
    cells = [
        text_cell(pick(catalog.groups[breakdown.group])),
        text_cell(pick(breakdown.labels)),
        text_cell(breakdown.name),
        text_cell(_sources(breakdown.sources)),
    ]
    if loaded is not None:
        cells.append(_loaded_cell(breakdown.sources, loaded))
    return Row(tuple(cells))


def _loaded_cell(sources: Sequence[str], loaded: Mapping[str, bool]) -> Cell:
    has_data = all(loaded.get(source) for source in sources)
    return text_cell(say("word.yes" if has_data else "word.no"), "good" if has_data else "muted")


def _sources(sources: Sequence[str]) -> str:
    return say("format.list_comma").join(dict.fromkeys(needs_word(name) for name in sources))
