"""Reports a platform computed itself: one row a number, kept apart from what cskpi counts.

Summary rows are not agents: the preset's `summary_scopes` say whether they stand for the shop's
total, its average, or its peers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.cells import word_forms
from cskpi.ingest.faults import find_faults
from cskpi.ingest.ledger import Written
from cskpi.ingest.merge import Merge
from cskpi.ingest.raw import count
from cskpi.ingest.tables import AGENT_METRICS
from cskpi.ingest.versions import Rank
from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.ledger import Loading
    from cskpi.ingest.staging import Numbering, Staging, TypedColumn

PREFIX = "metric."
_UNITS = {"duration": "seconds", "percent": "ratio", "money": "money"}
_VALUES = ("metric_value", "unit", "value_raw")


def write_agent_metrics(
    con: duckdb.DuckDBPyConnection, staging: Staging, numbering: Numbering, loading: Loading
) -> Written:
    """Merge a platform's report into `agent_metrics`; `faults` then holds the rejected rows.

    Raises:
        InputError: neither the rows nor the file say of which days the numbers are.
    """
    if not any(name.startswith(PREFIX) for name in staging.columns):
        raise InputError("no_known_column", header=", ".join(filter(None, staging.raw.header)))
    first, last = _period(staging, loading)
    find_faults(con, staging, required=())
    _stage_numbers(con, staging, numbering, (first, last))
    newest = con.execute(
        "SELECT CAST(min(period_start) AS TIMESTAMP), CAST(max(period_end) AS TIMESTAMP), count(*)"
        " FROM staged_rows"
    ).fetchone() or (None, None, 0)
    merge = Merge(con, Rank(loading.file_id, newest[1], loading.sha256), loading.may_update)
    keys = AGENT_METRICS.keys
    conflicting = merge.run("agent_metrics", keys, [*keys, *_VALUES], "staged_items")
    accepted = count(con, "(SELECT DISTINCT row_no FROM taken_rows)")
    return Written(
        accepted,
        newest[2] - accepted,
        newest[0],
        newest[1],
        conflicting,
        exported_at=newest[1],
    )


def _stage_numbers(
    con: duckdb.DuckDBPyConnection, staging: Staging, numbering: Numbering, days: tuple[str, str]
) -> None:
    """Fill `staged_rows` with the rows of the report and `staged_items` with one row a number."""
    agent, scope = staging.value("agent_id"), _scope(con, staging)
    numbers = [column for name, column in staging.columns.items() if name.startswith(PREFIX)]
    listed = ", ".join(
        f"CAST({column.value} AS DOUBLE) AS value_{n}, {column.cell} AS raw_{n}"
        for n, column in enumerate(numbers)
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE staged_rows AS
        SELECT row_no, {numbering.source_row} AS source_row,
            coalesce({staging.value("shop_id")}, '') AS shop_id,
            coalesce({staging.value("channel")}, '') AS channel, {scope} AS scope,
            coalesce({agent}, '') AS agent_id, {days[0]} AS period_start, {days[1]} AS period_end,
            {listed}
        FROM {staging.layer} AS layer ANTI JOIN faults USING (row_no) {numbering.join}
        """
    )
    unfolded = " UNION ALL ".join(_one(column, n) for n, column in enumerate(numbers))
    con.execute(f"CREATE OR REPLACE TEMP TABLE staged_items AS {unfolded}")


def _scope(con: duckdb.DuckDBPyConnection, staging: Staging) -> str:
    """Return the expression of whose numbers a row holds, by the label in the agent's place."""
    scopes, agent = staging.match.source.preset.summary_scopes, staging.value("agent_id")
    forms = word_forms(con, list(scopes))
    named = dict(zip(forms, scopes.values(), strict=True))
    pairs = ", ".join(f"{form}: {literal(scope)}" for form, scope in named.items())
    found = f"MAP {{{pairs}}}[word_form({agent})]" if pairs else "NULL"
    return f"coalesce({found}, CASE WHEN {agent} IS NULL THEN 'shop_total' ELSE 'agent' END)"


def _period(staging: Staging, loading: Loading) -> tuple[str, str]:
    """Return the expressions of the first and last day."""
    if "period_start" in staging.columns:
        first = staging.value("period_start")
        last = staging.value("period_end") if "period_end" in staging.columns else first
        return f"CAST({first} AS DATE)", f"CAST({last} AS DATE)"
    days = staging.period or (loading.day and (loading.day, loading.day))
    if not days:
        raise InputError("no_period")
    return f"DATE '{days[0]}'", f"DATE '{days[1]}'"


def _one(column: TypedColumn, number: int) -> str:
    unit = _UNITS.get(column.kind.partition(":")[0], "count")
    name = literal(column.name.removeprefix(PREFIX))
    return f"""
        SELECT row_no, source_row, shop_id, channel, scope, agent_id, period_start, period_end,
            {name} AS metric, value_{number} AS metric_value, {literal(unit)} AS unit,
            raw_{number} AS value_raw
        FROM staged_rows WHERE value_{number} IS NOT NULL
    """
