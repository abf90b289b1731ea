"""One form for texts that say the same: width, case, emoji, links, order numbers, personal data.

What a text is made of is replaced by placeholders: {smile} and the like, {link}, {order},
{image}, {mobile}, … Prices, days and other short numbers stay: they carry the meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, cached_property
from typing import TYPE_CHECKING

from cskpi.enrich.lexicons import SHIPPED, read_lexicon
from cskpi.enrich.personal import CANDIDATE, KINDS, find_personal, pieces, possible_rules

if TYPE_CHECKING:
    import polars as pl

VERSION = 1
"""Raised when texts get other forms."""

LONGEST = 4_000
"""Characters of a text that are read; chats stay far below, and patterns cost the square of a clause."""

_LINK = r"(?:https?://|www\.)[#-+\--:<-~]+|\b[a-z0-9-]+\.(?:com|cn|net|top|tb)/[#-+\--:<-~]*"
_ORDER = r"\[(?:orderid|userid|skuid)_\d+\]|\borderid_\d+\b"
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


@cache
def placeholders() -> tuple[str, ...]:
    """Return all that stands for something else in a form."""
    found = {*KINDS, "shop_contact", "order", "link", "emoji"}
    return tuple(sorted({f"{{{name}}}" for name in found} | {*_emoji().values()}))


def normalise(texts: pl.Series) -> pl.Series:
    """Return the normalised form of each text; null stays null.

    Args:
        texts: raw texts.
    """
    codes = _emoji()
    folded = (
        texts.str.head(LONGEST)
        .str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_all(_UNSEEN, "")
        .str.replace_many(["{", "}"], ["(", ")"])
    )
    plain = folded.str.replace_all(_LINK.replace(r"\b", r"(?-u:\b)"), "{link}")
    return (
        _without_personal(plain)
        .str.replace_many(list(codes), list(codes.values()), leftmost=True)
        .str.replace_all(_EMOJI, "{emoji}")
        .str.replace_all(_ORDER, "{order}")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
        .rename(texts.name)
    )


def _without_personal(texts: pl.Series) -> pl.Series:
    """Return texts with personal data as placeholders."""
    import polars as pl

    places = texts.str.contains(CANDIDATE).fill_null(value=False).arg_true()
    near = texts.gather(places)
    told = [
        (place, "".join(word or text[start:end] for word, start, end in pieces(text, found)))
        for place, text, rules in zip(places, near, possible_rules(near), strict=True)
        if rules and (found := find_personal(text, rules))
    ]
    if not told:
        return texts
    changed, private = zip(*told, strict=True)
    return texts.scatter(list(changed), pl.Series(private, dtype=pl.String))


class _Folded(dict[int, str]):
    """What each character becomes by width and case; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        found = self[code] = unicodedata.normalize("NFKC", chr(code)).lower()
        return found


_FOLDED = _Folded()
_BRACES = {"{": "(", "}": ")"}


@cache
def _code() -> re.Pattern[str]:
    """Return the pattern of all codes; a look ahead spares trying each of them at every place."""
    codes = _emoji()
    first = "".join(re.escape(sign) for sign in sorted({code[0] for code in codes}))
    return re.compile(f"(?=[{first}])(?:{'|'.join(map(re.escape, codes))})")


_TRACED_LINK = re.compile(_LINK.replace(r"\b", r"(?a:\b)"))
_TRACED_ORDER = re.compile(_ORDER.replace(r"\b", r"(?a:\b)"))
_TRACED_UNSEEN, _TRACED_EMOJI = re.compile(_UNSEEN), re.compile(_EMOJI)
_TRACED_BRACE, _TRACED_BLANK = re.compile(r"[{}]"), re.compile(r"\s+")


def folded(raw: str) -> str | None:
    """Return what is read of a text by width and case, None where it is not sign for sign."""
    read = raw[:LONGEST]
    found = read.translate(_FOLDED)
    return found if len(found) == len(read) else None


# Signs that width and case leave one sign each, and that join with no neighbour.
_SIGN_FOR_SIGN = (
    "^[\t\n -~\u00b7\u2010\u2013\u2014\u2018-\u201d\u200d\ufe0f\u3000-\u3011"
    "\u4e00-\u9fff\uff01-\uff5e\uffe5\u2600-\u27bf\U0001f300-\U0001faff]*$"
)


def folded_plainly(texts: pl.Series) -> pl.Series:
    """Return what `folded` does for texts of common signs alone, null for all others."""
    read = texts.str.head(LONGEST)
    told = read.str.normalize("NFKC").str.to_lowercase()
    return told.set(~read.str.contains(_SIGN_FOR_SIGN), None)


class Traced:
    """A text with its form; every character of the form knows where in the raw text it comes from."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        read = raw[:LONGEST]
        self._text = read.translate(_FOLDED)
        if len(self._text) == len(read):
            self._ends = [(n, n + 1) for n in range(len(read))]
        else:
            self._ends = [(n, n + 1) for n, sign in enumerate(read) for _ in _FOLDED[ord(sign)]]
        self._replace(_TRACED_UNSEEN, lambda _: "")
        self._replace(_TRACED_BRACE, lambda m: _BRACES[m.group()])
        self._replace(_TRACED_LINK, lambda _: "{link}")
        self._found = find_personal(self._text)
        self.personal = [(one.kind, *_span(self._ends, one.start, one.end)) for one in self._found]

    @property
    def form(self) -> str:
        """The normalised form, as `normalise` gives it."""
        return self._whole[0]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the raw text a piece of the form stands."""
        return _span(self._whole[1], start, end)

    @cached_property
    def _whole(self) -> tuple[str, list[tuple[int, int]]]:
        """The form and where its characters come from; who asks for personal data alone is spared it."""
        each = {one.start: one for one in self._found}.values()
        self._put([(one.start, one.end, f"{{{one.kind}}}") for one in each])
        codes = _emoji()
        self._replace(_code(), lambda m: codes[m.group()])
        self._replace(_TRACED_EMOJI, lambda _: "{emoji}")
        self._replace(_TRACED_ORDER, lambda _: "{order}")
        self._replace(_TRACED_BLANK, lambda _: " ")
        left = len(self._text) - len(self._text.lstrip())
        text = self._text.strip()
        return text, self._ends[left : left + len(text)]

    def _replace(self, pattern: re.Pattern[str], change: Callable[[re.Match[str]], str]) -> None:
        if pattern.search(self._text):
            changes = [(*m.span(), change(m)) for m in pattern.finditer(self._text) if m.group()]
            self._put([one for one in changes if self._text[one[0] : one[1]] != one[2]])

    def _put(self, changes: list[tuple[int, int, str]]) -> None:
        for start, end, word in reversed(changes):
            span = _span(self._ends, start, end)
            self._text = self._text[:start] + word + self._text[end:]
            self._ends[start:end] = [span] * len(word)


def _span(ends: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    return ends[start][0], ends[end - 1][1]
