"""What was said wrong: facts told against the knowledge base, and slips written over replies.

Only texts change, so no count and no clock of the story moves.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .feeling import closing_mood
from .story import NEWCOMER

if TYPE_CHECKING:
    from random import Random

    from .faults import Faults
    from .records import Message, Session
    from .tables import Tables

HERE = Path(__file__).parent
SHORTEST_SCRIPT = 8
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
DEADLINES = {
    "3分钟内": timedelta(minutes=3),
    "5分钟内": timedelta(minutes=5),
    "10分钟内": timedelta(minutes=10),
    "2小时内": timedelta(hours=2),
    "24小时内": timedelta(hours=24),
}


@dataclass(slots=True)
class Inspection:
    """What an inspection should find; messages by the kind of slip."""

    facts: list[dict[str, Any]]
    slips: dict[str, list[Message]] = field(default_factory=dict)
    agreed: list[Message] = field(default_factory=list)
    contradicted: list[Message] = field(default_factory=list)
    repeats: list[Message] = field(default_factory=list)


def inspect(tables: Tables, faults: Faults, rng: Random) -> Inspection:
    """Write the slips over the exported texts and remember every one."""
    book = tomllib.loads((HERE / "inspection.toml").read_text(encoding="utf-8"))
    found = Inspection(book["facts"])
    scene = _Scene(tables, faults, rng)
    for slip in book["slips"]:
        found.slips[slip["kind"]] = scene.write(slip)
    found.repeats = scene.repeat(book["repeats"]["count"])
    _state_facts(tables, scene, found, book["careless"])
    return found


class _Scene:
    """The sessions, each taken for one slip at most."""

    def __init__(self, tables: Tables, faults: Faults, rng: Random) -> None:
        self.tables, self.rng = tables, rng
        odd = tables.world.book["odd"]
        spoiled = [*odd["hostile"], *odd["banned"]]
        broken = [m for rows in faults.bad_dates.values() for m, _ in rows]
        self.taken = {id(m) for m in [*tables.messages, *broken] if m.text in spoiled}
        self.taken |= {id(message) for message in broken}
        self.rated = {r.session_id or (r.customer, r.session_at) for r in tables.ratings}
        self.sessions = [
            item
            for item in tables.sessions
            if item.owner and all(tables.world.story.in_export(m.at) for m in item.messages)
        ]
        rng.shuffle(self.sessions)

    def write(self, slip: dict[str, Any]) -> list[Message]:
        """Write one kind of slip over as many fitting replies as it asks for."""
        written: list[Message] = []
        for session in list(self.sessions):
            if len(written) == slip["count"]:
                break
            if not self._fits(session, slip):
                continue
            places = self._places(session, slip)
            if not places:
                continue
            place = self.rng.choice(places)
            message = session.messages[place]
            text: str = slip["texts"][len(written) % len(slip["texts"])]
            message.text = text.format_map(self._made_up(session))
            self._answer_back(session, place, slip)
            self.taken.add(id(message))
            self.sessions.remove(session)
            written.append(message)
        return written

    def repeat(self, count: int) -> list[Message]:
        """Let customers ask the same again and get the same line again."""
        written: list[Message] = []
        for session in list(self.sessions):
            if len(written) == count:
                break
            rows, places = session.messages, self._answers(session)
            pairs = [
                (i, j)
                for i in places
                for j in places
                if i < j and rows[i].agent == rows[j].agent and len(rows[i].text) > SHORTEST_SCRIPT
            ]
            if not pairs:
                continue
            first, again = self.rng.choice(pairs)
            rows[again - 1].text, rows[again].text = rows[first - 1].text, rows[first].text
            self.taken |= {id(rows[again]), id(rows[first])}
            self.sessions.remove(session)
            written.append(rows[again])
        return written

    def _fits(self, session: Session, slip: dict[str, Any]) -> bool:
        plan, topics = session.plan, self.tables.world.book["topics"]
        mood = closing_mood(session.feeling)
        return (
            plan.opener is None
            and slip.get("stage") in {None, topics[plan.topic]["stage"]}
            and plan.mood in slip.get("mood", [plan.mood])
            and plan.topic in slip.get("topics", [plan.topic])
            and mood in slip.get("ends", [mood])
        )

    def _places(self, session: Session, slip: dict[str, Any]) -> list[int]:
        rows, book = session.messages, self.tables.world.book
        styles = slip.get("style")
        answers = self._answers(session)
        if slip["at"] == "check":
            lines = {*book["common"]["check"], *book["common"]["learner_check"]}
            places = [n for n, m in enumerate(rows[:-1]) if m.text in lines]
        elif slip["at"] == "last":
            places = [n for n, m in enumerate(rows) if m.role == "agent"][-1:]
        elif slip["at"] == "last_but_customer":
            last = answers[-1:] and answers[-1]
            places = [answers[-2]] if len(answers) > 1 and last == len(rows) - 1 else []
        elif slip["at"] == "question":
            places = [n for n in answers if rows[n - 1].text.rstrip("？? ").endswith(QUESTIONS)]
        else:
            places = answers
        return [
            n
            for n in places
            if id(rows[n]) not in self.taken
            and rows[n].role == "agent"
            and (not styles or self.tables.world.agent(rows[n].agent).style in styles)
        ]

    def _answers(self, session: Session) -> list[int]:
        """Replies to a customer's message, the greeting left out."""
        rows = session.messages
        first = next((n for n, m in enumerate(rows) if m.role == "agent"), len(rows))
        return [
            n
            for n in range(first + 1, len(rows))
            if rows[n].role == "agent"
            and rows[n - 1].role == "customer"
            and not {id(rows[n]), id(rows[n - 1])} & self.taken
        ]

    def _answer_back(self, session: Session, place: int, slip: dict[str, Any]) -> None:
        after = [m for m in session.messages[place + 1 :] if m.role == "customer"]
        if after and "then" in slip:
            after[0].text = self.rng.choice(slip["then"])
            self.taken.add(id(after[0]))

    def _made_up(self, session: Session) -> dict[str, str]:
        other = self.rng.choice(self.tables.sessions).plan.customer
        if other is session.plan.customer:
            other = self.tables.sessions[0].plan.customer
        return {
            "name": other.name,
            "phone": other.phone,
            "addr": other.address,
            "id": id_number(f"11010119900307{self.rng.randrange(1000):03d}"),
            "card": bank_card(f"622202{self.rng.randrange(10**12):012d}"),
            "mail": f"kehu{self.rng.randrange(1000, 9999)}@example.com",
        }


QUESTIONS = ("吗", "多少", "多久", "怎么", "什么", "不", "呢", "没", "哪天", "几天", "么", "谁出")


def _state_facts(
    tables: Tables, scene: _Scene, found: Inspection, careless: dict[str, float]
) -> None:
    """Get some of the facts wrong that agents state, the newcomer most."""
    newcomer = f"{tables.world.shops['flagship'].name}:{NEWCOMER}"
    for message in tables.messages:
        if message.role != "agent":
            continue
        states = (f for f in found.facts if any(s in message.text for s in f.get("states", ())))
        fact = next(states, None)
        if fact is None:
            continue
        share = careless["newcomer" if message.agent == newcomer else "others"]
        ways = [way for way in fact["wrong"] if way[0] in message.text]
        # The more of a line a way rewrites, the better it reads.
        ways = [way for way in ways if len(way[0]) == max(len(other[0]) for other in ways)]
        # A repeated script stays word for word what it was.
        if ways and id(message) not in scene.taken and scene.rng.random() < share:
            right, wrong = scene.rng.choice(ways)
            message.text = message.text.replace(right, wrong)
            found.contradicted.append(message)
        else:
            found.agreed.append(message)


def kept(tables: Tables, promise: Message) -> bool:
    """Whether the shop wrote to the customer again before the promise was due."""
    words = next((word for word in DEADLINES if word in promise.text), None)
    if words:
        until = promise.at + DEADLINES[words]
    else:
        days = 1 if "明天" in promise.text else 0
        until = (promise.at + timedelta(days=days)).replace(hour=23, minute=59, second=59)
    return any(
        m.role == "agent"
        and m.shop == promise.shop
        and m.customer == promise.customer
        and promise.at < m.at <= until
        for m in tables.messages
    )


def id_number(head: str) -> str:
    """Append the check digit of an ID number (GB 11643) to its 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(head, ID_WEIGHTS, strict=True))
    return head + "10X98765432"[total % 11]


def bank_card(head: str) -> str:
    """Append the check digit of a card number (Luhn) to its digits."""
    doubled = [int(digit) * (2 - n % 2) for n, digit in enumerate(reversed(head))]
    total = sum(value // 10 + value % 10 for value in doubled)
    return f"{head}{-total % 10}"
