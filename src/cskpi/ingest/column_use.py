"""What became of each header of a file, as the import report names it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cskpi.ingest.headers import normal_header

if TYPE_CHECKING:
    from cskpi.ingest.detect import Match
    from cskpi.ingest.raw import RawTable
    from cskpi.ingest.source import Source

AROUND = "^."
"""How the fields of the objects around a JSON list begin."""

UNFOLDED = ("transcript.", "matrix.", "question.")
"""How the columns begin that a layout makes; no file has them."""


def column_use(
    raw: RawTable, match: Match, further: Sequence[Source], *, keep: bool
) -> dict[str, Any]:
    """Return the report's fields: columns used, guessed, ignored and personal, by header.

    Args:
        raw: the table.
        match: its source and columns.
        further: sources loaded from the same rows, whose columns are not ignored.
        keep: whether personal columns are stored.
    """
    source = match.source
    named = {name: raw.header[index] for name, index in match.columns.items()}
    private = {normal_header(name) for name in source.preset.pii}
    personal = tuple(header for header in raw.header if normal_header(header) in private)
    used = {*match.columns.values(), *(i for places in match.stand_ins.values() for i in places)}
    known = frozenset().union(*(other.vocabulary() for other in further))
    ignored = tuple(
        header
        for index, header in enumerate(raw.header)
        if header.strip()
        and index not in used
        and header not in personal
        and normal_header(header) not in known
        and not header.startswith((AROUND, *UNFOLDED))
        and not any(other.startswith(f"{header}.") for other in raw.header)
    )
    return {
        "columns_used": {n: h for n, h in named.items() if n not in match.guessed},
        "columns_guessed": {n: h for n, h in named.items() if n in match.guessed},
        "columns_ignored": () if source.is_secondary else ignored,
        "columns_private": () if keep or source.is_secondary else personal,
        "columns_kept_private": personal if keep and not source.is_secondary else (),
    }
