"""Fact views that many KPIs read, laid out once as temporary tables while a report is made.

A view joins names to numbers each time it is read, and a report reads some of them twenty times. Here
names are dictionary-coded and each view is joined once. A temporary table stands before the view of
its name; columns nothing counts are left NULL, so only the metrics named may be counted meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cskpi.store.database import literal, quote

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.declaration import Metric

NAMES: Mapping[str, str] = {"shops": "shop_id", "accounts": "agent_id", "channels": "channel"}
"""Tables of names and the column that holds the name."""

NAMED = {**NAMES, "customers": "shop_id"}
"""Tables whose rows are looked up for a name by millions of others."""

KEYS: Mapping[str, str] = {
    "shops": "shop_no",
    "accounts": "account_no",
    "channels": "channel_no",
    "message_signals": "form_no",
}
"""Tables that hold each number once."""

TEXTS = "message_signals"
"""Texts that no KPI counts: a view that reads them is worth reading without them even for a single one."""

LEAST_USES = 5
"""Writing a view costs about as much as joining its names for five KPIs."""

LEAST_USES_GROUPED = 2
"""A view that groups rows is dearer to read than to write."""

LARGE_ROWS = 300_000

_COUNTED = frozenset(
    (
        # By its session insights tell what a row was about.
        *("shop_id", "agent_id", "channel", "occurred_at", "session_no"),
        *("measure", "numerator", "denominator", "is_flagged"),
    )
)
_BODY = re.compile(r"^\s*CREATE VIEW \w+ AS ")
_JOIN = re.compile(r"LEFT JOIN (\w+)(?: AS (\w+))? ON \(\(\w+\.\w+ = \w+\.(\w+)\)\)")
_STAR = re.compile(r"(select\s+|\.|,\s*)\*", re.IGNORECASE)
_SELECT = re.compile(r"\bselect\b", re.IGNORECASE)
_GROUPS = re.compile(r"\bgroup\s+by\b", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(distinct|group\s+by|union|intersect|except|qualify)\b", re.IGNORECASE)


@contextmanager
def shared_facts(con: duckdb.DuckDBPyConnection, metrics: Sequence[Metric]) -> Iterator[None]:
    """Let the connection read from temporary tables what several of these metrics read.

    Meanwhile nothing but these metrics may be counted.
    """
    made: list[str] = []
    if not _is_large(con):
        yield
        return
    try:
        for table, name in NAMED.items():
            made += _coded(con, table, name)
        made += _laid_out(con, metrics)
        yield
    finally:
        _drop(con, made)


def _drop(con: duckdb.DuckDBPyConnection, made: Sequence[str]) -> None:
    views = con.execute("SELECT view_name FROM duckdb_views() WHERE database_name = 'temp'")
    kinds = dict.fromkeys((name for (name,) in views.fetchall()), "VIEW")
    for table in reversed(made):
        con.execute(f"DROP {kinds.get(table, 'TABLE')} IF EXISTS temp.{quote(table)}")


def _is_large(con: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether laying out saves more than it costs; rows are as the catalogue estimates them."""
    found = con.execute("SELECT max(estimated_size) FROM duckdb_tables()").fetchone()
    return found is not None and (found[0] or 0) >= LARGE_ROWS


def _coded(con: duckdb.DuckDBPyConnection, table: str, name: str) -> list[str]:
    """Lay out a table of names with each name as a number of a dictionary, in the order of text."""
    found = con.execute(f"SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL").fetchall()
    names = sorted((str(value) for (value,) in found), key=str.encode)
    if not names:
        return []
    kinds = f"ENUM ({', '.join(literal(value) for value in names)})"
    con.execute(
        f"CREATE TEMP TABLE {table} AS SELECT * REPLACE (CAST({name} AS {kinds}) AS {name})"
        f" FROM {_stored(con, table)}"
    )
    return [table]


def _laid_out(con: duckdb.DuckDBPyConnection, metrics: Sequence[Metric]) -> list[str]:
    views: dict[str, str] = dict(
        con.execute(
            "SELECT view_name, sql FROM duckdb_views()"
            " WHERE NOT internal AND database_name = current_database()"
        ).fetchall()
    )
    empty = {
        name
        for (name,) in con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE estimated_size = 0"
        ).fetchall()
    }
    counted = [metric for metric in metrics if empty.isdisjoint(metric.sources)]
    made = []
    for view in sorted(views):
        readers = [metric for metric in counted if _reads(metric.body, view)]
        # A headline KPI is counted once more for its control chart.
        uses = sum(2 if metric.headline else 1 for metric in readers)
        if uses < _least_uses(views[view]):
            continue
        is_read_by_views = any(_reads(sql, view) for name, sql in views.items() if name != view)
        columns = _columns(con, view)
        needed = set(columns) if is_read_by_views else _needed(columns, readers)
        _lay_out(con, view, columns, needed, views[view], uses=uses)
        made.append(view)
    return made


def _least_uses(sql: str, texts: int = 1) -> int:
    if TEXTS in sql:
        return texts
    return LEAST_USES_GROUPED if _GROUPS.search(sql) else LEAST_USES


def _lay_out(
    con: duckdb.DuckDBPyConnection,
    view: str,
    columns: Mapping[str, str],
    needed: set[str],
    sql: str,
    *,
    uses: int,
) -> None:
    shown = ", ".join(
        quote(name) if name in needed else f"CAST(NULL AS {kind}) AS {quote(name)}"
        for name, kind in columns.items()
    )
    body = _BODY.sub("", sql, count=1).rstrip(" ;\n")
    slim = without_joins(body, set(columns) - needed)
    source = _stored(con, view) if slim == body else f"({slim}) AS laid_out"
    # What is left of a view without its texts is quicker read a few times than written.
    is_written = slim == body or uses >= _least_uses(sql, texts=LEAST_USES)
    kind = "TABLE" if is_written else "VIEW"
    con.execute(f"CREATE TEMP {kind} {quote(view)} AS SELECT {shown} FROM {source}")


def without_joins(body: str, unneeded: set[str]) -> str:
    """Return a view's SELECT without what it joins for unneeded columns alone.

    Only tables that hold a number once can be left out: no row is lost or doubled. The view is in the
    spelling of the engine's catalogue.
    """
    for table, alias, key in _JOIN.findall(body):
        name = alias or table
        if KEYS.get(table) != key:
            continue
        uses = len(re.findall(rf"\b{name}\.", body))
        listed = re.findall(rf"(?:SELECT|,) {name}\.(\w+)(?: AS (\w+))?(?=,| FROM)", body)
        if uses == len(listed) + 1 and {shown or own for own, shown in listed} <= unneeded:
            empty = f"(SELECT * FROM {table} LIMIT 0) AS {name}"
            spelled = f"LEFT JOIN {table} AS {alias} ON" if alias else f"LEFT JOIN {table} ON"
            body = body.replace(spelled, f"LEFT JOIN {empty} ON", 1)
    return body


def _needed(columns: Iterable[str], readers: Sequence[Metric]) -> set[str]:
    return {name for name in columns if any(_counts(one, name) for one in readers)}


def _counts(metric: Metric, name: str) -> bool:
    """Tell whether a column can move a number of this body.

    It cannot where the body does not name it; nor where it is named once, on a line of its own, in the
    only SELECT of a body that groups nothing: then it is merely shown beside the rows.
    """
    body = metric.body
    if _STAR.search(body):
        return True
    places = len(re.findall(rf"\b{re.escape(name)}\b", body, re.IGNORECASE))
    if places != 1:
        return places > 0
    if name in {*_COUNTED, *(metric.clock or ()), *metric.measure_by.values()}:
        return True
    is_plain = len(_SELECT.findall(body)) == 1 and not _SEVERAL.search(body)
    is_listed = re.search(rf"^\s*(\w+\.)?{re.escape(name)}\s*,?\s*$", body, re.MULTILINE)
    return not (is_plain and is_listed)


def _reads(body: str, view: str) -> bool:
    return re.search(rf"\b{re.escape(view)}\b", body) is not None


def _columns(con: duckdb.DuckDBPyConnection, view: str) -> dict[str, str]:
    rows = con.execute(f"DESCRIBE {quote(view)}").fetchall()
    return {name: kind for name, kind, *_ in rows}


def _stored(con: duckdb.DuckDBPyConnection, name: str) -> str:
    (database,) = con.execute("SELECT current_database()").fetchone() or ("",)
    return f"{quote(str(database))}.main.{quote(name)}"
