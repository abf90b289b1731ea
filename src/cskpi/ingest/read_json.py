"""JSON in three shapes: one object a line, an array of objects, or lists inside an object.

Every shape is brought to one object a line; json_tables then makes tables of the objects. Columns
are all keys of the whole file, so a key that only late rows have is not lost. Rows are counted
apart from the parser: lines by the sniffer, elements of a list by their commas.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.json_lists import JsonList, split_lists
from cskpi.ingest.json_screen import screen
from cskpi.ingest.json_tables import Grown, JsonLimits, ordered_keys, spread_object, tables_of
from cskpi.ingest.raw import MAX_COLUMNS, column_types, count, numbered, start_malformed
from cskpi.ingest.read_delimited import glob_safe, read_lines
from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.raw import RawTable
    from cskpi.ingest.sniff import Content
    from cskpi.ingest.transcode import Readable

TABLE = "json_table_0"
LONG_DECIMAL = r"""([^\\]"\s*:\s*)(-?\d+\.(?:00+|\d*[1-9]0+|\d{15,})(?:[eE][+-]?\d+)?)(\s*[,}])"""
"""A number whose digits a floating-point number does not keep, as the value of a key."""


def read_json(
    con: duckdb.DuckDBPyConnection,
    content: Content,
    readable: Readable,
    max_line_bytes: int,
    limits: JsonLimits | None = None,
) -> Iterator[RawTable]:
    """Fill `raw_rows` and `malformed_rows` with one table after the other.

    Row numbers are lines or places in the outermost list. Fields of nested objects have headers
    `a.b`, those of the object around a list `^.a`.

    Raises:
        InputError: a document that is broken, cut off or nested too deep, or rows unaccounted for.
    """
    tables = _tables(con, content, readable, max_line_bytes, limits or JsonLimits())
    try:
        yield from tables
    except InputError as error:
        # What is read may be a copy; the user knows the file by another name.
        raise InputError(error.key, **{**error.values, "path": content.shown}) from None


def _tables(
    con: duckdb.DuckDBPyConnection,
    content: Content,
    readable: Readable,
    max_line_bytes: int,
    limits: JsonLimits,
) -> Iterator[RawTable]:
    with tempfile.TemporaryDirectory(prefix="cskpi-") as folder:
        found = [JsonList(None, readable.path, readable.line_count)]
        if content.layout != "json_lines":
            found = split_lists(readable.path, Path(folder), limits)
        try:
            for rows in found:
                start_malformed(con)
                header = _Lines(con, rows, max_line_bytes, limits, readable).read()
                if rows.path != readable.path:
                    rows.path.unlink()
                yield from tables_of(con, Grown(TABLE, header, rows.place), limits)
        finally:
            _drop_tables(con, limits)


def _drop_tables(con: duckdb.DuckDBPyConnection, limits: JsonLimits) -> None:
    import duckdb

    # After a failure the transaction may be dead; what it made is then gone anyway.
    with suppress(duckdb.Error):
        for name in ("json_lines", *(f"json_table_{n}" for n in range(limits.depth + 1))):
            con.execute(f"DROP TABLE IF EXISTS {name}")


@dataclass(frozen=True, slots=True)
class _Lines:
    """A file with one object a line on its way into `json_table_0`."""

    con: duckdb.DuckDBPyConnection
    rows: JsonList
    max_line_bytes: int
    limits: JsonLimits
    readable: Readable

    def read(self) -> tuple[str, ...]:
        """Return the header.

        Raises:
            InputError: too many columns, nested too deep, or lines unaccounted for.
        """
        import duckdb

        has_long_decimals = screen(self.rows.path, self.limits.nesting)
        if not has_long_decimals:
            # One bad line fails the whole fast reading; the slow one says which.
            with suppress(duckdb.InvalidInputException, duckdb.BinderException):
                header = self._read_at_once()
                if header and count(self.con, TABLE) == self.rows.line_count:
                    return header
        return self._read_line_by_line(has_long_decimals=has_long_decimals)

    def _read_at_once(self) -> tuple[str, ...] | None:
        """Let DuckDB read the whole file; None where its keys cannot be told apart by its structs."""
        path, size = literal(glob_safe(self.rows.path)), self.max_line_bytes
        options = (
            f"{path}, format = 'newline_delimited', maximum_object_size = {size},"
            " compression = 'uncompressed'"
        )
        bodies = f"(SELECT json AS body FROM read_json_objects({options}))"
        keys = ordered_keys(self.con, bodies, MAX_COLUMNS)
        if not keys or "" in keys or len({key.casefold() for key in keys}) < len(keys):
            return None
        columns = column_types(len(keys) + len(self.rows.around))
        fields = ", ".join(f"{literal(key)}: 'VARCHAR'" for key in keys)
        around = "".join(
            f", {literal(text)} AS {name}"
            for text, name in zip(self.rows.around.values(), [*columns][len(keys) :], strict=True)
        )
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {TABLE} AS SELECT *{around}"
            f" FROM read_json({options}, records = 'true', columns = {{{fields}}})"
            f" AS objects({', '.join([*columns][: len(keys)])})"
        )
        return (*keys, *self.rows.around)

    def _read_line_by_line(self, *, has_long_decimals: bool) -> tuple[str, ...]:
        con = self.con
        read_lines(con, self.rows.path, "json_lines", self.max_line_bytes)
        self._keep_places_of_lost_lines()
        # A floating-point number would lose digits such as those of 1.10; as text it keeps them.
        line = (
            "regexp_replace(line, $number, '\\1\"\\2\"\\3', 'g')" if has_long_decimals else "line"
        )
        con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE json_rows AS
            SELECT line, CASE WHEN kind = 'OBJECT' THEN {line} END AS body
            FROM (SELECT line, CASE WHEN json_valid(line) THEN json_type(line) END AS kind
                  FROM json_lines)
            """,
            {"number": LONG_DECIMAL} if has_long_decimals else {},
        )
        con.execute("DROP TABLE json_lines")
        self._name_bad_lines()
        bodies = "(SELECT body FROM json_rows WHERE body IS NOT NULL)"
        keys = ordered_keys(con, bodies, MAX_COLUMNS)
        columns = [*column_types(len(keys) + len(self.rows.around))]
        expression, fields = spread_object("body", keys, "o")
        around = [
            f"CASE WHEN body IS NOT NULL THEN {literal(text)} END"
            for text in self.rows.around.values()
        ]
        picked = [
            f"{field} AS {name}" for field, name in zip([*fields, *around], columns, strict=False)
        ]
        nothing = "CAST(NULL AS VARCHAR) AS c0"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {TABLE} AS SELECT {', '.join(picked) or nothing}"
            f" FROM (SELECT body, {expression if keys else 'NULL'} AS o FROM json_rows)"
        )
        con.execute("DROP TABLE json_rows")
        return (*keys, *self.rows.around)

    def _name_bad_lines(self) -> None:
        con = self.con
        con.execute(
            f"""
            INSERT INTO malformed_rows
            SELECT row_no + 1, line, 'bad_json' FROM {numbered("json_rows")}
            WHERE body IS NULL AND trim(line) <> ''
            """
        )
        con.execute(
            """
            INSERT INTO malformed_rows
            SELECT DISTINCT ON (line) line, csv_line,
                CASE error_type
                    WHEN 'LINE SIZE OVER MAXIMUM' THEN 'line_too_long'
                    WHEN 'INVALID ENCODING' THEN 'bad_encoding'
                    ELSE 'malformed'
                END
            FROM csv_errors
            """
        )
        self._locate_undecodable()

    def _keep_places_of_lost_lines(self) -> None:
        """Put a blank in place of each line the reader dropped, so that rows keep their numbers."""
        con, lines = self.con, self.rows.line_count
        lost = count(con, "(SELECT DISTINCT line FROM csv_errors)")
        if count(con, "json_lines") + lost != lines:
            raise InputError("rows_unaccounted")
        if lost:
            con.execute(
                f"""
                CREATE OR REPLACE TEMP TABLE json_lines AS
                SELECT line FROM (
                    SELECT line_no, line FROM {numbered("json_lines")} JOIN (
                        SELECT line_no, row_number() OVER (ORDER BY line_no) - 1 AS row_no
                        FROM range(1, {lines} + 1) AS every(line_no)
                        WHERE line_no NOT IN (SELECT CAST(line AS BIGINT) FROM csv_errors)
                    ) USING (row_no)
                    UNION ALL
                    SELECT DISTINCT CAST(line AS BIGINT), CAST(NULL AS VARCHAR) FROM csv_errors)
                ORDER BY line_no
                """
            )

    def _locate_undecodable(self) -> None:
        """Say at which byte of the file a line stops being text; a list is no longer in its place."""
        if self.rows.path != self.readable.path:
            return
        faulty = self.con.execute(
            "SELECT DISTINCT line, line_byte_position FROM csv_errors"
            " WHERE error_type = 'INVALID ENCODING' ORDER BY line"
        ).fetchall()
        places = [[f"@{self.readable.fault_byte(begin)} ", line] for line, begin in faulty]
        if places:
            self.con.executemany(
                "UPDATE malformed_rows SET raw_value = $1 || raw_value WHERE source_row = $2",
                places,
            )
