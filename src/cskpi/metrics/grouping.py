"""Dimensions and grouping sets in the wrapper's SQL: rows are grouped by short keys, told as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cskpi.store.database import quote

Grouping = tuple[str, ...]

DIMENSIONS: Mapping[str, str] = {
    "shop": "shop_id",
    "agent": "agent_id",
    "channel": "channel",
    "hour": "strftime(occurred_at, '%H')",
    "weekday": "CAST(isodow(occurred_at) AS VARCHAR)",
    "day": "strftime(occurred_at, '%Y-%m-%d')",
    "week": "strftime(occurred_at, '%G-W%V')",
    "month": "strftime(occurred_at, '%Y-%m')",
}
"""What `--by` takes: weekday is 1 (Monday) to 7, week is the ISO week."""

TIME_DIMENSIONS = frozenset({"day", "week", "month"})

# Millions of rows are grouped by numbers; only the groups are written out.
_KEYS: Mapping[str, tuple[str, str]] = {
    "hour": ("CAST(hour(occurred_at) AS TINYINT)", "lpad(CAST({} AS VARCHAR), 2, '0')"),
    "weekday": ("CAST(isodow(occurred_at) AS TINYINT)", "CAST({} AS VARCHAR)"),
    "day": ("CAST(occurred_at AS DATE)", "strftime({}, '%Y-%m-%d')"),
    "week": ("CAST(date_trunc('week', occurred_at) AS DATE)", "strftime({}, '%G-W%V')"),
    "month": ("CAST(date_trunc('month', occurred_at) AS DATE)", "strftime({}, '%Y-%m')"),
}


def expand(grouping: Sequence[str]) -> Grouping:
    """Return the dimensions of a grouping; an agent always goes with its shop."""
    wanted = [name for name in grouping if not (name == "shop" and "agent" in grouping)]
    return tuple(
        part for name in wanted for part in (("shop", name) if name == "agent" else (name,))
    )


def used_dimensions(groupings: Sequence[Grouping]) -> list[str]:
    """Return the dimensions of several groupings, each once, in a fixed order."""
    used = {name for grouping in groupings for name in expand(grouping)}
    return [name for name in DIMENSIONS if name in used]


def keys(names: Sequence[str]) -> str:
    """Return the columns a row is grouped by, as further columns of a SELECT of counted rows."""
    return "".join(
        f", {_KEYS[name][0] if name in _KEYS else DIMENSIONS[name]} AS {column(name)}"
        for name in names
    )


def column(name: str) -> str:
    """Return the quoted name of the column that holds a dimension's key."""
    return quote("by_" + name)


def columns(names: Sequence[str]) -> str:
    """Return the key columns as further columns of a SELECT."""
    return "".join(f", {column(name)}" for name in names)


def told(names: Sequence[str]) -> str:
    """Return the key columns as the text people read, as further columns of a SELECT."""
    return "".join(
        f", {_KEYS[name][1].format(column(name))} AS {column(name)}"
        if name in _KEYS
        else f", {column(name)}"
        for name in names
    )


def marks(names: Sequence[str]) -> str:
    """Return a mark per dimension, 0 where a row is grouped by it, as further columns."""
    return "".join(f", grouping({column(n)}) AS {quote('mark_' + n)}" for n in names)


def mark_columns(names: Sequence[str]) -> str:
    """Return the columns that hold the marks, as further columns of a SELECT."""
    return "".join(f", {quote('mark_' + n)}" for n in names)


def grouping_sets(groupings: Sequence[Grouping], *extra: str) -> str:
    """Return the clause that groups by the period, what is extra, and each grouping."""
    sets = {
        ", ".join(["period_no", *extra, *(column(n) for n in sorted(expand(grouping)))])
        for grouping in groupings
    }
    return "GROUPING SETS (" + ", ".join(f"({listed})" for listed in sorted(sets)) + ")"


def finest(groupings: Sequence[Grouping]) -> dict[Grouping, list[Grouping]]:
    """Return the groupings that are part of no other, each with those added up from it.

    Rows are put into these alone: groups of an agent or of a day are few, of both they are many.
    """
    wanted = {frozenset(expand(grouping)) for grouping in groupings}
    found: dict[Grouping, list[Grouping]] = {
        tuple(sorted(one)): [] for one in wanted if not any(one < other for other in wanted)
    }
    ordered = dict(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))
    for one in sorted(wanted, key=sorted):
        source = next(fine for fine in ordered if one <= set(fine))
        if one != set(source):
            ordered[source].append(tuple(sorted(one)))
    return ordered


def is_of(names: Sequence[str], grouping: Grouping) -> str:
    """Return the condition that keeps the rows of one grouping among those of several."""
    marked = (f"{quote('mark_' + name)} = {int(name not in grouping)}" for name in names)
    return " AND ".join(marked) or "TRUE"


def regrouped(
    names: Sequence[str],
    groupings: Sequence[Grouping],
    shown: Callable[[Sequence[str]], str] = columns,
) -> str:
    """Return marks and keys, `shown` as such or as text, where some dimension may be left out."""
    used = {name for grouping in groupings for name in grouping}
    return "".join(
        marks([name]) if name in used else f", 1 AS {quote('mark_' + name)}" for name in names
    ) + "".join(shown([name]) if name in used else f", NULL AS {column(name)}" for name in names)
