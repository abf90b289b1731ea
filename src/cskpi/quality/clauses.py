"""Clauses that state something, and the quantities and yes or no in them.

Conservative on purpose: a question, a guess, a condition, somebody else's rule or an exception is no
statement. Quantities of one kind can be compared: hours, working days, yuan, percent, instalments,
degrees, pieces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["hours", "workdays", "yuan", "percent", "instalments", "degrees", "pieces"]

_NUMERALS = "零一二两三四五六七八九"
_DIGITS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"两": 2}
_HOURS = {
    "分钟": 1 / 60,
    "小时": 1.0,
    "钟头": 1.0,
    "天": 24.0,
    "日": 24.0,
    "周": 168.0,
    "星期": 168.0,
    "月": 720.0,
    "年": 8760.0,
}
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(_HOURS, "hours"),
    "工作日": "workdays",
    "元": "yuan",
    "块钱": "yuan",
    "℃": "degrees",
    "件": "pieces",
    "%": "percent",
    "期": "instalments",
}
_NUMBER = r"\d+(?:\.\d+)?|[一二两三四五六七八九十百半]+"
QUANTITY = re.compile(
    rf"(?<![第\d.月这那前近过])(?P<low>{_NUMBER})(?:\s*[-~到至—]\s*(?P<high>{_NUMBER}))?\s*(?P<each>个)?"
    r"(?P<unit>工作日|小时|钟头|分钟|天|日|周|星期|月|年|元|块钱|期|%|℃|件)"
)
_SPLIT = re.compile(r"(?<!\d),|,(?!\d{3})|[。;!！；…\n()（）、~]|\s+|(?<=[?？])")
_QUESTION = re.compile(
    r"[?？]|[吗么]$|是不是|有没有|能不能|可不可以|会不会|要不要|是否|多久|几天|多少|什么时候|哪天|怎么|请问"
)
_NO_STATEMENT = re.compile(
    r"应该|可能|也许|好像|不确定|不清楚|估计|或许|看情况|不受|并非|不是|不等于|超过|不止|不到|之前|以前|原来"
    r"|别家|其他店|(?<!小)时$|时候$|^(?:如果|要是|假如|假设|若|万一|除非|等)|\d(?:小时|天|个月|年)[以之]?后|以上"
)
_ROUGH = re.compile(r"大概|大约|左右|约|一般|差不多|通常|上下|预计")
_ROUGHLY = 1 / 3
_AFTER = re.compile(r"^(?P<condition>.*(?<![售最然前随今稍落背先])(?:以后|之后|后))(?P<rest>.+)$")
_TAIL = re.compile(r"[哦呢哈呀啦噢]*\s*(?:\{[a-z]+\})*\s*$")
"""Softeners and emoji at the end."""

_SAME = 0.02
_CENTURY = 100
"""A year of four digits is a date, not a span."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A span of values of one kind."""

    kind: Kind
    low: float
    high: float

    def meets(self, other: Quantity) -> bool:
        """Whether both can be true at once."""
        slack = _SAME * max(self.high, other.high)
        return self.low <= other.high + slack and other.low <= self.high + slack


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that states something: its text, what it holds after, and the quantities in it."""

    text: str
    condition: str
    rest: str
    quantities: tuple[Quantity, ...]


_LASTS = re.compile(r"(?<![质价担确])保(?:修|质)?(?=[\d一二两三四五六七八九十半]+个?[年月天])")
_CANNOT = re.compile(r"([发退换])不了")
_CANNOT_BE = re.compile(r"(指定|定制|安装|开票|开发票)不了")
_TENTHS = re.compile(rf"([{_NUMERALS[1:]}])成(?![套品交为分人本长功])")
_YUAN = re.compile(r"((?:[加收付补退贴满]|[运邮]费|只要)\s*\d+(?:\.\d+)?)块(?!钱)")
_FREE_FROM = re.compile(r"(满\s*\d+)(?=[就才起]?[包免]邮)")
_DEGREES = re.compile(r"((?:水温|耐温|耐热|耐|不超过)\D{0,3}\d+)度|(\d+)度(?=[热温]?水)")
SHORT = r"保[\d一二两三四五六七八九十半]|[发退换定装票]不了"
"""Where a text may name a matter in one of these ways alone; a pattern of any engine."""


def in_full(text: str) -> str:
    """Return a text with short ways of stating a fact written out: 保5年, 发不了, 三成, 加20块."""
    text = _LASTS.sub("质保", text)
    text = _CANNOT.sub(r"不支持\1货", text)
    text = _CANNOT_BE.sub(r"不支持\1", text)
    text = _TENTHS.sub(lambda found: f"{_DIGITS[found[1]]}0%", text)
    text = _FREE_FROM.sub(r"\1元", _YUAN.sub(r"\1元", text))
    text = _DEGREES.sub(lambda found: f"{found[1] or found[2]}℃", text)
    return text.replace("一半定金", "50%定金").replace("一半的定金", "50%定金")


def clauses(text: str) -> list[Clause]:
    """Return the clauses of a normalised text that state something."""
    found = []
    for piece in _SPLIT.split(text):
        # What stands before these words is a condition.
        part = _TAIL.sub("", (piece or "").rpartition("的话")[2]).strip()
        if not part or _QUESTION.search(part) or _NO_STATEMENT.search(part):
            continue
        split = _AFTER.match(part)
        condition, rest = (split["condition"], split["rest"]) if split else ("", part)
        found.append(Clause(part, condition, rest, _quantities(rest)))
    return found


def _quantities(text: str) -> tuple[Quantity, ...]:
    rough = _ROUGHLY if _ROUGH.search(text) else 0.0
    found = []
    for match in QUANTITY.finditer(text):
        unit = match["unit"]
        if unit == "月" and not match["each"]:
            continue
        low, high = _range(match["low"], match["high"])
        if unit == "年" and high >= _CENTURY:
            continue
        factor = _HOURS.get(unit, 1.0)
        found.append(
            Quantity(_KINDS[unit], low * factor * (1 - rough), high * factor * (1 + rough))
        )
    return tuple(found)


def _range(low: str, high: str | None) -> tuple[float, float]:
    if high is not None:
        ends = sorted((number(low), number(high)))
        return ends[0], ends[1]
    if re.fullmatch(f"[{_NUMERALS}]{{2}}", low):
        # 两三天 is two to three days.
        return float(_DIGITS[low[0]]), float(_DIGITS[low[1]])
    return number(low), number(low)


def number(text: str) -> float:
    """Return the value of digits or of a Chinese numeral below a thousand."""
    if text[0].isdigit():
        return float(text)
    if text == "半":
        return 0.5
    total, digit = 0.0, 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
    return total + digit
