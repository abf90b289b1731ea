"""Which session a rating belongs to, whom it rates, and which ratings stand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.sessions import Session
    from oracle.shop import Rating, World

REACH = timedelta(hours=48)


def session_of(rating: Rating, sessions: list[Session]) -> Session | None:
    """The session named, else the customer's last one near enough, his with the rated agent first."""
    if rating.session_id:
        named = (rating.shop, rating.session_id)
        parts = [s for s in sessions if (s.shop, s.session_id) == named]
        return _last([s for s in parts if s.started_at <= rating.rated_at]) or _last(parts)
    near = [
        s
        for s in sessions
        if s.customer == rating.customer
        and s.is_customers
        and s.started_at <= rating.rated_at <= s.ended_at + REACH
    ]
    own = [s for s in near if rating.agent_id and s.owner == rating.agent_id]
    return _last(own) or _last(near)


def _last(sessions: list[Session]) -> Session | None:
    return sessions[-1] if sessions else None


def rated_agent(rating: Rating, sessions: list[Session]) -> str | None:
    if rating.agent_id:
        return rating.agent_id
    session = session_of(rating, sessions)
    return None if session is None else session.owner


def standing(world: World, sessions: list[Session]) -> list[tuple[Rating, str | None]]:
    """The last rating of each customer, agent and day, with the agent it rates."""
    last: dict[object, tuple[Rating, str | None]] = {}
    for rating in sorted(world.ratings, key=lambda r: (r.rated_at, r.row)):
        agent = rated_agent(rating, sessions)
        last[rating.customer, agent, rating.rated_at.date()] = (rating, agent)
    return list(last.values())
