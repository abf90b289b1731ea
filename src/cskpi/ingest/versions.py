"""Rows that several exports know: each column holds what the latest export with a value says.

Which export is later is told by the newest time in it, never by the order of loading, so any order
of the same files gives the same rows. What the others said stays in `row_versions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cskpi.ingest.raw import count
from cskpi.ingest.staging import schema_types
from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

ENUMERATIONS = ("status", "shift_kind", "refund_kind")
"""Columns that hold `unknown` where no export says anything."""

_RANK = "coalesce(strftime({moment}, '%Y%m%d%H%M%S'), '') || {sha256}"


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a file stands among the others: by its newest time, then by its content."""

    file_id: int
    exported_at: datetime | None
    sha256: str

    @property
    def text(self) -> str:
        """A text that sorts as the ranks do."""
        moment = self.exported_at.strftime("%Y%m%d%H%M%S") if self.exported_at else ""
        return moment + self.sha256


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of rows, settled for one file."""

    con: duckdb.DuckDBPyConnection
    rank: Rank

    def settle(
        self,
        table: str,
        keys: Sequence[str],
        values: Sequence[str],
        rows: str,
        derived: Mapping[str, str] | None = None,
    ) -> None:
        """Take in what a file says of known rows; `settled_rows(row_no)` are those that changed.

        Args:
            table: the staged table.
            keys: its key columns, none of them NULL.
            values: its other columns, without the ledger's.
            rows: a relation with keys, values, `row_no` and `source_row`; every key is in the table.
            derived: further columns of the table as expressions over the settled row.
        """
        self._find_differing(table, keys, values, rows)
        self._take_over(table)
        self.con.execute("CREATE OR REPLACE TEMP TABLE settled_rows (row_no BIGINT)")
        if not count(self.con, "differing_rows"):
            return
        self._store(table)
        self._choose(table, values)
        self._update(table, values, derived or {})

    def _find_differing(
        self, table: str, keys: Sequence[str], values: Sequence[str], rows: str
    ) -> None:
        """Pair the file's rows with the table's where they differ, or were disagreed on before."""
        on = " AND ".join(f"old.{name} = new.{name}" for name in keys)
        key = "concat_ws(chr(31), " + ", ".join(f"CAST(new.{name} AS VARCHAR)" for name in keys)
        differs = " OR ".join(
            f"{_given('new', name, values)} IS DISTINCT FROM {_given('old', name, values)}"
            for name in values
        )
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE differing_rows AS
            SELECT {key}) AS row_key, new.row_no, new.source_row, old.rowid AS place,
                old.file_id AS old_file_id, old.source_row AS old_source_row,
                {_body("new", values)} AS body, {_body("old", values)} AS old_body,
                coalesce({differs}, FALSE) AS differs
            FROM {rows} AS new JOIN {table} AS old ON {on}
            """
        )
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE equal_rows AS
            SELECT place, source_row, old_file_id FROM differing_rows
            WHERE NOT differs AND row_key NOT IN (
                SELECT row_key FROM row_versions WHERE table_name = {literal(table)})
            """
        )
        self.con.execute("DELETE FROM differing_rows WHERE place IN (SELECT place FROM equal_rows)")

    def _take_over(self, table: str) -> None:
        """Let rows that the later of two files repeats count as that file's, as if loaded first."""
        rank = _RANK.format(moment="files.exported_at", sha256="files.sha256")
        self.con.execute(
            f"""
            UPDATE {table} SET file_id = {self.rank.file_id}, source_row = later.source_row
            FROM (SELECT place, source_row FROM equal_rows
                JOIN import_files AS files ON equal_rows.old_file_id = files.file_id
                WHERE {rank} < {literal(self.rank.text)}) AS later
            WHERE {table}.rowid = later.place
            """
        )

    def _store(self, table: str) -> None:
        """Keep the file's version, and the row as it was where it is the first to be disagreed on."""
        name = literal(table)
        for file_id, source_row, body, unless in (
            ("old_file_id", "old_source_row", "old_body", f"table_name = {name}"),
            (
                self.rank.file_id,
                "source_row",
                "body",
                f"table_name = {name} AND file_id = {self.rank.file_id}",
            ),
        ):
            self.con.execute(
                f"""
                INSERT INTO row_versions
                SELECT {name}, row_key, {file_id}, {source_row}, {body} FROM differing_rows
                WHERE row_key NOT IN (SELECT row_key FROM row_versions WHERE {unless})
                """
            )

    def _choose(self, table: str, values: Sequence[str]) -> None:
        """Work out what the latest export with a value says, column by column."""
        types = schema_types(self.con, table)
        chosen = ", ".join(
            f"CAST(arg_max(said.{name}, ranked.rank) FILTER (said.{name} IS NOT NULL)"
            f" AS {types[name]}) AS {name}"
            for name in values
        )
        shape = "{" + ", ".join(f'"{name}": "VARCHAR"' for name in values) + "}"
        rank = _RANK.format(moment="files.exported_at", sha256="files.sha256")
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE chosen_rows AS
            SELECT row_key, arg_max(ranked.file_id, ranked.rank) AS file_id,
                arg_max(ranked.source_row, ranked.rank) AS source_row, {chosen}
            FROM (
                SELECT versions.row_key, versions.file_id, versions.source_row,
                    from_json(versions.body, {literal(shape)}) AS said,
                    CASE WHEN versions.file_id = {self.rank.file_id} THEN {literal(self.rank.text)}
                        ELSE {rank} END AS rank
                FROM row_versions AS versions
                LEFT JOIN (SELECT file_id, any_value(exported_at) AS exported_at,
                        any_value(sha256) AS sha256
                    FROM import_files GROUP BY file_id) AS files USING (file_id)
                WHERE versions.table_name = {literal(table)}
                    AND versions.row_key IN (SELECT row_key FROM differing_rows)) AS ranked
            GROUP BY row_key
            """
        )

    def _update(self, table: str, values: Sequence[str], derived: Mapping[str, str]) -> None:
        settled = {
            name: f"coalesce(chosen.{name}, 'unknown')"
            if name in ENUMERATIONS
            else f"chosen.{name}"
            for name in values
        }
        changed = " OR ".join(
            f"{table}.{name} IS DISTINCT FROM {sql}" for name, sql in settled.items()
        )
        self.con.execute(
            f"""
            INSERT INTO settled_rows
            SELECT chosen.row_no FROM {table} JOIN (SELECT chosen_rows.*, row_no, place
                FROM chosen_rows JOIN differing_rows USING (row_key)) AS chosen
                ON {table}.rowid = chosen.place
            WHERE {changed}
            """
        )
        assigned = ", ".join(f"{name} = {sql}" for name, sql in {**settled, **derived}.items())
        self.con.execute(
            f"""
            UPDATE {table} SET {assigned}, file_id = chosen.file_id, source_row = chosen.source_row
            FROM (SELECT chosen_rows.*, place FROM chosen_rows
                JOIN differing_rows USING (row_key)) AS chosen
            WHERE {table}.rowid = chosen.place
            """
        )


def _given(alias: str, name: str, values: Sequence[str]) -> str:
    """Return a column, NULL where `unknown` only stands for nothing said."""
    if name not in ENUMERATIONS:
        return f"{alias}.{name}"
    raw = f"{name}_raw"
    if raw in values:
        return f"CASE WHEN {alias}.{raw} IS NOT NULL THEN {alias}.{name} END"
    return f"nullif({alias}.{name}, 'unknown')"


def _body(alias: str, values: Sequence[str]) -> str:
    pairs = ", ".join(
        f"'{name}', CAST({_given(alias, name, values)} AS VARCHAR)" for name in values
    )
    return f"CAST(json_object({pairs}) AS VARCHAR)"
