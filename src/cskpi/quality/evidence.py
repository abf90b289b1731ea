"""The words a finding stands on, and where they are in the text as the customer or agent wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from cskpi.quality.matching import matched_words
from cskpi.store.frames import offered

if TYPE_CHECKING:
    import duckdb

    from cskpi.enrich.lexicons import Lexicons
    from cskpi.enrich.normalise import Traced
    from cskpi.quality.rule import Condition, Rule

_UNIQUE = """
SELECT found.rule_no, messages.text_hash, any_value(messages.text) AS text
FROM _qa_found AS found
INNER JOIN messages ON found.row_key = messages.source_row * 1000000 + messages.file_id
WHERE list_contains($rules::INTEGER[], found.rule_no) AND messages.text IS NOT NULL
GROUP BY found.rule_no, messages.text_hash
ORDER BY found.rule_no, messages.text_hash
"""
MOST_WORDS = 3
"""Pieces of one message that a finding names."""

_EDGES = " ,.!?;:~，。！？；：、～…\n\t"

Piece = tuple[int, int, str]
"""Start and end in the raw text, and what is told of it: the word, or the kind of personal data."""


def write_evidence(
    con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], lexicons: Lexicons
) -> None:
    """Fill `_qa_evidence`: once for each rule and unique text of its findings."""
    import polars as pl

    schema = {
        "rule_no": pl.Int32,
        "text_hash": pl.UInt64,
        "words": pl.String,
        "span_start": pl.Int32,
        "span_end": pl.Int32,
    }
    asked = {
        number: rule.conditions[rule.at]
        for number, rule in enumerate(rules)
        if has_evidence(rule.conditions[rule.at])
    }
    rows = con.execute(_UNIQUE, {"rules": [*asked]}).fetchall()
    told = [
        (number, *one)
        for number, texts in groupby(rows, key=itemgetter(0))
        for one in _told([row[1:] for row in texts], asked[number], lexicons)
    ]
    with offered(con, "_qa_batch", pl.DataFrame(told, schema=schema, orient="row")):
        con.execute("INSERT INTO _qa_evidence BY NAME SELECT * FROM _qa_batch")


def has_evidence(condition: Condition) -> bool:
    """Tell whether a condition looks for something that stands at a place of the text."""
    return bool(
        condition.any or condition.all or condition.some or condition.regex or condition.signals
    )


def _told(
    texts: Sequence[tuple[int, str]], condition: Condition, lexicons: Lexicons
) -> Iterator[tuple[Any, ...]]:
    import polars as pl

    from cskpi.enrich.normalise import Traced

    traced = [Traced(text) for _, text in texts]
    forms = pl.DataFrame({"form": [one.form for one in traced]}, schema={"form": pl.String})
    words = matched_words(forms, condition).to_list()
    for (text_hash, _), one, matched in zip(texts, traced, words, strict=True):
        pieces = [*_words(one, matched or ()), *_signals(one, condition, lexicons)]
        if pieces:
            told = dict.fromkeys(word for _, _, word in pieces)
            yield text_hash, "、".join([*told][:MOST_WORDS]), *min(pieces)[:2]


def _words(traced: Traced, words: Sequence[str]) -> Iterator[Piece]:
    for word in words:
        at = traced.form.find(word)
        if word and at >= 0:
            yield _piece(traced, at, at + len(word))


def _signals(traced: Traced, condition: Condition, lexicons: Lexicons) -> Iterator[Piece]:
    from cskpi.enrich.promises import find_promises
    from cskpi.enrich.signals import PERSONAL, WORDS

    for signal in condition.signals:
        if signal in WORDS:
            for place in lexicons[WORDS[signal]].find(traced.form):
                yield _piece(traced, *place)
        elif signal in PERSONAL:
            kind = PERSONAL[signal].strip("{}")
            # The data themselves are kept out of the findings: the kind says what leaked.
            yield from (
                (start, end, kind) for found, start, end in traced.personal if found == kind
            )
        elif signal == "is_promise":
            for promise in find_promises(traced.form):
                yield _piece(traced, promise.start, promise.end)


def _piece(traced: Traced, start: int, end: int) -> Piece:
    """Return a piece of the form as it stands in the raw text, without signs at its edges."""
    start, end = traced.raw_span(start, end)
    word = traced.raw[start:end]
    start += len(word) - len(word.lstrip(_EDGES))
    word = word.strip(_EDGES)
    return start, start + len(word), word
