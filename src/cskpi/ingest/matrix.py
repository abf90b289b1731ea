"""Rosters turned on their side: one row an agent and one column a day become one row a shift.

A cell gives one row, a cell of two shifts (`早+晚`) two, a blank one the code 休 or no row. Rows
that are nobody's (totals, legends, notes, section titles) are in `malformed_rows` as left_out;
weekday rows and further header rows are headers and are not counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.headers import normal_header
from cskpi.ingest.raw import numbered
from cskpi.ingest.roster_days import (
    LEAST_DAYS,
    Day,
    find_day_columns,
    name_days,
    read_weekday,
)
from cskpi.ingest.shift_codes import find_legend, is_shift_code, read_shifts
from cskpi.ingest.staging import number_rows

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.raw import RawTable

__all__ = ["MatrixLayout", "find_legend", "is_matrix", "unfold_matrix"]

COLUMNS = tuple(f"matrix.{name}" for name in ("name", "group", "day", "code", "start", "end"))
REST = "休"

HEADER_ROWS = 6
"""How many rows below the header may still belong to it."""
LEAST_DAYS_WITH_WEEKDAYS = 3
LEAST_DAYS_TOLD = 2
"""Enough for a roster a person named as one; to find one takes more, see `is_matrix`."""
LEGEND_ROWS = 2_000
LONGEST_NAME = 40

_NUMBER = r"[-+]?[\d.,]+%?"
_BLANK = r"[\s\-—–_/\\.·]*"
_NOTE = re.compile(r"^([^:]{1,12}):")


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """How a preset reads a roster: headers of the name and the group, compared in normal form.

    `ignore` are labels of rows that are no people; `blank` is rest or unknown.
    """

    name: tuple[str, ...]
    group: tuple[str, ...]
    ignore: tuple[str, ...]
    blank: str


def is_matrix(
    header: Sequence[str],
    preamble: Sequence[Sequence[str]],
    first_rows: Sequence[Sequence[str | None]],
) -> bool:
    """Tell from its first rows whether a table is a roster.

    It has five days in a row, or three with their weekdays; and below them stand codes: a table of
    numbers a day is something else, unless it names the weekdays. Three days without weekdays are
    enough where every cell below is a code of shifts.
    """
    below = _filled(first_rows)
    rows = [*preamble, header, *below[:HEADER_ROWS]]
    found = find_day_columns(rows, LEAST_DAYS_WITH_WEEKDAYS)
    if found is None:
        return False
    place, days = found
    near = rows[max(0, place - 1) : place + 2]
    if any(day.weekday is not None for day in days.values()) or any(
        _is_weekday_row(row, days) for row in near
    ):
        return True
    body = [*preamble, header, *below][place + 1 :]
    cells = [row[column].strip() for row in body for column in days if column < len(row)]
    filled = [cell for cell in cells if cell]
    words = sum(not re.fullmatch(_NUMBER, cell) for cell in filled)
    if len(days) < LEAST_DAYS:
        return bool(filled) and all(is_shift_code(cell) for cell in filled)
    return not filled or words * 3 >= len(filled)


def unfold_matrix(
    con: duckdb.DuckDBPyConnection, raw: RawTable, layout: MatrixLayout, hints: Sequence[str]
) -> RawTable:
    """Turn a roster into one row a shift: `matrix.name .group .day .code .start .end`.

    `day` is an ISO date, `start` and `end` are clocks (`09:00`) where the code is a range or the
    sheet has a legend; further columns with a header repeat behind them. A group stands for the
    rows below it until the next.

    Args:
        con: the database connection.
        raw: the table in `raw_rows`.
        layout: how the preset reads it.
        hints: texts that may name the month, most trusted first; see `name_days`.

    Raises:
        InputError: no row of days, no month, or no column of names.
    """
    numbering = number_rows(con, raw)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE matrix_rows AS
        SELECT row_no, {numbering.source_row} AS source_row, {", ".join(f"raw.{n}" for n in raw.columns)}
        FROM {numbered("raw_rows")} AS raw {numbering.join} ORDER BY row_no
        """
    )
    try:
        sheet = _read_top(con, raw, layout, hints)
        _split_rows(con, raw, sheet, layout)
        _write_shifts(con, sheet, layout)
    finally:
        for table in ("matrix_rows", "matrix_people", "matrix_cells", "matrix_codes"):
            con.execute(f"DROP TABLE IF EXISTS temp.{table}")
    others = tuple(sheet.titles[place] for place in sheet.others)
    return replace(raw, header=(*COLUMNS, *others), has_origins=True)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Where things stand in a roster; columns are places from 0, `first_row` is a `row_no`."""

    dates: Mapping[int, date | None]
    name: int
    group: int | None
    others: tuple[int, ...]
    titles: Mapping[int, str]
    first_row: int
    legend: Mapping[str, tuple[str, str]]


def _read_top(
    con: duckdb.DuckDBPyConnection, raw: RawTable, layout: MatrixLayout, hints: Sequence[str]
) -> _Sheet:
    """Find the days, the columns beside them and the legend."""
    cells = ", ".join(raw.columns)
    below = _filled(
        con.execute(
            f"SELECT {cells} FROM matrix_rows ORDER BY row_no LIMIT {HEADER_ROWS}"
        ).fetchall()
    )
    above = [*raw.preamble, raw.header]
    rows = [[*row, *[""] * len(raw.header)][: len(raw.header)] for row in (*above, *below)]
    found = find_day_columns(rows, LEAST_DAYS_TOLD)
    if found is None:
        raise InputError("roster_without_days")
    day_row, days = found
    last = day_row
    while last + 1 < len(rows) and (last + 1 < len(above) or _is_weekday_row(rows[last + 1], days)):
        last += 1
    head = rows[: last + 1]
    weekdays = {c: w for row in head for c in days if (w := read_weekday(row[c])) is not None}
    labels = {c: row[c] for row in rows[:day_row] for c in days if row[c].strip()}
    beside = [cell for row in head for c, cell in enumerate(row) if cell.strip() and c not in days]
    titles = [c for row in rows[:day_row] for c in row if c.strip()]
    dates = name_days(days, [*hints, *beside, *titles], labels, weekdays)
    if dates is None:
        raise InputError("roster_without_month")
    clocked = " OR ".join(f"regexp_matches({c}, '[0-9][:：点时]')" for c in raw.columns)
    legend_rows = con.execute(
        f"SELECT {cells} FROM matrix_rows WHERE {clocked} ORDER BY row_no LIMIT {LEGEND_ROWS}"
    ).fetchall()
    name, group = _name_and_group(con, layout, head, days)
    names = {
        c: next((row[c].strip() for row in head[::-1] if row[c].strip()), "")
        for c in range(len(raw.header))
    }
    others = tuple(c for c, t in names.items() if t and c not in days and c not in {name, group})
    legend = find_legend([*above, *(_without_shifts(row, days) for row in _filled(legend_rows))])
    return _Sheet(dates, name, group, others, names, max(0, last + 1 - len(above)), legend)


def _filled(rows: Iterable[Sequence[str | None]]) -> list[tuple[str, ...]]:
    return [tuple(cell or "" for cell in row) for row in rows]


def _without_shifts(row: Sequence[str], days: Mapping[int, Day]) -> list[str]:
    """Blank the day cells of an agent's row: what one shift's hours were explains no code."""
    is_agents = sum(bool(row[column].strip()) for column in days) > LEAST_DAYS_TOLD
    return ["" if is_agents and column in days else cell for column, cell in enumerate(row)]


def _is_weekday_row(row: Sequence[str], days: Mapping[int, Day]) -> bool:
    cells = [row[column] for column in days if column < len(row) and row[column].strip()]
    return bool(cells) and all(read_weekday(cell) is not None for cell in cells)


def _name_and_group(
    con: duckdb.DuckDBPyConnection,
    layout: MatrixLayout,
    head: Sequence[Sequence[str]],
    days: Mapping[int, Day],
) -> tuple[int, int | None]:
    """Return the columns of names and groups; without a known header the names stand next the days."""

    def place(words: Sequence[str], taken: int | None) -> int | None:
        for word in map(normal_header, words):
            for row in head:
                for column, cell in enumerate(row):
                    if column not in days and column != taken and normal_header(cell) == word:
                        return column
        return None

    name = place(layout.name, None)
    if name is None:
        for column in range(min(days) - 1, -1, -1):
            found = con.execute(
                f"SELECT count(*) FROM matrix_rows WHERE regexp_matches(c{column}, '[^\\s0-9.]')"
            ).fetchone()
            if found and found[0]:
                name = column
                break
        else:
            raise InputError("roster_without_names")
    return name, place(layout.group, name)


def _split_rows(
    con: duckdb.DuckDBPyConnection, raw: RawTable, sheet: _Sheet, layout: MatrixLayout
) -> None:
    """Fill `matrix_people` with the rows of agents; report the others that hold something."""
    day_cells = [f"c{column}" for column in sheet.dates]
    names = con.execute(f"SELECT DISTINCT c{sheet.name} FROM matrix_rows").fetchall()
    ignored = {normal_header(word) for word in layout.ignore}
    nobody = [name for (name,) in names if name and _is_nobody(name, ignored)]
    coded = [n for (n,) in names if n and (n.strip() in sheet.legend or find_legend([[n]]))]
    filled = " + ".join(
        f"CAST(NOT regexp_full_match(coalesce({c}, ''), $blank) AS INTEGER)" for c in day_cells
    )
    weekday = " AND ".join(f"coalesce(regexp_full_match({c}, $weekday), true)" for c in day_cells)
    group = "CAST(NULL AS VARCHAR)"
    if sheet.group is not None:
        group = f"last_value(nullif(trim(c{sheet.group}), '') IGNORE NULLS) OVER (ORDER BY row_no)"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE matrix_cells AS
        SELECT *, {filled} AS filled, {weekday} AS is_weekdays
        FROM matrix_rows WHERE row_no >= {sheet.first_row}
        """,
        {"blank": _BLANK, "weekday": r"\s*(?:(?:星期|周|礼拜)?[一二三四五六日天]|)\s*"},
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE matrix_people AS
        SELECT *, {group} AS group_name FROM matrix_cells
        WHERE regexp_matches(c{sheet.name}, '\\S') AND filled > 0 AND NOT is_weekdays
            AND c{sheet.name} NOT IN (SELECT unnest($nobody))
            AND NOT (c{sheet.name} IN (SELECT unnest($coded)) AND filled <= 2)
        """,
        {"nobody": nobody, "coded": coded},
    )
    _report_others(con, raw)


def _report_others(con: duckdb.DuckDBPyConnection, raw: RawTable) -> None:
    """Keep the rows that are nobody's as malformed, those of weekdays aside."""
    listed = ", ".join(f"nullif(trim({name}), '')" for name in raw.columns)
    con.execute(
        f"""
        INSERT INTO malformed_rows
        SELECT source_row, concat_ws(', ', {listed}), 'left_out'
        FROM matrix_cells ANTI JOIN matrix_people USING (row_no)
        WHERE concat_ws('', {listed}) <> '' AND NOT (is_weekdays AND filled > 0)
        ORDER BY row_no
        """
    )


def _is_nobody(name: str, ignored: set[str]) -> bool:
    """Tell whether a cell in the column of names is a label, a note or a legend."""
    form = unicodedata.normalize("NFKC", name).strip()
    note = _NOTE.match(form)
    return (
        normal_header(name) in ignored
        or (note is not None and normal_header(note[1]) in ignored)
        or len(form) > LONGEST_NAME
    )


def _write_shifts(con: duckdb.DuckDBPyConnection, sheet: _Sheet, layout: MatrixLayout) -> None:
    """Replace `raw_rows` by one row a shift."""
    others = "".join(f", c{column}" for column in sheet.others)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE matrix_cells AS
        SELECT row_no, source_row, trim(c{sheet.name}) AS name, group_name{others},
            unnest($days) AS day, unnest([{", ".join(f"c{column}" for column in sheet.dates)}]) AS cell,
            unnest(range({len(sheet.dates)})) AS place
        FROM matrix_people
        """,
        {"days": [day.isoformat() if day else None for day in sheet.dates.values()]},
    )
    con.execute(
        """
        UPDATE matrix_cells SET cell = NULL WHERE regexp_full_match(cell, $blank)
        """,
        {"blank": _BLANK},
    )
    _keep_codes(con, sheet)
    kept = "" if layout.blank == "rest" else "AND cell IS NOT NULL"
    rows = f"FROM matrix_cells LEFT JOIN matrix_codes USING (cell) WHERE day IS NOT NULL {kept}"
    picked = [
        "name",
        "group_name",
        "day",
        f"coalesce(code, '{REST}')",
        '"start"',
        '"end"',
        *(f"matrix_cells.c{column}" for column in sheet.others),
    ]
    listed = ", ".join(f"{name} AS c{index}" for index, name in enumerate(picked))
    order = "row_no, place, nth"
    con.execute(f"CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT {listed} {rows} ORDER BY {order}")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE row_origins AS"
        f" SELECT row_number() OVER (ORDER BY {order}) - 1 AS row_no, source_row {rows}"
    )


def _keep_codes(con: duckdb.DuckDBPyConnection, sheet: _Sheet) -> None:
    """Fill `matrix_codes` with the shifts each different cell stands for.

    Cells of days their month lacks are malformed.
    """
    con.execute(
        "INSERT INTO malformed_rows SELECT source_row, concat_ws(', ', name, cell), 'no_such_day'"
        " FROM matrix_cells WHERE day IS NULL AND cell IS NOT NULL ORDER BY row_no, place"
    )
    words = con.execute("SELECT DISTINCT cell FROM matrix_cells WHERE cell IS NOT NULL").fetchall()
    parts = [
        (cell, nth, *shift)
        for (cell,) in words
        for nth, shift in enumerate(read_shifts(cell, sheet.legend))
    ]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE matrix_codes"
        ' (cell VARCHAR, nth INTEGER, code VARCHAR, "start" VARCHAR, "end" VARCHAR)'
    )
    if parts:
        columns = [list(column) for column in zip(*parts, strict=True)]
        con.execute(
            "INSERT INTO matrix_codes SELECT unnest(?), unnest(?), unnest(?), unnest(?), unnest(?)",
            columns,
        )
