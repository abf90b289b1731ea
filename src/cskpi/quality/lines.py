"""The messages of whole sessions side by side, in arrays: where each stands and how long it took."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cskpi.quality.rule import Role

ACTORS = {"customer": 1, "agent": 2, "bot": 3, "auto_reply": 4, "system": 5}
"""`message_forms.actor` by role; assist bots are agents while the setting counts them."""

UNKNOWN = -1
"""Stands for an account, a form or a moment that is not known."""


@dataclass(frozen=True)
class Lines:
    """Messages ordered by session, time and row; every array has an entry for each.

    `milliseconds` is `UNKNOWN` where only the day is known. `last_millisecond` is the newest moment
    of all data: silence until then tells nothing about what came after.
    """

    session: NDArray[np.int64]
    row_key: NDArray[np.int64]
    actor: NDArray[np.int8]
    account: NDArray[np.int32]
    milliseconds: NDArray[np.int64]
    form: NDArray[np.int32]
    last_millisecond: int

    @cached_property
    def start(self) -> NDArray[np.int64]:
        """The place of the first message of each message's session."""
        import numpy as np

        count = len(self.session)
        opens = np.ones(count, dtype=bool)
        opens[1:] = self.session[1:] != self.session[:-1]
        return np.maximum.accumulate(np.where(opens, np.arange(count), 0))

    @cached_property
    def end(self) -> NDArray[np.int64]:
        """The place after the last message of each message's session."""
        import numpy as np

        count = len(self.session)
        closes = np.ones(count, dtype=bool)
        closes[:-1] = self.session[1:] != self.session[:-1]
        places = np.where(closes, np.arange(1, count + 1), count)
        return np.minimum.accumulate(places[::-1])[::-1]

    def of_role(self, role: Role) -> NDArray[np.bool_]:
        """Tell which messages are of a role."""
        import numpy as np

        if role == "anyone":
            return np.ones(len(self.actor), dtype=bool)
        of_role: NDArray[np.bool_] = self.actor == ACTORS[role]
        return of_role

    def next_of(self, role: Role) -> NDArray[np.int64]:
        """Return the place of the next message of a role; past the session's end if there is none."""
        import numpy as np

        count = len(self.actor)
        places = np.append(np.where(self.of_role(role), np.arange(count), count), count)
        return np.minimum.accumulate(places[::-1])[::-1][1:]

    def last_of(self, role: Role) -> NDArray[np.int64]:
        """Return the place of the last message of a role before; ahead of the session if none."""
        import numpy as np

        count = len(self.actor)
        places = np.append(UNKNOWN, np.where(self.of_role(role), np.arange(count), UNKNOWN))
        return np.maximum.accumulate(places)[:-1]

    @cached_property
    def waited(self) -> NDArray[np.float64]:
        """Seconds the customer had waited when a human wrote; NaN at all other messages."""
        import numpy as np

        seconds = np.full(len(self.actor), np.nan)
        human = np.flatnonzero(self.actor == ACTORS["agent"])
        before = np.maximum(self.last_of("agent")[human], self.start[human] - 1)
        asked = np.append(self.next_of("customer"), len(self.actor))[before]
        # Place -1 stands for "before everything": the next customer message from the very top.
        top = np.flatnonzero(self.actor == ACTORS["customer"])
        asked = np.where(before < 0, top[0] if len(top) else len(self.actor), asked)
        waits = asked < human
        human, asked = human[waits], asked[waits]
        known = (self.milliseconds[human] != UNKNOWN) & (self.milliseconds[asked] != UNKNOWN)
        human, asked = human[known], asked[known]
        seconds[human] = (self.milliseconds[human] - self.milliseconds[asked]) / 1000
        return seconds

    def silent_for(self, role: Role) -> NDArray[np.float64]:
        """Seconds after each message until somebody of a role writes in its session.

        Without such a message, seconds until the newest moment of all data; NaN where unknown.
        """
        import numpy as np

        following = self.next_of(role)
        inside = following < self.end
        moments = np.append(self.milliseconds, UNKNOWN)[np.where(inside, following, -1)]
        moments = np.where(inside, moments, self.last_millisecond)
        known = (moments != UNKNOWN) & (self.milliseconds != UNKNOWN)
        return np.where(known, (moments - self.milliseconds) / 1000, np.nan)

    def count_of(self, role: Role) -> NDArray[np.int64]:
        """Return how many messages of a role each message's session holds."""
        import numpy as np

        total = np.append(0, np.cumsum(self.of_role(role)))
        counts: NDArray[np.int64] = total[self.end] - total[self.start]
        return counts

    def rank_of(self, role: Role) -> NDArray[np.int64]:
        """Return which message of the role in its session each is, from 1; of others, the last's."""
        import numpy as np

        total = np.append(0, np.cumsum(self.of_role(role)))
        ranks: NDArray[np.int64] = total[1:] - total[self.start]
        return ranks
