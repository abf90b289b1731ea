"""What the report should show: the storyline, told with the numbers it really has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import TYPE_CHECKING

from .truth import Contact, Figures, contacts, last_scores

if TYPE_CHECKING:
    from .faults import Faults
    from .tables import Tables

NIGHT = range(9)
NEWCOMER, FAST, KIND, UNKNOWN = "豆豆", "木子", "小满", "客服07"
FIRST_DAYS = 6


class StoryError(Exception):
    """The numbers do not tell the story: change the simulator, not the README."""


@dataclass(frozen=True, slots=True)
class Tale:
    """One thing a reader should find in the report."""

    key: str
    zh: str
    en: str
    holds: bool
    values: Figures


def tell(tables: Tables, faults: Faults, months: dict[str, Figures]) -> list[Tale]:
    """Tell everything that happened, and make sure that it did."""
    found = contacts(tables.messages)
    tales = [
        *_months(months),
        _peak(tables, found),
        *_bad_batch(tables),
        _newcomer(tables, found),
        _fast_not_kind(tables, found),
        _night(found),
        _gap(tables),
        _unknown(tables),
        _silent_buyers(tables, faults),
    ]
    untrue = [tale.key for tale in tales if not tale.holds]
    if untrue:
        raise StoryError(f"not true in these numbers: {untrue}; {tales}")
    return tales


def _months(months: dict[str, Figures]) -> list[Tale]:
    (_, one), (_, two) = months.items()
    tales = []
    for key, name, title, up in (
        ("first_response_time", "首次响应时间（平均，秒）", "mean first response (s)", True),
        ("response_timeout_rate", "响应超时率（%）", "response timeout rate (%)", True),
        ("csat_score", "满意度评分", "satisfaction score", False),
        ("complaints", "投诉数", "complaints", True),
    ):
        scale = 100 if key.endswith("rate") else 1
        a, b = one[key] * scale, two[key] * scale
        digits = 0 if key == "complaints" else 2 if key == "csat_score" else 1
        words = (f"{a:.{digits}f}", f"{b:.{digits}f}")
        tales.append(
            Tale(
                key=f"october_{key}",
                zh=f"十月的{name}从九月的 {words[0]} 变成 {words[1]}。",
                en=f"October's {title} went from {words[0]} in September to {words[1]}.",
                holds=b > a if up else b < a,
                values={"september": one[key], "october": two[key]},
            )
        )
    return tales


def _waits(found: list[Contact]) -> list[float]:
    return [contact.wait for contact in found if contact.wait is not None]


def _peak(tables: Tables, found: list[Contact]) -> Tale:
    story = tables.world.story
    october = [c for c in found if c.started_at.month == story.last.month and c.asked_at]
    peak = [c for c in october if c.started_at.date() in story.peak]
    rest = [c for c in october if c.started_at.date() not in story.peak]
    a, b = fmean(_waits(rest)), fmean(_waits(peak))
    days = len({c.started_at.date() for c in rest})
    usual = len(rest) / days
    return Tale(
        key="presale_peak",
        zh=f"10-20 晚 8 点双11预售开始：10-20 和 10-21 两天接待 {len(peak)} 个会话（平时每天约 {usual:.0f} 个），平均首响 {b:.0f} 秒，十月其他日子 {a:.0f} 秒。",
        en=f"The 双11 presale opened on 10-20 at 20:00: {len(peak)} sessions in two days (about {usual:.0f} a day otherwise), mean first response {b:.0f} s against {a:.0f} s on October's other days.",
        holds=b > 1.5 * a and len(peak) > 3 * usual,
        values={"sessions": len(peak), "peak_seconds": b, "other_seconds": a},
    )


def _bad_batch(tables: Tables) -> list[Tale]:
    story = tables.world.story
    october = f"{story.last:%Y-%m}"
    filed = [c for c in tables.complaints if c.product == story.bad_product]
    after = sum(f"{c.filed_at:%Y-%m}" == october for c in filed)
    before = len(filed) - after
    bolts = [t for t in tables.tickets if "桌腿螺丝" in t.title]
    first = min(t.created_at for t in bolts).date()
    still_open = sum(t.closed_at is None for t in bolts)
    about = {s.messages[0].session_id for s in tables.sessions if s.plan.topic == "bolt"}
    in_october = [r for r in tables.ratings if f"{r.rated_at:%Y-%m}" == october]
    bad = last_scores([r for r in in_october if r.session_id in about])
    good = last_scores([r for r in in_october if r.session_id not in about])
    return [
        Tale(
            key="bad_batch_complaints",
            zh=f"10-12 起，旗舰店一批{story.bad_product}的桌腿螺丝规格发错：{story.bad_product}的投诉从九月 {before} 件升到十月 {after} 件。",
            en=f"From 10-12 the flagship's folding tables (折叠桌) came with the wrong leg bolts: complaints about folding tables rose from {before} in September to {after} in October.",
            holds=after >= 3 * max(before, 1) and first >= story.bad_batch,
            values={"september": before, "october": after},
        ),
        Tale(
            key="bad_batch_tickets",
            zh=f"桌腿螺丝的工单共 {len(bolts)} 张，最早一张在 {first:%m-%d}，导出时还有 {still_open} 张没有完结。",
            en=f"{len(bolts)} tickets are about the leg bolts, the first on {first:%m-%d}; {still_open} were still open when exported.",
            holds=still_open > 0,
            values={"tickets": len(bolts), "open": still_open},
        ),
        Tale(
            key="bad_batch_ratings",
            zh=f"十月谈桌腿螺丝的会话平均得 {fmean(bad):.2f} 分（{len(bad)} 个评价），其他会话 {fmean(good):.2f} 分。",
            en=f"October's sessions about the bolts score {fmean(bad):.2f} ({len(bad)} ratings), all others {fmean(good):.2f}.",
            holds=fmean(bad) < fmean(good) - 1,
            values={"bolt_score": fmean(bad), "other_score": fmean(good)},
        ),
    ]


def _by_agent(found: list[Contact], account: str, since: date, until: date) -> list[float]:
    return [
        contact.wait
        for contact in found
        if contact.wait is not None
        and contact.first_reply is not None
        and contact.first_reply.agent == account
        and since <= contact.started_at.date() <= until
    ]


def _newcomer(tables: Tables, found: list[Contact]) -> Tale:
    story, shop = tables.world.story, tables.world.shops["flagship"].name
    agent = tables.world.agent(f"{shop}:{NEWCOMER}")
    settled = story.last - timedelta(days=FIRST_DAYS)
    early = _by_agent(
        found, agent.account, agent.hired, agent.hired + timedelta(days=FIRST_DAYS - 1)
    )
    late = _by_agent(found, agent.account, settled, story.last)
    a, b = fmean(early), fmean(late)
    return Tale(
        key="newcomer",
        zh=f"{NEWCOMER} {agent.hired:%m-%d} 入职，头 {FIRST_DAYS} 天平均首响 {a:.0f} 秒（{len(early)} 个会话），月底一周 {b:.0f} 秒（{len(late)} 个会话）。",
        en=f"{NEWCOMER}, hired on {agent.hired:%m-%d}, took {a:.0f} s to a first reply in the first {FIRST_DAYS} days ({len(early)} sessions) and {b:.0f} s in October's last week ({len(late)} sessions).",
        holds=a > 1.3 * b,
        values={"first_days": a, "last_week": b},
    )


def _fast_not_kind(tables: Tables, found: list[Contact]) -> Tale:
    story, shop = tables.world.story, tables.world.shops["flagship"].name
    waits, scores, counts = {}, {}, {}
    for nick in (FAST, KIND):
        account = f"{shop}:{nick}"
        waits[nick] = fmean(_by_agent(found, account, story.first, story.last))
        own = last_scores([r for r in tables.ratings if r.agent == account])
        scores[nick], counts[nick] = fmean(own), len(own)
    return Tale(
        key="fast_is_not_kind",
        zh=f"快不等于好：{FAST}平均首响 {waits[FAST]:.0f} 秒，满意度 {scores[FAST]:.2f}（{counts[FAST]} 个评价）；{KIND} {waits[KIND]:.0f} 秒，{scores[KIND]:.2f}（{counts[KIND]} 个评价）。",
        en=f"Fast is not kind: {FAST} replies after {waits[FAST]:.0f} s and scores {scores[FAST]:.2f} ({counts[FAST]} ratings); {KIND} after {waits[KIND]:.0f} s with {scores[KIND]:.2f} ({counts[KIND]} ratings).",
        holds=waits[FAST] < waits[KIND] and scores[FAST] < scores[KIND],
        values={"fast_score": scores[FAST], "kind_score": scores[KIND]},
    )


def _night(found: list[Contact]) -> Tale:
    missed = [c for c in found if c.asked_at and c.first_reply is None]
    night = sum(c.started_at.hour in NIGHT for c in missed)
    return Tale(
        key="night",
        zh=f"未回复会话 {len(missed)} 个，其中 {night} 个开始于 0–9 点，那时没有人工客服在岗。",
        en=f"Of {len(missed)} unanswered sessions {night} began between 0 and 9 o'clock, when nobody is on duty.",
        holds=night > len(missed) / 2,
        values={"unanswered": len(missed), "at_night": night},
    )


def _gap(tables: Tables) -> Tale:
    gap = tables.world.story.gap
    rows = sum(message.at.date() == gap for message in tables.messages)
    return Tale(
        key="gap",
        zh=f"{gap:%m-%d} 没有任何数据（导出漏了一天），数据覆盖框应当列出这一天。",
        en=f"{gap:%m-%d} has no data at all (a day the export missed): the coverage box should name it.",
        holds=rows == 0,
        values={"messages": rows},
    )


def _unknown(tables: Tables) -> Tale:
    account = f"{tables.world.shops['flagship'].name}:{UNKNOWN}"
    rows = sum(m.agent == account and m.role == "agent" for m in tables.messages)
    return Tale(
        key="unknown_agent",
        zh=f"账号“{account}”发了 {rows} 条消息，却不在客服名单里（大促借用的账号）。",
        en=f"The account “{account}” wrote {rows} messages but stands in no list of agents (borrowed for the peak).",
        holds=rows > 0,
        values={"messages": rows},
    )


def _silent_buyers(tables: Tables, faults: Faults) -> Tale:
    wrote = {(m.shop, m.customer) for m in tables.messages if m.role == "customer"}
    silent = sum((o.shop, o.customer) not in wrote for o in tables.orders)
    # One order more stands in the file, under an id that Excel has cut.
    total = len(tables.orders) + (faults.lost_order is not None)
    return Tale(
        key="silent_orders",
        zh=f"{total} 个订单中有 {silent} 个的买家从未咨询过（静默下单）。",
        en=f"Of {total} orders {silent} come from customers who never wrote (silent orders).",
        holds=silent > 0,
        values={"orders": total, "silent": silent},
    )
