"""Proof that a metric's SQL is what its header says, without running it on data.

The body is bound against empty copies of only the tables it declares, so an undeclared table, a
missing column or a wrong type is found before a number is printed.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from cskpi.metrics.declaration import Metric, standard_columns
from cskpi.store.migrations import steps

if TYPE_CHECKING:
    import duckdb

DIMENSION_COLUMNS = ("shop_id", "agent_id", "channel", "occurred_at")
NUMBER_TYPES = re.compile(r"^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL\(.*\))$")
FORBIDDEN = re.compile(
    r"\b(current_date|current_time|current_timestamp|localtime|localtimestamp"
    r"|(?:now|random|uuid|gen_random_uuid|today|get_current_timestamp|setseed|read_\w+"
    r"|parquet_scan|sniff_csv|glob|getenv|query|query_table)(?=\s*\())",
    re.IGNORECASE,
)
_NOISE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)


def body_problems(metric: Metric) -> list[str]:
    """Return every fault of the body as `file:line: message`."""
    import duckdb

    path, first = metric.file.path, metric.file.body_line
    problems = [
        f"{path}:{first + _line(metric.file.body, match.start())}: "
        f"'{match[1]}' is not allowed: a KPI reads only its tables and parameters"
        for match in FORBIDDEN.finditer(_blank_noise(metric.file.body))
    ]
    with duckdb.connect(config={"enable_external_access": "false"}) as con:
        try:
            statements = con.extract_statements(metric.body)
        except duckdb.Error as error:
            return [*problems, f"{path}:{first + _error_line(error)}: {_first_line(error)}"]
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            return [*problems, f"{path}:{first}: the body must be one SELECT"]
        problems += _parameter_problems(metric, statements[0].named_parameters)
        if not problems:
            problems += _column_problems(metric, con)
    return problems


def _parameter_problems(metric: Metric, used: set[str]) -> list[str]:
    path, first = metric.file.path, metric.file.body_line
    unused = sorted(set(metric.params) - set(used))
    undeclared = sorted(set(used) - set(metric.params))
    return [f"{path}:1: parameter '{name}' is not used" for name in unused] + [
        f"{path}:{first}: parameter '${name}' is missing in [params]" for name in undeclared
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
    sample = {name: _sample_value(param) for name, param in metric.params.items()}
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM ({metric.body})", sample).fetchall()
    except duckdb.Error as error:
        return [f"{path}:{first + _error_line(error)}: {_first_line(error)}"]
    types = {row[0]: row[1] for row in described}
    needed = (*DIMENSION_COLUMNS, *standard_columns(metric.type, metric.bucket), *metric.distinct)
    problems = [
        f"{path}:{first}: the body has no column '{name}'" for name in needed if name not in types
    ]
    if "occurred_at" in types and types["occurred_at"] != "TIMESTAMP":
        problems.append(f"{path}:{first}: 'occurred_at' must be a TIMESTAMP")
    problems += [
        f"{path}:{first}: '{name}' is {types[name]}, not a number"
        for name in standard_columns(metric.type, metric.bucket)
        if name in types and name not in metric.distinct and not NUMBER_TYPES.match(types[name])
    ]
    return problems


@cache
def table_definitions() -> dict[str, str]:
    """Return the CREATE TABLE statement of every table of the schema, by name."""
    import duckdb

    with duckdb.connect() as con:
        for _, step in steps():
            con.execute(step.read_text(encoding="utf-8"))
        rows = con.execute("SELECT table_name, sql FROM duckdb_tables()").fetchall()
    return dict(rows)


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
