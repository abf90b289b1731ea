"""Which session a rating belongs to, whom it rates, and which ratings stand."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.sessions import Session
    from oracle.shop import Person, Rating, World

REACH = timedelta(hours=48)


class Ratings:
    """Ratings beside the sessions they may belong to."""

    def __init__(self, world: World, sessions: list[Session]) -> None:
        self._given = sorted(world.ratings, key=lambda r: (r.rated_at, r.row))
        self._named: dict[Person, list[Session]] = defaultdict(list)
        self._of: dict[Person, list[Session]] = defaultdict(list)
        for session in sessions:
            if session.session_id:
                self._named[session.shop, session.session_id].append(session)
            if session.is_customers:
                self._of[session.customer].append(session)

    def session_of(self, rating: Rating) -> Session | None:
        """The session named, else the customer's last one near, with the rated agent first."""
        if rating.session_id:
            parts = self._named[rating.shop, rating.session_id]
            begun = [s for s in parts if s.started_at <= rating.rated_at]
            open_to = begun or parts
            own = [s for s in open_to if rating.agent_id and s.owner == rating.agent_id]
            return _last(own) or _last(open_to)
        near = [
            s
            for s in self._of[rating.customer]
            if s.started_at <= rating.rated_at <= s.ended_at + REACH
        ]
        own = [s for s in near if rating.agent_id and s.owner == rating.agent_id]
        return _last(own) or _last(near)

    def _rated(self, rating: Rating) -> str | None:
        if rating.agent_id:
            return rating.agent_id
        session = self.session_of(rating)
        return None if session is None else session.owner

    def standing(self) -> list[tuple[Rating, str | None]]:
        """The last rating of each customer, agent and day, with the agent it rates."""
        last: dict[object, tuple[Rating, str | None]] = {}
        for rating in self._given:
            agent = self._rated(rating)
            last[rating.customer, agent, rating.rated_at.date()] = (rating, agent)
        return list(last.values())

    def rated_sessions(self) -> list[Session]:
        return [s for rating in self._given if (s := self.session_of(rating)) is not None]


def _last(sessions: list[Session]) -> Session | None:
    return sessions[-1] if sessions else None
