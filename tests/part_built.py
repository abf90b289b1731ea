"""Facts made as tests ask for them: building all costs more than the rest of a small test.

The steps are those of a whole build, in its order, but for those on which nothing asked for rests.
What rests on what is told by the words of the SQL: too much may be built, too little cannot be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Self, cast

from blank import blank_views

from cskpi.enrichment import STAGES
from cskpi.model.shops import separate_shops, unify_shops
from cskpi.model.steps import fill, model_steps, text_steps
from cskpi.store.database import transaction

if TYPE_CHECKING:
    import duckdb

    from cskpi.settings import Settings

OF_STAGE: Mapping[str, frozenset[str]] = {
    "signals": frozenset({"text_forms", "message_signals"}),
    "findings": frozenset({"qa_inspected", "qa_rules", "qa_findings"}),
    "satisfaction": frozenset({"session_satisfaction", "satisfaction_models"}),
    "accuracy": frozenset({"kb_statements"}),
    "replies": frozenset({"reply_facts"}),
}
"""What the stages of the text work fill beside `queries/text`; they may read any other fact."""

_WORD = re.compile(r"\w+")


class PartBuilt:
    """A writable database whose facts are made when a statement first names them.

    It stands for the connection it is made of, `whole`; rows that are staged later change no fact made before.
    """

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, settings: Settings) -> duckdb.DuckDBPyConnection:
        """Return it as the connection it stands for."""
        return cast("duckdb.DuckDBPyConnection", cls(con, settings))

    def __init__(self, con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
        self.whole = con
        self._settings = settings
        self._built: set[str] = set()

    def execute(
        self, query: str | duckdb.Statement, *parameters: object
    ) -> duckdb.DuckDBPyConnection:
        """Make what the statement rests on, then run it."""
        self._build(query)
        return self.whole.execute(query, *parameters)

    def sql(self, query: str, **parameters: Any) -> duckdb.DuckDBPyRelation:
        """Do the same for a query that is read in pieces."""
        self._build(query)
        return self.whole.sql(query, **parameters)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Make all facts: what a cursor asks is not seen here."""
        self._build(" ".join(_words_behind()))
        return self.whole.cursor()

    def change(self, *statements: str) -> None:
        """Change staged tables; all facts are made anew."""
        for statement in statements:
            self.whole.execute(statement)
        self._built.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.whole.close()

    def _build(self, query: str | duckdb.Statement) -> None:
        text = query if isinstance(query, str) else query.query
        missing = _resting_on(frozenset(_WORD.findall(text)) & _words_behind().keys())
        if missing := missing - self._built:
            self._built |= missing
            build_part(self.whole, self._settings, missing)


def build_part(con: duckdb.DuckDBPyConnection, settings: Settings, wanted: set[str]) -> None:
    """Make these fact tables; what they rest on stands or is among them."""
    unify_shops(con)
    with transaction(con):
        for step in model_steps():
            if step.target in wanted:
                fill(con, step, settings)
    separate_shops(con)
    for stage in STAGES:
        if stage.name == "facts":
            for step in text_steps():
                if step.target in wanted:
                    fill(con, step, settings)
        elif OF_STAGE[stage.name] & wanted:
            with transaction(con):
                stage.run(con, settings)


def _resting_on(names: frozenset[str]) -> set[str]:
    below = _words_behind()
    found: set[str] = set()
    ahead = set(names)
    while ahead:
        found |= ahead
        ahead = {word for name in ahead for word in below[name]} - found
    return found


@cache
def _words_behind() -> dict[str, set[str]]:
    """Return each fact table and view with the facts that the SQL behind it names."""
    steps = (*model_steps(), *text_steps())
    below = {name: set(_WORD.findall(sql)) for name, sql in blank_views().items()}
    for step in steps:
        below[step.target] = set(_WORD.findall(" ".join((step.select, *step.needs))))
    facts = {step.target for step in steps} | OF_STAGE["signals"]
    for stage, tables in OF_STAGE.items():
        rests = tables if stage == "signals" else tables | facts
        below |= {table: set(rests) for table in tables}
    return {name: words & below.keys() for name, words in below.items()}
