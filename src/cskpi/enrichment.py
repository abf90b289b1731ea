"""The text work, stage by stage; a stage is done anew where it or one before it has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.enrich.forms import rules, update_forms
from cskpi.model.state import fingerprint
from cskpi.model.steps import fill, text_steps
from cskpi.quality.accuracy import judge_statements
from cskpi.quality.accuracy import recipe as accuracy_recipe
from cskpi.quality.inspection import inspect
from cskpi.quality.inspection import recipe as inspection_recipe
from cskpi.quality.replies import judge_replies
from cskpi.quality.replies import settings_recipe as replies_recipe
from cskpi.sentiment.satisfaction import fill_satisfaction, satisfaction_recipe
from cskpi.store.database import Limits, let_go, transaction

if TYPE_CHECKING:
    import duckdb

    from cskpi.settings import Settings

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the text work.

    `recipe` returns what the result depends on besides messages, facts and the stages before: rules,
    word lists, settings, versions (anything JSON can hold). `run` writes the stage's tables; it is
    called inside a transaction of its own with a writable database.
    """

    name: str
    recipe: Callable[[duckdb.DuckDBPyConnection, Settings], object]
    run: Callable[[duckdb.DuckDBPyConnection, Settings], None]


def _steps_recipe(_: duckdb.DuckDBPyConnection, settings: Settings) -> object:
    return [(step.file.body, step.bind(settings)) for step in text_steps()]


def _run_steps(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    for step in text_steps():
        fill(con, step, settings)


def _inspect(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    # What the stage before was done from says whether rules that did not change still hold.
    inspect(con, settings, _done(con).get("facts"))


STAGES: tuple[Stage, ...] = (
    Stage("signals", lambda _, settings: rules(settings), update_forms),
    Stage("facts", _steps_recipe, _run_steps),
    Stage("findings", lambda _, settings: inspection_recipe(settings), _inspect),
    Stage("satisfaction", lambda _, settings: satisfaction_recipe(settings), fill_satisfaction),
    Stage(
        "accuracy", lambda _con, _settings: accuracy_recipe(), lambda con, _: judge_statements(con)
    ),
    Stage("replies", lambda _, settings: replies_recipe(settings), judge_replies),
)


def is_enriched(con: duckdb.DuckDBPyConnection, settings: Settings) -> bool:
    """Tell whether all that is read from texts matches facts, settings and rules in force."""
    return _done(con) == _wanted(con, settings)


def enrich(
    con: duckdb.DuckDBPyConnection, settings: Settings, progress: Progress | None = None
) -> None:
    """Bring what is read from texts up to date with the facts, each stage in one transaction.

    Args:
        con: a writable database whose facts are built.
        settings: gaps, rules and thresholds.
        progress: called with the stage, its number and the number of stages before each stage.
    """
    done, wanted = _done(con), _wanted(con, settings)
    for number, stage in enumerate(STAGES, start=1):
        if done.get(stage.name) == wanted[stage.name]:
            continue
        if progress:
            progress(stage.name, number, len(STAGES))
        # A stage holds much in frames of its own: with the tables of the one before it would be a GB more.
        let_go(con, Limits.of(settings))
        with transaction(con):
            stage.run(con, settings)
            con.execute("DELETE FROM _cskpi_text WHERE stage = ?", [stage.name])
            con.execute("INSERT INTO _cskpi_text VALUES (?, ?)", [stage.name, wanted[stage.name]])


def _done(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(con.execute("SELECT stage, fingerprint FROM _cskpi_text").fetchall())


def _wanted(con: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, str]:
    """Return each stage's fingerprint: its recipe on top of all before it."""
    wanted, below = {}, fingerprint(con, settings)
    for stage in STAGES:
        content = json.dumps([below, stage.recipe(con, settings)], ensure_ascii=False, default=str)
        below = wanted[stage.name] = hashlib.sha256(content.encode()).hexdigest()
    return wanted
