"""JSON in three shapes: one object a line, an array of objects, or an array inside an object.

Every value becomes text; a nested one stays JSON. Columns are all keys of the whole file, in the
order they first appear, so a key that only late rows have is not lost.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.raw import RawTable, column_types, count, numbered, start_malformed
from cskpi.ingest.read_delimited import glob_safe, read_lines

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.sniff import Content
    from cskpi.ingest.transcode import Readable

MAX_WRAPPED_BYTES = 500_000_000
"""A wrapped array is parsed in one piece; beyond this it belongs into JSON Lines."""

_TYPE = "CASE WHEN json_valid(line) THEN json_type(line) END"
"""The type of a line; asking it of what is no JSON is an error."""


def read_json(
    con: duckdb.DuckDBPyConnection, content: Content, readable: Readable, max_line_bytes: int
) -> RawTable:
    """Fill `raw_rows` and `malformed_rows`; row numbers are lines, or places in the array.

    Raises:
        InputError: an array that is broken or cut off, or no list of objects in the file.
    """
    import duckdb

    start_malformed(con)
    try:
        if content.layout == "json_lines":
            _read_objects_by_line(con, readable, max_line_bytes)
        elif content.layout == "json_array":
            _read_array(con, content, readable, max_line_bytes)
        else:
            _read_wrapped(con, content, readable)
    except duckdb.InvalidInputException as error:
        raise InputError("json_broken", path=content.path, cause=_first_line(error)) from None
    keys = _keys(con)
    _spread(con, keys)
    con.execute("DROP TABLE json_rows")
    return RawTable(header=keys or ("",), header_row=None, first_row=1)


def _read_objects_by_line(
    con: duckdb.DuckDBPyConnection, readable: Readable, max_line_bytes: int
) -> None:
    read_lines(con, readable.path, "json_lines", max_line_bytes)
    con.execute(
        f"""
        INSERT INTO malformed_rows
        SELECT row_no + 1, line, 'bad_json' FROM {numbered("json_lines")}
        WHERE trim(line) <> '' AND {_TYPE} IS DISTINCT FROM 'OBJECT'
        """
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE json_rows AS
        SELECT CASE WHEN {_TYPE} = 'OBJECT' THEN line END AS body FROM json_lines
        """
    )
    con.execute("DROP TABLE json_lines")
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


def _read_array(
    con: duckdb.DuckDBPyConnection, content: Content, readable: Readable, max_line_bytes: int
) -> None:
    # The reader takes an array that ends in the middle for a whole one.
    if not _ends_with(readable.path, b"]"):
        raise InputError("json_broken", path=content.path, cause="no closing ]")
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE json_elements AS
        SELECT CAST(json AS VARCHAR) AS element FROM read_json_objects(
            $path, format = 'array', maximum_object_size = $max_line_bytes)
        """,
        {"path": glob_safe(readable.path), "max_line_bytes": max_line_bytes},
    )
    _keep_objects(con)


def _read_wrapped(con: duckdb.DuckDBPyConnection, content: Content, readable: Readable) -> None:
    if content.size_bytes > MAX_WRAPPED_BYTES:
        raise InputError("json_too_large", path=content.path, limit=MAX_WRAPPED_BYTES)
    try:
        body = json.loads(readable.path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError("json_broken", path=content.path, cause=_first_line(error)) from None
    pointer = _rows_pointer(body)
    if pointer is None:
        raise InputError("json_without_rows", path=content.path)
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE json_elements AS
        SELECT CAST(unnest(CAST(json_extract(content, $pointer) AS JSON[])) AS VARCHAR) AS element
        FROM read_text($path)
        """,
        {"path": glob_safe(readable.path), "pointer": pointer},
    )
    _keep_objects(con)


def _rows_pointer(body: object) -> str | None:
    """Return the JSON pointer of the only list of objects at the top or one level below."""
    found = [pointer for pointer, entry in _entries(body, "") if _is_rows(entry)]
    for outer, entry in _entries(body, ""):
        found += [pointer for pointer, inner in _entries(entry, outer) if _is_rows(inner)]
    return found[0] if len(found) == 1 else None


def _entries(body: object, outer: str) -> list[tuple[str, object]]:
    if not isinstance(body, dict):
        return []
    return [(f"{outer}/{_escaped(str(key))}", entry) for key, entry in body.items()]


def _is_rows(entry: object) -> bool:
    return isinstance(entry, list) and bool(entry) and any(isinstance(row, dict) for row in entry)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _keep_objects(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        f"""
        INSERT INTO malformed_rows
        SELECT row_no + 1, element, 'bad_json' FROM {numbered("json_elements")}
        WHERE json_type(element) <> 'OBJECT'
        """
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE json_rows AS
        SELECT CASE WHEN json_type(element) = 'OBJECT' THEN element END AS body FROM json_elements
        """
    )
    con.execute("DROP TABLE json_elements")


def _keys(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    rows = con.execute(
        """
        SELECT key_name FROM (
            SELECT rowid AS row_no, unnest(json_keys(body)) AS key_name,
                generate_subscripts(json_keys(body), 1) AS place
            FROM json_rows WHERE body IS NOT NULL)
        GROUP BY key_name ORDER BY min(row_no), min(place), key_name
        """
    ).fetchall()
    return tuple(str(row[0]) for row in rows)


def _spread(con: duckdb.DuckDBPyConnection, keys: tuple[str, ...]) -> None:
    columns = column_types(len(keys))
    if not keys:
        nothing = "SELECT CAST(NULL AS VARCHAR) AS c0 FROM json_rows"
        con.execute(f"CREATE OR REPLACE TEMP TABLE raw_rows AS {nothing}")
        return
    pointers = [f"/{_escaped(key)}" for key in keys]
    listed = ", ".join("'" + pointer.replace("'", "''") + "'" for pointer in pointers)
    picked = ", ".join(f"cells[{index + 1}] AS {name}" for index, name in enumerate(columns))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE raw_rows AS
        SELECT {picked}
        FROM (SELECT json_extract_string(body, [{listed}]) AS cells FROM json_rows)
        """
    )
    if count(con, "raw_rows") != count(con, "json_rows"):
        raise InputError("rows_unaccounted")


def _ends_with(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 4096))
        return file.read().rstrip().endswith(mark)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0]
