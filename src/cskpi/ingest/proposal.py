"""What a file of any layout might be: candidates, a column for each header, and a mapping to edit."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.ingest.detect import Match, match_source
from cskpi.ingest.headers import normal_header
from cskpi.ingest.known_sources import sources_for
from cskpi.ingest.reading import read_tables

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.options import LoadOptions
    from cskpi.ingest.raw import RawTable
    from cskpi.ingest.source import Source

CANDIDATES = 5
SAMPLES = 3
LOOK_ROWS = 500
ALIKE = 0.6
"""Headers less alike than this are not offered as the same column."""

_TIME = re.compile(
    r"\s*(?:\d{2,4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{8})(?:[ T]?\d{1,2}[:时]\d{1,2}.*)?$"
)


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """One header: the column it is read as, or one it resembles; `samples` are cells as written.

    `basis` is alias, guess, resembles, content or none.
    """

    header: str
    column: str | None
    basis: str
    is_private: bool
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One table of a file: the sources that come nearest, best first, and what the best gives."""

    sheet: str | None
    header_row: int | None
    candidates: tuple[Match, ...]
    columns: tuple[ColumnProposal, ...]

    @property
    def best(self) -> Match | None:
        """The source proposed, None where nothing of the file is known."""
        return self.candidates[0] if self.candidates else None


def propose(con: duckdb.DuckDBPyConnection, path: Path, options: LoadOptions) -> Iterator[Proposal]:
    """Yield a proposal for each table of a file.

    Args:
        con: a migrated database, used for reading only.
        path: the file.
        options: how to read it; `kind` and `preset` restrict the candidates.

    Raises:
        InputError: the file cannot be read.
    """
    sources = [
        source
        for source in sources_for(con, options)
        if not source.skip
        and not source.is_secondary
        and options.kind in {None, source.target}
        and options.preset in {None, source.preset.name}
    ]
    for raw in read_tables(con, path, options):
        matches = [match_source(source, raw.header, path.name) for source in sources]
        known = sorted(
            (match for match in matches if match.columns and _has_layout(match)),
            key=lambda match: (
                len(match.missing) > 0,
                -match.score,
                not match.source.preset.is_fallback,
                len(match.missing),
                match.source.name,
            ),
        )
        best = known[0] if known else None
        columns = tuple(_columns(con, raw, best))
        yield Proposal(raw.sheet, raw.header_row, tuple(known[:CANDIDATES]), columns)


def _has_layout(match: Match) -> bool:
    """Tell whether the file has what the layout of a source is made of."""
    return not match.source.layout.cell or "|".join(match.source.layout.cell) not in match.missing


def _columns(
    con: duckdb.DuckDBPyConnection, raw: RawTable, best: Match | None
) -> Iterator[ColumnProposal]:
    places = {index: name for name, index in best.columns.items()} if best else {}
    private = {normal_header(name) for name in best.source.preset.pii} if best else set()
    offered = set(best.columns) if best else set()
    for index, header in enumerate(raw.header):
        samples = _samples(con, raw.columns[index])
        column = places.get(index)
        basis = "none"
        is_private = normal_header(header) in private
        if best and column:
            basis = "guess" if column in best.guessed else "alias"
        elif best and not is_private:
            column = _resembling(best, header, offered)
            basis = "resembles" if column else "none"
            if not column:
                column = _by_content(best.source, samples, offered)
                basis = "content" if column else "none"
        offered |= {column} if column else set()
        yield ColumnProposal(header, column, basis, is_private, samples)


def _by_content(source: Source, samples: Sequence[str], offered: set[str]) -> str | None:
    """Return the free column whose cells look like these: times, or words for who wrote."""
    free = [name for name in (*source.columns, *source.guess) if name not in offered]
    if samples and all(_TIME.match(sample) for sample in samples):
        return next((name for name in free if name.endswith(("_at", "_on"))), None)
    words = {word.lower() for rule in source.roles for word in rule.operands}
    if samples and "sender_role" in free and all(s.strip().lower() in words for s in samples):
        return "sender_role"
    return None


def _resembling(best: Match, header: str, offered: set[str]) -> str | None:
    """Return the free column whose aliases come nearest to a header."""
    form = normal_header(header)
    free = {
        normal_header(alias): name
        for aliases in (best.source.guess, best.source.columns)
        for name, group in aliases.items()
        if name not in offered
        for alias in group
    }
    near = difflib.get_close_matches(form, list(free), n=1, cutoff=ALIKE)
    return free[near[0]] if near else None


def _samples(con: duckdb.DuckDBPyConnection, cell: str) -> tuple[str, ...]:
    rows = con.execute(
        f"""
        SELECT {cell} FROM (SELECT rowid AS place, {cell} FROM raw_rows LIMIT {LOOK_ROWS})
        WHERE trim({cell}) <> '' GROUP BY {cell} ORDER BY min(place) LIMIT {SAMPLES}
        """
    ).fetchall()
    return tuple(str(row[0]) for row in rows)


def mapping_text(path: Path, proposals: Sequence[Proposal], notes: Sequence[str]) -> str:
    """Return a mapping file for `cskpi load --mapping`; lines to decide on are comments.

    Args:
        path: the file it is for.
        proposals: its tables.
        notes: sentences for its head, in the reader's language.
    """
    lines = [*(f"# {note}" for note in notes), "[preset]", f"name = {_quoted(path.stem)}"]
    extended = {match.source.preset.name for p in proposals if (match := p.best)}
    if len(extended) == 1:
        lines.append(f"extends = {_quoted(extended.pop())}")
    written: set[str] = set()
    for proposal in proposals:
        if proposal.best and proposal.best.source.id not in written:
            written.add(proposal.best.source.id)
            lines += _source_lines(proposal, proposal.best.source)
    return "\n".join([*lines, ""])


def _source_lines(proposal: Proposal, source: Source) -> Iterator[str]:
    yield from (
        "",
        "[[source]]",
        f"id = {_quoted(source.id)}",
        f"target = {_quoted(source.target)}",
    )
    sure = [column for column in proposal.columns if column.basis in {"alias", "guess"}]
    required = ", ".join(_quoted(column.header) for column in sure)
    yield from ("[source.detect]", f"require = [{required}]", "any = []", "forbid = []")
    yield "[source.columns]"
    for column in proposal.columns:
        name = column.column or "?"
        line = f"{_key(name)} = [{_quoted(column.header)}]"
        yield line if column in sure else f"# {line}"


def _key(name: str) -> str:
    return _quoted(name) if "." in name else name


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
