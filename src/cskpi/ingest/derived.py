"""Columns that are worked out: statuses from words, scores, keys, shifts from a day and two clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cskpi.ingest.cells import word_forms
from cskpi.ingest.faults import RowFault
from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.staging import Staging, TypedColumn

LOWEST_SCORE, HIGHEST_SCORE = 1, 5


@dataclass(frozen=True, slots=True)
class Derived:
    """Expressions of derived columns over a staging's layer, and the faults that come with them."""

    values: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[RowFault, ...] = ()
    replaced: frozenset[str] = frozenset()


def derive(con: duckdb.DuckDBPyConnection, staging: Staging) -> Derived:
    """Return what is derived for the table a staging fills."""
    target = staging.match.source.target
    if target in {"orders", "refunds"}:
        return _status(con, staging)
    if target == "ratings":
        return _rating(con, staging)
    return _shift(con, staging) if target == "shifts" else Derived()


def generated_key(staging: Staging) -> str:
    """Return the key of a row in a file without ids: a hash of everything the row says."""
    said = " || chr(31) || ".join(
        f"coalesce(CAST({column.value} AS VARCHAR), '')"
        for _, column in sorted(staging.columns.items())
    )
    return f"'row-' || md5({said})"


def by_word(con: duckdb.DuckDBPyConnection, staging: Staging, column: str, word: str) -> str:
    """Return the value the preset gives for a word, NULL where it knows none."""
    table = staging.match.source.values.get(column, {})
    if not table:
        return "CAST(NULL AS VARCHAR)"
    pairs = ", ".join(
        f"{form}: {literal(canonical)}"
        for form, canonical in dict(
            zip(word_forms(con, list(table)), table.values(), strict=True)
        ).items()
    )
    # A map, because a CASE would work the word's form out anew for each branch.
    return f"MAP {{{pairs}}}[word_form({word})]"


def _status(con: duckdb.DuckDBPyConnection, staging: Staging) -> Derived:
    if "status" not in staging.columns:
        return Derived()
    raw = staging.value("status")
    known = by_word(con, staging, "status", raw)
    status = f"CASE WHEN {raw} IS NOT NULL THEN coalesce({known}, 'unknown') END"
    return Derived({"status": status, "status_raw": raw})


def _rating(con: duckdb.DuckDBPyConnection, staging: Staging) -> Derived:
    values = {"rating_key": _rating_key(staging)}
    column = staging.columns.get("score")
    if column is None:
        return Derived(values)
    word = column.value
    number = f"decimal_text(regexp_replace(number_form({word}), '[分星]$', ''))"
    score = (
        f"coalesce(TRY_CAST({by_word(con, staging, 'score', word)} AS DECIMAL(18, 2)),"
        f" TRY_CAST({number} AS DECIMAL(18, 2)))"
    )
    faults = (
        RowFault(f"{word} IS NULL", "missing_value", column.header, column.cell),
        RowFault(f"{score} IS NULL", "bad_number", column.header, column.cell),
        RowFault(
            f"{score} NOT BETWEEN {LOWEST_SCORE} AND {HIGHEST_SCORE}",
            "score_out_of_range",
            column.header,
            column.cell,
        ),
    )
    values |= {"score": f"CAST({score} AS DECIMAL(4, 2))", "score_raw": word}
    return Derived(values, faults)


def _rating_key(staging: Staging) -> str:
    """Return the platform's id, else a hash; without any party, `#` waits for the row's ordinal."""
    shop = f"coalesce({staging.value('shop_id')}, '')"
    names = ("conversation_id", "order_id", "customer_id")
    said = (*names, "agent_id", "rated_at", "score", "comment")
    parts = [shop, *(f"coalesce(CAST({staging.value(name)} AS VARCHAR), '')" for name in said)]
    digest = f"md5({' || chr(31) || '.join(parts)})"
    party = f"coalesce({', '.join(staging.value(name) for name in names)})"
    digest = f"{digest} || CASE WHEN {party} IS NULL THEN '#' ELSE '' END"
    own = staging.value("rating_id")
    named = f"CASE WHEN {shop} = '' THEN {own} ELSE {shop} || '|' || {own} END"
    return f"CASE WHEN {own} IS NOT NULL THEN {named} ELSE {digest} END"


def _shift(con: duckdb.DuckDBPyConnection, staging: Staging) -> Derived:
    code = staging.value("shift_code")
    known = by_word(con, staging, "shift_kind", code)
    start, start_faults = _clock(staging, "started_at")
    end, end_faults = _clock(staging, "ended_at")
    # A shift that ends before it starts ends the next morning.
    overnight = f"CASE WHEN {end} <= {start} THEN {end} + INTERVAL 1 DAY ELSE {end} END"
    has_work = f"{code} IS NOT NULL OR {start} IS NOT NULL"
    return Derived(
        {
            "shift_kind": f"coalesce({known}, CASE WHEN {has_work} THEN 'work' END)",
            "started_at": start,
            "ended_at": overnight,
        },
        (*start_faults, *end_faults),
        frozenset({"started_at", "ended_at"}),
    )


def _clock(staging: Staging, name: str) -> tuple[str, tuple[RowFault, ...]]:
    column: TypedColumn | None = staging.columns.get(name)
    if column is None:
        return "CAST(NULL AS TIMESTAMP)", ()
    if column.is_plain:
        return column.value, ()
    form = column.form
    on_day = (
        f"CASE WHEN clock_is_given({form}) THEN CAST({staging.value('shift_on')} AS TIMESTAMP)"
        f" + to_microseconds(clock_microseconds({form})) ELSE {column.value} END"
    )
    is_bad = f"{form} IS NOT NULL AND {on_day} IS NULL"
    return on_day, (RowFault(is_bad, "bad_time", column.header, column.cell),)
