"""What `cskpi status` and `cskpi catalog` print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cskpi.present.answers import answer_table
from cskpi.present.cells import number_cell, text_cell
from cskpi.present.document import Column, Row, Table
from cskpi.present.formatting import format_target
from cskpi.present.terminal import write_table
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from pathlib import Path

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


def write_catalog(catalog: Catalog, loaded: Mapping[str, bool] | None) -> None:
    """Print every KPI in a line; with a database also whether its data are loaded."""
    columns = [
        Column(say("stock.group"), rank=2),
        Column(say("stock.kpi")),
        Column(say("stock.name")),
        Column(say("stock.needs"), rank=3),
        Column(say("stock.target"), rank=1),
        *([Column(say("stock.loaded"))] if loaded is not None else []),
    ]
    rows = tuple(_catalog_row(metric, catalog, loaded) for metric in catalog.metrics)
    write_table(Table(tuple(columns), rows))


def write_definition(metric: Metric, parameters: Mapping[str, Value]) -> None:
    """Print one KPI's whole declaration and its SQL."""
    facts = [
        (say("trace.kpi"), f"{pick(metric.labels)} ({metric.name})"),
        (say("trace.meaning"), pick(metric.descriptions)),
        (say("trace.formula"), pick(metric.formula)),
        (say("trace.grain"), metric.grain),
        (say("trace.sources"), ", ".join(metric.sources)),
        (say("trace.origin"), f"{metric.origin}; v{metric.version}"),
        (say("trace.file"), str(metric.file.path)),
        *((f"{say('trace.parameter')} {name}", str(item)) for name, item in parameters.items()),
    ]
    if metric.target:
        target = format_target(metric.target.good, metric.unit, metric.direction)
        facts.append((say("stock.target"), target))
    for label, text in facts:
        print(say("trace.fact", label=label, text=text))  # noqa: T201
    print(f"\n{metric.body}")  # noqa: T201


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
        has_data = all(loaded.get(source) for source in metric.sources)
        word = say("word.yes") if has_data else say("word.no")
        cells.append(text_cell(word, "good" if has_data else "muted"))
    return Row(tuple(cells))


def _sources(sources: Sequence[str]) -> str:
    return ", ".join(sources)
