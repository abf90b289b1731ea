"""What a condition asks of a text alone, decided once for each unique form."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from cskpi.enrich.sieve import FEWEST_SIFTED, Sieve
from cskpi.enrich.triggers import triggers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from cskpi.quality.rule import Condition
    from cskpi.quality.similarity import Likeness


def matching_forms(
    forms: pl.DataFrame, conditions: Sequence[Condition], likeness: Callable[[], Likeness]
) -> list[NDArray[np.bool_] | None]:
    """Tell of each condition which forms meet it; None where it asks nothing of the text.

    Args:
        forms: the columns of `message_signals`.
        conditions: words, patterns, signals, lengths and samples are looked at.
        likeness: the forms ready to be compared, where samples ask for it.
    """
    import polars as pl

    tests = {place: _tests(condition) for place, condition in enumerate(conditions)}
    # One pass for all, so that they share the work of both cores.
    decided = forms.select(
        pl.all_horizontal(some).fill_null(value=False).alias(str(place))
        for place, some in tests.items()
        if some
    )
    near = _near(forms["form"], conditions)

    def judge(place: int) -> NDArray[np.bool_] | None:
        kept = decided[str(place)].to_numpy().copy() if tests[place] else None
        if conditions[place].regex:
            kept = _with_pattern(forms["form"], conditions[place], kept, near[place])
        return kept

    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        found = list(pool.map(judge, range(len(conditions))))
    for place, condition in enumerate(conditions):
        if condition.similar:
            alike = likeness().like_samples(condition.similar, condition.score)
            kept = found[place]
            found[place] = alike if kept is None else kept & alike
    return found


def _near(forms: pl.Series, conditions: Sequence[Condition]) -> dict[int, NDArray[np.bool_]]:
    """Return for each condition with a pattern which forms it can match."""
    import numpy as np

    asked = [place for place, condition in enumerate(conditions) if condition.regex]
    if len(forms) < FEWEST_SIFTED:
        return dict.fromkeys(asked, np.ones(len(forms), dtype=bool))
    rows = Sieve(tuple(map(_sifted, (conditions[place] for place in asked)))).near(forms)
    return dict(zip(asked, rows, strict=True))


def _sifted(condition: Condition) -> str:
    """Return the pattern texts are sifted for; an empty one lets every text through."""
    pattern = condition.regex or ""
    # Where something is taken out of a text a blank stands that was not there.
    blank = any(" " in piece for piece in triggers(pattern) or ())
    return "" if condition.exclude and blank else pattern


def _with_pattern(
    forms: pl.Series,
    condition: Condition,
    kept: NDArray[np.bool_] | None,
    near: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Tell which of the kept forms hold the pattern of a condition."""
    import polars as pl

    found = near.copy() if kept is None else near & kept
    if found.any():
        some = pl.DataFrame({"form": forms.filter(pl.Series(found))})
        found[found] = some.select(_regex(condition).is_not_null()).to_series().to_numpy()
    return found


def counted_emotions(forms: pl.DataFrame, negative_below: float) -> pl.DataFrame:
    """Return forms with the emotion that counts: anxious and disappointed only on a clear score.

    Transcripts show the same (`form_emotions`).
    """
    import polars as pl

    mild = pl.col("emotion").is_in(["anxious", "disappointed"]) & ~(
        pl.col("sentiment") < negative_below
    ).fill_null(value=False)
    plain = pl.when("is_question").then(pl.lit("asking")).otherwise(pl.lit("calm"))
    return forms.with_columns(pl.when(mild).then(plain).otherwise("emotion").alias("emotion"))


_UNNAMED = ("link", "card", "image", "video")
"""What a form holds a placeholder for and is nobody's personal data."""


def _tests(condition: Condition) -> list[pl.Expr]:
    import polars as pl

    form = pl.col("form")
    tests = [_holds(condition.any)] if condition.any else []
    tests += [form.str.contains(word.lower(), literal=True) for word in condition.all]
    tests += [~_holds(condition.none)] if condition.none else []
    if condition.some:
        counts = [form.str.contains(word.lower(), literal=True) for word in condition.some]
        tests.append(pl.sum_horizontal(counts) >= condition.some_least)
    if condition.signals:
        tests.append(pl.any_horizontal(condition.signals))
    tests += [~pl.col(signal) for signal in condition.without]
    tests += [_names(condition.entities)] if condition.entities else []
    tests += [pl.col("emotion").is_in(condition.emotions)] if condition.emotions else []
    if condition.sentiment_below is not None:
        tests.append(pl.col("sentiment") < condition.sentiment_below)
    if condition.sentiment_above is not None:
        tests.append(pl.col("sentiment") > condition.sentiment_above)
    length = form.str.len_chars()
    tests += [length <= condition.longest] if condition.longest is not None else []
    tests += [length >= condition.shortest] if condition.shortest is not None else []
    return tests


def _holds(words: Sequence[str]) -> pl.Expr:
    import polars as pl

    return pl.col("form").str.contains_any([word.lower() for word in words])


def _regex(condition: Condition) -> pl.Expr:
    """The first match that the exclusion does not cover."""
    return _without_excluded(condition).str.extract(condition.regex or "", 0)


def _names(entities: Sequence[str]) -> pl.Expr:
    import polars as pl

    # A form holds a placeholder for what it names; products stand in it as they are.
    signs = [f"{{{entity}}}" for entity in entities if entity != "product"]
    named = [_holds(signs)] if signs else []
    return pl.any_horizontal(*named, *(["names_product"] if "product" in entities else []))


def naming(forms: pl.DataFrame, products: Sequence[str]) -> pl.DataFrame:
    """Return forms with whether they name one of the shop's products."""
    import polars as pl

    form = pl.col("form")
    found = (
        form.str.contains_any([name.lower() for name in products])
        if products
        else pl.lit(value=False)
    )
    return forms.with_columns(found.alias("names_product"))


def _without_excluded(condition: Condition) -> pl.Expr:
    import polars as pl

    form = pl.col("form")
    # What is excluded is taken out, so that another match in the same message still counts.
    return form.str.replace_all(condition.exclude, " ") if condition.exclude else form


def matched_words(
    forms: pl.DataFrame, condition: Condition, products: Sequence[str] = ()
) -> pl.Series:
    """Return the words and pieces of each form that met a condition; an empty list where none."""
    import polars as pl

    named = products if "product" in condition.entities else ()
    words = [w.lower() for w in (*condition.any, *condition.all, *condition.some, *named)]
    words += [f"{{{entity}}}" for entity in condition.entities if entity in _UNNAMED]
    parts = [pl.lit([], dtype=pl.List(pl.String))]
    if words:
        parts.append(pl.col("form").str.extract_many(words, leftmost=True))
    if condition.regex:
        cleaned = _without_excluded(condition)
        parts.append(cleaned.str.extract_all(condition.regex))
    return forms.with_columns(pl.concat_list(parts).alias("words"))["words"]
