"""Messages with a clock and no date: the file's day, and the next one when the clock runs back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cskpi.ingest.raw import count

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from cskpi.ingest.staging import Staging, TypedColumn

DAY = "_day"
"""The work column in which a preset finds the day of a clock."""

JITTER_MICROSECONDS = 300_000_000
"""Messages out of order by less than this are no new day."""


def day_of_clocks(
    con: duckdb.DuckDBPyConnection, staging: Staging, day: date | None
) -> tuple[Staging, str]:
    """Let clock times without a date count on the day of their row, else from a day on.

    Args:
        con: the database connection.
        staging: the typed columns; clocks stand in `occurred_at`, days of rows in `_day`.
        day: the day of the first message of each conversation, None where the rows have theirs.

    Returns:
        A staging whose `occurred_at` has dates, and the join its expressions need.
    """
    column = staging.columns.get("occurred_at")
    if column is None or column.is_plain:
        return staging, ""
    is_clock = f"clock_is_given({column.form})"
    clock = f"clock_microseconds({column.form})"
    if DAY in staging.columns:
        own = f"CAST({staging.value(DAY)} AS TIMESTAMP) + to_microseconds({clock})"
        return _dated(staging, column, f"CASE WHEN {is_clock} THEN {own} END"), ""
    party = f"coalesce({staging.value('conversation_id')}, {staging.value('customer_id')}, '')"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE clock_days AS
        SELECT row_no,
            CAST(count(*) FILTER (previous - clock > {JITTER_MICROSECONDS})
                OVER (PARTITION BY party ORDER BY row_no) AS INTEGER) AS days_later
        FROM (
            SELECT row_no, party, clock,
                lag(clock) OVER (PARTITION BY party ORDER BY row_no) AS previous
            FROM (
                SELECT row_no, {party} AS party, {clock} AS clock
                FROM {staging.layer} AS layer WHERE {is_clock}))
        """
    )
    if not count(con, "clock_days"):
        return staging, ""
    dated = (
        f"CASE WHEN {is_clock} THEN TIMESTAMP '{day} 00:00:00' + to_microseconds({clock})"
        " + to_days(clock_days.days_later) END"
    )
    return _dated(staging, column, dated), " LEFT JOIN clock_days USING (row_no)"


def _dated(staging: Staging, column: TypedColumn, dated: str) -> Staging:
    value = f"coalesce({column.value}, {dated})"
    fault = f"({column.form} IS NOT NULL AND {value} IS NULL)"
    return staging.with_column(replace(column, value=value, fault=fault))
