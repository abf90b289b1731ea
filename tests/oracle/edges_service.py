"""Small shops on each side of the thresholds of platforms, resolution and bots."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from oracle.records import DAY
from oracle.shop import Complaint, Listed, Message, Order, Presence, Refund, Ticket, World

START = datetime.fromisoformat("2026-10-10 12:00:00")
SIDES = (-1, 0, 1)
HOURS = (0, 8, 9, 22, 23)
WEEK = 7 * DAY

Line = tuple[int, str] | tuple[int, str, str]


def _talk(shop: str, *lines: Line, start: datetime = START, session: str = "s1") -> list[Message]:
    """Lines of seconds, role and words; the agent a1 is named on all but the machine's."""
    return [
        Message(
            *(row, shop, session, start + timedelta(seconds=line[0]), line[1], "u1"),
            "a1" if line[1] == "agent" else None,
            "app",
            text=line[2] if len(line) == 3 else None,
        )
        for row, line in enumerate(lines)
    ]


def _at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def _lengths(side: int) -> list[World]:
    """Answers around three and five minutes, half an hour and an hour; means around three minutes."""
    worlds = []
    for limit in (180, 300, 1_800, 3_600):
        lines: tuple[Line, ...] = ((0, "customer"), (limit + side, "agent"))
        worlds.append(World(_talk(f"answer {limit}{side:+}", *lines)))
    mean = [(0, "customer"), (100, "agent"), (200, "customer"), (460 + 2 * side, "agent")]
    worlds.append(World(_talk(f"mean {side:+}", *mean)))
    opened = ((-60, "agent"), (0, "customer"), (30 + side, "agent"))
    worlds.append(World(_talk(f"opened {side:+}", *opened)))
    worlds.append(World(_talk(f"at once {side:+}", (0, "customer"), (1 + side, "agent"))))
    for times in (2, 3):
        lines = tuple(
            line
            for turn in range(times)
            for line in ((200 * turn, "customer"), (200 * turn + 120 + side, "agent"))
        )
        worlds.append(World(_talk(f"slow {times} {side:+}", *lines)))
    return worlds


def _hours(side: int) -> list[World]:
    """Questions around the hours in which platforms look, alone and in a burst over the edge."""
    worlds = []
    for hour in HOURS:
        start = datetime.fromisoformat(f"2026-10-10 {hour:02}:00:00") + timedelta(seconds=side)
        once = ((0, "customer"), (20, "agent"))
        worlds.append(World(_talk(f"hour {hour}{side:+}", *once, start=start)))
        burst = ((-30, "customer"), (0, "customer"), (175, "agent"))
        worlds.append(World(_talk(f"burst {hour}{side:+}", *burst, start=start)))
    border = datetime.fromisoformat("2026-10-31 23:59:59") + timedelta(seconds=side)
    worlds.append(World(_talk(f"border {side:+}", (-60, "customer"), (0, "agent"), start=border)))
    punched = f"punched {side:+}"
    gone = f"gone {side:+}"
    presence = Presence(0, punched, "a1", _at(side), _at(3_600))
    absence = Presence(0, gone, "a1", _at(-3_600), _at(side))
    for shop, row in ((punched, presence), (gone, absence)):
        talk = _talk(shop, (0, "customer"), (20, "agent"))
        worlds.append(World(talk, presences=[row]))
    return worlds


def _again(side: int) -> list[World]:
    """The customer back around 24 and 72 hours after the end, and 24 hours after the start."""
    worlds = []
    first = ((0, "customer"), (20, "agent"))
    for hours, base in ((24, 20), (72, 20), (24, 0), (0, 0), (0, 20)):
        shop = f"again {hours} {base} {side:+}"
        later = _at(base + hours * 3_600 + side)
        more = _talk(shop, *first, start=later, session="s2")
        worlds.append(World(_talk(shop, *first) + more))
    for topics in (("物流", "物流"), ("物流", "退货"), ("物流", None)):
        shop = f"topics {topics[1]} {side:+}"
        more = _talk(shop, *first, start=_at(20 + DAY + side), session="s2")
        rows = [
            Listed(row, shop, f"s{row + 1}", "u1", "a1", START, 5, topic)
            for row, topic in enumerate(topics)
        ]
        worlds.append(World(_talk(shop, *first) + more, listed=rows))
    return worlds


def _followed(side: int) -> list[World]:
    """Complaints, refunds and tickets around a week, a day and the very start."""
    worlds = []
    first = ((0, "customer"), (20, "agent"))
    for name, moment in (("week", 20 + WEEK), ("first", WEEK), ("start", 0)):
        shop = f"{name} {side:+}"
        at = _at(moment + side)
        order = Order(0, shop, "u1", _at(-DAY), _at(-DAY), Decimal("10.00"))
        worlds.append(
            World(
                _talk(shop, *first),
                [order],
                [Refund(0, shop, 0, Decimal("1.00"), at)],
                complaints=[Complaint(0, shop, "u1", "a1", at, at + timedelta(seconds=1 + side))],
                tickets=[Ticket(0, shop, "u1", "a1", START, _at(DAY + side), _at(60))],
            )
        )
    return worlds


def _handed(side: int) -> list[World]:
    """A machine first: asked for, asked in vain, marked, silent; words and numbers told again."""
    greeted = ((0, "customer", "怎么还没到"), (5, "bot"))
    words = "到" * (4 + side)
    number = "1" * (10 + side)
    asked = (30, "customer", "转人工")
    stories: dict[str, tuple[Line, ...]] = {
        "asked": (*greeted, asked, (60 + side, "agent"), (90, "customer", "怎么还没到")),
        "in vain": (*greeted, asked, (60 + side, "bot")),
        "declined": (*greeted, (30, "customer", "不用转人工"), (60 + side, "bot")),
        "open": (*greeted, (30, "customer"), (210 + side, "agent")),
        "unprompted": (*greeted, (185 + side, "agent")),
        "same second": (*greeted, asked, (30, "agent")),
        "connecting": (*greeted, asked, (31, "bot"), (210 + side, "agent")),
        "still waiting": (*greeted, (30, "customer"), asked, (240 + side, "agent")),
        "kept": greeted,
        "only greeted": ((0, "bot"), (5, "customer")),
        "words": (
            *((0, "customer", words), (5, "bot"), asked, (60, "agent"), (90, "customer", words)),
        ),
        "number": (
            *((0, "customer", f"单{number}"), (5, "bot"), asked, (60, "agent")),
            (90, "customer", f"号{number}"),
        ),
    }
    worlds = [World(_talk(f"{name} {side:+}", *lines)) for name, lines in stories.items()]
    for row in range(4):
        # The export's mark on each row of: question, machine, question again, human.
        lines = ((0, "customer"), (5, "bot"), (30, "customer"), (210 + side, "agent"))
        said = _talk(f"marked {row} {side:+}", *lines)
        said[row] = replace(said[row], is_transfer=True)
        worlds.append(World(said))
    return worlds


def service_edges() -> list[World]:
    """One shop for each side of every threshold."""
    makers = (_lengths, _hours, _again, _followed, _handed)
    return [world for side in SIDES for make in makers for world in make(side)]
