"""Findings a person marks as wrong; the next runs respect it, reloads included.

A dispute is about one place of one message, so another place in it that the rule holds at keeps
counting. What stands nowhere in the text (a wait, a silence) is disputed with its message.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from cskpi.errors import UsageError
from cskpi.quality.evidence import has_evidence, pieces_of, word_lists, words_of
from cskpi.quality.rulebook import load_rules
from cskpi.store.database import transaction
from cskpi.store.frames import offered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    import duckdb

    from cskpi.quality.evidence import Piece, WordLists
    from cskpi.quality.rule import Rule
    from cskpi.settings import Settings

_SESSION = """(
    session_id = $session OR (
        contains($session, '***@')
        AND starts_with(session_id, split_part($session, '***@', 1))
        AND ends_with(session_id, '@' || split_part($session, '***@', 2))
    )
)"""
_PLACE = ("shop_id", "session_id", "rule", "message_key", "span_start")

_FOUND = """
SELECT shops.shop_id, session_facts.session_id, found.rule,
    CAST(messages.message_key AS VARCHAR) AS message_key, found.span_start, found.span_end,
    found.row_key
FROM qa_findings AS found
INNER JOIN session_facts ON found.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
INNER JOIN messages ON found.row_key = messages.source_row * 1000000 + messages.file_id
"""
_CONCERNED = """
SELECT found.rule, found.row_key, messages.text, signals.form,
    coalesce(disputed.is_whole, FALSE) AS is_whole, disputed.places
FROM qa_findings AS found
INNER JOIN messages ON found.row_key = messages.source_row * 1000000 + messages.file_id
LEFT JOIN text_forms AS forms ON messages.text_hash = forms.text_hash
LEFT JOIN message_signals AS signals ON forms.form_no = signals.form_no
{kind} JOIN (
    SELECT rule, message_key, bool_or(span_start IS NULL) AS is_whole,
        list((span_start, span_end)) FILTER (span_start IS NOT NULL) AS places
    FROM qa_disputes GROUP BY rule, message_key
) AS disputed
    ON found.rule = disputed.rule AND CAST(messages.message_key AS VARCHAR) = disputed.message_key
{where}
ORDER BY found.rule, found.row_key
"""
_UPDATE = """
UPDATE qa_findings SET words = told.words, span_start = told.span_start, span_end = told.span_end,
    is_disputed = told.is_disputed
FROM _qa_told AS told
WHERE qa_findings.rule = told.rule AND qa_findings.row_key = told.row_key
"""


def finding_id(found: str = "", message: str = "") -> str:
    """Return SQL for what a finding is called: the same after every run, no customer's name in it.

    Args:
        found: alias and dot of what has shop, session, rule and place.
        message: the same of what has the message's key.
    """
    names = [f"{message if name == 'message_key' else found}{name}" for name in _PLACE]
    return f"'F' || substr(md5(concat_ws(chr(31), {', '.join(names)})), 1, 11)"


@dataclass(frozen=True, slots=True)
class Target:
    """What is disputed: one finding by its id, or all of a rule in a session.

    `session` is the id as `cskpi qa list` shows it, masked or not; `shop` None means every shop.
    """

    session: str | None = None
    rule: str | None = None
    finding: str | None = None
    shop: str | None = None

    @property
    def told(self) -> dict[str, str | None]:
        """Parameters of `where`."""
        shop = {"shop": self.shop}
        if self.finding is not None:
            return {"finding": self.finding, **shop}
        return {"session": self.session, "rule": self.rule, **shop}

    @property
    def shown(self) -> str:
        """What a person called it."""
        return self.finding or f"{self.session} {self.rule}"

    @property
    def where(self) -> str:
        """The condition on what has shop, session, rule, message and place."""
        named = f"{finding_id()} = $finding"
        every = f"rule = $rule AND {_SESSION}"
        chosen = every if self.finding is None else named
        return f"{chosen} AND shop_id = coalesce($shop, shop_id)"


def dispute(
    con: duckdb.DuckDBPyConnection,
    target: Target,
    reason: str | None,
    settings: Settings,
) -> int:
    """Mark findings as wrong and return how many they are.

    Args:
        con: a writable database that was inspected.
        target: which findings.
        reason: why they are wrong.
        settings: where the rules and word lists in force are.

    Raises:
        UsageError: nothing of the kind was found.
    """
    found = con.execute(f"FROM ({_FOUND}) WHERE {target.where}", target.told).fetchall()
    if not found:
        raise UsageError("qa_finding_unknown", what=target.shown)
    # All of a rule in a session means its messages whole.
    place = "span_start, span_end" if target.finding else "NULL, NULL"
    with transaction(con):
        _forget(con, target)
        con.execute(
            "INSERT INTO qa_disputes SELECT DISTINCT shop_id, session_id, rule, message_key,"
            " CAST($reason AS VARCHAR), CAST(current_timestamp AT TIME ZONE 'UTC' AS TIMESTAMP),"
            f" {place} FROM ({_FOUND}) WHERE {target.where}",
            {**target.told, "reason": reason},
        )
        settle(con, settings, {row[-1] for row in found})
    return len(found)


def withdraw(con: duckdb.DuckDBPyConnection, target: Target, settings: Settings) -> int:
    """Let findings count again and return how many disputes that ends.

    Raises:
        UsageError: nothing of the kind is disputed.
    """
    with transaction(con):
        keys = _forget(con, target)
        if not keys:
            raise UsageError("qa_dispute_unknown", what=target.shown)
        rows = con.execute(
            f"SELECT row_key FROM ({_FOUND}) WHERE list_contains($keys::VARCHAR[], message_key)",
            {"keys": keys},
        ).fetchall()
        settle(con, settings, {row_key for (row_key,) in rows})
    return len(keys)


def settle(
    con: duckdb.DuckDBPyConnection, settings: Settings, messages: Iterable[int] | None = None
) -> None:
    """Let findings stand on what is not disputed, and mark those of which nothing is left.

    Args:
        con: a database with findings.
        settings: where the rules and word lists in force are.
        messages: `row_key` of the messages looked at; None for all with a dispute.
    """
    import polars as pl

    some = messages is not None
    sql = _CONCERNED.format(
        kind="LEFT" if some else "INNER",
        where="WHERE list_contains($keys::BIGINT[], found.row_key)" if some else "",
    )
    rows = con.execute(sql, {"keys": sorted(messages or ())} if some else {}).fetchall()
    if not rows:
        return
    book = {rule.name: rule for rule in load_rules(settings)}
    lists = word_lists(con, settings)
    told = [
        one
        for name, concerned in groupby(rows, key=itemgetter(0))
        if name in book
        for one in _settled(book[name], [row[1:] for row in concerned], lists)
    ]
    schema = {
        "rule": pl.String,
        "row_key": pl.Int64,
        "words": pl.String,
        "span_start": pl.Int32,
        "span_end": pl.Int32,
        "is_disputed": pl.Boolean,
    }
    if told:
        with offered(con, "_qa_told", pl.DataFrame(told, schema=schema, orient="row")):
            con.execute(_UPDATE)


def _settled(
    rule: Rule, rows: Sequence[tuple[Any, ...]], lists: WordLists
) -> Iterator[tuple[Any, ...]]:
    texts = [(key, text, form) for key, text, form, *_ in rows if form is not None]
    told = pieces_of(texts, rule.anchors, lists) if has_evidence(rule.anchors) else ()
    by_message = dict(told)
    for row_key, _, _, is_whole, places in rows:
        pieces = by_message.get(row_key, [])
        left = [] if is_whole else [piece for piece in pieces if not _is_in(piece, places or ())]
        is_disputed = is_whole or (bool(pieces) and not left)
        shown = left or pieces
        start, end = min(shown)[:2] if shown else (None, None)
        yield rule.name, row_key, words_of(shown), start, end, is_disputed


def _is_in(piece: Piece, places: Iterable[tuple[int, int]]) -> bool:
    return any(start < piece[1] and piece[0] < end for start, end in places)


def _forget(con: duckdb.DuckDBPyConnection, target: Target) -> list[str]:
    """Drop disputes and return the messages they were about."""
    rows = con.execute(
        f"DELETE FROM qa_disputes WHERE {target.where} RETURNING message_key", target.told
    ).fetchall()
    return [key for (key,) in rows]
