"""Merging staged rows into a table by key: insert what is new, settle what exports disagree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.ingest.raw import count
from cskpi.ingest.versions import ENUMERATIONS, Versions

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.versions import Rank

LEDGER_COLUMNS = ("file_id", "source_row")


@dataclass(frozen=True, slots=True)
class Merge:
    """The merge of one file; `taken_rows` collects the rows that added or changed something."""

    con: duckdb.DuckDBPyConnection
    rank: Rank
    may_update: bool

    def __post_init__(self) -> None:
        self.con.execute("CREATE OR REPLACE TEMP TABLE taken_rows (row_no BIGINT)")

    def run(
        self,
        table: str,
        keys: Sequence[str],
        columns: Sequence[str],
        rows: str,
        sums: Sequence[str] = (),
    ) -> int:
        """Merge rows into a table.

        Args:
            table: the staged table.
            keys: its key columns.
            columns: the columns given, keys included.
            rows: a table that also has `row_no`, `source_row` and, for sums, `likeness`.
            sums: columns whose values of one key add up instead of repeating.

        Returns:
            The number of rows that say something else than an earlier row with their key.
        """
        values = [name for name in columns if name not in keys]
        self._group(keys, values, rows, sums)
        # What a preset keeps beside the columns may differ from item to item.
        compared = [name for name in values if name not in {*sums, "extra"}]
        conflicting = self._count_conflicts(keys, compared, rows)
        on = " AND ".join(f"known.{name} = merged.{name}" for name in keys)
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE fresh_rows AS
            SELECT merged.row_no
            FROM merged_rows AS merged ANTI JOIN {table} AS known ON {on}
            """
        )
        self.con.execute("INSERT INTO taken_rows SELECT row_no FROM fresh_rows")
        known = "merged_rows WHERE row_no NOT IN (SELECT row_no FROM fresh_rows)"
        if values and self.may_update and count(self.con, known):
            Versions(self.con, self.rank).settle(table, keys, values, f"(SELECT * FROM {known})")
            self.con.execute("INSERT INTO taken_rows SELECT row_no FROM settled_rows")
        self._insert(table, keys, values)
        return conflicting

    def _group(
        self, keys: Sequence[str], values: Sequence[str], rows: str, sums: Sequence[str]
    ) -> None:
        firsts = "".join(
            f", sum({name}) FILTER (repeat_no = 1) AS {name}"
            if name in sums
            else f", arg_min({name}, row_no) AS {name}"
            for name in values
        )
        if sums:
            # A row that stands twice in a file adds its amounts once.
            on = ", ".join((*keys, "likeness"))
            rows = (
                f"(SELECT *, row_number() OVER (PARTITION BY {on} ORDER BY row_no) AS repeat_no"
                f" FROM {rows})"
            )
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE merged_rows AS
            SELECT {", ".join(keys)}, arg_min(source_row, row_no) AS source_row{firsts},
                min(row_no) AS row_no
            FROM {rows} GROUP BY {", ".join(keys)}
            """
        )

    def _count_conflicts(self, keys: Sequence[str], values: Sequence[str], rows: str) -> int:
        differs = " OR ".join(f"r.{name} <> m.{name}" for name in values)
        if not differs:
            return 0
        on = ", ".join(keys)
        return count(self.con, f"{rows} AS r JOIN merged_rows AS m USING ({on}) WHERE {differs}")

    def _insert(self, table: str, keys: Sequence[str], values: Sequence[str]) -> None:
        listed = ", ".join(
            f"coalesce({name}, 'unknown') AS {name}" if name in ENUMERATIONS else name
            for name in (*keys, *values)
        )
        # Inserted in file order, so that the same file always gives the same database.
        self.con.execute(
            f"""
            INSERT INTO {table} BY NAME
            SELECT {listed}, {self.rank.file_id} AS file_id, source_row FROM merged_rows
            WHERE row_no IN (SELECT row_no FROM fresh_rows)
            ORDER BY row_no
            """
        )
