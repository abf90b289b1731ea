"""Where rules hold: hits of conditions among the lines, their relations, and the rule's `when`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from cskpi.quality.asked_again import Questions
from cskpi.quality.lines import UNKNOWN
from cskpi.quality.matching import matching_forms
from cskpi.quality.rule import TEXT_KEYS, Condition
from cskpi.quality.similarity import Likeness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from cskpi.quality.lines import Lines
    from cskpi.quality.rule import Burst, Relation, Repeats, Role, Rule

    Places = NDArray[np.int64]

_LOOK_BACK = 10
"""Earlier messages of the agent that a repeated sentence is compared with."""


@dataclass
class FormBook:
    """The unique forms, and what was decided of them; serves any number of `Lines`."""

    forms: pl.DataFrame
    decided: dict[Condition, NDArray[np.bool_] | None] = field(default_factory=dict)
    _likeness: Likeness | None = None
    _questions: Questions | None = None

    def prepare(self, rules: Sequence[Rule]) -> None:
        """Decide all that rules ask of texts, in one pass over the forms."""
        asked = {_text_alone(c) for rule in rules for c in rule.conditions.values()}
        new = [condition for condition in asked if condition not in self.decided]
        self.decided |= zip(new, self._matching(new), strict=True)

    def matching(self, condition: Condition) -> NDArray[np.bool_] | None:
        """Tell which forms, and last that no text, meet what a condition asks of the text.

        None where it asks nothing.
        """
        text_alone = _text_alone(condition)
        if text_alone not in self.decided:
            (self.decided[text_alone],) = self._matching([text_alone])
        return self.decided[text_alone]

    def _matching(self, conditions: Sequence[Condition]) -> list[NDArray[np.bool_] | None]:
        import numpy as np

        found = matching_forms(self.forms, conditions, lambda: self.likeness)
        # Place -1 is "no text": nothing is said of it, so no condition on text is met.
        return [None if one is None else np.append(one, False) for one in found]

    @property
    def likeness(self) -> Likeness:
        """The forms ready to be compared with each other."""
        if self._likeness is None:
            self._likeness = Likeness(self.forms["form"])
        return self._likeness

    @property
    def questions(self) -> Questions:
        """The forms ready to be compared as questions."""
        if self._questions is None:
            self._questions = Questions(self.forms)
        return self._questions


def _text_alone(condition: Condition) -> Condition:
    return Condition("", **{name: getattr(condition, name) for name in TEXT_KEYS})


@dataclass
class Inspection:
    """Rules applied to some sessions; what several rules need of the lines is computed once."""

    lines: Lines
    book: FormBook
    days: NDArray[np.datetime64] | None = None
    """The day each line's session starts, for rules that hold for some time only."""
    channels: NDArray[np.object_] | None = None
    leaks: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    """`row_key` of the messages that leak personal data, by kind."""
    _said: dict[Role, tuple[Places, NDArray[np.int32]]] = field(default_factory=dict)
    _silence: dict[Role, NDArray[np.float64]] = field(default_factory=dict)
    _ranks: dict[tuple[Role, str], NDArray[np.int64]] = field(default_factory=dict)

    def places(self, rule: Rule) -> Places:
        """Return the places of the messages a rule's findings stand at."""
        import numpy as np

        found = {name: self._hits(condition) for name, condition in rule.conditions.items()}
        filtered = {name: self._filtered(rule, name, found) for name in found}
        anchors = np.unique(np.concatenate([filtered[name] for name in rule.at]))
        anchors = anchors[self._in_scope(rule, anchors)]
        values: dict[str, NDArray[np.bool_]] = {}
        for name, condition in rule.conditions.items():
            if name in rule.at:
                values[name] = np.isin(anchors, filtered[name])
                continue
            own = [relation for relation in condition.relations if relation.of in rule.at]
            values[name] = self._is_held(anchors, filtered[name], own, condition.least)
        return anchors[rule.when.holds(values)]

    def seconds(self, rule: Rule, places: Places) -> NDArray[np.float64]:
        """Return how long the customer had waited, or was left, of rules that ask that; else NaN."""
        import numpy as np

        for condition in rule.anchors:
            if condition.waited_over is not None or condition.waited_under is not None:
                return self.lines.waited[places]
            if condition.silence is not None:
                return self._silent(condition.silence.role)[places]
        return np.full(len(places), np.nan)

    def _hits(self, condition: Condition) -> Places:
        import numpy as np

        lines = self.lines
        places, forms = self._said_by(condition.role)
        matching = self.book.matching(condition)
        if matching is not None:
            places = places[matching[forms]]
        places = places[self._in_range(condition, places)]
        if condition.leaks:
            leaking = [self.leaks[kind] for kind in condition.leaks if kind in self.leaks]
            keys = np.concatenate(leaking) if leaking else np.empty(0, dtype=np.int64)
            places = places[np.isin(lines.row_key[places], keys)]
        if condition.waited_over is not None:
            places = places[lines.waited[places] > condition.waited_over]
        if condition.waited_under is not None:
            places = places[lines.waited[places] < condition.waited_under]
        if condition.burst is not None:
            places = places[self._in_burst(condition.role, condition.burst)[places]]
        if condition.silence is not None:
            silent = self._silent(condition.silence.role)[places]
            places = places[silent > condition.silence.seconds]
        if condition.repeats is not None:
            places = self._repeated(places, condition.repeats)
        if condition.asked_again:
            places = self.book.questions.again(lines, places)
        return self._counted(condition, places)

    def _said_by(self, role: Role) -> tuple[Places, NDArray[np.int32]]:
        """Return the places of the messages of a role, and their forms."""
        import numpy as np

        if role not in self._said:
            places = np.flatnonzero(self.lines.of_role(role))
            self._said[role] = places, self.lines.form[places]
        return self._said[role]

    def _in_range(self, condition: Condition, places: Places) -> NDArray[np.bool_]:
        import numpy as np

        kept = np.ones(len(places), dtype=bool)
        for role, first, last in (
            (condition.role, condition.first, condition.last),
            ("anyone", condition.first_lines, condition.last_lines),
        ):
            if first is not None:
                kept &= self._rank(role, "rank")[places] <= first
            if last is not None:
                left = self._rank(role, "count")[places] - self._rank(role, "rank")[places]
                kept &= left < last
        return kept

    def _rank(self, role: Role, kind: str) -> NDArray[np.int64]:
        if (role, kind) not in self._ranks:
            make = self.lines.rank_of if kind == "rank" else self.lines.count_of
            self._ranks[role, kind] = make(role)
        return self._ranks[role, kind]

    def _in_burst(self, role: Role, burst: Burst) -> NDArray[np.bool_]:
        """Tell which messages are at least the n-th of a role within so many seconds."""
        import numpy as np

        lines, back = self.lines, burst.least - 1
        places = np.flatnonzero(lines.of_role(role))
        later, earlier = places[back:], places[: len(places) - back]
        then, now = lines.milliseconds[earlier], lines.milliseconds[later]
        near = (lines.start[later] == lines.start[earlier]) & (then != UNKNOWN) & (now != UNKNOWN)
        found = np.zeros(len(lines.actor), dtype=bool)
        found[later[near & (now - then <= burst.seconds * 1000)]] = True
        return found

    def _silent(self, role: Role) -> NDArray[np.float64]:
        if role not in self._silence:
            self._silence[role] = self.lines.silent_for(role)
        return self._silence[role]

    def _repeated(self, places: Places, repeats: Repeats) -> Places:
        import numpy as np

        lines, likeness = self.lines, self.book.likeness
        places = places[lines.form[places] != UNKNOWN]
        places = places[likeness.length[lines.form[places]] >= repeats.shortest]
        order = np.lexsort((places, lines.account[places], lines.start[places]))
        sorted_places = places[order]
        times = np.ones(len(sorted_places), dtype=np.int64)
        for back in range(1, min(_LOOK_BACK, len(sorted_places) - 1) + 1):
            later, earlier = sorted_places[back:], sorted_places[:-back]
            near = lines.start[later] == lines.start[earlier]
            near &= lines.account[later] == lines.account[earlier]
            which = np.flatnonzero(near)
            if not len(which):
                break
            pair = lines.form[later[which]], lines.form[earlier[which]]
            times[which + back] += likeness.alike(*pair, repeats.similarity)
        return np.sort(sorted_places[times >= repeats.least])

    def _counted(self, condition: Condition, places: Places) -> Places:
        import numpy as np

        if condition.nth is None and condition.least == 1:
            return places
        starts = self.lines.start[places]
        before = np.searchsorted(starts, starts, side="left")
        kept = np.ones(len(places), dtype=bool)
        if condition.least > 1:
            held = np.searchsorted(starts, starts, side="right") - before
            kept &= held >= condition.least
        if condition.nth is not None:
            kept &= np.arange(len(places)) - before == condition.nth - 1
        return places[kept]

    def _filtered(self, rule: Rule, name: str, found: Mapping[str, Places]) -> Places:
        """Keep the hits that stand as asked to conditions, but for those findings stand at."""
        places = found[name]
        for relation in rule.conditions[name].relations:
            if name in rule.at or relation.of not in rule.at:
                places = places[self._near(places, found[relation.of], relation, turned=True)]
        return places

    def _is_held(
        self, anchors: Places, hits: Places, relations: list[Relation], least: int
    ) -> NDArray[np.bool_]:
        import numpy as np

        if not relations:
            low = np.searchsorted(hits, self.lines.start[anchors])
            return np.searchsorted(hits, self.lines.end[anchors]) - low >= least
        kept = np.ones(len(anchors), dtype=bool)
        for relation in relations:
            kept &= self._near(anchors, hits, relation)
        return kept

    def _near(
        self, places: Places, others: Places, relation: Relation, *, turned: bool = False
    ) -> NDArray[np.bool_]:
        """Tell for which places others stand as the relation asks: others after a place.

        `turned`: the relation speaks of the places, which stand after the others.
        """
        if relation.nearness == "around":
            import numpy as np

            near = self._after(places, others, relation) | self._before(places, others, relation)
            return near | np.isin(places, others) if relation.least == 1 else near
        forward = (relation.nearness == "after") != turned
        return (self._after if forward else self._before)(places, others, relation)

    def _after(self, places: Places, others: Places, relation: Relation) -> NDArray[np.bool_]:
        import numpy as np

        at = np.searchsorted(others, places, side="right") + relation.least - 1
        there = np.append(others, len(self.lines.actor))[np.minimum(at, len(others))]
        return self._close(places, there, relation, there < self.lines.end[places])

    def _before(self, places: Places, others: Places, relation: Relation) -> NDArray[np.bool_]:
        import numpy as np

        at = np.searchsorted(others, places, side="left") - relation.least
        there = np.append(others, -1)[np.where(at >= 0, at, len(others))]
        return self._close(places, there, relation, there >= self.lines.start[places])

    def _close(
        self, places: Places, there: Places, relation: Relation, inside: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        import numpy as np

        kept = inside
        if relation.messages is not None:
            kept = kept & (np.abs(there - places) <= relation.messages)
        if relation.seconds is not None:
            moments = self.lines.milliseconds
            here, other = moments[places], moments[np.where(inside, there, places)]
            known = (here != UNKNOWN) & (other != UNKNOWN)
            kept = kept & known & (np.abs(other - here) <= relation.seconds * 1000)
        return kept

    def _in_scope(self, rule: Rule, places: Places) -> NDArray[np.bool_]:
        import numpy as np

        scope = rule.scope
        kept = self._rank("customer", "count")[places] >= scope.customer
        kept &= self._rank("agent", "count")[places] >= scope.agent
        if scope.channels and self.channels is not None:
            kept &= np.isin(self.channels[places], scope.channels)
        if self.days is not None:
            for day, is_end in ((rule.starts, False), (rule.ends, True)):
                kept &= self._on(places, day, is_end=is_end)
        return kept

    def _on(self, places: Places, day: date | None, *, is_end: bool) -> NDArray[np.bool_]:
        import numpy as np

        if day is None or self.days is None:
            return np.ones(len(places), dtype=bool)
        days, bound = self.days[places], np.datetime64(day)
        return days <= bound if is_end else days >= bound
