"""Sessions read from the database batch by batch, and the places of findings in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from cskpi.quality.hits import Inspection
from cskpi.quality.lines import Lines
from cskpi.quality.rule import LEAK_KINDS
from cskpi.store.ahead import ahead
from cskpi.store.frames import offered

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from cskpi.quality.hits import FormBook
    from cskpi.quality.rule import Rule

_BATCH_MESSAGES = 500_000
"""Messages looked at in one go; sessions stay whole."""

_LINES = """
SELECT
    placed.session_no, placed.row_key, placed.actor,
    coalesce(placed.account_no, -1) AS account_no,
    coalesce(placed.occurred_ms, -1) AS occurred_ms,
    coalesce(placed.form_no, -1) AS form_no{more}
FROM message_forms AS placed{joined}
WHERE placed.session_no BETWEEN $low AND $high{where}
ORDER BY
    placed.session_no, coalesce(placed.occurred_ms, epoch_ms(placed.occurred_at)),
    placed.occurred_at, placed.row_key
"""
_MORE = ", CAST(session_facts.started_at AS DATE) AS started_on, channels.channel"
_JOINED = """
INNER JOIN session_facts ON placed.session_no = session_facts.session_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no"""


def find(con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], book: FormBook) -> None:
    """Put every place where a rule holds into `_qa_found`; `rule_no` is the rule's place."""
    import polars as pl

    with ahead(con) as database, ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        # While rules are applied to one batch, the database reads the next and takes up what was found.
        reading = _inspections(con, rules, book)
        following = database.submit(next, reading, None)
        book.prepare(rules)
        stored = None
        while (inspection := following.result()) is not None:
            following = database.submit(next, reading, None)
            found = list(pool.map(partial(_found, inspection), range(len(rules)), rules))
            if stored is not None:
                stored.result()
            stored = database.submit(_store, con, _frame(inspection.lines, found))
        if stored is not None:
            stored.result()


def _frame(lines: Lines, found: Sequence[tuple[NDArray[Any], ...]]) -> pl.DataFrame:
    """Return what all rules found in some sessions, as `_qa_found` holds it."""
    import numpy as np
    import polars as pl

    numbers, places, seconds = (np.concatenate(column) for column in zip(*found, strict=True))
    return pl.DataFrame(
        {
            "rule_no": numbers,
            "session_no": lines.session[places],
            "row_key": lines.row_key[places],
            "account_no": lines.account[places],
            "seconds": seconds,
        }
    )


def _store(con: duckdb.DuckDBPyConnection, frame: pl.DataFrame) -> None:
    with offered(con, "_qa_batch", frame):
        con.execute("INSERT INTO _qa_found BY NAME SELECT * FROM _qa_batch")


def _found(inspection: Inspection, number: int, rule: Rule) -> tuple[NDArray[Any], ...]:
    """Return number, place and seconds of what a rule finds."""
    import numpy as np

    places = inspection.places(rule)
    return np.full(len(places), number), places, inspection.seconds(rule, places)


def _inspections(
    con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], book: FormBook
) -> Iterator[Inspection]:
    import numpy as np

    leaking = any(one.leaks for rule in rules for one in rule.conditions.values())
    dated = any(rule.starts or rule.ends or rule.scope.channels for rule in rules)
    more, joined = (_MORE, _JOINED) if dated else ("", "")
    newest = con.execute("SELECT max(occurred_ms) FROM message_forms").fetchone()
    numbers = book.forms["form_no"].to_numpy()
    for low, high in batches(con):
        read = read_lines(con, low, high, more=more, joined=joined)
        lines = Lines(
            session=read["session_no"],
            row_key=read["row_key"],
            actor=read["actor"],
            account=read["account_no"],
            milliseconds=read["occurred_ms"],
            form=_places(numbers, read["form_no"]),
            last_millisecond=newest[0] if newest and newest[0] is not None else 0,
        )
        days = read["started_on"].astype("datetime64[D]") if dated else None
        channels = np.asarray(read["channel"], dtype=object) if dated else None
        leaks = _leaks(con, low, high) if leaking else {}
        yield Inspection(lines, book, days, channels, leaks)


def _leaks(con: duckdb.DuckDBPyConnection, low: int, high: int) -> dict[str, NDArray[np.int64]]:
    """Return the messages of some sessions that leak personal data, by its kind."""
    rows = con.execute(
        "SELECT leak_kind, row_key FROM privacy_leaks WHERE session_no BETWEEN $low AND $high",
        {"low": low, "high": high},
    ).fetchnumpy()
    return {kind: rows["row_key"][rows["leak_kind"] == kind] for kind in LEAK_KINDS}


def _places(numbers: NDArray[np.int32], wanted: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return where in `numbers` each wanted one is, -1 for what is not there."""
    import numpy as np

    # The last entry is that of -1.
    highest = max(numbers.max(initial=0), wanted.max(initial=0))
    places = np.full(highest + 2, -1, dtype=np.int32)
    places[numbers] = np.arange(len(numbers))
    return places[wanted]


def read_lines(
    con: duckdb.DuckDBPyConnection,
    low: int,
    high: int,
    *,
    more: str = "",
    joined: str = "",
    where: str = "",
) -> dict[str, NDArray[Any]]:
    """Return the lines of some sessions in order; -1 stands for no account, moment or text.

    Args:
        con: a database with `message_forms`.
        low: the first session.
        high: the last session.
        more: further columns, each after a comma.
        joined: where these come from, beside `placed`, the message.
        where: which lines only, as ` AND …`.
    """
    sql = _LINES.format(more=more, joined=joined, where=where)
    return con.execute(sql, {"low": low, "high": high}).fetchnumpy()


def batches(con: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    """Return first and last session number of each batch."""
    counted = con.execute(
        f"""
        SELECT min(session_no), max(session_no)
        FROM (
            SELECT session_no, (sum(message_count) OVER (ORDER BY session_no)) // {_BATCH_MESSAGES}
                AS batch
            FROM (
                SELECT session_no, count(*) AS message_count FROM message_forms GROUP BY session_no
            )
        )
        GROUP BY batch ORDER BY batch
        """
    )
    return counted.fetchall()
