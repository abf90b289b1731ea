"""Replies found in lines side by side, against the same told message by message."""

from __future__ import annotations

from itertools import accumulate, groupby
from typing import NamedTuple

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from cskpi.quality.reply_runs import FLAGS, Marks, replies

SHORTEST = 8
# form_no: size, script, topic and what holds of it; -1 is a message without a text.
TEXTS = {
    1: (12, 71, "parcel", {"asks"}),
    2: (9, 72, "parcel", set[str]()),
    3: (9, 72, None, set[str]()),
    4: (2, 74, None, {"is_filler"}),
    5: (10, 75, None, {"is_filler", "is_greeting"}),
    6: (12, 76, "size", {"asks", "says_yes_or_no"}),
    7: (15, 77, None, {"offers_help"}),
    8: (11, 78, None, {"holds", "is_filler"}),
}
NO_TEXT = (-1, 0, None, set[str]())


class Line(NamedTuple):
    session: int
    account: int
    form: int

    @property
    def is_human(self) -> bool:
        return self.account != 0


LINES = st.lists(
    st.builds(
        Line, st.integers(1, 3), st.sampled_from([0, 0, 1, 2, -1]), st.sampled_from([*TEXTS, -1])
    ),
    min_size=1,
    max_size=40,
).map(lambda lines: sorted(lines, key=lambda line: line.session))


def told(form: int) -> tuple[int, int, str | None, set[str]]:
    return TEXTS.get(form, NO_TEXT)


def topic_of(run: list[Line]) -> str | None:
    named = {topic for line in run if (topic := told(line.form)[2])}
    return named.pop() if len(named) == 1 else None


def some(run: list[Line], flag: str) -> bool:
    return any(flag in told(line.form)[3] for line in run)


def every(run: list[Line], flag: str) -> bool:
    return all(flag in told(line.form)[3] for line in run)


def longest(run: list[Line]) -> int:
    return max(run, key=lambda line: told(line.form)[0]).form


def expected(lines: list[Line]) -> list[tuple[int, bool, bool]]:
    """Return place, is_repeated and is_filler of each reply."""
    found = []
    seen: set[tuple[object, ...]] = set()
    scripts: dict[tuple[int, int], int | None] = {}
    greeted: set[int] = set()
    runs = [list(run) for _, run in groupby(lines, key=lambda line: line[:2])]
    places = list(accumulate(map(len, runs), initial=0))
    for place, question, reply in zip(places, [[], *runs], runs, strict=False):
        first = reply[0]
        if not first.is_human:
            continue
        opens = first.session not in greeted
        greeted.add(first.session)
        if not question or question[0].session != first.session or question[0].is_human:
            continue
        form, person = longest(reply), (first.session, first.account)
        script = None if form == -1 else told(form)[1]
        last = next((line.form for line in reversed(question) if line.form != -1), -1)
        keys: set[tuple[object, ...]] = {("asked", longest(question)), ("last", last)}
        if some(question, "asks") and topic_of(question):
            keys.add(("topic", topic_of(question)))
        again = any((*person, form, *key) in seen for key in keys)
        seen |= {(*person, form, *key) for key in keys}
        size = told(longest(question))[0]
        thanked = every(question, "is_filler") or 0 <= size < 4 or some(reply, "offers_help")
        again |= not thanked and script is not None and scripts.get(person) == script
        scripts[person] = script
        busy = any(some(reply, flag) for flag in ("holds", "hands_over", "offers_help"))
        is_script = not (every(reply, "is_filler") or busy) and told(form)[0] >= SHORTEST
        answers = some(reply, "holds") or some(reply, "says_yes_or_no")
        filler = "asks" in told(question[-1].form)[3] and every(reply, "is_filler")
        greets = opens and every(reply, "is_greeting")
        found.append((place, is_script and again, filler and not (answers or greets)))
    return found


@given(LINES)
@settings(max_examples=25, deadline=None)
def test_replies_are_what_reading_line_by_line_gives(lines: list[Line]) -> None:
    marks = pl.DataFrame(
        [
            {"form_no": form, "size": size, "script": script, "topic": topic}
            | {flag: flag in flags for flag in FLAGS}
            for form, (size, script, topic, flags) in TEXTS.items()
        ],
        schema_overrides={"topic": pl.String, "script": pl.UInt64},
    )
    count = len(lines)
    columns = {
        "session_no": np.array([line.session for line in lines]),
        "shop_no": np.ones(count, dtype=np.int32),
        "row_key": np.arange(count),
        "actor": np.array([2 if line.is_human else 1 for line in lines], dtype=np.int8),
        "account_no": np.array([line.account for line in lines], dtype=np.int32),
        "form_no": np.array([line.form for line in lines], dtype=np.int32),
        "occurred_at": np.arange(count).astype("datetime64[us]"),
    }
    found = replies(columns, Marks.of(marks), SHORTEST)
    assert found.select("row_key", "is_repeated", "is_filler").rows() == expected(lines)
    assert (found["question_key"] == found["row_key"] - 1).all()
