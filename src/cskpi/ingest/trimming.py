"""Cells before they are typed: the first filled of several, without what a preset cuts off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.detect import Match


def _first_filled(name: str, cell: str, match: Match) -> str:
    """Return the cell, or the first filled one of those that stand in for it."""
    cells = [cell, *(f"c{index}" for index in match.stand_ins.get(name, ()))]
    if len(cells) == 1:
        return cell
    # In free text `-` is what somebody wrote; elsewhere it is as good as empty.
    blank = "nullif(trim({0}), '')" if name == "text" else "present(bare_form({0}))"
    branches = " ".join(f"WHEN {blank.format(c)} IS NOT NULL THEN {c}" for c in cells)
    return f"CASE {branches} END"


def cut_cells(con: duckdb.DuckDBPyConnection, match: Match) -> dict[str, str]:
    """Return the cell each column is read from; cut cells are added to `raw_rows`."""
    source = match.source
    cells = {name: f"c{index}" for name, index in match.columns.items()}
    added: list[str] = []
    for name, cell in cells.items():
        cut = _first_filled(name, cell, match)
        if prefixes := source.strip_prefix.get(name):
            pattern = "|".join(re.escape(prefix) for prefix in prefixes)
            cut = f"regexp_replace({cut}, {literal(f'^(?:{pattern})')}, '')"
        if pattern := source.extract.get(name, ""):
            found = f"regexp_extract({cut}, {literal(pattern)}, 1)"
            cut = f"CASE WHEN regexp_matches({cut}, {literal(pattern)}) THEN {found} ELSE {cut} END"
        if cut != cell:
            target = f"{cell}_cut{len(added)}"
            added.append(f"{cut} AS {target}")
            cells[name] = target
    if added:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT *, {', '.join(added)} FROM raw_rows"
        )
    return cells
