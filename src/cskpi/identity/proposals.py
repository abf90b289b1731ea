"""Which names look like one agent, and why: proposals, nothing is merged by them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import duckdb

    from cskpi.identity.aliases import Account

Reason = Literal["same_spelling", "sub_account", "agent_name", "listed_together"]

_IGNORED = re.compile(r"[\s()\[\]{}<>「」『』【】〔〕〈〉《》“”\"']+")
_LIST = re.compile(r"\s*[,，、;；|]\s*")
_COLON = re.compile(r"[:：]")


@dataclass(frozen=True, slots=True)
class Proposal:
    """`alias` may be another name of `agent_id` in this shop (empty: in every shop)."""

    shop_id: str
    alias: str
    agent_id: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the agent list."""

    shop_id: str
    agent_id: str
    agent_name: str | None


def listed_agents(con: duckdb.DuckDBPyConnection) -> list[Listed]:
    """Return the agent list."""
    rows = con.execute("SELECT shop_id, agent_id, agent_name FROM agents ORDER BY ALL").fetchall()
    return [Listed(*row) for row in rows]


def propose(accounts: Sequence[Account], listed: Sequence[Listed]) -> list[Proposal]:
    """Return at most one proposal an account, the strongest reason first.

    A name that has an owner, is a bot's or stands in the agent list as an agent of its own is left
    alone, and so is one that fits two agents.
    """
    free = [one for one in accounts if one.state == "unknown"]
    found = list(_of_lists(accounts, listed))
    for shop_id in sorted({one.shop_id for one in accounts}):
        own = [one for one in accounts if one.shop_id == shop_id]
        open_names = [one for one in free if one.shop_id == shop_id]
        roster = [one for one in listed if one.shop_id in {shop_id, ""}]
        found += _same_spelling(own, open_names, roster)
        found += _sub_accounts(own, open_names, roster)
        found += _agent_names(open_names, roster)
    first: dict[tuple[str, str], Proposal] = {}
    for proposal in found:
        turned = first.get((proposal.shop_id, proposal.agent_id))
        if turned is None or turned.agent_id != proposal.alias:
            first.setdefault((proposal.shop_id, proposal.alias), proposal)
    return sorted(first.values(), key=lambda one: (one.shop_id, one.agent_id, one.alias))


def spelling(name: str) -> str:
    """Return a name without width, case, spaces, brackets and quotes."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", name).casefold())


def _of_lists(accounts: Sequence[Account], listed: Sequence[Listed]) -> Iterable[Proposal]:
    """One cell of the agent list may hold all names of a person; all accounts were merged with it."""
    seen = {(one.shop_id, one.name) for one in accounts}
    for row in listed:
        names = [part for part in _LIST.split((row.agent_name or "").strip()) if part]
        if len(names) > 1:
            for name in names:
                is_seen = any(n == name and row.shop_id in {shop, ""} for shop, n in seen)
                if is_seen and name != row.agent_id:
                    yield Proposal(row.shop_id, name, row.agent_id, "listed_together")


def _same_spelling(
    own: Sequence[Account], free: Sequence[Account], roster: Sequence[Listed]
) -> Iterable[Proposal]:
    """The agent is the listed one, else the one who wrote most."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in [*(row.agent_id for row in roster), *(one.agent_id for one in _busiest(own))]:
        if name not in alike[spelling(name)]:
            alike[spelling(name)].append(name)
    known = {row.agent_id for row in roster}
    for one in free:
        agents = alike[spelling(one.name)]
        if sum(name in known for name in agents) <= 1 and agents[0] != one.name:
            yield Proposal(one.shop_id, one.name, agents[0], "same_spelling")


def _sub_accounts(
    own: Sequence[Account], free: Sequence[Account], roster: Sequence[Listed]
) -> Iterable[Proposal]:
    """`小美` is written for `旗舰店:小美`."""
    whole: dict[str, set[str]] = defaultdict(set)
    for name in {*(row.agent_id for row in roster), *(one.agent_id for one in own)}:
        head, *tail = _COLON.split(name, maxsplit=1)
        if head and tail and tail[0]:
            whole[spelling(tail[0])].add(name)
    for one in free:
        agents = whole.get(spelling(one.name), set())
        if len(agents) == 1 and not _COLON.search(one.name):
            yield Proposal(one.shop_id, one.name, next(iter(agents)), "sub_account")


def _agent_names(free: Sequence[Account], roster: Sequence[Listed]) -> Iterable[Proposal]:
    called: dict[str, set[str]] = defaultdict(set)
    for row in roster:
        if row.agent_name:
            called[spelling(row.agent_name)].add(row.agent_id)
    for one in free:
        agents = called.get(spelling(one.name), set())
        if len(agents) == 1 and one.name not in agents:
            yield Proposal(one.shop_id, one.name, next(iter(agents)), "agent_name")


def _busiest(own: Sequence[Account]) -> list[Account]:
    return sorted(own, key=lambda one: (one.state == "unknown", -one.message_count, one.name))
