"""What an inspection of the sample should find, told with the numbers it really has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .inspection import kept
from .story import NEWCOMER, StoryError, Tale

if TYPE_CHECKING:
    from .inspection import Inspection
    from .tables import Tables

BANNED = ("diversion", "superlative", "false_claim", "perfunctory", "insult")
LEAKS = ("leak_mobile", "leak_id_number", "leak_bank_card", "leak_email")
OFF_TOPIC = ("off_topic_presale", "off_topic_aftersale")


def tell_inspection(tables: Tables, found: Inspection) -> list[Tale]:
    """Tell what was said wrong, and make sure that it was."""
    tales = [_facts(found), _promises(tables, found), *_slips(found)]
    untrue = [tale.key for tale in tales if not tale.holds]
    if untrue:
        raise StoryError(f"not true in these texts: {untrue}; {tales}")
    return tales


def _facts(found: Inspection) -> Tale:
    new = [m.agent.endswith(f":{NEWCOMER}") for m in found.contradicted]
    told = sum(m.agent.endswith(f":{NEWCOMER}") for m in found.agreed) + sum(new)
    others, wrong = len(found.agreed) + len(new) - told, len(new) - sum(new)
    return Tale(
        key="contradictions",
        zh=f"知识库有 {len(found.facts)} 条。新人{NEWCOMER}说到其中可核对的事实 {told} 次，{sum(new)} 次与知识库不符；其他客服 {others} 次里 {wrong} 次不符。",
        en=f"The knowledge base has {len(found.facts)} entries. {NEWCOMER}, the newcomer, stated checkable facts {told} times, {sum(new)} of them against it; the other agents {wrong} of {others} times.",
        holds=sum(new) / told > 5 * wrong / others,
        values={"newcomer": told, "newcomer_wrong": sum(new), "others": others, "wrong": wrong},
    )


def _promises(tables: Tables, found: Inspection) -> Tale:
    soon = found.slips["promise_soon"] + found.slips["promise_later"]
    held = sum(kept(tables, message) for message in soon)
    return Tale(
        key="promises",
        zh=f"客服至少 {len(soon)} 次许诺了回复时间（几分钟内、明天中午前……），{held} 次按时回了话，{len(soon) - held} 次没有。",
        en=f"At least {len(soon)} times an agent promised a reply within a time; {held} times it came, {len(soon) - held} times it did not.",
        holds=0 < held < len(soon),
        values={"promises": len(soon), "kept": held},
    )


def _slips(found: Inspection) -> list[Tale]:
    n = {kind: len(rows) for kind, rows in found.slips.items()}
    banned, leaks = sum(n[kind] for kind in BANNED), sum(n[kind] for kind in LEAKS)
    aside = sum(n[kind] for kind in OFF_TOPIC)
    return [
        Tale(
            key="banned_words",
            zh=f"违禁话术另有 {banned} 条：引流 {n['diversion']}、极限词 {n['superlative']}、虚假宣传 {n['false_claim']}、敷衍 {n['perfunctory']}、辱骂 {n['insult']}；客服泄露他人信息 {leaks} 条（手机号、身份证号、银行卡号、邮箱，号码都是编的）。",
            en=f"{banned} more banned phrases: {n['diversion']} luring off the platform, {n['superlative']} superlatives, {n['false_claim']} false claims, {n['perfunctory']} brush-offs, {n['insult']} insult; {leaks} messages of agents leak somebody's data (mobile, ID number, bank card, e-mail, all made up).",
            holds=all(n[kind] for kind in (*BANNED, *LEAKS)),
            values={"banned": banned, "leaks": leaks},
        ),
        Tale(
            key="refusals",
            zh=f"生硬拒绝 {n['refusal']} 条没给别的办法，{n['kind_refusal']} 条给了；{n['referral']} 条把买家推给平台、快递或厂家。",
            en=f"{n['refusal']} blunt refusals name no other way, {n['kind_refusal']} do; {n['referral']} messages send the customer to the platform, the carrier or the maker.",
            holds=n["refusal"] > 0 < n["kind_refusal"],
            values={key: n[key] for key in ("refusal", "kind_refusal", "referral")},
        ),
        Tale(
            key="emotion_turns",
            zh=f"{n['turn']} 个会话里买家被一句生硬的话惹怒，{n['recover']} 个会话里生气的买家被安抚好了。",
            en=f"In {n['turn']} sessions a stiff line makes the customer angry, in {n['recover']} an angry one is won back.",
            holds=n["turn"] > 0 < n["recover"],
            values={"turn": n["turn"], "recover": n["recover"]},
        ),
        Tale(
            key="invalid_replies",
            zh=f"无效回复：同一问题重复同一话术 {len(found.repeats)} 条，只有客套 {n['filler_reply']} 条，答非所问 {aside} 条。",
            en=f"Invalid replies: {len(found.repeats)} repeat the same script to the same question, {n['filler_reply']} are filler only, {aside} miss the point.",
            holds=len(found.repeats) > 0 < aside,
            values={"repeats": len(found.repeats), "filler": n["filler_reply"], "off_topic": aside},
        ),
    ]
