"""Proof that a metric's SQL is what its header says, without running it on data.

The body is bound against empty copies of only the tables it declares, so an undeclared table, a
missing column or a wrong type is found before a number is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from cskpi.metrics.declaration import Metric, Param, standard_columns
from cskpi.store.database import quote
from cskpi.store.migrations import steps

if TYPE_CHECKING:
    import duckdb

    from cskpi.store.sqlfile import SqlFile

DIMENSION_COLUMNS = ("shop_id", "agent_id", "channel", "occurred_at")
NUMBER_TYPES = re.compile(r"^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL\(.*\))$")
READERS = ("read_", "parquet_", "sniff_csv", "glob", "getenv", "query", "query_table")
CLOCKS = ("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp")
SAMPLING = re.compile(r"\b(tablesample|using\s+sample)\b", re.IGNORECASE)
SYSTEM = re.compile(r"\b(duckdb_\w+|pragma_\w+|information_schema|pg_catalog)\b", re.IGNORECASE)
_CALL = re.compile(r'"?\b(\w+)"?\s*\(', re.IGNORECASE)
_WORD = re.compile(r"\b(\w+)\b")
_NOISE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)


def body_problems(metric: Metric) -> list[str]:
    """Return every fault of the body as `file:line: message`."""
    with _closed_database() as con:
        problems = _statement_problems(con, metric.file, metric.body, metric.params)
        return problems or _column_problems(metric, con)


def select_problems(
    file: SqlFile,
    body: str,
    tables: Sequence[str],
    params: Mapping[str, Param],
    columns: Sequence[str],
    *,
    given: Sequence[str] = (),
) -> list[str]:
    """Return every fault of a SELECT that is no metric as `file:line: message`.

    Args:
        file: where it stands.
        body: the SELECT.
        tables: those it declares.
        params: its parameters.
        columns: those it must return.
        given: parameters the engine gives, used or not.
    """
    import duckdb

    first = file.body_line
    with _closed_database() as con:
        problems = _statement_problems(con, file, body, params, given)
        if problems:
            return problems
        unknown = [name for name in tables if name not in table_definitions()]
        if unknown:
            return [f"{file.path}:1: unknown source table '{name}'" for name in unknown]
        for name in tables:
            con.execute(table_definitions()[name])
        try:
            found = _described(con, body, params, given)
        except duckdb.Error as error:
            return [f"{file.path}:{first + _error_line(error)}: {_first_line(error)}"]
    return [f"{file.path}:{first}: the body has no column '{c}'" for c in columns if c not in found]


def _described(
    con: duckdb.DuckDBPyConnection,
    body: str,
    params: Mapping[str, Param],
    given: Sequence[str] = (),
) -> dict[str, str]:
    """Return the columns of a body with their types."""
    used = con.extract_statements(body)[0].named_parameters
    sample = {name: _sample_value(param) for name, param in params.items()} | {
        name: datetime.fromisoformat("2026-01-01") for name in given if name in used
    }
    rows = con.execute(f"DESCRIBE SELECT * FROM ({body})", sample).fetchall()
    return {row[0]: row[1] for row in rows}


@contextmanager
def _closed_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Give an empty database that reaches no file; what is made in it is gone afterwards."""
    con = _bench()
    con.execute("BEGIN")
    try:
        yield con
    finally:
        con.execute("ROLLBACK")


@cache
def _bench() -> duckdb.DuckDBPyConnection:
    # Opening a database takes ten times as long as proving one file in it.
    import duckdb

    return duckdb.connect(config={"enable_external_access": "false"})


def _statement_problems(
    con: duckdb.DuckDBPyConnection,
    file: SqlFile,
    body: str,
    params: Mapping[str, Param],
    given: Sequence[str] = (),
) -> list[str]:
    import duckdb

    path, first = file.path, file.body_line
    problems = [
        f"{path}:{first + _line(file.body, position)}: "
        f"'{word}' is not allowed: a KPI reads only its tables and parameters"
        for word, position in _forbidden_words(_blank_noise(file.body))
    ]
    try:
        statements = con.extract_statements(body)
    except duckdb.Error as error:
        return [*problems, f"{path}:{first + _error_line(error)}: {_first_line(error)}"]
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        return [*problems, f"{path}:{first}: the body must be one SELECT"]
    used = set(statements[0].named_parameters) - set(given)
    unused, undeclared = sorted(set(params) - used), sorted(used - set(params))
    return [
        *problems,
        *(f"{path}:1: parameter '{name}' is not used" for name in unused),
        *(f"{path}:{first}: parameter '${n}' is missing in [params]" for n in undeclared),
    ]


def _column_problems(metric: Metric, con: duckdb.DuckDBPyConnection) -> list[str]:
    import duckdb

    path, first = metric.file.path, metric.file.body_line
    tables = table_definitions()
    unknown = [name for name in (*metric.sources, *metric.optional) if name not in tables]
    if unknown:
        return [f"{path}:1: unknown source table '{name}'" for name in unknown]
    for name in (*metric.sources, *metric.optional):
        con.execute(tables[name])
    try:
        return _type_problems(metric, _described(con, metric.body, metric.params))
    except duckdb.Error as error:
        return [f"{path}:{first + _error_line(error)}: {_first_line(error)}"]


def _type_problems(metric: Metric, types: Mapping[str, str]) -> list[str]:
    """Return the columns a body lacks, and those of another type than the engine counts on."""
    path, first = metric.file.path, metric.file.body_line
    needed = (
        *DIMENSION_COLUMNS,
        *standard_columns(metric.type, metric.bucket),
        *metric.distinct,
        *(metric.clock or ()),
        *metric.measure_by.values(),
        *(("is_flagged",) if metric.flag else ()),
    )
    problems = [
        f"{path}:{first}: the body has no column '{name}'" for name in needed if name not in types
    ]
    problems += [
        f"{path}:{first}: '{name}' is {types[name]}, not text"
        for name in DIMENSION_COLUMNS[:3]
        if name in types and types[name] != "VARCHAR"
    ]
    problems += [
        f"{path}:{first}: '{name}' must be a TIMESTAMP"
        for name in ("occurred_at", *(metric.clock or ()))
        if name in types and types[name] != "TIMESTAMP"
    ]
    problems += [
        f"{path}:{first}: '{name}' is {types[name]}, not a number"
        for name in standard_columns(metric.type, metric.bucket)
        if name in types and name not in metric.distinct and not NUMBER_TYPES.match(types[name])
    ]
    return problems


def _forbidden_words(sql: str) -> Iterator[tuple[str, int]]:
    for match in _CALL.finditer(sql):
        name = match[1].lower()
        if name in changing_functions() or name.startswith(READERS):
            yield match[1], match.start(1)
    for match in _WORD.finditer(sql):
        if match[1].lower() in CLOCKS:
            yield match[1], match.start()
    for pattern in (SAMPLING, SYSTEM):
        for match in pattern.finditer(sql):
            yield match[1], match.start()


@cache
def changing_functions() -> frozenset[str]:
    """Return the functions whose answer is not the same every time: clocks, chance, state."""
    import duckdb

    with duckdb.connect() as con:
        rows = con.execute(
            "SELECT DISTINCT lower(function_name) FROM duckdb_functions()"
            " WHERE stability <> 'CONSISTENT'"
        ).fetchall()
    return frozenset(name for (name,) in rows) | {"current_localtimestamp", "current_localtime"}


@cache
def table_definitions() -> dict[str, str]:
    """Return a CREATE TABLE statement for every table and view of the schema, by name."""
    import duckdb

    with duckdb.connect() as con:
        for _, step in steps():
            con.execute(step.read_text(encoding="utf-8"))
        rows = con.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns()"
            " WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index"
        ).fetchall()
    columns: dict[str, list[str]] = {}
    for table, column, data_type in rows:
        columns.setdefault(table, []).append(f"{quote(column)} {data_type}")
    return {name: f"CREATE TABLE {quote(name)} ({', '.join(c)})" for name, c in columns.items()}


def _sample_value(param: object) -> object:
    if isinstance(param, dict):
        from cskpi.settings import DEFAULTS

        return DEFAULTS[param["setting"]]
    return param


def _blank_noise(sql: str) -> str:
    return _NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), sql)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position)


def _error_line(error: Exception) -> int:
    found = re.search(r"LINE (\d+):", str(error))
    return int(found[1]) - 1 if found else 0


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
