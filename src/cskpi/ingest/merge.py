"""Merging staged rows into a table by key: insert what is new, fill gaps, follow changed values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.ingest.raw import count

if TYPE_CHECKING:
    import duckdb

LEDGER_COLUMNS = ("file_id", "source_row")
ENUMERATIONS = ("status", "shift_kind")
"""Columns that hold `unknown` where no export says anything."""


@dataclass(frozen=True, slots=True)
class Merge:
    """The merge of one file; `taken_rows` collects the rows that added or changed something."""

    con: duckdb.DuckDBPyConnection
    file_id: int
    may_update: bool

    def __post_init__(self) -> None:
        self.con.execute("CREATE OR REPLACE TEMP TABLE taken_rows (row_no BIGINT)")

    def run(self, table: str, keys: Sequence[str], columns: Sequence[str], rows: str) -> int:
        """Merge `rows` (with `row_no` and `source_row`) into `table`.

        Returns:
            The number of rows that say something else than an earlier row with their key.
        """
        values = [name for name in columns if name not in keys]
        self._group(keys, values, rows)
        conflicting = self._count_conflicts(keys, values, rows)
        on = " AND ".join(f"known.{name} = merged.{name}" for name in keys)
        changes = " OR ".join(
            f"(merged.{name} IS NOT NULL AND merged.{name} IS DISTINCT FROM known.{name})"
            for name in values
        )
        may_change = changes if self.may_update and changes else "FALSE"
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE fresh_rows AS
            SELECT merged.row_no, known.file_id IS NULL AS is_new
            FROM merged_rows AS merged LEFT JOIN {table} AS known ON {on}
            WHERE known.file_id IS NULL OR {may_change}
            """
        )
        self.con.execute("INSERT INTO taken_rows SELECT row_no FROM fresh_rows")
        if values and count(self.con, "fresh_rows WHERE NOT is_new"):
            self._update(table, keys, values)
        self._insert(table, keys, values)
        return conflicting

    def _group(self, keys: Sequence[str], values: Sequence[str], rows: str) -> None:
        firsts = "".join(f", arg_min({name}, row_no) AS {name}" for name in values)
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

    def _update(self, table: str, keys: Sequence[str], values: Sequence[str]) -> None:
        filled = ", ".join(f"{name} = coalesce(merged.{name}, {table}.{name})" for name in values)
        on = " AND ".join(f"{table}.{name} = merged.{name}" for name in keys)
        self.con.execute(
            f"""
            UPDATE {table} SET {filled}, file_id = {self.file_id}, source_row = merged.source_row
            FROM (SELECT * FROM merged_rows
                  WHERE row_no IN (SELECT row_no FROM fresh_rows WHERE NOT is_new)) AS merged
            WHERE {on}
            """
        )

    def _insert(self, table: str, keys: Sequence[str], values: Sequence[str]) -> None:
        listed = ", ".join(
            f"coalesce({name}, 'unknown') AS {name}" if name in ENUMERATIONS else name
            for name in (*keys, *values)
        )
        # Inserted in file order, so that the same file always gives the same database.
        self.con.execute(
            f"""
            INSERT INTO {table} BY NAME
            SELECT {listed}, {self.file_id} AS file_id, source_row FROM merged_rows
            WHERE row_no IN (SELECT row_no FROM fresh_rows WHERE is_new)
            ORDER BY row_no
            """
        )
