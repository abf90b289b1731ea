"""Where the words of findings stand in many texts, all at once; what is not plain is left over.

The same as `evidence.pieces_of` text by text, for texts whose signs width and case leave one sign
each, and whose words stand before or behind all that their form has otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cskpi.enrich.normalise import folded_plainly
from cskpi.quality.matching import matched_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import polars as pl

    from cskpi.enrich.lexicons import Lexicons, Place
    from cskpi.quality.evidence import WordLists
    from cskpi.quality.rule import Condition


_FAR = 1 << 32
PROMISE = "is_promise"


class Placed(NamedTuple):
    """Pieces of raw texts, and the places in forms whose texts are to be looked at one by one."""

    pieces: pl.DataFrame
    """`text_hash`, `start`, `end` in the raw text and the `word` there, without signs at its edges."""
    left: pl.DataFrame
    """`text_hash`, `text`, `form` and `places`, a list of `start` and `end` in the form."""


def placed(texts: pl.DataFrame, places: pl.DataFrame, edges: str) -> Placed:
    """Return where places of forms stand in the raw texts.

    Args:
        texts: `text_hash`, `text` and `form`.
        places: `form`, `start` and `end`, in the order in which their words are told.
        edges: signs that do not belong to a piece at its edge.
    """
    import polars as pl

    told = (
        texts.with_columns(read=folded_plainly(texts["text"]))
        .join(places, on="form", how="inner", maintain_order="right")
        .with_columns(moved=_moved())
    )
    whole = pl.col("moved").is_not_null().all().over("text_hash")
    told = told.with_columns(is_plain=whole)
    left = told.filter(~pl.col("is_plain")).group_by("text_hash", maintain_order=True)
    return Placed(
        _trimmed(told.filter("is_plain"), edges),
        left.agg(
            pl.col("text", "form").first(),
            places=pl.struct("start", "end"),
        ),
    )


def form_places(
    forms: pl.Series, conditions: Sequence[Condition], lists: WordLists
) -> pl.DataFrame:
    """Return `form`, `start` and `end` of the words that conditions ask for, in their order.

    Args:
        forms: normalised texts, each once.
        conditions: those at which findings of a rule stand.
        lists: the words of signals and products.
    """
    import polars as pl

    frame = pl.DataFrame({"form": forms}, schema={"form": pl.String})
    found = [pl.DataFrame(schema={"form": pl.String, "start": pl.Int32, "end": pl.Int32})]
    for condition in conditions:
        words = frame.with_columns(word=matched_words(frame, condition, lists.products))
        found.append(_of_words(words))
        found += [
            _frame(zip(forms, told, strict=True))
            for told in _signals(forms, condition, lists.lexicons)
        ]
    return pl.concat(found)


def _of_words(found: pl.DataFrame) -> pl.DataFrame:
    """Return where the words of each form stand: one told again stands behind its last place."""
    import polars as pl

    told = found.explode("word").filter(pl.col("word") != "")
    again = told.filter(pl.struct("form", "word").is_duplicated())["form"].unique()
    once = told.filter(~pl.col("form").is_in(again.implode()))
    split = pl.col("form").str.splitn(pl.col("word"), 2)
    before, behind = (split.struct.field(name) for name in ("field_0", "field_1"))
    start = before.str.len_chars().cast(pl.Int32)
    plain = once.filter(behind.is_not_null()).select(
        "form", start=start, end=start + pl.col("word").str.len_chars().cast(pl.Int32)
    )
    several = found.filter(pl.col("form").is_in(again.implode()))
    return pl.concat(
        [plain, _frame((form, _words(form, words)) for form, words in several.iter_rows())]
    )


def _frame(found: Iterable[tuple[str, Iterable[Place]]]) -> pl.DataFrame:
    import polars as pl

    schema = {"form": pl.String, "start": pl.Int32, "end": pl.Int32}
    rows = [(form, *place) for form, places in found for place in places]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _words(form: str, words: Sequence[str]) -> Iterator[Place]:
    after: dict[str, int] = {}
    for word in words:
        at = form.find(word, after.get(word, 0))
        if word and at >= 0:
            after[word] = at + len(word)
            yield at, at + len(word)


def _signals(
    forms: pl.Series, condition: Condition, lexicons: Lexicons
) -> Iterator[list[list[Place]]]:
    """Yield for each signal of a condition where it stands in each form."""
    from cskpi.enrich.promises import find_promises
    from cskpi.enrich.signals import WORDS

    for signal in condition.signals:
        if signal in WORDS:
            yield lexicons[WORDS[signal]].find_all(forms)
        elif signal == PROMISE:
            yield [[(p.start, p.end) for p in find_promises(form)] for form in forms]


def _moved() -> pl.Expr:
    """How far behind its place in the form a piece stands in the raw text; null where not known."""
    import polars as pl

    form, read, start, end = map(pl.col, ("form", "read", "start", "end"))
    shift = read.str.len_chars().cast(pl.Int32) - form.str.len_chars().cast(pl.Int32)
    behind = (start + shift).clip(lower_bound=0)
    return (
        pl.when(read.is_null())
        .then(None)
        .when(form.str.head(end) == read.str.head(end))
        .then(0)
        .when((start + shift >= 0) & (form.str.slice(start) == read.str.slice(behind)))
        .then(shift)
    )


def _trimmed(told: pl.DataFrame, edges: str) -> pl.DataFrame:
    import polars as pl

    start, end, word = map(pl.col, ("start", "end", "word"))
    found = told.select(
        "text_hash",
        start=start + pl.col("moved"),
        word=pl.col("text").str.slice(start + pl.col("moved"), end - start),
    )
    led = word.str.len_chars() - word.str.strip_chars_start(edges).str.len_chars()
    return found.select(
        "text_hash", start=start + led.cast(pl.Int32), word=word.str.strip_chars(edges)
    ).with_columns(end=start + word.str.len_chars().cast(pl.Int32))


def evidence_of(pieces: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return `text_hash`, `words`, `span_start` and `span_end`: a row for each text with pieces."""
    import polars as pl

    words = pl.col("word").unique(maintain_order=True).head(most)
    first = (pl.col("start").cast(pl.Int64) * _FAR + pl.col("end")).min()
    told = pieces.group_by("text_hash").agg(words=words, first=first)
    joined = pl.col("words").list.join("、")
    return told.select(
        "text_hash",
        words=pl.when(joined != "").then(joined),
        span_start=(pl.col("first") // _FAR).cast(pl.Int32),
        span_end=(pl.col("first") % _FAR).cast(pl.Int32),
    )
