"""The inspection of all sessions: which rules are to be applied, and their findings stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cskpi.quality.disputes import settle
from cskpi.quality.evidence import word_lists, write_evidence
from cskpi.quality.hits import FormBook
from cskpi.quality.matching import counted_emotions, naming
from cskpi.quality.rulebook import load_rules
from cskpi.quality.sessions import find
from cskpi.store.frames import offered, read_frame

if TYPE_CHECKING:
    import duckdb

    from cskpi.quality.evidence import WordLists
    from cskpi.quality.rule import Rule
    from cskpi.settings import Settings

_WORK_TABLES = """
CREATE OR REPLACE TEMP TABLE _qa_found (
    rule_no INTEGER, session_no BIGINT, row_key BIGINT, account_no INTEGER, seconds DOUBLE
);
CREATE OR REPLACE TEMP TABLE _qa_book (
    rule_no INTEGER, rule VARCHAR, rule_version INTEGER, points DOUBLE, severity VARCHAR,
    is_fatal BOOLEAN, is_risk BOOLEAN
);
CREATE OR REPLACE TEMP TABLE _qa_evidence (
    rule_no INTEGER, text_hash UBIGINT, words VARCHAR, span_start INTEGER, span_end INTEGER
);
"""
_DROP = "DROP TABLE _qa_found; DROP TABLE _qa_book; DROP TABLE _qa_evidence;"
_INSERT = """
INSERT INTO qa_findings BY NAME
SELECT
    found.session_no,
    found.row_key,
    coalesce(nullif(found.account_no, -1), session_facts.owner_account_no) AS account_no,
    rules.rule,
    rules.rule_version,
    rules.points,
    rules.severity,
    rules.is_fatal,
    rules.is_risk,
    evidence.words,
    evidence.span_start,
    evidence.span_end,
    CASE WHEN isnan(found.seconds) THEN NULL ELSE found.seconds END AS seconds,
    FALSE AS is_disputed
FROM _qa_found AS found
INNER JOIN _qa_book AS rules ON found.rule_no = rules.rule_no
INNER JOIN session_facts ON found.session_no = session_facts.session_no
INNER JOIN messages ON found.row_key = messages.source_row * 1000000 + messages.file_id
LEFT JOIN _qa_evidence AS evidence
    ON found.rule_no = evidence.rule_no AND messages.text_hash = evidence.text_hash
"""


def recipe(settings: Settings) -> object:
    """Return what the findings depend on besides messages and signals."""
    return [(rule.name, rule.version, rule.digest) for rule in load_rules(settings)]


def inspect(con: duckdb.DuckDBPyConnection, settings: Settings, base: str | None) -> None:
    """Apply to all sessions the rules that changed since, or all if the messages did.

    Args:
        con: a writable database with signals.
        settings: where the shop's own rules are.
        base: stands for messages and signals; None where that is not known.
    """
    rules = load_rules(settings)
    stale = _forget(con, rules, base)
    con.execute("DELETE FROM qa_inspected")
    con.execute("INSERT INTO qa_inspected SELECT DISTINCT session_no FROM message_forms")
    if not stale:
        return
    con.execute(_WORK_TABLES)
    book = [
        (number, r.name, r.version, r.points, r.severity, r.is_fatal, r.is_risk)
        for number, r in enumerate(stale)
    ]
    _fill(con, "_qa_book", book)
    lists = word_lists(con, settings)
    find(con, stale, _book_of_forms(con, settings, lists))
    write_evidence(con, stale, lists)
    con.execute(_INSERT)
    settle(con, settings)
    con.execute(_DROP)


def _book_of_forms(
    con: duckdb.DuckDBPyConnection, settings: Settings, lists: WordLists
) -> FormBook:
    forms = read_frame(con, "SELECT * FROM message_signals ORDER BY form_no")
    counted = counted_emotions(forms, settings.number("talk.negative_below"))
    return FormBook(naming(counted, lists.products))


def _forget(con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], base: str | None) -> list[Rule]:
    """Drop what changed rules found, record the rules, and return those to apply."""
    stored = con.execute("SELECT rule, digest, base FROM qa_rules").fetchall()
    known = {(rule, digest) for rule, digest, then in stored if base is not None and then == base}
    current = {rule.name for rule in rules if (rule.name, rule.digest) in known}
    con.execute(
        "DELETE FROM qa_findings WHERE NOT list_contains($kept::VARCHAR[], rule)",
        {"kept": sorted(current)},
    )
    con.execute("DELETE FROM qa_rules")
    told = [
        (r.name, r.version, r.labels["zh"], r.labels["en"], r.category, r.digest, base)
        for r in rules
    ]
    _fill(con, "qa_rules", told)
    return [rule for rule in rules if rule.name not in current]


def _fill(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    import polars as pl

    if rows:
        with offered(con, "_qa_batch", pl.DataFrame(rows, orient="row")):
            con.execute(f"INSERT INTO {table} SELECT * FROM _qa_batch")
