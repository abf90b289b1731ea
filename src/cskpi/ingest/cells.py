"""From a cell's text to a column's value, as SQL expressions; what cannot be read is a fault.

A column whose cells are all plain is cast as it is, which is what makes an ordinary file load at
full speed; any other goes through the steps of its kind once, and the outcome is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.zones import Zones

Kind = str
"""One of source.TYPES; a duration ends with the seconds of its unit, a percentage with what it is
multiplied by: `duration:60`, `percent:0.01`."""

ROUNDED_ID = "id:rounded"
"""Ids of a column whose sixteenth digits a spreadsheet has turned into zeros."""

_MACROS = Path(__file__).with_name("cells.sql")
_known_forms: dict[str, str] = {}
_FREE_TEXT = frozenset(
    {"text", "comment", "seller_note", "question", "answer", "conditions", "variants"}
)
"""Columns in which `无`, `-` and `'ok` are what somebody wrote."""


@dataclass(frozen=True, slots=True)
class Steps:
    """How an odd cell becomes a value: each step is a layer over the one before.

    `form` is over the raw cell; `shape` (times only) over `{form}`; `value` over `{form}` and
    `{shape}`; `fault` over `{form}` and `{value}`, for the `reason` it gives.
    """

    form: str
    value: str
    shape: str | None = None
    fault: str | None = None
    reason: str | None = None


def install_macros(
    con: duckdb.DuckDBPyConnection, zones: Zones, nulls: Sequence[str], *, has_serials: bool
) -> None:
    """Make the macros of `cells.sql` for one file.

    Args:
        con: the database connection.
        zones: the shops' time zones; instants with an offset and epochs are converted to them.
        nulls: words that stand for no value.
        has_serials: whether a number may be a spreadsheet's day count.
    """
    script = _MACROS.read_text(encoding="utf-8")
    words = ", ".join(literal(word.lower()) for word in nulls) or "''"
    for name, text in (
        ("$local_time", zones.local_time("instant", "shop")),
        ("$nulls", words),
        ("$serials", "TRUE" if has_serials else "FALSE"),
    ):
        script = script.replace(name, text)
    # Files of one load mostly share them, and making them is a tenth of loading a small file.
    digest = sha256(script.encode()).hexdigest()
    if _installed(con) != digest:
        con.execute(f"{script}; CREATE OR REPLACE TEMP MACRO cells_digest() AS {literal(digest)}")


def _installed(con: duckdb.DuckDBPyConnection) -> str | None:
    """Return the digest of the macros a connection has."""
    import duckdb

    try:
        row = con.execute("SELECT cells_digest()").fetchone()
    except duckdb.CatalogException:
        return None
    return row[0] if row else None


def word_forms(con: duckdb.DuckDBPyConnection, words: Sequence[str]) -> list[str]:
    """Return the form of each word that `word_form` compares, as quoted SQL strings."""
    unknown = [literal(word) for word in words if word not in _known_forms]
    if unknown:
        # Asked of DuckDB, so that preset words and cells are compared by the same rule.
        rows = con.execute(
            f"SELECT word, word_form(word) FROM (SELECT unnest([{', '.join(unknown)}]) AS word)"
        ).fetchall()
        _known_forms.update((str(word), str(form)) for word, form in rows)
    return [literal(_known_forms[word]) for word in words]


def kind_of(column: str, data_type: str, types: Mapping[str, str]) -> Kind:
    """Return how a column is read, from its type in the schema unless the preset says otherwise."""
    if column in types:
        return types[column]
    if column in _FREE_TEXT:
        return "text"
    if data_type == "VARCHAR" or data_type.startswith("ENUM"):
        is_key = column.endswith(("_id", "_key", "_code")) or column == "_sender"
        return "id" if is_key else "label"
    if data_type == "DECIMAL(18,2)":
        return "money"
    if data_type == "DOUBLE" and column.endswith(("_seconds", "_minutes")):
        return "duration:minutes" if column.endswith("_minutes") else "duration"
    by_type: dict[str, Kind] = {
        "TIMESTAMP": "time",
        "DATE": "date",
        "BOOLEAN": "boolean",
        "INTEGER": "whole",
        "BIGINT": "whole",
    }
    return by_type.get(data_type, "number")


def plain_test(kind: Kind, cell: str, longest_null: int) -> str:
    """Return a cheap condition under which a cell needs no cleaning.

    Args:
        kind: how the column is read.
        cell: the raw cell.
        longest_null: bytes of the longest word for "no value"; shorter labels are looked at closer.
    """
    if kind in {"id", "label"}:
        return f"(strlen({cell}) > {max(5, longest_null)} AND id_is_plain({cell}))"
    if kind in {"time", "date"}:
        return f"time_is_plain({cell})"
    if kind in {"money", "number"}:
        return f"number_is_plain({cell})"
    if kind == "text":
        marks = (65279, 8203, 13, 0)
        found = " OR ".join(f"contains({cell}, chr({mark}))" for mark in marks)
        return f"NOT ({cell} = '' OR {found})"
    return "FALSE"


def exact_test(kind: Kind, cell: str) -> str | None:
    """Return a slower test that also knows the unusual spellings which need no cleaning."""
    if kind == "id":
        return (
            f"id_form({cell}) = {cell} AND present({cell}) IS NOT NULL AND NOT id_is_lost({cell})"
        )
    return (
        f"label_form({cell}) = {cell} AND present({cell}) IS NOT NULL" if kind == "label" else None
    )


def plain_value(kind: Kind, cell: str) -> str:
    """Return the value of a column that holds plain cells and NULLs only."""
    values = {
        "time": f"CAST({cell} AS TIMESTAMP)",
        "date": f"CAST(CAST({cell} AS TIMESTAMP) AS DATE)",
        "money": f"CAST({cell} AS DECIMAL(18, 2))",
        "number": f"CAST({cell} AS DECIMAL(18, 3))",
    }
    return values.get(kind, cell)


def odd_steps(
    kind: Kind, cell: str, plain: str, timezone: str | None = None, shop: str = "NULL"
) -> Steps:
    """Return how a column is read that may hold anything.

    Args:
        kind: how the column is read.
        cell: the raw cell.
        plain: its cheap test.
        timezone: the zone of times without an offset, where it is not the shop's.
        shop: the SQL of the row's shop, which has the zone.
    """

    def guarded(macro: str) -> str:
        return f"CASE WHEN {plain} THEN {cell} ELSE {macro}({cell}) END"

    if kind in {"id", ROUNDED_ID}:
        lost = "id_is_lost({form})" if kind == "id" else "id_is_rounded({form})"
        return Steps(guarded("id_form"), "present({form})", None, lost, "id_digits_lost")
    if kind == "label":
        return Steps(guarded("label_form"), "present({form})")
    if kind == "text":
        return Steps(guarded("text_form"), "nullif({form}, '')")
    if kind in {"time", "date"}:
        value = f"time_of_shape({{form}}, {{shape}}, {shop})"
        if timezone:
            zone = literal(timezone)
            value = f"time_in_zone({value}, {{shape}}, {zone}, {shop})"
        return Steps(
            f"time_present({guarded('time_form')})",
            f"CAST({value} AS DATE)" if kind == "date" else value,
            "time_shape({form})",
            "({form} IS NOT NULL AND {value} IS NULL)",
            "bad_time",
        )
    form, value, reason = _odd_number(kind, cell)
    fault = "({form} IS NOT NULL AND {value} IS NULL)"
    return Steps(f"present({form})", value, None, fault, reason)


def _odd_number(kind: Kind, cell: str) -> tuple[str, str, str]:
    """Return the form of a number or truth value, its value, and the reason where it has none."""
    name, _, scale = kind.partition(":")
    if name == "boolean":
        negation = "NOT " if scale == "not" else ""
        return f"boolean_form({cell})", f"{negation}boolean_value({{form}})", "bad_boolean"
    if name == "duration":
        value = f"duration_value({{form}}, {scale or 1})"
        return f"duration_form({cell})", value, "bad_duration"
    if name == "percent":
        return f"percent_form({cell})", f"percent_value({{form}}, {scale or 1})", "bad_number"
    return f"number_form({cell})", _number_value(kind, "{form}"), "bad_number"


def _number_value(kind: Kind, form: str) -> str:
    text = f"decimal_text({form})"
    if kind == "money:fen":
        return f"TRY_CAST(TRY_CAST({text} AS DECIMAL(18, 2)) / 100 AS DECIMAL(18, 2))"
    if kind == "whole":
        number = f"TRY_CAST({text} AS DECIMAL(18, 3))"
        return f"CASE WHEN {number} = floor({number}) THEN TRY_CAST({number} AS BIGINT) END"
    return f"TRY_CAST({text} AS DECIMAL(18, {2 if kind == 'money' else 3}))"
