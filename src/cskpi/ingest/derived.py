"""Columns that are worked out: statuses from words, scores, keys, shifts from a day and two clocks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cskpi.ingest.cells import word_forms
from cskpi.ingest.faults import RowFault
from cskpi.ingest.staging import schema_types
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
    worked_out = _by_value_words(con, staging) | _inferred(staging)
    if target == "ratings":
        return _rating(con, staging)
    if target == "shifts":
        return _shift(con, staging)
    if target == "attendance":
        return _attendance(staging, worked_out)
    if target.startswith("survey_") and "survey_id" not in staging.columns:
        worked_out["survey_id"] = literal(_survey_id(staging))
    return Derived(worked_out)


def generated_key(staging: Staging, names: tuple[str, ...] = ()) -> str:
    """Return the key of a row in a file without ids: a hash of columns, by default of all it says."""
    given = [name for name in names if name in staging.columns] or sorted(staging.columns)
    said = " || chr(31) || ".join(
        f"coalesce(CAST({staging.columns[name].value} AS VARCHAR), '')" for name in given
    )
    return f"'row-' || md5({said})"


def _survey_id(staging: Staging) -> str:
    """Return the name of a questionnaire that has none: what it asks, which each export repeats."""
    header = staging.raw.file_header or staging.raw.header
    asked = "\n".join(name.strip() for name in header)
    return "asks-" + hashlib.sha256(asked.encode()).hexdigest()[:12]


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


def _by_value_words(con: duckdb.DuckDBPyConnection, staging: Staging) -> dict[str, str]:
    """Return the columns whose values the preset names by word, and the words themselves."""
    values: dict[str, str] = {}
    types = schema_types(con, staging.match.source.target)
    for name in staging.match.source.values:
        raw_name = f"{name}_raw"
        given = next((column for column in (name, raw_name) if column in staging.columns), None)
        if given is None or name not in types or name in ("score", "shift_kind"):
            continue
        raw = staging.value(given)
        # Statuses come joined (`已发货，退款成功`): the first is the order's own.
        first = f"regexp_extract({raw}, '^[^,，;；]+')"
        known = (
            f"coalesce({by_word(con, staging, name, raw)}, {by_word(con, staging, name, first)})"
        )
        if raw_name in types:
            values[name] = f"CASE WHEN {raw} IS NOT NULL THEN coalesce({known}, 'unknown') END"
            values[raw_name] = raw
        elif types[name] == "VARCHAR":
            values[name] = f"coalesce({known}, {raw})"
        else:
            values[name] = f"TRY_CAST({known} AS {types[name]})"
    return values


def _inferred(staging: Staging) -> dict[str, str]:
    """Return the times that stand in another column where their own is empty."""
    values: dict[str, str] = {}
    for name, inference in staging.match.source.infer.items():
        if inference.column not in staging.columns:
            continue
        own = staging.value(name)
        found = f"regexp_extract({staging.value(inference.column)}, {literal(inference.regex)}, 1)"
        read = f"try_strptime({found}, {literal(inference.format)})"
        values[name] = f"coalesce({own}, {read})"
        values["time_inferred"] = f"({own} IS NULL AND {read} IS NOT NULL)"
    return values


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
    start = f"coalesce({start}, {_by_code(con, staging, code, 0)})"
    end = f"coalesce({end}, {_by_code(con, staging, code, 1)})"
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


def _by_code(con: duckdb.DuckDBPyConnection, staging: Staging, code: str, end: int) -> str:
    """Return the clock a shift code stands for, on the shift's day."""
    clocks = {word: text.split("-")[end].strip() for word, text in staging.shift_codes.items()}
    if not clocks:
        return "CAST(NULL AS TIMESTAMP)"
    forms = word_forms(con, list(clocks))
    pairs = ", ".join(
        f"{form}: {literal(clock)}"
        for form, clock in dict(zip(forms, clocks.values(), strict=True)).items()
    )
    clock = f"MAP {{{pairs}}}[word_form({code})]"
    moment = f"CAST({staging.value('shift_on')} AS TIMESTAMP)"
    return f"{moment} + to_microseconds(clock_microseconds({clock}))"


def _attendance(staging: Staging, worked_out: Mapping[str, str]) -> Derived:
    clocks = {name: _clock(staging, name, "work_on") for name in ("first_in_at", "last_out_at")}
    values = {name: value for name, (value, _) in clocks.items()}
    faults = tuple(fault for _, own in clocks.values() for fault in own)
    return Derived({**worked_out, **values}, faults, frozenset(clocks))


def _clock(staging: Staging, name: str, day: str = "shift_on") -> tuple[str, tuple[RowFault, ...]]:
    column: TypedColumn | None = staging.columns.get(name)
    if column is None:
        return "CAST(NULL AS TIMESTAMP)", ()
    if column.is_plain:
        return column.value, ()
    form = column.form
    on_day = (
        f"CASE WHEN clock_is_given({form}) THEN CAST({staging.value(day)} AS TIMESTAMP)"
        f" + to_microseconds(clock_microseconds({form})) ELSE {column.value} END"
    )
    is_bad = f"{form} IS NOT NULL AND {on_day} IS NULL"
    return on_day, (RowFault(is_bad, "bad_time", column.header, column.cell),)
