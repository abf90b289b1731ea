"""What stands behind the numbers of a page, as data of its script: each text written once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cskpi.present.document import AgentPage, Examples
from cskpi.texts import say
from cskpi.texts import table as texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cskpi.present.document import About, Document, Example, ExampleLine, Place
    from cskpi.texts import Lang

_MOST_EXAMPLES = 3
_WORDS = (
    *("definition", "examples", "examples_near", "close", "filter", "filter_hint"),
    *("filter_count", "sort", "read_values", "trace"),
)
_SIDES = {"customer": 0, "agent": 1, "other": 2}


@dataclass(slots=True)
class Behind:
    """Numbers as they come up, each thing behind them once."""

    document: Document
    shown: set[str] = field(default_factory=set)
    """Sessions that stand on the page."""
    _abouts: dict[About, int] = field(default_factory=dict)
    _texts: dict[str, int] = field(default_factory=dict)
    _places: dict[Place, int] = field(default_factory=dict)

    def number(self, about: About | None) -> int | None:
        """Return under which number a page finds what stands behind; None where nothing does."""
        return None if about is None else self._abouts.setdefault(about, len(self._abouts))

    def packed(self) -> str:
        """Return all of it as JSON that ends no element of a page."""
        stock = _Stock(_spread(_all_examples(self.document)))
        abouts = [self._about(about, stock) for about in self._abouts]
        examples = [self._example(example) for example in stock.used]
        span = self.document.span
        packed = json.dumps(
            {
                "words": _words(self.document.lang),
                "span": [day.isoformat() for day in span] if span else [],
                "abouts": abouts,
                "places": [self._place(place) for place in self._places],
                "examples": examples,
                "texts": list(self._texts),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        # Inside a script element only this sign could end it.
        return packed.replace("<", "\\u003c")

    def _text(self, text: str) -> int:
        return self._texts.setdefault(text, len(self._texts))

    def _about(self, about: About, stock: _Stock) -> list[Any]:
        place = about.place if about.value else ()
        exact, near = stock.samples(about)
        return [
            self._text(about.title),
            self._text(about.value),
            self._text(about.ref),
            self._places.setdefault(place, len(self._places)),
            [self._text(word) for fact in about.facts for word in fact],
            exact,
            near,
        ]

    def _place(self, place: Place) -> list[Any]:
        """The place's name, and its dimensions with their values."""
        names = [value or say("dimension.unnamed") for _, value in place]
        # An account is named after its shop: said once is enough.
        names = [one for one in names if not any(other.startswith(f"{one}:") for other in names)]
        return [" · ".join(names), [word for pair in place for word in pair]]

    def _example(self, example: Example) -> list[Any]:
        if example.id in self.shown:
            return [example.id]
        facts = [word for fact in example.facts for word in (fact.label, fact.cell.text)]
        return [
            self._text(example.title),
            self._text(example.reason),
            [self._text(word) for word in facts],
            [self._line(line) for line in example.lines],
            self._text(example.more),
        ]

    def _line(self, line: ExampleLine) -> list[Any]:
        key = _SIDES[line.side] + (4 if line.is_key else 0)
        told = [line.time, self._text(line.speaker), key, self._text(line.text)]
        return [*told, self._text(line.mark)] if line.mark else told


class _Stock:
    """The sessions there are; those asked for get numbers in the order in which they are."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.examples = examples
        self.places = [frozenset(example.place) for example in examples]
        self.used: list[Example] = []
        self.numbers: dict[str, int] = {}
        self.near: dict[Place, list[Example]] = {}

    def samples(self, about: About) -> tuple[list[int], list[int]]:
        """Return sessions that a number counts; without any, sessions of the same place."""
        near = self._near(about.place)
        if not about.value:
            is_session = any(name == "session" for name, _ in about.place)
            return (self._numbered(near), []) if is_session else ([], self._rest(about, near))
        told = [example for example in near if about.ref in example.kpis]
        counted = (e for e in near if about.ref in e.counted and about.ref not in e.kpis)
        exact = [*told, *counted]
        return self._numbered(exact), [] if exact else self._rest(about, near)

    def _near(self, place: Place) -> list[Example]:
        if place not in self.near:
            wanted = frozenset(place)
            self.near[place] = [
                example
                for example, there in zip(self.examples, self.places, strict=True)
                if wanted <= there
            ]
        return self.near[place]

    def _rest(self, about: About, near: Sequence[Example]) -> list[int]:
        """Of an agent's day nobody quoted, sessions of the agent; a table as a whole has none."""
        if not about.value and not about.place:
            return []
        place = about.place
        while not near and len(place) > 1:
            place = place[:-1]
            near = self._near(place)
        return self._numbered(near)

    def _numbered(self, examples: Sequence[Example]) -> list[int]:
        return [self._number(example) for example in examples[:_MOST_EXAMPLES]]

    def _number(self, example: Example) -> int:
        if example.id not in self.numbers:
            self.numbers[example.id] = len(self.used)
            self.used.append(example)
        return self.numbers[example.id]


def _spread(examples: Iterable[Example]) -> list[Example]:
    """Everybody's first session before anybody's second, so that a whole is shown by several."""
    seen: dict[tuple[Any, ...], int] = {}
    ranked = []
    for example in examples:
        whose = example.place[:2]
        seen[whose] = seen.get(whose, 0) + 1
        ranked.append((seen[whose], example))
    return [example for _, example in sorted(ranked, key=lambda item: item[0])]


def _all_examples(document: Document) -> Iterable[Example]:
    found: dict[str, Example] = {}
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Examples):
                found |= {example.id: example for example in block.items}
            elif isinstance(block, AgentPage):
                found |= {example.id: example for example in block.examples}
    return (found | {e.id: e for e in document.examples if e.id not in found}).values()


def _words(lang: str) -> Mapping[str, str]:
    """The script's own words; it fills in numbers itself."""
    side: Lang = "en" if lang == "en" else "zh"
    return {key: texts()[f"page.{key}"][side] for key in _WORDS} | {"none": say("format.none")}
