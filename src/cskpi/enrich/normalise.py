"""One form for texts that say the same: width, case, emoji, links, order numbers, personal data.

What a text is made of is replaced by placeholders: {smile} and the like, {link}, {order},
{image}, {mobile}, … Prices, days and other short numbers stay: they carry the meaning.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from cskpi.enrich.lexicons import SHIPPED, read_lexicon
from cskpi.enrich.personal import CANDIDATE, find_personal, pieces

if TYPE_CHECKING:
    import polars as pl

VERSION = 1
"""Raised when texts get other forms."""

LONGEST = 4_000
"""Characters of a text that are read; chats stay far below, and patterns cost the square of a clause."""

_LINK = r"(?:https?://|www\.)[#-+\--:<-~]+|\b[a-z0-9-]+\.(?:com|cn|net|top|tb)/[#-+\--:<-~]*"
_EMOJI = "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3]+|#e-[a-z](?:\\{number\\}|\\[[^\\]]{0,6}\\]|\\d{1,3})?|/:[^ \u4e00-\u9fff]{1,4}"
_UNSEEN = "[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b-\x1f\x7f]+"

_CODES = {
    "[图片]": "{image}",
    "[照片]": "{image}",
    "[image]": "{image}",
    "[视频]": "{video}",
    "[语音]": "{voice}",
    "[表情]": "{emoji}",
    "[动画表情]": "{emoji}",
    "[链接]": "{link}",
    "[商品链接]": "{link}",
    "[商品快照]": "{link}",
    "[卡片]": "{card}",
    "[商品卡片]": "{card}",
    "[订单卡片]": "{order}",
    "[文件]": "{file}",
    "[订单x]": "{order}",
    "[订单号]": "{order}",
    "[数字x]": "{number}",
    "[金额x]": "{amount}",
    "[日期x]": "{date}",
    "[时间x]": "{time}",
    "[地址x]": "{place}",
    "[站点x]": "{place}",
    "[姓名x]": "{name}",
    "[电话x]": "{number}",
    "[邮箱x]": "{number}",
    "[url]": "{link}",
    "[link]": "{link}",
}
"""What exports write for what is not text, and what publishers of chats put for what they removed."""


@cache
def _emoji() -> dict[str, str]:
    """Return code -> placeholder, the long before the short."""
    codes = dict(_CODES)
    for found in read_lexicon(SHIPPED / "emoji.txt"):
        codes |= {code.lower(): f"{{{found.name}}}" for code in found.lines}
    return dict(sorted(codes.items(), key=lambda item: -len(item[0])))


def normalise(texts: pl.Series) -> pl.Series:
    """Return the normalised form of each text; null stays null.

    Args:
        texts: raw texts.
    """
    import polars as pl

    codes = _emoji()
    folded = (
        texts.str.head(LONGEST)
        .str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_all(_UNSEEN, "")
        .str.replace_many(["{", "}"], ["(", ")"])
    )
    plain = folded.str.replace_all(_LINK.replace(r"\b", r"(?-u:\b)"), "{link}")
    places = plain.str.contains(CANDIDATE).fill_null(False).arg_true()
    if len(places):
        private = pl.Series([_without_personal(t) for t in plain.gather(places)], dtype=pl.String)
        plain = plain.scatter(places, private)
    return (
        plain.str.replace_many(list(codes), list(codes.values()), leftmost=True)
        .str.replace_all(_EMOJI, "{emoji}")
        .str.replace_all(r"\[(?:orderid|userid|skuid)_\d+\]|\borderid_\d+\b", "{order}")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
        .rename(texts.name)
    )


def _without_personal(text: str) -> str:
    found = find_personal(text)
    if not found:
        return text
    return "".join(word or text[start:end] for word, start, end in pieces(text, found))


class Traced:
    """A text with its form; every character of the form knows where in the raw text it comes from."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._text, self._ends = "", [(0, 0)][:0]
        signs = [
            (unicodedata.normalize("NFKC", sign).lower(), n) for n, sign in enumerate(raw[:LONGEST])
        ]
        self._text = "".join(sign for sign, _ in signs)
        self._ends = [(n, n + 1) for sign, n in signs for _ in sign]
        self._replace(_UNSEEN, lambda _: "")
        self._replace(r"[{}]", lambda m: "(" if m.group() == "{" else ")")
        self._replace(_LINK.replace(r"\b", r"(?a:\b)"), lambda _: "{link}")
        self.personal = [
            (f.kind, *self.raw_span(f.start, f.end)) for f in find_personal(self._text)
        ]
        spans = {f.start: f for f in find_personal(self._text)}
        self._put([(f.start, f.end, f"{{{f.kind}}}") for f in spans.values()])
        codes = _emoji()
        self._replace("|".join(map(re.escape, codes)), lambda m: codes[m.group()])
        self._replace(_EMOJI, lambda _: "{emoji}")
        self._replace(
            r"\[(?:orderid|userid|skuid)_\d+\]|(?a:\b)orderid_\d+(?a:\b)", lambda _: "{order}"
        )
        self._replace(r"\s+", lambda _: " ")
        left = len(self._text) - len(self._text.lstrip())
        self._text = self._text.strip()
        self._ends = self._ends[left : left + len(self._text)]

    @property
    def form(self) -> str:
        """The normalised form, as `normalise` gives it."""
        return self._text

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the raw text a piece of the form stands."""
        return self._ends[start][0], self._ends[end - 1][1]

    def _replace(self, pattern: str, change: object) -> None:
        self._put([(*m.span(), change(m)) for m in re.finditer(pattern, self._text) if m.group()])  # type: ignore[operator]

    def _put(self, changes: list[tuple[int, int, str]]) -> None:
        for start, end, word in reversed(changes):
            span = (self._ends[start][0], self._ends[end - 1][1])
            self._text = self._text[:start] + word + self._text[end:]
            self._ends[start:end] = [span] * len(word)
