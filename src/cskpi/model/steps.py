"""The model's steps: one SELECT per fact table, in the order of the file numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, cast

from cskpi.model.shops import stored_table
from cskpi.resources import data_dir
from cskpi.store.database import quote
from cskpi.store.sqlfile import SqlFile, read_sql_file

if TYPE_CHECKING:
    import duckdb

    from cskpi.settings import Settings, Value

MILLISECONDS = " * 1000"

Scope = Literal["whole", "names", "passing", "numbers", "session", "customer"]
"""What of a table a few new messages change.

whole: anything; it is small or quick and built anew. names: a few names that other tables know by
number; nothing may change in its columns but `counts`. passing: a table of the build alone, gone
when it ends, about the messages it looks at. numbers: rows are added, numbered after the ones there
are, and known by `key`. session, customer: the rows of the sessions or customers the messages are
of, by `session_no` or `customer_no`.
"""


@dataclass(frozen=True, slots=True)
class ModelStep:
    """One fact table: its SELECT, the settings its parameters take their values from, its scope.

    Where none of `needs` (tables, with a WHERE if need be) holds a row, the SELECT gives none.
    """

    target: str
    file: SqlFile
    parameters: dict[str, str]
    scope: Scope = "whole"
    number: str = ""
    key: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def select(self) -> str:
        """The SELECT that gives the whole table."""
        return self.file.body.strip().rstrip(";")

    def has_rows(self, con: duckdb.DuckDBPyConnection) -> bool:
        """Tell whether running the SELECT can give anything at all."""
        return not self.needs or any(
            con.execute(f"SELECT 1 FROM {need} LIMIT 1").fetchone() for need in self.needs
        )

    def bind(self, settings: Settings) -> dict[str, Value]:
        """Return the parameter values in force; `section.key * 1000` turns seconds into ms."""
        return {name: _value(settings, source) for name, source in self.parameters.items()}


@cache
def model_steps() -> tuple[ModelStep, ...]:
    """Return the shipped steps in building order."""
    files = sorted((data_dir("queries") / "model").glob("*.sql"))
    return tuple(_step(read_sql_file(path)) for path in files)


@cache
def text_steps() -> tuple[ModelStep, ...]:
    """Return the steps that rest on the signals of texts, in building order."""
    files = sorted((data_dir("queries") / "text").glob("*.sql"))
    return tuple(_step(read_sql_file(path)) for path in files)


def fill(con: duckdb.DuckDBPyConnection, step: ModelStep, settings: Settings) -> None:
    """Build one table anew."""
    if step.scope == "passing":
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {quote(step.target)} AS {step.select}",
            step.bind(settings),
        )
        return
    target = stored_table(con, step.target)
    con.execute(f"DELETE FROM {target}")
    if step.has_rows(con):
        con.execute(f"INSERT INTO {target} BY NAME {step.select}", step.bind(settings))


def _step(file: SqlFile) -> ModelStep:
    head = file.header
    return ModelStep(
        head["target"],
        file,
        dict(head.get("params", {})),
        cast("Scope", head.get("scope", "whole")),
        head.get("number", ""),
        tuple(head.get("key", ())),
        tuple(head.get("counts", ())),
        tuple(head.get("needs", ())),
    )


def _value(settings: Settings, source: str) -> Value:
    if source.endswith(MILLISECONDS):
        return settings.whole(source.removesuffix(MILLISECONDS)) * 1000
    return settings.values[source]
