"""Bringing the facts up to date after messages were added: the work of a day, not of all years.

New messages change the threads they belong to, and the days of the customers of those threads. The
same SELECTs that build a whole table run on these alone: temporary views stand before the tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cskpi.model.shops import show_shop, stored_table
from cskpi.model.steps import ModelStep, Scope, fill, model_steps
from cskpi.store.database import quote

if TYPE_CHECKING:
    import duckdb

    from cskpi.settings import Settings

LARGEST_SHARE = 0.3
"""Above this share of new messages, building anew takes no longer."""

THREAD_OF = "CAST(floor({}session_no / 1000000) AS INTEGER)"

_CHANGED_KEYS = """
CREATE OR REPLACE TEMP TABLE changed_keys AS
SELECT DISTINCT shop_id, conversation_id,
    CASE WHEN conversation_id IS NULL THEN customer_id END AS customer_id
FROM new_messages
"""

_CHANGED_MESSAGES = """
CREATE OR REPLACE TEMP TABLE changed_messages AS
SELECT messages.* FROM messages SEMI JOIN changed_keys
    ON messages.shop_id = changed_keys.shop_id
    AND messages.conversation_id = changed_keys.conversation_id
UNION ALL BY NAME
SELECT messages.*
FROM messages SEMI JOIN (SELECT * FROM changed_keys WHERE conversation_id IS NULL) AS keys
    ON messages.shop_id = keys.shop_id
    AND coalesce(messages.customer_id, '') = coalesce(keys.customer_id, '')
WHERE messages.conversation_id IS NULL
"""


def update_facts(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[int],
    settings: Settings,
    shop: str | None,
    progress: Callable[[str, int, int], None] | None = None,
) -> bool:
    """Bring the facts up to date with the messages of `files`; say whether that was possible.

    `shop` is whose the rows without a shop are.

    It is not, and nothing has been touched, where a name other tables know by number has come or
    changed, or where so much is new that building anew is as quick.
    """
    steps = model_steps()
    if _is_much(con, files) or not all(
        _names_stand(con, step, settings) for step in steps if step.scope == "names"
    ):
        return False
    update = _Update(con, settings, shop)
    update.collect(files)
    for number, step in enumerate(steps, start=1):
        if progress:
            progress(step.target, number, len(steps))
        update.run(step)
    update.leave()
    return True


def _is_much(con: duckdb.DuckDBPyConnection, files: Sequence[int]) -> bool:
    row = con.execute(
        f"SELECT count(*) FILTER ({_among(files)}), count(*) FROM messages"
    ).fetchone()
    return row is not None and row[0] > LARGEST_SHARE * row[1]


def _among(files: Sequence[int]) -> str:
    return f"file_id IN ({', '.join(map(str, files))})" if files else "FALSE"


def _part(table: str, scope: Scope) -> str:
    """A table read in two scopes has two parts, so that a later scope leaves the first's alone."""
    return quote(f"changed_{table}_{scope}_part")


def _names_stand(con: duckdb.DuckDBPyConnection, step: ModelStep, settings: Settings) -> bool:
    """Tell whether a table of names holds the same names under the same numbers as before."""
    but = f" EXCLUDE ({', '.join(map(quote, step.counts))})" if step.counts else ""
    found = _part(step.target, step.scope)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {found} AS {step.select}", step.bind(settings))
    now, before = (
        f"SELECT *{but} FROM {table}" for table in (found, stored_table(con, step.target))
    )
    row = con.execute(
        f"SELECT count(*) FROM ((({now}) EXCEPT ({before})) UNION ALL (({before}) EXCEPT ({now})))"
    ).fetchone()
    return row is not None and row[0] == 0


class _Update:
    """One update under way; `scope` says which temporary views stand."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, settings: Settings, shop: str | None
    ) -> None:
        self.con = con
        self.settings = settings
        self.shop = shop
        self.scope: Scope = "whole"
        self.shadows: list[str] = []
        self.done: list[ModelStep] = []

    def collect(self, files: Sequence[int]) -> None:
        """Gather the new messages, all messages of their threads, and whose they are."""
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE new_messages AS SELECT * FROM messages"
            f" WHERE {_among(files)}"
        )
        self.con.execute(_CHANGED_KEYS)
        self.con.execute(_CHANGED_MESSAGES)
        self.con.execute("CREATE OR REPLACE TEMP TABLE changed_threads (thread_no INTEGER)")
        self.con.execute("CREATE OR REPLACE TEMP TABLE changed_customers (customer_no INTEGER)")

    def run(self, step: ModelStep) -> None:
        """Bring one table up to date."""
        if step.scope != self.scope:
            self._enter(step.scope)
        if step.scope in ("whole", "passing"):
            fill(self.con, step, self.settings)
        elif step.scope == "names":
            self._renew_counts(step)
        elif step.scope == "numbers":
            self._add_numbered(step)
        else:
            self._replace_part(step)

    def leave(self) -> None:
        """Take all temporary views away, and let rows without a shop be the only shop's again."""
        self._enter("whole")

    def _enter(self, scope: Scope) -> None:
        for name in self.shadows:
            self.con.execute(f"DROP VIEW IF EXISTS temp.{quote(name)}")
        self.shadows = []
        show_shop(self.con, self.shop)
        self.scope = scope
        if scope in ("passing", "numbers", "session"):
            self._shadow("messages", "changed_messages")
        if scope == "session":
            self._shadow_part("threads", "changed_threads", "thread_no")
            for name in self._numbered_by("session_no"):
                self._shadow_part(name, "changed_threads", "thread_no")
        elif scope == "customer":
            self._collect_customers()
            for name in self._numbered_by("customer_no"):
                self._shadow_part(name, "changed_customers", "customer_no")
        for step in self.done:
            if step.scope == scope:
                self._shadow(step.target, _part(step.target, scope))

    def _shadow_part(self, name: str, changed: str, number: str) -> None:
        """Let a table show its changed rows alone; a step of this scope reads them several times."""
        stored = stored_table(self.con, name)
        own = f"kept.{number}"
        if number == "thread_no" and name != "threads":
            own = THREAD_OF.format("kept.")
        part = _part(name, self.scope)
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {part} AS SELECT * FROM {stored} AS kept"
            f" SEMI JOIN {changed} ON {own} = {changed}.{number}"
        )
        self._shadow(name, part)

    def _shadow(self, name: str, part: str) -> None:
        self.con.execute(f"DROP VIEW IF EXISTS temp.{quote(name)}")
        self.con.execute(f"CREATE TEMP VIEW {quote(name)} AS SELECT * FROM {part}")
        self.shadows.append(name)

    def _numbered_by(self, column: str) -> list[str]:
        """Return the tables that the steps of this scope read, but do not write, and can cut."""
        steps = [step for step in model_steps() if step.scope == self.scope]
        read = {word for step in steps for word in re.findall(r"\w+", step.select)}
        built = {step.target for step in model_steps()} - {step.target for step in steps}
        return sorted(name for name in read & built if column in self._columns(name))

    def _renew_counts(self, step: ModelStep) -> None:
        """Take over the names looked up before: the same as stored, but for what counts rows."""
        if step.counts:
            stored = stored_table(self.con, step.target)
            self.con.execute(f"DELETE FROM {stored}")
            self.con.execute(f"INSERT INTO {stored} BY NAME FROM {_part(step.target, step.scope)}")

    def _add_numbered(self, step: ModelStep) -> None:
        """Put rows in place of those with the same key, and give the others the next numbers."""
        stored, number = stored_table(self.con, step.target), quote(step.number)
        keys = [
            f"coalesce(CAST({part} AS VARCHAR), '') AS key_{n}" for n, part in enumerate(step.key)
        ]
        same = " AND ".join(f"found.key_{n} = known.key_{n}" for n in range(len(keys)))
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE numbered_rows AS
            SELECT found.* EXCLUDE ({", ".join(f"key_{n}" for n in range(len(keys)))})
                REPLACE (coalesce(known.{number}, CAST(highest
                    + count(*) FILTER (known.{number} IS NULL) OVER (ORDER BY found.{number})
                    AS INTEGER)) AS {number})
            FROM (SELECT *, {", ".join(keys)} FROM ({step.select})) AS found
            CROSS JOIN (SELECT coalesce(max({number}), 0) AS highest FROM {stored}) AS last_number
            LEFT JOIN (SELECT {number}, {", ".join(keys)} FROM {stored}) AS known ON {same}
            """,
            step.bind(self.settings),
        )
        self.con.execute(
            f"DELETE FROM {stored} WHERE {number} IN (SELECT {number} FROM numbered_rows)"
        )
        self.con.execute(f"INSERT INTO {stored} BY NAME FROM numbered_rows")
        if step.target == "threads":
            self.con.execute("INSERT INTO changed_threads SELECT thread_no FROM numbered_rows")
            self._collect_customers()

    def _collect_customers(self) -> None:
        """Add the customers of the changed threads, as the sessions name them just now."""
        sessions = stored_table(self.con, "session_messages")
        self.con.execute(
            f"""
            INSERT INTO changed_customers
            SELECT DISTINCT customer_no FROM {sessions} AS kept SEMI JOIN changed_threads
                ON {THREAD_OF.format("kept.")} = changed_threads.thread_no
            WHERE customer_no IS NOT NULL
            EXCEPT FROM changed_customers
            """
        )

    def _replace_part(self, step: ModelStep) -> None:
        stored = stored_table(self.con, step.target)
        changed = _part(step.target, step.scope)
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {changed} AS SELECT * FROM {stored} LIMIT 0"
        )
        if step.has_rows(self.con):
            self.con.execute(
                f"INSERT INTO {changed} BY NAME {step.select}", step.bind(self.settings)
            )
        if step.scope == "session":
            part = f"{THREAD_OF.format('')} IN (SELECT thread_no FROM changed_threads)"
        else:
            part = "customer_no IN (SELECT customer_no FROM changed_customers)"
        self.con.execute(f"DELETE FROM {stored} WHERE {part}")
        self.con.execute(f"INSERT INTO {stored} BY NAME FROM {changed}")
        self._shadow(step.target, changed)
        self.done.append(step)

    def _columns(self, table: str) -> set[str]:
        rows = self.con.execute(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND NOT internal",
            [table],
        ).fetchall()
        return {name for (name,) in rows}
