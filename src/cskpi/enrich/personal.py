"""Personal data in a text, each kind checked before it is believed.

A mobile number has 11 digits from 13 to 19; an ID number holds its checksum (GB 11643) and a real
date; a bank card passes Luhn; a landline has an area code; a WeChat or QQ account stands beside its
mention; a parcel number has its carrier's shape or stands behind such words; an address goes down to
a numbered house. Order numbers, prices, dates and sizes are none, nor are public service lines (400,
95…), masked numbers, or the address and telephone a shop gives for sending goods back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

KINDS = (
    "id_number",
    "bank_card",
    "mobile",
    "landline",
    "email",
    "social",
    "parcel",
    "address",
)
"""What is personal; `order` and `shop_contact` are found beside it and are not."""

_NUMBER = r"\d[\d -]{4,}\d|1z[0-9a-z]{16}"
_ACCOUNT = r"微信|薇信|威信|v信|vx|wx|weixin|wechat|qq|扣扣|企鹅|加v|加我v|抖音|小红书|支付宝|whatsapp|telegram"
_HOUSE = (
    r"(?:路|街|道|巷|弄|村|区|镇|苑|园|城|里|大厦|广场|公寓|胡同|庄|屯)[^,。!?;\n]{0,20}?"
    r"[\d一二三四五六七八九十]+ ?-?\d*(?:号|弄|栋|幢|座|单元|室|楼|组|层|门)"
)
_SIGNS = {
    "@": "@",
    "number": _NUMBER,
    "account": f"(?:{_ACCOUNT})[^,。!?;\n]{{0,8}}[a-z\\d]",
    "house": _HOUSE,
}
CANDIDATE = "|".join(_SIGNS.values())
"""What a text holds wherever one of the kinds is in it; a pattern of both engines."""


_Rule = tuple[str, re.Pattern[str], Callable[[re.Match[str]], bool]]


class Found(NamedTuple):
    """A piece of a text and what it is."""

    kind: str
    start: int
    end: int


def find_personal(text: str, rules: int | None = None) -> list[Found]:
    """Return what of a folded text (half-width, lower case) is personal, and its order numbers.

    The pieces do not overlap and come in the order of the text.

    Args:
        text: one text.
        rules: which rules can hold, as `possible_rules` tells; without it the text is looked at here.
    """
    taken: list[Found] = []
    shops = None
    for kind, pattern, holds in _rules_in(text) if rules is None else _rules_of(rules):
        for match in pattern.finditer(text):
            start, end = match.span(1) if pattern.groups else match.span()
            if kind == "address":
                start += _led_in(match.group())
            elif kind == "mobile":
                start -= len(_country_code(text[max(0, start - 6) : start]))
            if (taken and _overlaps(taken, start, end)) or not holds(match):
                continue
            if kind in _CONTACTS and shops is None:
                shops = _SHOP_CONTACT.search(text) is not None
            is_shops = bool(shops) and kind in _CONTACTS
            taken.append(Found("shop_contact" if is_shops else kind, start, end))
    return sorted(taken, key=attrgetter("start")) if len(taken) > 1 else taken


def possible_rules(texts: pl.Series) -> list[int]:
    """Return for each text which rules can hold in it, as bits for `find_personal`."""
    import polars as pl

    rules = pl.repeat(0, len(texts), dtype=pl.Int32, eager=True)
    for bit, gate in enumerate(_gates()):
        rules = rules + texts.str.contains(gate).fill_null(value=False).cast(pl.Int32) * (1 << bit)
    return rules.to_list()


@cache
def _gates() -> tuple[str, ...]:
    """Return of each rule a pattern without looks around: it matches wherever the rule does."""
    return tuple(
        _SIGNS[_SIGN_OF[kind]] if kind in _SLOW_GATES else _LOOK_AROUND.sub("", pattern.pattern)
        for kind, pattern, _ in _RULES
    )


def _overlaps(taken: Sequence[Found], start: int, end: int) -> bool:
    return any(start < found.end and found.start < end for found in taken)


def _rules_in(text: str) -> tuple[_Rule, ...]:
    return _rules_with(tuple([sign for sign, seen in _SEEN if seen(text)]))


@cache
def _rules_with(signs: tuple[str, ...]) -> tuple[_Rule, ...]:
    """Return the rules that can hold in a text with these signs; few texts have several."""
    return tuple(rule for rule in _RULES if _SIGN_OF.get(rule[0], "number") in signs)


@cache
def _rules_of(bits: int) -> tuple[_Rule, ...]:
    return tuple(rule for bit, rule in enumerate(_RULES) if bits >> bit & 1)


_SEEN = [(sign, re.compile(pattern).search) for sign, pattern in _SIGNS.items()]
_SIGN_OF = {"email": "@", "social": "account", "address": "house"}
_SLOW_GATES = frozenset(("email", "address"))
_CONTACTS = frozenset(("mobile", "landline", "address"))
_LOOK_AROUND = re.compile(r"\(\?<?[!=][^()]*\)")


def _digits(text: str) -> str:
    return re.sub(r"[^\dx]", "", text)


def _always(_: re.Match[str]) -> bool:
    return True


def _is_id_number(match: re.Match[str]) -> bool:
    number = _digits(match.group(1))
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    rest = sum(int(d) * w for d, w in zip(number[:17], weights, strict=True)) % 11
    return (
        "10x98765432"[rest] == number[17]
        and born.year >= _FIRST_BIRTH
        and int(number[:2]) in _PROVINCES
    )


def passes_luhn(number: str) -> bool:
    """Tell whether a card number's check digit holds."""
    doubled = (int(d) * (1 + n % 2) for n, d in enumerate(reversed(number)))
    return sum(sum(divmod(d, 10)) for d in doubled) % 10 == 0


def _is_bank_card(match: re.Match[str]) -> bool:
    number = _digits(match.group(1))
    grouped = len(number) < len(match.group(1)) and number[0] in "3456"
    shape = number.startswith("62") and len(number) in {16, 19}
    before = max(0, match.start() - 12), match.start()
    return (
        bool(shape or grouped or _CARD_WORDS.search(match.string, *before))
        and len(set(number)) >= _FEWEST_DIGITS
        and passes_luhn(number)
    )


def _country_code(before: str) -> str:
    """Return +86 and its like where a text ends in it."""
    code = re.search(r"(?<!\d)(?:\+|00)?(?:\(\+?86\)|86)[ -]?$", before)
    return code.group() if code else ""


def _is_mobile(match: re.Match[str]) -> bool:
    """No part of a longer number, no article, and not told to be another number."""
    before = match.string[max(0, match.start() - 12) : match.start()]
    before = before[: len(before) - len(_country_code(before[-6:]))]
    return _OTHER_NUMBER.search(before) is None


def _is_social(match: re.Match[str]) -> bool:
    account = match.group(1)
    return account not in _NO_ACCOUNTS and not account.startswith(("http", "www"))


_FIRST_BIRTH = 1900
_PROVINCES = range(11, 83)
_FEWEST_DIGITS = 3
"""0000 0000 0000 0000 passes Luhn, too."""
_OTHER_NUMBER = re.compile(
    r"[\d*.]$|\d-$|[a-z]\d$|(?:货号|款号|编号|型号|单号|sku|id|代码)[:： 是]{0,2}$"
)
_CARD_WORDS = re.compile(r"卡号|银行卡|账号|账户|开户|信用卡|储蓄卡|打到|汇到|card")
_NO_ACCOUNTS = frozenset(
    ("wechat", "weixin", "alipay", "please", "payment", "support", "number", "account")
)
_SHOP_CONTACT = re.compile(
    r"(?:退货|寄回|退回|返回|回寄|寄到|售后|仓库|门店|店铺|返厂|维修|公司|我们|本店|店里|自提点?|网点|站点|营业厅)[^\n]{0,8}(?:地址|收件|电话|联系|座机|号码)"
    r"|(?:寄回|退回|寄到|退到)(?:我们|这边|仓库|这个地址|以下地址)|return address"
)
_EDGE = r"(?<![\da-z*])"
_END = r"(?![\d*])"
_LEVEL = r"[\u4e00-\u9fff]"
_CHINESE_NUMBER = r"(?:\d{1,5}(?:-\d{1,4}){0,3}|[一二三四五六七八九十]{1,4})"

_RULES: tuple[_Rule, ...] = (
    (
        "email",
        re.compile(
            r"(?<![\w.])[a-z0-9][\w.+-]{0,62}@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,10}", re.ASCII
        ),
        _always,
    ),
    (
        "order",
        re.compile(
            r"(?:订单(?:编号|号码|号|id)?|交易号|order (?:number|no\.?|id)?)[:为是 #]{0,3}([a-z]{0,3}\d[\d-]{5,25}\d)"
        ),
        _always,
    ),
    (
        "parcel",
        re.compile(
            r"(?<![订\da-z])(?:快递单号|快递号|运单号码?|运单|物流单号|物流号|物流编号|单号|包裹号|tracking (?:number|no\.?))[:为是 #]{0,3}([a-z]{0,5}\d{9,18})(?!\d)"
        ),
        _always,
    ),
    (
        "parcel",
        re.compile(
            r"(?:顺丰|圆通|中通|申通|韵达|极兔|邮政|ems|德邦|京东快递|天天快递|百世)(?:快递|速递|快运)?[:为是 ]{0,3}([a-z]{0,5}\d{10,15})(?!\d)"
        ),
        _always,
    ),
    (
        "parcel",
        re.compile(
            _EDGE
            + r"(sf\d{12,13}|yt\d{13,15}|jt\d{13}|zto\d{12}|sto\d{12}|jd[a-z]{1,2}\d{10,13}|jd\d{13}|dpk\d{12}|e[a-z]\d{9}cn|1z[0-9a-z]{16})(?![\da-z])"
        ),
        _always,
    ),
    (
        "id_number",
        re.compile(_EDGE + r"(\d{6}[ -]?\d{8}[ -]?\d{3}[\dx])(?![\da-z])"),
        _is_id_number,
    ),
    (
        "bank_card",
        re.compile(_EDGE + r"(\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?|\d{16,19})" + _END),
        _is_bank_card,
    ),
    (
        "mobile",
        re.compile(
            r"1[3-9]\d(?:[ -]?\d{4}[ -]?\d{4}|[ -]\d{3}[ -]\d{5}|\d[ -]\d{3}[ -]\d{4})(?![\d*]|\.\d|-\d)"
        ),
        _is_mobile,
    ),
    (
        "landline",
        re.compile(
            r"(?<![\d*-])(?<!\d )((?:\(0\d{2,3}\)[ -]?|0\d{2,3}[ -])[2-8]\d{2,3}[ -]?\d{4}(?:(?:-|转)\d{1,5})?)(?![\d*-])"
        ),
        _always,
    ),
    (
        "landline",
        re.compile(
            r"(?:电话|座机|固话|致电|拨打|联系|联系人)[^\d\n,]{0,6}(0(?:10|2\d)[2-8]\d{7}|0[3-9]\d{2}[2-8]\d{6,7})(?![\d*])"
        ),
        _always,
    ),
    (
        "social",
        re.compile(
            r"(?:微信|薇信|威信|v信|vx|wx|weixin|wechat|加v|加我v|whatsapp|telegram|抖音|小红书|支付宝)(?:账号|帐号|号码|号|id)?[是为: ]{0,3}([a-z][\w-]{5,19}|\d{6,11})(?![\w-]|{)".replace(
                "{)", r"\{)"
            ),
            re.ASCII,
        ),
        _is_social,
    ),
    (
        "social",
        re.compile(
            r"(?:qq|扣扣|企鹅)(?:账号|帐号|号码|号|群|群号)?[是为: ]{0,3}([1-9]\d{4,10})(?![\d])"
        ),
        _always,
    ),
    (
        "address",
        re.compile(
            rf"(?:{_LEVEL}{{2,8}}?(?:省|自治区) ?)?(?:{_LEVEL}{{2,7}}?(?:市|自治州|地区|盟) ?)?(?:{_LEVEL}{{1,6}}?(?:区|县|旗|市) ?)?"
            rf"(?:{_LEVEL}{{1,6}}?(?:街道|镇|乡) ?)?{_LEVEL}{{1,10}}?(?:路|大街|街|大道|道|巷|弄|胡同|村|小区|花园|家园|苑|公寓|大厦|广场|新城|新村|社区|园区|庄|屯|里)"
            rf"(?:[a-z\u4e00-\u9fff]{{0,10}}?)?[a-z]?{_CHINESE_NUMBER} ?(?:号楼|号院|号|弄|栋|幢|座|单元|室|楼|组|层|门)"
            rf"(?:[\u4e00-\u9fffa-z0-9 -]{{0,14}}?[a-z]?\d{{1,5}} ?(?:号楼|号|栋|幢|座|单元|室|楼|层|门|户))*(?:[\u4e00-\u9fff]{{0,8}}[a-z]?(?:座|栋|幢|-)?\d{{2,4}}(?!\d))?"
        ),
        lambda match: _is_address(match),  # noqa: PLW0108 (stands below)
    ),
    ("order", re.compile(_EDGE + r"(\d{6}-\d{12,18}|\d{12,25})" + _END), _always),
)

_LEAD_IN = re.compile(
    r"[^省市区县]{0,6}?(?:住在?|寄到?|送到?|发到?|地址是?|改成|改为|改到|收货|就是|家在|是|在)(?=[\u4e00-\u9fff]{2})"
)


def _led_in(address: str) -> int:
    """Return how many characters before the address led up to it."""
    lead = _LEAD_IN.match(address)
    return lead.end() if lead else 0


_STREETS = re.compile(
    r"路|街|道|巷|弄|胡同|村|小区|花园|家园|苑|公寓|大厦|广场|新城|社区|园区|庄|屯|里"
)
_NO_STREET = re.compile(
    r"知道|道理|味道|频道|渠道|管道|通道|跑道|报道|难道|这里|那里|哪里|家里|里面|店里|心里|手里|公里|城里|夜里|万里|线路|电路|网路|思路|走路|套路|路由|路上|半路|链路|分区|时区|小时|毫米|园艺|街拍"
)


def _is_address(match: re.Match[str]) -> bool:
    """A numbered house in a street that is one: in a named place, or with its room."""
    text = match.group()
    named = re.search(r"省|市|区|县|镇|乡|自治|州|旗", text)
    rooms = re.findall(r"\d ?(?:号|弄|栋|幢|座|单元|室|楼|门|组)", text)
    street = _NO_STREET.sub("", text)
    return bool(_STREETS.search(street)) and bool(named or len(rooms) > 1)


def pieces(text: str, found: list[Found]) -> Iterator[tuple[str, int, int]]:
    """Yield (placeholder or "", start, end) over the whole text, found pieces and what is between."""
    place = 0
    for kind, start, end in found:
        if place < start:
            yield "", place, start
        yield f"{{{kind}}}", start, end
        place = end
    if place < len(text):
        yield "", place, len(text)
