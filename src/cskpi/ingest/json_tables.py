"""JSON objects as tables: nested objects become columns, lists of objects become further tables.

A table under construction is `json_table_N` (N: how many lists it stands in) with columns c0…cn,
and, inside of lists, `origin`: the row of the file it comes from. Whatever is spread out stays in its own column as
JSON text too, so nothing is lost where a preset knows the whole better than its parts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.raw import MAX_COLUMNS, RawTable, count, numbered, start_malformed
from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

SAMPLE_ROWS = 20_000
SAFE_BYTES = 20_000
"""A text this short cannot be nested deep enough to exhaust the stack of DuckDB's parser."""
BATCH_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """How far JSON is spread out; what lies beyond `nesting` is refused, the rest stays JSON text.

    `depth` counts objects inside objects and lists inside lists, `keys` the different keys of a
    nested object (beyond it, keys are data), `around_characters` the longest field of a
    surrounding object that is repeated beside each of its rows.
    """

    depth: int = 4
    keys: int = 200
    around_characters: int = 1_000
    nesting: int = 1_000


@dataclass(frozen=True, slots=True)
class Grown:
    """A table under construction; `place` is its path, None for a plain list of objects."""

    name: str
    header: tuple[str, ...]
    place: str | None
    level: int = 0

    @property
    def rows(self) -> str:
        """The table with `origin`."""
        if self.level:
            return self.name
        return f"(SELECT row_no + 1 AS origin, * EXCLUDE (row_no) FROM {numbered(self.name)})"


def tables_of(
    con: duckdb.DuckDBPyConnection, grown: Grown, limits: JsonLimits
) -> Iterator[RawTable]:
    """Spread a table out and yield it and the tables inside it, each as `raw_rows` in turn."""
    width = len(grown.header)
    opening = _opening(con, grown.name, range(width))
    grown, spread = _with_nested(con, grown, opening, limits)
    lists = []
    if grown.level < limits.depth:
        added = range(width, len(grown.header))
        lists = _holding(con, grown.name, [*opening, *added], "[{")
    kept = _around(con, grown, {*spread, *lists}, limits) if lists else []
    if grown.level:
        con.execute(
            "CREATE OR REPLACE TEMP TABLE row_origins AS"
            f" SELECT row_no, origin AS source_row FROM {numbered(grown.name)}"
        )
    con.execute("DROP TABLE IF EXISTS raw_rows")
    if lists or grown.level:
        con.execute(
            f"CREATE TEMP TABLE raw_rows AS SELECT {_names(grown.header)} FROM {grown.name}"
        )
    else:
        con.execute(f"ALTER TABLE {grown.name} RENAME TO raw_rows")
    yield RawTable(grown.header or ("",), None, 1, sheet=grown.place, has_origins=bool(grown.level))
    for index in lists:
        yield from tables_of(con, _inner(con, grown, index, kept), limits)
    con.execute(f"DROP TABLE IF EXISTS {grown.name}")


def ordered_keys(con: duckdb.DuckDBPyConnection, bodies: str, limit: int) -> list[str]:
    """Return the keys of all objects of `bodies` (a relation with one column `body`).

    Keys of the first rows come in their own order, later ones by name; of very many no more than
    `limit` and one are returned.
    """
    first = con.execute(f"SELECT json_keys(body) FROM {bodies} LIMIT 1000").fetchall()
    keys = dict.fromkeys(str(key) for (names,) in first for key in names or ())
    # Most objects have the keys of the first one; only the others need their keys collected.
    usual = ", ".join(literal(str(key)) for key in (first[0][0] or () if first else ()))
    every = con.execute(
        "SELECT DISTINCT unnest(names) AS name FROM (SELECT DISTINCT names FROM ("
        f"SELECT json_keys(body) AS names FROM {bodies}) WHERE names <> CAST([{usual}] AS VARCHAR[]))"
        f" LIMIT {limit + 1}"
    ).fetchall()
    return list(keys | dict.fromkeys(sorted(str(name) for (name,) in every)))


def spread_object(body: str, keys: Sequence[str], alias: str) -> tuple[str, list[str]]:
    """Return the expression that takes an object apart, and those of its fields as text."""
    if "" not in keys and len({key.casefold() for key in keys}) == len(keys):
        # Parsing into a struct is faster, but its fields are told apart without case.
        structure = json.dumps(dict.fromkeys(keys, "VARCHAR"), ensure_ascii=False)
        taken = f"from_json({body}, {literal(structure)})"
        return taken, [f"struct_extract_at({alias}, {place + 1})" for place in range(len(keys))]
    pointers = ", ".join(literal("/" + _escaped(key)) for key in keys)
    taken = f"json_extract_string({body}, [{pointers}])"
    return taken, [f"{alias}[{place + 1}]" for place in range(len(keys))]


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _names(header: Sequence[str]) -> str:
    return ", ".join(f"c{index}" for index in range(len(header))) or "CAST(NULL AS VARCHAR) AS c0"


def _opening(con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[int]) -> list[int]:
    """Return the columns in which any cell begins as an object or a list does."""
    if not columns:
        return []
    tests = ", ".join(
        f"bool_or(starts_with(c{n}, '{{') OR starts_with(c{n}, '['))" for n in columns
    )
    found = con.execute(f"SELECT {tests} FROM {table}").fetchone() or ()
    return [index for index, opens in zip(columns, found, strict=True) if opens]


def _with_nested(
    con: duckdb.DuckDBPyConnection, grown: Grown, columns: Sequence[int], limits: JsonLimits
) -> tuple[Grown, set[int]]:
    """Add columns for the fields of objects in `columns`; also return which were spread out."""
    spread: set[int] = set()
    for _ in range(limits.depth):
        width = len(grown.header)
        taken, picked, header = [], [], list(grown.header)
        for index in _holding(con, grown.name, columns, "{"):
            body = _guarded(f"c{index}", "{")
            bodies = f"(SELECT body FROM (SELECT {body} AS body FROM {grown.name}) WHERE body IS NOT NULL)"
            keys = ordered_keys(con, bodies, limits.keys)
            if not keys or len(keys) > limits.keys or len(header) + len(keys) > MAX_COLUMNS:
                continue
            expression, fields = spread_object(body, keys, f"o{index}")
            taken.append(f"{expression} AS o{index}")
            picked += [f"{field} AS c{len(header) + n}" for n, field in enumerate(fields)]
            header += [f"{grown.header[index]}.{key}" for key in keys]
            spread.add(index)
        if not taken:
            break
        names = ", ".join(f"c{index}" for index in range(width))
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {grown.name} AS"
            f" SELECT {'origin, ' if grown.level else ''}{names}, {', '.join(picked)}"
            f" FROM (SELECT *, {', '.join(taken)} FROM {grown.name})"
        )
        grown, columns = replace(grown, header=tuple(header)), range(width, len(header))
    return grown, spread


def _guarded(cell: str, mark: str) -> str:
    """Return the cell where it is JSON that begins with `mark` and is safe to parse, else NULL."""
    brackets = f"strlen({cell}) - strlen(translate({cell}, '[{{', ''))"
    is_safe = f"(strlen({cell}) < {SAFE_BYTES} OR {brackets} < {SAFE_BYTES})"
    return (
        f"CASE WHEN starts_with({cell}, '{mark}') THEN"
        f" CASE WHEN {is_safe} THEN CASE WHEN json_valid({cell}) THEN {cell} END END END"
    )


def _holding(
    con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[int], mark: str
) -> list[int]:
    """Return the columns that hold JSON beginning with `mark`, not just in a late chance cell."""
    if not columns:
        return []
    counts = ", ".join(
        f"count(*) FILTER (starts_with(c{n}, '{mark}')), count(c{n})" for n in columns
    )
    found = con.execute(f"SELECT {counts} FROM {table}").fetchone() or ()
    holding = []
    for place, index in enumerate(columns):
        hits, filled = found[2 * place : 2 * place + 2]
        if not hits:
            continue
        rows = f"(SELECT c{index} FROM {table} LIMIT {SAMPLE_ROWS})"
        if hits == filled:
            rows = f"(SELECT c{index} FROM {table} WHERE c{index} IS NOT NULL LIMIT 100)"
        cell = _guarded(f"c{index}", mark)
        if count(con, f"(SELECT {cell} AS cell FROM {rows}) WHERE cell IS NOT NULL"):
            holding.append(index)
    return holding


def _around(
    con: duckdb.DuckDBPyConnection, grown: Grown, left_out: set[int], limits: JsonLimits
) -> list[int]:
    """Return the columns that are repeated beside the rows of inner lists."""
    columns = [index for index in range(len(grown.header)) if index not in left_out]
    if not columns:
        return []
    longest = ", ".join(f"max(length(c{index}))" for index in columns)
    found = con.execute(f"SELECT {longest} FROM {grown.name}").fetchone() or ()
    return [
        index
        for index, length in zip(columns, found, strict=True)
        if (length or 0) <= limits.around_characters
    ]


def _inner(con: duckdb.DuckDBPyConnection, outer: Grown, index: int, kept: Sequence[int]) -> Grown:
    """Make the table of the objects in the lists of a column."""
    start_malformed(con)
    _unnest(con, outer, index, kept)
    con.execute(
        "INSERT INTO malformed_rows SELECT origin, coalesce(element, 'null'), 'bad_json'"
        " FROM json_elements WHERE NOT coalesce(starts_with(element, '{'), FALSE)"
    )
    bodies = "(SELECT element AS body FROM json_elements WHERE starts_with(element, '{'))"
    keys = ordered_keys(con, bodies, MAX_COLUMNS)
    header = (*keys, *(f"^.{outer.header[n]}" for n in kept))
    if len(header) > MAX_COLUMNS:
        raise InputError("too_many_columns", count=len(header), limit=MAX_COLUMNS)
    expression, fields = spread_object("element", keys, "o")
    picked = [*fields, *(f"p{n}" for n in kept)]
    listed = ", ".join(f"{field} AS c{place}" for place, field in enumerate(picked))
    name = f"json_table_{outer.level + 1}"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT origin{', ' if listed else ''}{listed}"
        f" FROM (SELECT *, {expression if keys else 'NULL'} AS o FROM json_elements"
        " WHERE starts_with(element, '{'))"
    )
    con.execute("DROP TABLE json_elements")
    place = f"{outer.place or '[]'}.{outer.header[index]}[]"
    return Grown(name, header, place, outer.level + 1)


def _unnest(con: duckdb.DuckDBPyConnection, outer: Grown, index: int, kept: Sequence[int]) -> None:
    """Fill `json_elements` list by list, in batches that fit into memory.

    Raises:
        InputError: not all elements came out.
    """
    cell = f"c{index}"
    columns = "".join(f", c{n} AS p{n}" for n in kept)
    lists = f"(SELECT origin{columns}, {_guarded(cell, '[{')} AS list FROM {outer.rows}"
    batches = con.execute(
        f"SELECT min(origin), max(origin), sum(expected) FROM ("
        f" SELECT origin, json_array_length(list) AS expected,"
        f" CAST(sum(strlen(list)) OVER (ORDER BY origin) AS BIGINT) // {BATCH_BYTES} AS batch"
        f" FROM {lists})) GROUP BY batch ORDER BY batch"
    ).fetchall()
    names = "".join(f", p{n}" for n in kept)
    create = "CREATE OR REPLACE TEMP TABLE json_elements AS"
    for first, last, _ in batches:
        con.execute(
            f"{create} SELECT origin{names},"
            " CAST(unnest(CAST(CAST(list AS JSON) AS JSON[])) AS VARCHAR) AS element"
            f" FROM {lists} WHERE origin BETWEEN {first} AND {last})"
        )
        create = "INSERT INTO json_elements"
    if count(con, "json_elements") != sum(expected or 0 for *_, expected in batches):
        raise InputError("rows_unaccounted")
