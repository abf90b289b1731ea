"""Questions a customer asks again in other words because nothing in between answers them.

Two messages ask the same if they want the same kind of thing (a time, a number, how, why, which, yes
or no) and what is left of the shorter one, without polite words and particles, stands in the other.
A message between them answers if it says yes or no, names what was asked for, or speaks of a matter
that answers such a question; courtesies, holds and what speaks of another matter do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from cskpi.quality.lines import ACTORS, UNKNOWN
from cskpi.quality.matters import matters
from cskpi.quality.off_topic import DENIES, LONGEST, says_yes_or_no, shared

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from cskpi.quality.lines import Lines

    Places = NDArray[np.int64]

_LOOK_BACK = 4
"""Earlier questions of the session a question is compared with."""
_FEWEST_SHARED, _LEAST_SHARED = 2, 0.66
"""Signs, and the share of the shorter, two questions must have in common."""
_FEWEST_TOLD, _LEAST_TOLD = 4, 0.8
"""Signs, and the share of them, in which two messages agree that ask nothing."""
_SILENT_MS = 60_000
"""So long nobody answered: two messages sent at a go are one question."""

_KINDS = "YTRNWP"
"""Why, when, at what price, how many, how, which: forms are in lower case, so these stand for nothing else."""
_SAME = {
    "Y不": "怎么还不 怎么不 咋还不 咋不 为什么还不 为什么不 为啥还不 为啥不",
    "Y没": "怎么还没有 怎么还没 怎么没 咋还没 咋没 为什么还没 为什么没 为啥还没 为啥没",
    "Y": "为什么 为啥 为何 凭什么",
    "T": "什么时候 啥时候 什么时间 几时 何时 多久 多长时间 几天 几号 哪天 几点 多少天 几个小时 几小时",
    "R": "多少钱 什么价格 什么价 啥价 价格多少 怎么卖",
    "N": "多少 几个 几",
    "W": "怎么操作 怎么处理 怎么弄 怎么办 如何操作 怎样 怎么 如何 咋弄 咋办 咋整 咋",
    "P": "哪一家 哪家 哪个 哪款 哪种 哪些 哪里 哪儿 什么 啥 哪",
    "有": "有没有 有木有 有没",
    "有货": "补货 上货 来货",
    "便宜": "便宜点 便宜些",
    "宽": "宽度",
    "长": "长度",
    "高": "高度",
    "厚": "厚度",
    "重": "重量",
    "": "请问 想问一下 想问下 想问 问一下 问下 我问的是 我是问 我是说 我问 想知道 所以 到底 究竟 就是 "
    "这个 这款 这种 那个 那款 你们家 你们 你家 咱们 咱家 您好 你好 您 你 我 亲 客服 老板 麻烦 "
    "能不能 可不可以 可以 能够 能否 可否 能 会不会 会 是不是 是否 要不要 需要 要 是 说 这 那 个 一下 "
    "得了 吗 么 嘛 呢 啊 呀 哦 哈 吧 啦 了 的 得 地 厘米 公分 "
    ", . ! ? ~ 。 …",
    "N宽": "多宽",
    "N长": "多长",
    "N高": "多高",
    "N重": "多重",
    "N厚": "多厚",
    "N深": "多深",
    "N大": "多大",
}
_TAIL = r"[不没][?。,.!~ ]*$"
_APART = frozenset("红黑白蓝绿灰粉紫黄棕橙米咖青大小男女左右上下前后0123456789xsml")
"""Questions that differ in one of these ask for another thing."""
_EMPTY = (
    r"稍等|稍候|稍后|等一下|等下|查一下|看一下|欢迎光临|为您服务|帮到您|帮您的|帮助您|可以帮您|效劳|久等"
    r"|请问有什么|什么问题|哪里坏|哪个坏|感谢关注|还有什么|转接|客服在|在线"
)
_POLITE = r"您好|你好|亲爱的|尊敬的|亲+|非常|抱歉|不好意思|谢谢|感谢|支持|在的?|呢|哦|哈|啊"
_AMOUNT = re.compile(
    r"[\d一二两三四五六七八九十百半]|今天|明天|后天|马上|尽快|随时|当天|下周|月底|都|不|没"
)
_AGREES = re.compile(r"可以|不|没|有|能|会|行|是的|支持|都|要|建议|需")


@dataclass
class Questions:
    """The unique forms as questions: their kind and what is left of them, and those that say nothing."""

    forms: pl.DataFrame
    _known: dict[tuple[int, int], bool] = field(default_factory=dict)

    @cached_property
    def core(self) -> pl.Series:
        """What is left of each form without polite words; a letter for what kind of thing it asks for."""
        import polars as pl

        words = {word: sign for sign, some in _SAME.items() for word in some.split()}
        words = dict(sorted(words.items(), key=lambda item: (-len(item[0]), item[0])))
        short = (self.forms["form"].str.len_chars() <= LONGEST) & ~self.forms["is_filler"]
        places = short.fill_null(value=False).arg_true()
        plain = self.forms["form"].gather(places).str.replace_all(r"\{[a-z_]+\}| ", "")
        left = plain.str.replace_all(_TAIL, "").str.replace_many(
            list(words), list(words.values()), leftmost=True
        )
        return pl.repeat("", len(short), eager=True).scatter(places, left)

    @cached_property
    def signed(self) -> NDArray[np.uint64]:
        """The signs of each core as bits, 64 for each."""
        import numpy as np

        signs = np.zeros(len(self.core), dtype=np.uint64)
        lengths = self.core.str.len_chars().to_numpy().astype(np.int64)
        codes = np.frombuffer("".join(self.core).encode("utf-32-le"), dtype=np.uint32)
        hashed = (codes.astype(np.uint64) * np.uint64(2_654_435_761) >> np.uint64(11)) % np.uint64(
            64
        )
        bits = np.uint64(1) << hashed
        filled = np.flatnonzero(lengths)
        starts = (np.cumsum(lengths) - lengths)[filled]
        if len(filled):
            signs[filled] = np.bitwise_or.reduceat(bits, starts)
        return signs

    @cached_property
    def kind(self) -> NDArray[np.int8]:
        """Which of the kinds each form asks for first; the last is yes or no."""
        import numpy as np

        kinds = np.full(len(self.core), len(_KINDS), dtype=np.int8)
        for place in range(len(_KINDS) - 1, -1, -1):
            kinds[self.core.str.contains(_KINDS[place], literal=True).to_numpy()] = place
        return kinds

    @cached_property
    def asks(self) -> NDArray[np.bool_]:
        """Tell which forms are questions; the others tell something."""
        asked: NDArray[np.bool_] = self.forms["is_question"].fill_null(value=False).to_numpy()
        return asked | (self.kind < len(_KINDS))

    def again(self, lines: Lines, places: Places) -> Places:
        """Return the messages that ask again what another of these asked before, unanswered."""
        import numpy as np

        places = places[lines.form[places] != UNKNOWN]
        found = np.zeros(len(places), dtype=bool)
        for back in range(1, min(_LOOK_BACK, len(places) - 1) + 1):
            later, earlier = places[back:], places[:-back]
            near = (lines.start[later] == lines.start[earlier]) & ~found[back:]
            near[near] = self._alike(lines.form[later[near]], lines.form[earlier[near]])
            which = np.flatnonzero(near)
            found[which + back] |= self._unanswered(lines, earlier[which], later[which])
        return places[found]

    def _alike(self, one: NDArray[np.int32], other: NDArray[np.int32]) -> NDArray[np.bool_]:
        import numpy as np

        both = np.bitwise_count(self.signed[one] & self.signed[other])
        least = np.minimum(np.bitwise_count(self.signed[one]), np.bitwise_count(self.signed[other]))
        # Two signs may share a bit, which only lets more through.
        close: NDArray[np.bool_] = (
            (self.kind[one] == self.kind[other])
            & (both >= _FEWEST_SHARED)
            & (both >= _LEAST_SHARED * least)
        )
        asks = self.asks[one] | self.asks[other]
        close[close] = [
            same_question(a, b, asks=question)
            for a, b, question in zip(
                self.core.gather(one[close]),
                self.core.gather(other[close]),
                asks[close].tolist(),
                strict=True,
            )
        ]
        return close

    def _unanswered(self, lines: Lines, asked: Places, again: Places) -> NDArray[np.bool_]:
        """Tell of which two messages nothing in between answers the first."""
        import numpy as np

        places = np.flatnonzero(_is_reply(lines))
        low, high = np.searchsorted(places, asked, "right"), np.searchsorted(places, again)
        said = lines.form[places]
        replies = [said[first:end] for first, end in zip(low, high, strict=True)]
        about = self._about(np.unique(np.concatenate([lines.form[asked], *replies])))
        moments = lines.milliseconds
        known = (moments[asked] != UNKNOWN) & (moments[again] != UNKNOWN)
        silent = known & (moments[again] - moments[asked] >= _SILENT_MS)
        found = [
            not any(self._answers(question, reply, about) for reply in some.tolist())
            if len(some)
            else quiet
            for question, some, quiet in zip(
                lines.form[asked].tolist(), replies, silent, strict=True
            )
        ]
        return np.array(found, dtype=bool)

    def _about(self, forms: NDArray[np.int32]) -> dict[int, int | None]:
        """Return what forms are about, None for those that say nothing."""
        import polars as pl

        told = self.forms.select("form", "is_filler")[pl.Series(forms[forms != UNKNOWN])]
        bits = matters().read(told["form"]).set(_says_nothing(told), None)
        return {UNKNOWN: None, **dict(zip(forms[forms != UNKNOWN].tolist(), bits, strict=True))}

    def _answers(self, question: int, reply: int, about: dict[int, int | None]) -> bool:
        told = about[reply]
        if told is None:
            return reply == UNKNOWN
        if (question, reply) not in self._known:
            kind, texts = self.kind[question], self.forms["form"]
            self._known[question, reply] = answers(
                texts[question],
                texts[reply],
                _KINDS[kind : kind + 1],
                (about[question] or 0, told),
            )
        return self._known[question, reply]


def _is_reply(lines: Lines) -> NDArray[np.bool_]:
    import numpy as np

    return np.isin(lines.actor, (ACTORS["customer"], ACTORS["system"]), invert=True)


def _says_nothing(told: pl.DataFrame) -> pl.Series:
    """Tell which forms are courtesies, holds or questions what the matter is."""
    clause = rf"[^,。!?~ ]*(?:{_EMPTY})[^,。!?~ ]*"
    form = told["form"].fill_null("")
    left = form.str.replace_all(clause, "").str.replace_all(rf"{_POLITE}|\{{[a-z_]+\}}|[\W_]", "")
    quiet = (left.str.len_chars() < _FEWEST_TOLD) & (left != form)
    return told["is_filler"].fill_null(value=False) | quiet


def same_question(one: str, other: str, *, asks: bool = True) -> bool:
    """Tell whether two cores of one kind ask for the same; where neither asks, whether they say the same."""
    first, second = set(one), set(other)
    both = first & second
    short, long = sorted((len(first), len(second)))
    if not asks:
        return len(both) >= _FEWEST_TOLD and len(both) >= _LEAST_TOLD * long
    if len(both) < _FEWEST_SHARED or len(both) < _LEAST_SHARED * short:
        return False
    if both <= set(_KINDS) or (first ^ second) & _APART:
        return False
    return len(both) >= long / 2 or not both.isdisjoint("TRN")


def answers(question: str, reply: str, kind: str, about: tuple[int, int]) -> bool:
    """Tell whether a reply can be an answer to a question of a kind (empty: yes or no).

    Args:
        question: its normalised text.
        reply: that of what somebody wrote after it.
        kind: the letter of what is asked for.
        about: what the two are about, as bits.
    """
    if len(reply) > LONGEST or "?" in reply or shared(question, reply) or re.search(DENIES, reply):
        return True
    asked, told = about
    if matters().answering(asked) & told:
        return True
    if kind in ("T", "R", "N"):
        return _AMOUNT.search(reply) is not None
    if not kind:
        return says_yes_or_no(reply) or _AGREES.search(reply) is not None
    # How, why and which: only what is known to speak of something else leaves them open.
    return told == 0 or asked == 0
