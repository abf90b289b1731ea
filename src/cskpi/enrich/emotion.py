"""How a text sounds by its words alone: a score from -1 to 1 and an emotion.

Words of the lexicon become one letter each (the longest phrase wins), so that negation, degree,
questions and hypotheses are short patterns over letters instead of searches for words.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from cskpi.enrich.lexicons import load_lexicons

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

WEIGHTS = {
    "pleased_strong": 2.0,
    "pleased": 1.0,
    "thanks": 1.0,
    "accept": 0.4,
    "fine": 0.0,
    "anxious": -1.0,
    "disappointed_strong": -2.0,
    "disappointed": -1.0,
    "angry_strong": -3.0,
    "angry": -2.0,
    "problem": -0.4,
}
WORKING = (
    "neutral",
    "negation",
    "prohibition",
    "degree",
    "softener",
    "hypothesis",
    "contrast",
    "question",
    "yes_no",
)
# Letters nobody writes: the private use area of Unicode.
CODE = {name: chr(0xE100 + n) for n, name in enumerate((*WEIGHTS, *WORKING, "calmed"))}

SHOUTS = 3
"""From so many exclamation marks on a bitter sentence is an angry one."""

SLOT = re.compile(r"\(([^()|]*\|[^()]*)\)")
"""Choices within a word of the list: (a|b|)."""

_FEW = 5_000
"""To look for all words in so few texts costs more in making ready than in looking."""

_LATIN = re.compile(r"[a-z']+")
_QUOTED = r"“[^”\n]*”|「[^」\n]*」|『[^』\n]*』|《[^》\n]*》|\"[^\"\n]*\""
_END = r",.!?;~。\n"


def emotions(forms: pl.Series, own: Path | None = None) -> pl.DataFrame:
    """Return `sentiment` (-1 negative to 1 positive) and `emotion` of each text.

    Both are NULL where the text is. `own` is a shop's folder of word lists, read after the shipped.
    """
    import polars as pl

    coded = _coded(forms, own)
    frame = pl.DataFrame({"form": forms, "coded": coded}).lazy()
    counted = frame.with_columns(
        *(pl.col("coded").str.count_matches(CODE[name]).alias(name) for name in WEIGHTS),
        pl.col("coded").str.count_matches(_DEGREE_UP).alias("raised"),
        pl.col("coded").str.count_matches(_DEGREE_DOWN).alias("lowered"),
        pl.col("coded").str.contains(_ASKS).alias("asks"),
        pl.col("form").str.count_matches(r"[!！]").clip(0, 4).alias("bangs"),
        pl.col("form").str.contains(r"[?？][!！?？]").alias("presses"),
        pl.col("form").str.contains(r"^[\s.。…,，]*(?:[.。]{2,}|…)[\s.。…]*$").alias("speechless"),
    )
    return counted.select(_sentiment(), _emotion()).collect()


def _negative() -> pl.Expr:
    import polars as pl

    return sum((-w * pl.col(n) for n, w in WEIGHTS.items() if w < 0), start=pl.lit(0.0))


def _positive() -> pl.Expr:
    import polars as pl

    # Agreeing five times is no more than agreeing once.
    said = sum((w * pl.col(n) for n, w in WEIGHTS.items() if w > 0 and n != "accept"), pl.lit(0.0))
    return said + WEIGHTS["accept"] * pl.col("accept").clip(0, 1)


def _sentiment() -> pl.Expr:
    """Score: weights of all moods, louder with degree words and marks; thanks beside a fault count half."""
    import polars as pl

    negative, positive = _negative(), _positive()
    pressed = pl.when(pl.col("presses")).then(0.6).otherwise(0.0)
    silence = pl.when(pl.col("speechless")).then(0.6).otherwise(0.0)
    loud = 1 + 0.25 * pl.col("bangs") + 0.5 * pl.col("raised") - 0.3 * pl.col("lowered")
    weighed = (
        pl.when(negative > 0).then(0.5 * positive - negative * loud).otherwise(positive * loud)
    )
    return ((weighed - pressed - silence) / 2.5).tanh().round(4).alias("sentiment")


def _emotion() -> pl.Expr:
    import polars as pl

    angry = pl.col("angry") + pl.col("angry_strong") > 0
    let_down = pl.col("disappointed") + pl.col("disappointed_strong") > 0
    glad = pl.col("pleased") + pl.col("pleased_strong") > 0
    loud = (pl.col("bangs") >= SHOUTS) & (pl.col("disappointed_strong") > 0)
    named: pl.Expr = (
        pl.when(pl.col("form").is_null())
        .then(None)
        .when(angry | loud)
        .then(pl.lit("angry"))
        .when(let_down & (_positive() <= _negative()))
        .then(pl.lit("disappointed"))
        .when(pl.col("anxious") > 0)
        .then(pl.lit("anxious"))
        .when(glad | ((pl.col("thanks") > 0) & ~pl.col("asks")))
        .then(pl.lit("pleased"))
        .when(pl.col("presses"))
        .then(pl.lit("anxious"))
        .when(pl.col("speechless"))
        .then(pl.lit("disappointed"))
        .when(pl.col("asks"))
        .then(pl.lit("asking"))
        .otherwise(pl.lit("calm"))
    )
    return named.alias("emotion")


def _any(*names: str) -> str:
    return "[" + "".join(CODE[name] for name in names) + "]"


_GLAD = _any("pleased", "pleased_strong")
_BAD = _any("anxious", "disappointed", "disappointed_strong", "angry", "angry_strong", "problem")
_MOOD = _any(*(name for name in WEIGHTS if name != "fine"))
_ASKS = _any("question", "yes_no")
_TOLD, _TURNING = _any(*WEIGHTS), _any("fine", *WORKING)
_UNFOLDED = "[^\x00-@\\[-\x7f\u3001-\u3002\u3008-\u3011\u4e00-\u9fff]"
"""Signs that width or case may change."""
_NOT = CODE["negation"]
_DEGREE_UP = f"{CODE['degree']}[^{_END}]{{0,2}}{_MOOD}|{_MOOD}[^{_END}]?{CODE['degree']}"
_DEGREE_DOWN = f"{CODE['softener']}[^{_END}]{{0,2}}{_MOOD}"
_CALMED = _any("anxious", "disappointed", "disappointed_strong", "problem")
# In this order: "如果不满意可以退吗" says nothing, "质量好吗", "多大合适" and "颜色选错了能改吗" ask, "不是很好"
# is a complaint, "没骗我" and "别着急" are none, "别骗我" is one.
_RULES = (
    (rf"^{CODE['fine']}+[{_END} ]*$", CODE["accept"]),
    (rf"({CODE['hypothesis']}[^{_END}{_MOOD[1:-1]}]*){_MOOD}", "${1}" + CODE["neutral"]),
    (
        rf"{_any('pleased', 'pleased_strong', 'accept')}([^{_END}]{{0,16}}{_ASKS})",
        "${1}",
    ),
    (rf"({_ASKS}[^{_END}{_MOOD[1:-1]}]{{0,3}}){_any('pleased', 'problem')}", "${1}"),
    (rf"({_ASKS}){CODE['pleased_strong']}", "${1}"),
    (rf"{_any('disappointed', 'problem')}([^{_END}{_MOOD[1:-1]}]{{0,8}}{CODE['yes_no']})", "${1}"),
    (f"{CODE['degree']}的?{CODE['fine']}", CODE["pleased_strong"]),
    (rf"{_NOT}{{2}}[^{_END}]{{0,2}}{_GLAD}", CODE["calmed"]),
    (rf"{_NOT}[^{_END}{_MOOD[1:-1]}]{{0,3}}{_GLAD}", CODE["disappointed"]),
    (f"{_NOT}{CODE['degree']}?{CODE['fine']}", CODE["disappointed"]),
    (rf"{_NOT}[^{_END}{_MOOD[1:-1]}]{{0,2}}{_BAD}", CODE["calmed"]),
    (rf"{CODE['prohibition']}[^{_END}{_MOOD[1:-1]}]{{0,2}}{_CALMED}", CODE["calmed"]),
)


def _coded(forms: pl.Series, own: Path | None) -> pl.Series:
    """Return the texts with each known word as the letter of its class."""
    plain = (
        _folded(forms)
        .str.replace_all(_QUOTED, " ")
        .str.replace_all("[。、；]", ",")
        .str.replace_all(_LATIN.pattern, " $0 ")
    )
    words = _words_near(plain, own)
    coded = plain.str.replace_many(
        list(words), list(words.values()), leftmost=True
    ).str.replace_all(f" ([{chr(0xE100)}-{chr(0xE1FF)}]) ?", "$1")
    # The rules speak of moods and what turns them; where either is missing, none holds.
    places = (coded.str.contains(_TOLD) & coded.str.contains(_TURNING)).arg_true()
    turned = coded.gather(places)
    for pattern, code in _RULES:
        turned = turned.str.replace_all(pattern, code)
    return coded.scatter(places, turned)


def _folded(texts: pl.Series) -> pl.Series:
    """Return texts half-width and in lower case; most of them are already."""
    places = texts.str.contains(_UNFOLDED).arg_true()
    if not len(places):
        return texts
    return texts.clone().scatter(
        places, texts.gather(places).str.normalize("NFKC").str.to_lowercase()
    )


def _words_near(texts: pl.Series, own: Path | None) -> dict[str, str]:
    """Return the words that few texts can hold, by how they begin; all words where texts are many."""
    words = _words(own)
    if len(texts) > _FEW:
        return words
    joined = "\n".join(texts.drop_nulls())
    # An empty list replaces nothing, but has no type.
    begun = {"好"} | set(joined) | {a + b for a, b in pairwise(joined)}
    return {word: letter for word, letter in words.items() if word[:2] in begun}


@cache
def _words(own: Path | None) -> dict[str, str]:
    """Return the letter of each word, longest words first; a shop's own class of a word wins.

    A word written out wins over the same word spelled out of slots.
    """
    shipped, both = load_lexicons(None), load_lexicons(own)
    letters: dict[str, str] = {}
    for has_slots in (True, False):
        for name in (*WEIGHTS, *WORKING):
            letters |= _letters(name, shipped["sentiment", name].lines, has_slots=has_slots)
    for name in (*WEIGHTS, *WORKING):
        known = set(shipped["sentiment", name].lines)
        added = tuple(w for w in both["sentiment", name].lines if w not in known)
        for has_slots in (True, False):
            letters |= _letters(name, added, has_slots=has_slots)
    # A face stands for itself: in "没有啦{smile}" nothing is denied of it.
    apart = {word: "," + letter for word, letter in letters.items() if word.startswith("{")}
    return dict(sorted((letters | apart).items(), key=lambda item: (-len(item[0]), item[0])))


def _letters(name: str, lines: tuple[str, ...], *, has_slots: bool) -> dict[str, str]:
    return {
        _spaced(word): CODE[name]
        for line in lines
        if (SLOT.search(line) is not None) == has_slots
        for word in spelled(line)
    }


def spelled(line: str) -> list[str]:
    """Return the words a line with slots stands for: 快(点|些|) is 快点, 快些 and 快."""
    fixed = SLOT.split(line)[::2]
    filled = [m[1].split("|") for m in SLOT.finditer(line)]
    words = fixed[:1]
    for choices, after in zip(filled, fixed[1:], strict=True):
        words = [word + choice + after for word in words for choice in choices]
    return words


def _spaced(word: str) -> str:
    """Return a word as the texts have it: Latin words between spaces, so that they match whole."""
    import unicodedata

    return _LATIN.sub(r" \g<0> ", unicodedata.normalize("NFKC", word).lower())
