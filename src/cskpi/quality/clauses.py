"""Clauses that state something, and the quantities and yes or no in them.

Conservative on purpose: a question, a guess, a condition, somebody else's rule or an exception is no
statement. Quantities of one kind can be compared: hours, working days, yuan, percent, instalments,
degrees, pieces; and so can what is one of a few: the grade of a board, the city goods are sent from,
who pays for the parcel.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from math import inf

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
NAMED = frozenset({"grade", "sent_from", "payer"})
"""Kinds whose values are the same or not."""

CAUSES = frozenset({"质量问题", "个人原因"})
"""Why goods go back; who pays for the parcel rests on it."""

_KINDS: Mapping[str, str] = {
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
    rf"(?<![第\d.月这那前近}}\-])(?<!(?<!超)过)(?P<low>{_NUMBER})(?:\s*[-~到至—]\s*(?P<high>{_NUMBER}))?\s*(?P<each>个)?"
    r"(?P<unit>工作日|小时|钟头|分钟|天|日|周|星期|月|年|元|块钱|期|%|℃|件)(?P<half>半)?"
)
_SPLIT = re.compile(r"(?<!\d),|,(?!\d{3})|[。;!！；…\n()（）、~]|\s+|(?<=[?？])")
_QUESTION = re.compile(
    r"[?？]|[吗么]$|是不是|有没有|能不能|可不可以|会不会|要不要|是否|多久|几天|多少|什么时候|哪天|怎么|请问"
)
_NO_STATEMENT = re.compile(
    r"应该|可能|不一定|未必|也许|好像|不确定|不清楚|估计|或许|看情况|不受|并非|不是|不等于|超过|不止|不到|之前|以前|原来|还剩|剩余|还有(?=[\d一二两三四五六七八九十半])"
    r"|别家|其他店|(?<!小)时$|时候$|^(?:如果|要是|假如|假设|若|万一|除非|等)|\d(?:小时|天|个月|年)[以之]?后|以上"
)
_BOUND = re.compile(r"不超过|不止|超过|以上")
"""What bounds a value in a rule is no statement of one when an agent says it."""

_AT_MOST = re.compile(r"(?:不超过|不高于)[^\d一二两三四五六七八九十百半]{0,2}$")
_AT_LEAST = re.compile(r"[以及]上")
_OPEN_UPWARDS = frozenset({"hours", "degrees"})
"""From 6 months on holds for 8, too; free from 99 yuan on is another rule than from 199 on."""
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
    """A span of values of one kind; times in hours, lengths in millimetres, weights in grams."""

    kind: str
    low: float
    high: float

    def meets(self, other: Quantity) -> bool:
        """Whether both can be true at once."""
        slack = 0.0 if self.kind in NAMED else _SAME * min(self.high, other.high)
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
_NOT_FREE = re.compile(r"不(?:包|免)(?:邮|运费)")
_ADDITIVE = r"(?:蔗糖|白?砂?糖|防腐剂|香精|色素|酒精|增稠剂|代糖)"
_NOT_ADDED = re.compile(rf"(?:没有?|不|未|零|0)(?:添加|加|放)(?:了|过|任何)?(?={_ADDITIVE})")
_ADDED_NOT = re.compile(rf"({_ADDITIVE})(?:是|都)?(?:没有?|不|未)(?:添加|加|放)")
_ADDED = re.compile(rf"(?<!没)(?<!有)(?<!不)(?:添加|加|放)了(?:一点|少量)?(?={_ADDITIVE})")
_DEGREES = re.compile(
    r"((?:水温|[热温冷凉]水|耐温|耐热|耐|不超过)\D{0,3}\d+)度|(\d+)度(?=[热温]?水)"
)
_RETURN = re.compile(r"(?<=[能可])退(?![货款回换钱差掉出税])|(?<=可以)退(?![货款回换钱差掉出税])")
_USE = re.compile(r"(?:(?<=能)|(?<=别)|(?<=可以|放心|不要|建议))用(?![完户品料来于手心功])")
_HEATPROOF = re.compile(r"耐(?=\d)")
_DEPOSIT = re.compile(r"先付(?=\d+%)")
SHORT = r"保[\d一二两三四五六七八九十半]|[发退换定装票]不了|耐\d|先付[\d一二三四五六七八九]"
"""Where a text may name a matter in one of these ways alone; a pattern of any engine."""


CITY = (
    "北京|上海|天津|重庆|广州|深圳|东莞|佛山|中山|珠海|惠州|汕头|揭阳|杭州|宁波|温州|义乌|金华|嘉兴|湖州|台州|绍兴|南京|苏州"
    "|无锡|常州|南通|徐州|扬州|昆山|合肥|芜湖|福州|厦门|泉州|晋江|莆田|南昌|赣州|济南|青岛|临沂|烟台|潍坊|郑州|洛阳|武汉|长沙"
    "|南宁|海口|成都|昆明|贵阳|西安|兰州|太原|石家庄|保定|廊坊|沈阳|大连|长春|哈尔滨|香港"
)
_CITIES = CITY.split("|")
_GRADE = re.compile(r"(?<![a-z])e(\d)级?(?![\da-z])", re.IGNORECASE)
_SENT_FROM = re.compile(
    rf"(?<!到)(?<!发往)(?P<city>{CITY})市?的?本?地?(?:仓库|仓|工厂|总部)?这?边?(?:直接|统一|直)?(?:发货|发出|出货|寄出|发的|发走|直发)"
)
_PARCEL = re.compile(r"运费|邮费|快递费")
_BUYER = r"您这边|您|你|买家|顾客|客户"
_SELLER = r"我们店?|我方|我家|商家|店[里家铺]|本店|卖家"
_PAYS = r"(?:这?边|方)?(?:来|自己|自行|全部|都|全)?(?:承担|负担|出|付|掏|负责|补贴|自理)"
_SELLER_PAYS = re.compile(
    rf"不(?:用|需要?|要)(?:{_BUYER})?{_PAYS}|(?:{_SELLER})(?:{_PAYS}|包(?:了|的|$))"
)
_BUYER_PAYS = re.compile(rf"(?:{_BUYER}){_PAYS}|自理|自付|自己(?:承担|负担|出|付|掏)")
_FREE = re.compile(r"免费|不收费|不要钱|不加钱|不另外?收")
STATES = rf"[eE]\d级|(?:{CITY})[^,。;!?]{{0,6}}[发出寄]|{_PARCEL.pattern}|{_FREE.pattern}"
"""Where a text may state a fact without number, yes or no; a pattern of any engine."""


_MAY_BE_SHORT = re.compile("[保成块邮加放用退耐度]|不[了包免]|先付|°c|一半")


@lru_cache(100_000)
def in_full(text: str) -> str:
    """Return a text with short ways of stating a fact written out: 保5年, 发不了, 三成, 加20块."""
    if not _MAY_BE_SHORT.search(text):
        return text
    # A pattern is asked only where the text holds what it cannot do without.
    for needle, rewrite in _WRITTEN_OUT:
        if needle in text:
            text = rewrite(text)
    return text


def _tenths(text: str) -> str:
    return _TENTHS.sub(lambda found: f"{_DIGITS[found[1]]}0%", text)


def _not_added(text: str) -> str:
    text = _ADDED_NOT.sub(r"没有\1", _NOT_ADDED.sub("没有", text))
    return _ADDED.sub("有", text)


def _degrees(text: str) -> str:
    return _DEGREES.sub(lambda found: f"{found[1] or found[2]}℃", text)


_WRITTEN_OUT: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("保", partial(_LASTS.sub, "质保")),
    ("不了", partial(_CANNOT.sub, r"不支持\1货")),
    ("不了", partial(_CANNOT_BE.sub, r"不支持\1")),
    ("成", _tenths),
    ("块", partial(_YUAN.sub, r"\1元")),
    ("邮", partial(_FREE_FROM.sub, r"\1元")),
    ("不", partial(_NOT_FREE.sub, "不支持包邮")),
    ("加", _not_added),
    ("放", _not_added),
    ("用", partial(_USE.sub, "使用")),
    ("退", partial(_RETURN.sub, "退货")),
    ("耐", partial(_HEATPROOF.sub, "耐温")),
    ("先付", partial(_DEPOSIT.sub, "付定金")),
    ("°c", lambda text: text.replace("°c", "℃")),
    ("度", _degrees),
    ("一半", lambda text: text.replace("一半定金", "50%定金").replace("一半的定金", "50%定金")),
)
"""What short ways cannot do without, and how they are written out, in this order."""


def pieces(text: str) -> list[str]:
    """Return what stands between the signs of a normalised text."""
    return [piece for piece in _SPLIT.split(text) if piece]


def clauses(text: str, *, is_rule: bool = False) -> list[Clause]:
    """Return the clauses of a normalised text that state something; a rule may bound a value."""
    found = (stated(piece, is_rule=is_rule) for piece in pieces(text))
    return [clause for clause in found if clause is not None]


def stated(piece: str, *, is_rule: bool = False) -> Clause | None:
    """Return what a piece of a text states, read in full and told in its own words."""
    clause = clause_of(in_full(piece), is_rule=is_rule)
    return clause and replace(clause, text=_said_of(piece))


def _said_of(piece: str) -> str:
    return _TAIL.sub("", piece.rpartition("的话")[2]).strip()


def clause_of(piece: str, *, is_rule: bool = False) -> Clause | None:
    """Return what a piece of a text states, if it does."""
    # What stands before these words is a condition.
    before, _, part = piece.rpartition("的话")
    part = _TAIL.sub("", part).strip()
    stated = _BOUND.sub("", part) if is_rule else part
    if not part or _QUESTION.search(part) or _NO_STATEMENT.search(stated):
        return None
    split = _AFTER.match(part)
    condition, rest = (split["condition"], split["rest"]) if split else ("", part)
    values = (*quantities(rest), *_named_values(rest))
    return Clause(part, f"{before} {condition}".strip(), rest, values)


def _named_values(text: str) -> Iterator[Quantity]:
    """Yield what a clause says that is one of a few."""
    for found in _GRADE.finditer(text):
        yield Quantity("grade", float(found[1]), float(found[1]))
    for found in _SENT_FROM.finditer(text):
        place = float(_CITIES.index(found["city"]))
        yield Quantity("sent_from", place, place)
    if _PARCEL.search(text):
        if _SELLER_PAYS.search(text):
            yield Quantity("payer", 0.0, 0.0)
        elif _BUYER_PAYS.search(text):
            yield Quantity("payer", 1.0, 1.0)
    if _FREE.search(text):
        yield Quantity("yuan", 0.0, 0.0)


def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text."""
    rough = _ROUGHLY if _ROUGH.search(text) else 0.0
    found = []
    for match in QUANTITY.finditer(text):
        unit = match["unit"]
        if unit == "月" and not match["each"]:
            continue
        low, high = _range(match["low"], match["high"])
        if unit == "年" and high >= _CENTURY:
            continue
        if match["half"]:
            low, high = low + 0.5, high + 0.5
        if _AT_MOST.search(text, 0, match.start()):
            low = 0.0
        if _KINDS[unit] in _OPEN_UPWARDS and _AT_LEAST.match(text, match.end()):
            high = inf
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
