"""Further quantities of a short answer: watts, grams, lengths, pieces, hours of the day.

A statement by itself is compared in a few kinds only (`clauses.py`); beside the question it answers more of them can
be.
"""

from __future__ import annotations

import re

from cskpi.quality.clauses import Clause, Quantity, number

_UNITS: dict[str, tuple[str, float]] = {
    "千瓦": ("watts", 1000),
    "瓦": ("watts", 1),
    "w": ("watts", 1),
    "毫升": ("millilitres", 1),
    "ml": ("millilitres", 1),
    "升": ("millilitres", 1000),
    "l": ("millilitres", 1000),
    "千克": ("grams", 1000),
    "公斤": ("grams", 1000),
    "kg": ("grams", 1000),
    "克": ("grams", 1),
    "g": ("grams", 1),
    "斤": ("grams", 500),
    "毫米": ("millimetres", 1),
    "mm": ("millimetres", 1),
    "厘米": ("millimetres", 10),
    "公分": ("millimetres", 10),
    "cm": ("millimetres", 10),
    "米": ("millimetres", 1000),
    "m": ("millimetres", 1000),
    "分贝": ("decibels", 1),
    "db": ("decibels", 1),
    "毫安": ("milliamperes", 1),
    "mah": ("milliamperes", 1),
    "岁": ("age", 1),
    "寸": ("inches", 1),
    **{sign: (f"count {sign}", 1) for sign in "个只颗袋片包瓶支条双盒罐枚粒根"},
}
NUMERAL = r"\d+(?:\.\d+)?|[一二两三四五六七八九十百]+"
UNIT = "|".join(sorted(_UNITS, key=lambda unit: (-len(unit), unit)))
_MEASURE = re.compile(
    rf"(?<![第\d.每这那])(?P<low>{NUMERAL})(?:\s*[-~到至—]\s*(?P<high>{NUMERAL}))?\s*"
    rf"(?P<unit>{UNIT})"
    r"(?![a-z0-9]|(?:个|工作日|小时|钟头|月)|码)"
)
_CLOCK = re.compile(
    rf"(?:(?P<hour>\d{{1,2}}):(?P<minute>\d\d)|(?P<oclock>{NUMERAL})点(?P<half>半)?)"
)
DAY = "day"
"""Today is 0, tomorrow 1."""

_DAYS = (re.compile(r"当天|当日|今天"), re.compile(r"次日|第二天|明天|隔天"))
_NOON = 12
_DOZEN = re.compile(r"(?<=十)([一二三四五六七八])(?=[二三四五六七八九])")
_TWO = re.compile(r"[一二两三四五六七八九]{2}")
_PART = re.compile(r"百分之(\d+(?:\.\d+)?|[一二三四五六七八九十]+)")
_YUAN = re.compile(r"(\d+(?:\.\d+)?)块(?=$|[的哦呢吧就哈啦起左,。!])")

_ASKED = (
    (re.compile(r"几个?月|多少个月"), "个月"),
    (re.compile(r"几年|多少年"), "年"),
    (re.compile(r"几天|多少天|几日"), "天"),
    (re.compile(r"小时"), "小时"),
    (re.compile(r"瓦|功率"), "瓦"),
    (re.compile(r"几块|多少钱|几元|多少元|多少包邮|[邮运]费"), "元"),
    (re.compile(r"几期|多少期"), "期"),
)
_SUM = re.compile(
    r"((?:(?<=[收补加付要层])|(?<=就))\d+(?:\.\d+)?)(?![\d.元块%个年月天件斤层楼小分期])"
)
_BARE = re.compile(
    rf"^(?:满|就|是|大概)?\s*(?P<value>{NUMERAL})\s*(?P<rest>就?包.*|的?[哦呢哈啦吧呀]*)$"
)
_SPENT = re.compile(r"满(\d+(?:\.\d+)?)(?![\d.元块件个月天年])")
_DEGREES = re.compile(r"(\d+)度")
_WHENCE = re.compile(r"哪.{0,4}发|发货地|哪里寄")
_SENT = re.compile(r"[发寄]|出货")
_WHO_PAYS = re.compile(
    r"(?:[运邮]费|快递费).{0,6}(?:谁|自理|承担|自己|出|付|给)|谁.{0,4}(?:[运邮]费|快递费)|退.{0,4}[运邮]费[呢啊呀?]*$"
)
_PARCEL = re.compile(r"[运邮]费|快递费")
_TIME = re.compile(
    r"多久|几天|几个?月|几年|多长时间|什么时候|啥时候|几小时|何时|多少天|几日|哪天|时效"
)
_MONEY = re.compile(
    r"多少钱|几块|多少元|几元|要钱|收费|费用|补多少|加多少|收钱|[邮运]费(?:是)?多少"
)
_CLOCK_ASKED = re.compile(r"几点|工作时间|上班时间|营业时间|在线时间|客服时间")


def spelled(text: str, question: str = "") -> str:
    """Return an answer with percent and yuan written out, and a bare number with the unit asked for."""
    text = _PART.sub(lambda found: f"{number(found[1]):g}%", text)
    text = _SPENT.sub(r"满\1元", _YUAN.sub(r"\1元", text))
    if "度" in question:
        text = _DEGREES.sub(r"\1℃", text)
    if _WHENCE.search(question) and not _SENT.search(text):
        text += "发货"
    if _WHO_PAYS.search(question) and not _PARCEL.search(text):
        text = f"运费{text}"
    if _MONEY.search(question):
        text = _SUM.sub(r"\1元", text)
    bare = _BARE.match(text)
    if bare:
        for asked, unit in _ASKED:
            if asked.search(question):
                return f"{bare['value']}{unit}{bare['rest']}"
    return text


def asked_kinds(question: str) -> frozenset[str] | None:
    """Return the kinds a question asks for; None where it does not tell."""
    if _CLOCK_ASKED.search(question):
        return frozenset({"clock"})
    if _TIME.search(question):
        return frozenset({"hours", "workdays", DAY})
    if _MONEY.search(question):
        return frozenset({"yuan", "payer"})
    return None


def measures(clause: Clause) -> tuple[Quantity, ...]:
    """Return all quantities of a clause, those of `clauses.py` among them."""
    known = list(clause.quantities)
    for found in _MEASURE.finditer(clause.rest):
        kind, factor = _UNITS[found["unit"]]
        low, high = _ends(found["low"], found["high"])
        known.append(Quantity(kind, low * factor, high * factor))
    for found in _CLOCK.finditer(clause.rest):
        hour = number(found["hour"] or found["oclock"])
        # Four o'clock may be that of the afternoon, said or not.
        hour = hour % _NOON + (0.5 if found["half"] else float(found["minute"] or 0) / 60)
        known.append(Quantity("clock", hour, hour))
    for days, said in enumerate(_DAYS):
        if said.search(clause.rest):
            known.append(Quantity(DAY, days, days))
    return tuple(known)


def _ends(low: str, high: str | None) -> tuple[float, float]:
    """Return a span: 3-5, 两三, 十二三."""
    teens = _DOZEN.search(low)
    if high is None and teens:
        return number(low[:2]), number("十" + low[2])
    if high is None and _TWO.fullmatch(low):
        return number(low[0]), number(low[1])
    ends = sorted((number(low), number(high or low)))
    return ends[0], ends[1]
