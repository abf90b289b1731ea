"""The words a finding stands on, and where they are in the text as the customer or agent wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.enrich.normalise import Traced, folded
from cskpi.quality.evidence_places import PROMISE, evidence_of, form_places, placed
from cskpi.store.frames import offered, read_frame
from cskpi.texts import has_text, say

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from cskpi.enrich.lexicons import Lexicons, Place
    from cskpi.quality.rule import Condition, Rule
    from cskpi.settings import Settings

_UNIQUE = """
WITH texts AS (
    SELECT found.rule_no, messages.text_hash, any_value(messages.text) AS text
    FROM _qa_found AS found
    INNER JOIN messages ON found.row_key = messages.source_row * 1000000 + messages.file_id
    WHERE found.rule_no IN ({rules}) AND messages.text IS NOT NULL
        AND messages.text_hash % {parts} = {part}
    GROUP BY found.rule_no, messages.text_hash
)
SELECT texts.rule_no, texts.text_hash, texts.text, signals.form
FROM texts
INNER JOIN text_forms AS forms ON texts.text_hash = forms.text_hash
INNER JOIN message_signals AS signals ON forms.form_no = signals.form_no
"""
MOST_WORDS = 3
"""Pieces of one message that a finding names."""

_FINDINGS_AT_ONCE = 1_000_000
_EDGES = " ,.!?;:~，。！？；：、～…\n\t"


@dataclass(frozen=True, slots=True)
class WordLists:
    """The words in force: those of signals, and what the shop's products are called."""

    lexicons: Lexicons
    products: tuple[str, ...] = ()


Piece = tuple[int, int, str]
"""Start and end in the raw text, and what is told of it: the word, or the kind of personal data."""


def write_evidence(con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], lists: WordLists) -> None:
    """Fill `_qa_evidence`: once for each rule and unique text of its findings."""
    asked = {
        number: rule.anchors for number, rule in enumerate(rules) if has_evidence(rule.anchors)
    }
    row = con.execute("SELECT count(*) FROM _qa_found").fetchone()
    parts = -(-(row[0] if row and asked else 0) // _FINDINGS_AT_ONCE)
    for part in range(parts):
        sql = _UNIQUE.format(rules=", ".join(map(str, asked)), parts=parts, part=part)
        with offered(con, "_qa_batch", _evidence(read_frame(con, sql), asked, lists)):
            con.execute("INSERT INTO _qa_evidence BY NAME SELECT * FROM _qa_batch")


def _evidence(
    texts: pl.DataFrame, asked: Mapping[int, Sequence[Condition]], lists: WordLists
) -> pl.DataFrame:
    """Return `_qa_evidence` of the texts of many rules."""
    import polars as pl

    traces: dict[str, Traced] = {}

    def told(number: int) -> pl.DataFrame:
        own = texts.filter(pl.col("rule_no") == number).drop("rule_no")
        found = evidence_of_rule(own, asked[number], lists, traces)
        return found.with_columns(rule_no=pl.lit(number, pl.Int32))

    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        return pl.concat(pool.map(told, asked))


def evidence_of_rule(
    texts: pl.DataFrame,
    conditions: Sequence[Condition],
    lists: WordLists,
    traces: dict[str, Traced],
) -> pl.DataFrame:
    """Return `text_hash`, `words`, `span_start` and `span_end` of each text in which something stands.

    Args:
        texts: `text_hash`, `text` and `form`.
        conditions: those at which findings of the rule stand.
        lists: the words of signals and products.
        traces: raw texts traced before, added to.
    """
    import polars as pl

    if any([*_personal_kinds(condition)] for condition in conditions):
        return _one_by_one(pieces_of(texts.rows(), conditions, lists, traces))
    places = form_places(texts["form"].unique(), conditions, lists)
    found = placed(texts, places, _EDGES)
    left = (
        (text_hash, _pieces(raw, form, [(p["start"], p["end"]) for p in some], frozenset(), traces))
        for text_hash, raw, form, some in found.left.iter_rows()
    )
    return pl.concat([evidence_of(found.pieces, MOST_WORDS), _one_by_one(left)])


def _one_by_one(told: Iterable[tuple[int, list[Piece]]]) -> pl.DataFrame:
    import polars as pl

    schema = {
        "text_hash": pl.UInt64,
        "words": pl.String,
        "span_start": pl.Int32,
        "span_end": pl.Int32,
    }
    rows = [(text_hash, words_of(some), *min(some)[:2]) for text_hash, some in told if some]
    return pl.DataFrame(rows, schema=schema, orient="row")


def word_lists(con: duckdb.DuckDBPyConnection, settings: Settings) -> WordLists:
    """Return the words in force for a database."""
    from cskpi.enrich.forms import own_lexicons
    from cskpi.enrich.lexicons import load_lexicons
    from cskpi.enrich.tokens import product_names

    return WordLists(load_lexicons(own_lexicons(settings)), product_names(con))


def has_evidence(conditions: Sequence[Condition]) -> bool:
    """Tell whether one of these looks for something that stands at a place of the text."""
    from cskpi.enrich.signals import PERSONAL, WORDS

    placed = {*WORDS, *PERSONAL, PROMISE}
    return any(
        bool(c.any or c.all or c.some or c.regex or c.entities or c.leaks)
        or not placed.isdisjoint(c.signals)
        for c in conditions
    )


def words_of(pieces: Sequence[Piece]) -> str | None:
    """Return what a finding says of its pieces; None where it has none."""
    return "、".join([*dict.fromkeys(word for _, _, word in pieces)][:MOST_WORDS]) or None


def shown_words(words: str) -> str:
    """Return a finding's words for people: what kind of data leaked in the language in force."""
    parts = words.split("、")
    named = (f"personal_kind.{part}" for part in parts)
    told = [say(key) if has_text(key) else part for key, part in zip(named, parts, strict=True)]
    return say("format.list_comma").join(told)


def pieces_of(
    texts: Sequence[tuple[int, str, str]],
    conditions: Sequence[Condition],
    lists: WordLists,
    traces: dict[str, Traced] | None = None,
) -> Iterator[tuple[int, list[Piece]]]:
    """Yield what a finding stands on in each text: hash and pieces.

    Args:
        texts: hash, raw text and form.
        conditions: those at which findings of the rule stand.
        lists: the words of signals and products.
        traces: raw texts traced before, added to.
    """
    traces = {} if traces is None else traces
    places = _places([*dict.fromkeys(form for _, _, form in texts)], conditions, lists)
    kinds = {kind for condition in conditions for kind in _personal_kinds(condition)}
    for text_hash, raw, form in texts:
        found = places.get(form, ())
        yield text_hash, _pieces(raw, form, found, kinds, traces) if found or kinds else []


def _places(
    forms: list[str], conditions: Sequence[Condition], lists: WordLists
) -> dict[str, list[Place]]:
    """Return where in forms the words stand that conditions ask for; only forms with any."""
    import polars as pl

    places: dict[str, list[Place]] = {}
    for form, *place in form_places(
        pl.Series(forms, dtype=pl.String), conditions, lists
    ).iter_rows():
        places.setdefault(form, []).append((place[0], place[1]))
    return places


def _personal_kinds(condition: Condition) -> Iterator[str]:
    from cskpi.enrich.signals import PERSONAL

    yield from (PERSONAL[signal].strip("{}") for signal in condition.signals if signal in PERSONAL)
    yield from (*condition.leaks, *condition.entities)


def _pieces(
    raw: str,
    form: str,
    places: Sequence[Place],
    kinds: AbstractSet[str],
    traces: dict[str, Traced],
) -> list[Piece]:
    """Return the places of the form as they stand in the raw text, and personal data by kind."""
    if not kinds and (told := pieces_beside(raw, form, places)) is not None:
        return told
    traced = traces.get(raw)
    if traced is None:
        traced = traces[raw] = Traced(raw)
    found = [_piece(raw, *traced.raw_span(start, end)) for start, end in places]
    # The data themselves are kept out of the findings: the kind says what leaked.
    return found + [(start, end, kind) for kind, start, end in traced.personal if kind in kinds]


def pieces_beside(raw: str, form: str, places: Sequence[Place]) -> list[Piece] | None:
    """Return the places where they stand before or behind all that the form has otherwise.

    None where one does not. Tracing a text sign by sign costs ten times as much.
    """
    read = folded(raw)
    if read is None:
        return None
    if read == form:
        return [_piece(raw, start, end) for start, end in places]
    shift, found = len(read) - len(form), []
    for start, end in places:
        if form[:end] == read[:end]:
            found.append(_piece(raw, start, end))
        elif start + shift >= 0 and form[start:] == read[start + shift :]:
            found.append(_piece(raw, start + shift, end + shift))
        else:
            return None
    return found


def _piece(raw: str, start: int, end: int) -> Piece:
    """Return a piece of the raw text without signs at its edges."""
    word = raw[start:end]
    start += len(word) - len(word.lstrip(_EDGES))
    word = word.strip(_EDGES)
    return start, start + len(word), word
