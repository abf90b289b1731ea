"""From a table as read to tables of a known kind: which source it is, and its layout made rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.ingest.detect import Match, choose, match_source
from cskpi.ingest.headers import normal_header
from cskpi.ingest.matrix import MatrixLayout, is_matrix, unfold_matrix
from cskpi.ingest.questions import QuestionLayout, unfold_questions
from cskpi.ingest.raw import RawTable, numbered
from cskpi.ingest.transcripts import explode_transcripts
from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.source import Source

LOOK_ROWS = 40


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Finds the sources of one file's tables; `kind` and `preset` restrict the choice."""

    con: duckdb.DuckDBPyConnection
    sources: Sequence[Source]
    path: Path
    kind: str | None
    preset: str | None
    keep_private: bool

    def tables(self, raw: RawTable, form: str) -> Iterator[tuple[RawTable, Match | None]]:
        """Yield what a table of the file is loaded as, `raw_rows` being made for each in turn.

        Args:
            raw: the table as read.
            form: what it was read from: csv, xlsx, json or text.

        Raises:
            InputError: several sources fit equally well, or a roster names no month.
        """
        match = choose(
            self.sources,
            raw.header,
            self.path.name,
            kind=self.kind,
            preset=self.preset,
            form=form,
        )
        roster = self._roster(raw) if match is None else None
        if roster:
            raw = unfold_matrix(self.con, raw, _matrix(roster), self.hints(raw))
            match = self._match(roster, raw)
        if match is None or match.source.skip:
            yield raw, match
            return
        seconds = self._seconds(match.source)
        if seconds:
            self.con.execute("CREATE OR REPLACE TEMP TABLE whole_rows AS FROM raw_rows")
        yield self._laid_out(raw, match)
        for source in seconds:
            self.con.execute("CREATE OR REPLACE TEMP TABLE raw_rows AS FROM whole_rows")
            # What is no row was reported with the first table.
            self.con.execute("DELETE FROM malformed_rows")
            further = self._match(source, raw)
            wanted = {normal_header(name) for name in source.only}
            is_there = not wanted or any(normal_header(name) in wanted for name in raw.header)
            if further.columns and not further.missing and is_there:
                only = self._only(raw, source)
                yield self._laid_out(only, self._match(source, only))

    def hints(self, raw: RawTable) -> list[str]:
        """Return the texts beside the rows that may name a day or a month."""
        above = [cell for row in raw.preamble for cell in row if cell.strip()]
        return [*([raw.sheet] if raw.sheet else []), *above, self.path.name]

    def _match(self, source: Source, raw: RawTable) -> Match:
        return match_source(source, raw.header, self.path.name, keep_private=self.keep_private)

    def _seconds(self, source: Source) -> list[Source]:
        return [
            other
            for other in self.sources
            if other.preset.name == source.preset.name
            and other.id in source.also
            and self.kind in {None, other.target}
        ]

    def _roster(self, raw: RawTable) -> Source | None:
        rosters = [
            source
            for source in self.sources
            if source.layout.kind == "matrix"
            and self.kind in {None, source.target}
            and self.preset in {None, source.preset.name}
        ]
        if not rosters:
            return None
        rows = self.con.execute(f"FROM raw_rows LIMIT {LOOK_ROWS}").fetchall()
        first = [tuple(cell or "" for cell in row) for row in rows]
        return rosters[0] if is_matrix(raw.header, raw.preamble, first) else None

    def _laid_out(self, raw: RawTable, match: Match) -> tuple[RawTable, Match]:
        layout, header = match.source.layout, raw.header
        if layout.kind == "transcript" and layout.cell:
            known = [normal_header(name) for name in layout.cell]
            places = [normal_header(header) for header in raw.header]
            cell = next(places.index(name) for name in known if name in places)
            raw = explode_transcripts(self.con, raw, cell, unescape=layout.is_html)
        elif layout.kind == "questions":
            raw = unfold_questions(
                self.con, raw, QuestionLayout(layout.pattern, layout.separator, layout.skipped)
            )
        else:
            return raw, match
        return replace(raw, file_header=header), self._match(match.source, raw)

    def _only(self, raw: RawTable, source: Source) -> RawTable:
        """Keep the rows in which one of the source's `only` columns is filled."""
        wanted = {normal_header(name) for name in source.only}
        cells = [
            cell
            for cell, header in zip(raw.columns, raw.header, strict=True)
            if normal_header(header) in wanted
        ]
        if not cells:
            return raw
        nulls = ", ".join(literal(word.lower()) for word in ("", *source.preset.nulls))
        filled = " OR ".join(
            f"lower(trim(coalesce({cell}, ''))) NOT IN ({nulls})" for cell in cells
        )
        origin = f"row_no + {raw.first_row}"
        join = ""
        if raw.has_origins:
            origin, join = "source_row", "JOIN row_origins USING (row_no)"
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE kept_rows AS
            SELECT row_number() OVER (ORDER BY row_no) - 1 AS kept_no, {origin} AS kept_row,
                {", ".join(raw.columns)}
            FROM {numbered("raw_rows")} {join} WHERE {filled} ORDER BY row_no
            """
        )
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE row_origins AS"
            " SELECT kept_no AS row_no, kept_row AS source_row FROM kept_rows"
        )
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE raw_rows AS"
            " SELECT * EXCLUDE (kept_no, kept_row) FROM kept_rows ORDER BY kept_no"
        )
        return replace(raw, has_origins=True)


def _matrix(source: Source) -> MatrixLayout:
    layout = source.layout
    return MatrixLayout(layout.name, layout.group, layout.ignore, layout.blank)
