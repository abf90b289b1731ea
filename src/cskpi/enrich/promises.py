"""Promises of an agent: something will be done by a time that is named."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

CANDIDATE = r"小时|分钟|钟头|上午|下午|今天|今日|今晚|今早|明天|明日|明早|明晚|后天|\d ?天|[一二两三四五六七八九十]天|工作日|\d ?日内|下班前|今儿|明儿|晚上|中午|傍晚|[\d一二两三四五六七八九十] ?点|周[一二三四五六日天末]|周[之以]?内|个月[之以]?内|\d ?h|[节年庆饭学假][之以]?前|这周|本周|下周|星期|礼拜|月底|\d ?[号日](?:之前|前|给|会|就|统一|左右|一定|肯定|保证|准时|开始|安排|[上下]午|晚上|[发寄退补换开])|下个?月|上周|今儿|钟头|\bhours?\b|\bminutes?\b|\btomorrow\b|\btoday\b|\btonight\b|\bdays?\b"
"""What a text holds wherever a time is named; a pattern of both engines."""


class Promise(NamedTuple):
    """Where a promise stands, and its deadline: seconds from the message, days to the end of one, or unknown."""

    start: int
    end: int
    seconds: int | None
    days: int | None


_LONGER = {"周": 7, "星期": 7, "个月": 30}
_NUMBERS = {
    "半": 0.5,
    "一": 1,
    "两": 2,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "十五": 15,
    "二十": 20,
    "二十四": 24,
    "三十": 30,
    "四十八": 48,
    "七十二": 72,
}
_N = r"(?:\d{1,3}|半|[一二两三四五六七八九十]{1,3})"
_SPAN = re.compile(
    rf"(?:(?P<low>{_N}) ?(?:个)?(?:小时|天|日|工作日|分钟)? ?(?:-|~|到|至|—|、) ?)?(?P<number>{_N}) ?(?:个)?(?P<half>半)?(?P<unit>小时|钟头|分钟|工作日|天|日|(?:周|星期|个月)(?=[之以]?内)|h(?![a-z])|hours?|minutes?|mins|(?:business |working )?days?)(?P<after>[之以]?内|之前|前|左右|后|\b)?"
)
_DAY = re.compile(
    r"大后天|后天|明天|明日|明儿|(?<!明天)(?<!后天)(?<!周.)(?<!每天)(?<!明儿)(?:上午|下午|晚上|中午|傍晚)(?!好)|明早|明晚|今天|今日|今晚|今早|今儿|下班前|\btomorrow\b|\btoday\b|\btonight\b"
)
_DAYS = {
    "大后天": 3,
    "后天": 2,
    "明天": 1,
    "明日": 1,
    "明儿": 1,
    "明早": 1,
    "明晚": 1,
    "tomorrow": 1,
}
_HOUR = re.compile(
    r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3}) ?点(?:半|钟|整|\d{1,2}分?)?(?:之前|前|左右|准时)"
)
# How far off these are depends on the day they are said: no deadline is told.
_DATED = re.compile(
    r"(?:这|本|下)?(?:周|星期|礼拜)[一二三四五六日天末](?:之前|前|内)?|(?:这|本|下)(?:周|星期|礼拜)(?:之?内|前)?|月底(?:之前|前)?|下个?月(?:\d{1,2} ?[号日]|初|中旬|底)?|\d{1,2} ?[号日](?:之前|前|给|会|就|统一|左右|一定|肯定|保证|准时|开始|安排|[上下]午|晚上|[发寄退补换开])|(?:国庆|春节|元旦|中秋|端午|年|过年|过节|节|晚饭|午饭|开学|放假|月初|周末|下个月)(?:之前|以前|前)"
)

_DEEDS = (
    r"发货|发出|寄出|寄给|发给|发走|发掉|补发|补寄|退款|退给|退还|退到|打款|到账|返现|返还|赔付|赔偿|转账|补差价|补偿|处理|解决|回复|答复|回电|去电|通电话|回访|联系(?!我|客服)|致电|打电话|反馈|跟进|核实|安排|查(?:一下|清楚|明|询)|开(?:好|具|票|发票)|换货|换新|上架|更新|修改好|取消|出库|(?:回|退|发|补|打给|寄|还|赔|换|送还)(?:您|你|亲)|(?:跟|和)(?:您|你|亲)(?:说|讲|反馈|确认|联系|沟通)|(?:发|寄|送|换|补)[^,。!?;~]{1,4}给(?:您|你|亲)|寄到|给(?:您|你|亲)(?:把|发|退|补|寄|换|处理|回|打|一个|个|开|送|弄|办|查|结果|说法|消息|重|改|拍|来电|点|调|申请|安排|加|装|量|录|找|修|做|答|报|上|转|结|解|通知|登记|备注|问|核|催|催催|留|准备|打包|垫|汇|赔|约|推|反馈|联系|返|包|写|算|测|试|传|导|取|查查|出|交|升|协调|争取|跟|追|落|确认|开通|恢复|撤|拦|取消|关)|(?:帮|替|为)(?:您|你|亲)(?:把|发|退|补|寄|换|处理|回|打|开|弄|办|查|重|改|拍|点|调|申请|安排|装|修|核|催|联系|问|反馈|取消|撤|拦|解决|落实|跟进|登记|转)|必(?:发|退|到|回|处理|解决|安排|补)|去(?:仓库|催|查|问|核实|找)|重发|重寄|重新(?:发|寄|安排|处理|打)|改价|来电|回话|回消息|回信|打回(?:去|来)|打过(?:去|来)|补上|改[完好成对掉]|退完|发完|查完|查出|办妥|弄完|做[完好出]|打包|寄走|寄过|送过去|必有结果|有结果|有答复|有回复|通知(?:您|你)|告诉(?:您|你)|告知|给(?:出)?(?:答案|结果|准信|答复|回复|说法|方案)|出结果|搞定|弄好|办好|完成|落实|申请|送到|送达|派送|上门|催"
    # A day, and then the deed ends the clause: 12点前拍的今天发.
    r"|(?:今天|明天|今晚|明晚|明早|后天|[上下]午|晚上|中午|傍晚|周[一二三四五六日天]|[号日点]前?)(?:就|能|可以|会|统一|都|给?安排)*(?:发|寄|退|补|换|开)[哈哦呢啦嘞]*(?=[,。!~ ]|$)"
    r"|\b(?:ship|send|refund|reply|respond|get back|call you|contact you|resolve|fix|process|deliver|replace|update you|dispatch|issue|email you|follow up)"
)
_DEED = re.compile(_DEEDS)
DEED = _DEEDS.replace("(?!我|客服)", "").replace("(?=[,。!~ ]|$)", "")
"""What a text holds wherever something is said to be done; a pattern of both engines."""
_CARRIED = re.compile(r"送到|送达|派送|到货|收到|签收|上门")
_SURE = re.compile(r"保证|一定|肯定|承诺|负责|务必|确保|给您送|给你送|为您送")
_NONE = re.compile(
    r"\?|吗|嘛|么$|多久|能不能|可不可以|是不是|可否|能否|(?:不|没|没有|无法|未)(?:能|法|会|敢)?(?:保证|确定|承诺|确认)?[^,。!?;~]{0,4}(?:发货|发|退|处理|解决|到账|安排|回复|送|寄)"
    r"|发不|退不|处理不|解决不|到不|送不|来不及|已经|已(?!申请|安排|收)|昨[天晚日]|前天|刚才|上(?:个?周|个?月|星期|礼拜|次)|今天[^,。!?;~]{0,6}(?:发|寄|退|补|换|送)(?:走|出|完)?(?:去)?了(?=[,。!~ ]|$)|无理由|可以?申请|可以?退|支持|包退|包换|保修|质保|有效|过期|超过|超时|(?:拍下|下单|付款)(?![^,。!?;~]{0,12}我(?:这边|马上|就|来|立刻)?(?:给|帮|为)(?:您|你|亲))|的话|如果|要是|万一|除非|一般|通常|稍等|请等|耐心等|正常情况|规则|规定|(?:给|帮|跟|和|联系|退|发|回复|答复|寄|告诉|打给)我(?!们|[半一两二三四五六七八九十\d])|我(?:要|想|希望|需要|得|必须|等)|让我|叫我|请(?:在|于)|(?<![给为帮替跟和向])(?:您|你|亲)(?:需要|可以|要|得|必须|应该|自己|先|再|收到|签收|提交|寄|申请|补|发|把)|内(?:坏|出现|发现|有问题)|\bno\b|麻烦(?:您|你|亲)|等了|过了|(?:没|不|未)(?:更新|动|变|反应)|(?:您|你|他|他们)(?:们)?(?:刚才|昨天|上次)?(?:说|答应|承诺)|现在都|之前(?:说|答应)|you (?:can|must|need|have to|should|may)|within \d+ days of|\bif\b|\bdid|didn't|haven't|hasn't|\bi (?:want|need)"
    # What the carrier does, what starts on an event to come, how long assembling takes.
    r"|(?<![排让叫知约])(?:师傅|快递员|派件员|配送员|骑手)(?:今天|明天|上午|下午|今晚|承诺|会|将|说)"
    r"|(?:网点|驿站|物流|快递|快运|大件|顺丰|中通|圆通|申通|韵达|极兔|德邦|邮政|日日顺)(?:公司|那边|方面)?(?:承诺|会|将|说|反馈)"
    r"|(?:收货|签收|验收|收到货|收到退货|退回|入库|到仓)(?:通过|成功|完成|确认|无误)?[之以]?后"
    r"|(?:一个人|两个人|自己)[^,。!?;~]{0,10}(?:装|组装|安装)"
)
_PART = re.compile(r"(?:[^, ]| (?![\u4e00-\u9fff])|(?<![\u4e00-\u9fff}~]) )+")
_CLAUSE = re.compile(r"[^。!;~\n]*?(?:[。!;~\n?]|$)")
_CLAUSES_KEPT = 50_000
"""A few tens of megabytes."""


def find_promises(form: str) -> list[Promise]:
    """Return the promises of one normalised text."""
    found = []
    for sentence in _CLAUSE.finditer(form):
        words = sentence.group()
        for start, end in _neighbours(words):
            if promise := _promise(words[start:end]):
                shift = sentence.start() + start
                found.append(promise._replace(start=promise.start + shift, end=promise.end + shift))
                break
    return found


def _neighbours(sentence: str) -> list[tuple[int, int]]:
    """Return the clauses of a sentence that name a time, joined with the next where the deed stands there."""
    clauses = [m.span() for m in _PART.finditer(sentence)]
    spans = []
    for number, (start, end) in enumerate(clauses):
        names_time, names_deed = _named(sentence[start:end])
        if not names_time:
            continue
        if not names_deed and number + 1 < len(clauses):
            spans.append((start, clauses[number + 1][1]))
        elif not names_deed and number:
            spans.append((clauses[number - 1][0], end))
        else:
            spans.append((start, end))
    return spans


# The same clauses come in many texts, and the interpreter reads them one at a time.
@lru_cache(maxsize=_CLAUSES_KEPT)
def _named(clause: str) -> tuple[bool, bool]:
    """Tell whether a clause names a time and, if it does, whether it names a deed."""
    names_time = any(time.search(clause) for time in (_SPAN, _DAY, _HOUR, _DATED))
    return names_time, names_time and _DEED.search(clause) is not None


@lru_cache(maxsize=_CLAUSES_KEPT)
def _promise(clause: str) -> Promise | None:
    deed = _DEED.search(clause)
    if deed is None or _NONE.search(clause):
        return None
    if _CARRIED.search(deed.group()) and not _SURE.search(clause):
        return None
    if match := _SPAN.search(clause):
        if match["after"] == "后" and match["unit"] not in {"小时", "钟头", "分钟"}:
            return None
        amount = _amount(match["number"]) + (0.5 if match["half"] else 0)
        if amount:
            seconds, days = _deadline(amount, match["unit"])
            return Promise(*_around(match, deed), seconds, days)
    return _by_day(clause, deed)


def _by_day(clause: str, deed: re.Match[str]) -> Promise | None:
    for time in (_DAY, _HOUR, _DATED):
        if match := time.search(clause):
            days = None if time is _DATED else _DAYS.get(match.group(), 0)
            return Promise(*_around(match, deed), None, days)
    return None


def _around(time: re.Match[str], deed: re.Match[str]) -> tuple[int, int]:
    return min(time.start(), deed.start()), max(time.end(), deed.end())


def _amount(word: str) -> float:
    return float(word) if word.isdigit() else _NUMBERS.get(word, 0)


def _deadline(amount: float, unit: str) -> tuple[int | None, int | None]:
    if unit in {"小时", "钟头", "h"} or unit.startswith("hour"):
        return int(amount * 3600), None
    if unit.startswith(("分钟", "min")):
        return int(amount * 60), None
    return None, max(1, round(amount * _LONGER.get(unit, 1)))
