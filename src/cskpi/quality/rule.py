"""An inspection rule as its file declares it: conditions on messages, joined, with points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from cskpi.quality.expression import Expression

Role = Literal["customer", "agent", "bot", "auto_reply", "system", "anyone"]
ROLES: tuple[Role, ...] = get_args(Role)

Severity = Literal["critical", "high", "medium", "low", "none"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Gravest first; bonus rules are of severity none."""

Category = Literal["courtesy", "waiting", "attitude", "banned", "privacy", "solution", "risk"]
CATEGORIES: tuple[Category, ...] = get_args(Category)

LEAK_KINDS = ("mobile", "id_number", "bank_card", "email", "address")
"""Personal data a human's message may leak: `privacy_leaks.leak_kind`."""

ENTITIES = (
    *("mobile", "landline", "id_number", "bank_card", "email", "social", "parcel", "address"),
    *("order", "product", "link", "card", "image", "video"),
)
"""What a message may name; products are those of the orders loaded."""

Nearness = Literal["after", "before", "around"]
NEARNESS: tuple[Nearness, ...] = get_args(Nearness)

EMOTIONS = ("calm", "asking", "anxious", "disappointed", "angry", "pleased")
SIGNALS = (
    *("is_greeting", "is_closing", "is_filler", "is_question", "is_empathy", "is_apology"),
    *("is_refusal", "offers_alternative", "is_referral", "asks_human", "refers_to_order"),
    *("is_promise", "is_diversion", "is_superlative", "is_perfunctory", "is_insult"),
    *("is_false_claim", "has_mobile", "has_landline", "has_id_number", "has_bank_card"),
    *("has_email", "has_social_account", "has_address", "has_parcel_number"),
)
"""The yes/no columns of `message_signals`."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a message must stand to a hit of the condition `of`.

    Within `messages` lines and `seconds` of it, each only if given; `least` hits that close.
    Around it includes the message itself.
    """

    nearness: Nearness
    of: str
    messages: int | None = None
    seconds: float | None = None
    least: int = 1


@dataclass(frozen=True, slots=True)
class Repeats:
    """At least the `least`-th message of the same agent in the session that says nearly the same.

    `similarity` is the share of common character pairs (Dice), `shortest` the least length counted.
    """

    least: int
    similarity: float
    shortest: int


@dataclass(frozen=True, slots=True)
class Silence:
    """After the message nobody of `role` writes for more than `seconds`."""

    role: Role
    seconds: float


@dataclass(frozen=True, slots=True)
class Burst:
    """At least the `least`-th message of the same role in the session within `seconds`."""

    least: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Condition:
    """Which messages a rule looks at; all that is given must hold of the same message.

    Words are looked for in the normalised text. `first` and `last` count the messages of the role,
    `first_lines` and `last_lines` those of everybody. `waited_over` and `waited_under` are met by a
    human's message that ends a wait of more, or less, than so many seconds. `leaks` is met by a
    human's message that names such data the customer had not (`privacy_leaks`). `asked_again` keeps
    those that ask what another hit of the session asked before, in other words and unanswered
    (`asked_again.py`). `nth` keeps the n-th hit of a session alone, `least` those of sessions with that many.
    """

    name: str
    role: Role = "agent"
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    some: tuple[str, ...] = ()
    some_least: int = 2
    regex: str | None = None
    exclude: str | None = None
    signals: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()
    sentiment_below: float | None = None
    sentiment_above: float | None = None
    similar: tuple[str, ...] = ()
    score: float = 0.8
    longest: int | None = None
    shortest: int | None = None
    first: int | None = None
    last: int | None = None
    first_lines: int | None = None
    last_lines: int | None = None
    waited_over: float | None = None
    waited_under: float | None = None
    burst: Burst | None = None
    silence: Silence | None = None
    repeats: Repeats | None = None
    asked_again: bool = False
    nth: int | None = None
    least: int = 1
    relations: tuple[Relation, ...] = ()


TEXT_KEYS = (
    *("any", "all", "none", "some", "some_least", "regex", "exclude", "signals", "without"),
    *(
        "entities",
        "emotions",
        "sentiment_below",
        "sentiment_above",
        "similar",
        "score",
        "longest",
        "shortest",
    ),
)
"""What of a condition is asked of the text alone."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which sessions a rule looks at: with so many messages of customer and humans."""

    customer: int = 1
    agent: int = 1
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A short chat of the rule file that must hit, or must not; `line` is where it stands.

    `products` are the names of what the shop sells.
    """

    chat: str
    hits: bool
    line: int
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; a finding stands at each message of a condition of `at` for which `when` holds.

    `points` count once a session; a fatal rule makes its score 0, positive points are a bonus. It
    holds for sessions that start between `starts` and `ends`, both included. `digest` changes with
    anything that decides what is found or how it counts.
    """

    name: str
    labels: Mapping[str, str]
    reasons: Mapping[str, str]
    category: Category
    severity: Severity
    points: float
    origin: str
    at: tuple[str, ...]
    when: Expression
    conditions: Mapping[str, Condition]
    path: Path
    digest: str
    version: int = 1
    is_fatal: bool = False
    is_risk: bool = False
    scope: Scope = Scope()
    starts: date | None = None
    ends: date | None = None
    examples: tuple[Example, ...] = ()

    @property
    def anchors(self) -> tuple[Condition, ...]:
        """The conditions at whose messages findings stand."""
        return tuple(self.conditions[name] for name in self.at)
