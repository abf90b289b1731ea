"""Replies and the questions before them, found in the lines of whole sessions.

A run is what one side writes before the other does; two humans in a row are two runs. A reply is a
human's run right behind one of the customer.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import reduce
from typing import TYPE_CHECKING, Any

from cskpi.quality.lines import ACTORS, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Column = NDArray[Any]
    Truths = NDArray[np.bool_]

FLAGS = (
    "is_filler",
    "is_greeting",
    "asks",
    "holds",
    "hands_over",
    "offers_help",
    "says_yes_or_no",
)
"""What is asked of each text; each is a bit of `Marks.bits`."""

_TINY = 4
"""Characters; a customer who writes fewer asks nothing."""
_PLACES = 1 << 40
"""More than there are lines."""


@dataclass(frozen=True)
class Marks:
    """What is told of each text, by the number of its form; the last entry is that of no text."""

    bits: Column
    size: Column
    script: Column
    topic: Column

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Marks:
        """Return the marks of a frame with form_no, `FLAGS`, size, script and topic."""
        import numpy as np
        import polars as pl

        numbers = frame["form_no"].to_numpy()
        flags = [frame[name].to_numpy().astype(np.uint8) << n for n, name in enumerate(FLAGS)]
        topics = frame["topic"].rank("dense").cast(pl.Int64).fill_null(UNKNOWN)

        def by_form(values: Column, unknown: int) -> Column:
            told = np.full(numbers.max(initial=0) + 2, unknown, dtype=values.dtype)
            told[numbers] = values
            return told

        return cls(
            by_form(reduce(np.bitwise_or, flags), 0),
            by_form(frame["size"].to_numpy(), UNKNOWN),
            by_form(frame["script"].to_numpy(), 0),
            by_form(topics.to_numpy(), UNKNOWN),
        )


@dataclass(frozen=True)
class Runs:
    """The runs of some sessions in order; `UNKNOWN` stands for what is not known."""

    session: Column
    account: Column
    is_human: Truths
    is_first: Truths
    """The first run of its side in its session."""
    first: Column
    """The place of its first line."""
    last: Column
    form: Column
    """The longest text; of equals the first."""
    last_form: Column
    size: Column
    topic: Column
    """What all its texts with a topic are about."""
    all_bits: Column
    any_bits: Column
    last_bits: Column

    @classmethod
    def of(cls, lines: Mapping[str, Column], marks: Marks) -> Runs:
        """Return the runs of lines of whole sessions, in order."""
        import numpy as np

        session, form = lines["session_no"], lines["form_no"]
        is_human = lines["actor"] == ACTORS["agent"]
        account = np.where(is_human, lines["account_no"], UNKNOWN)
        first = np.flatnonzero(_changes(session) | _changes(is_human) | _changes(account))
        bits, size, topic = marks.bits[form], marks.size[form], marks.topic[form]
        places = np.arange(len(form))
        longest = -np.maximum.reduceat(size * _PLACES - places, first) % _PLACES
        told = np.maximum.reduceat(np.where(form == UNKNOWN, UNKNOWN, places), first)
        last = np.append(first[1:], len(form)) - 1
        topics = np.maximum.reduceat(topic, first)
        least = np.minimum.reduceat(np.where(topic == UNKNOWN, _PLACES, topic), first)
        return cls(
            session[first],
            account[first],
            is_human[first],
            ~_again(session[first], is_human[first]),
            first,
            last,
            form[longest],
            np.where(told == UNKNOWN, UNKNOWN, form[told]),
            size[longest],
            np.where(topics == least, topics, UNKNOWN),
            np.bitwise_and.reduceat(bits, first),
            np.bitwise_or.reduceat(bits, first),
            bits[last],
        )

    def at(self, places: Column) -> Runs:
        """Return some of the runs."""
        return Runs(*(getattr(self, one.name)[places] for one in fields(self)))

    def all(self, flag: str) -> Truths:
        """Tell of which runs a flag holds for every line."""
        return _holds(self.all_bits, flag)

    def any(self, flag: str) -> Truths:
        """Tell of which runs a flag holds for some line."""
        return _holds(self.any_bits, flag)


def replies(lines: Mapping[str, Column], marks: Marks, shortest: int) -> pl.DataFrame:
    """Return the replies in lines of whole sessions, and which are repeated or filler only.

    Args:
        lines: session_no, shop_no, row_key, actor, account_no, form_no and occurred_at of all that
            customers and humans wrote, in order; `UNKNOWN` stands for no account and no text.
        marks: what is told of texts.
        shortest: characters from which a text counts as a script.
    """
    import numpy as np
    import polars as pl

    runs = Runs.of(lines, marks)
    answers = runs.is_human & ~_changes(runs.session)
    answers[1:] &= ~runs.is_human[:-1]
    places = np.flatnonzero(answers)
    reply, question = runs.at(places), runs.at(places - 1)
    is_empty = reply.all("is_filler")
    for flag in ("holds", "hands_over", "offers_help"):
        is_empty |= reply.any(flag)
    is_script = ~is_empty & (reply.size >= shortest)
    return pl.DataFrame(
        {
            "session_no": reply.session,
            "shop_no": lines["shop_no"][reply.first],
            "row_key": lines["row_key"][reply.first],
            "account_no": reply.account,
            "form_no": reply.form,
            "question_key": lines["row_key"][question.last],
            "question_form_no": question.form,
            "occurred_at": np.minimum.reduceat(lines["occurred_at"], runs.first)[places],
            "asks": question.any("asks"),
            "is_empty": is_empty,
            "is_repeated": is_script & _is_repeated(reply, question, marks),
            "is_filler": _is_filler(reply, question),
        }
    )


def _is_filler(reply: Runs, question: Runs) -> Truths:
    """Tell which replies are courtesies to a question; a first greeting and a yes answer."""
    answers = reply.any("holds") | reply.any("says_yes_or_no")
    greets = reply.is_first & reply.all("is_greeting")
    asked = _holds(question.last_bits, "asks")
    return asked & reply.all("is_filler") & ~answers & ~greets


def _is_repeated(reply: Runs, question: Runs, marks: Marks) -> Truths:
    """Tell which replies were given before by the same person to the same question."""
    is_tiny = (question.size != UNKNOWN) & (question.size < _TINY)
    is_thanked = question.all("is_filler") | is_tiny | reply.any("offers_help")
    # To the customer's very next message, whatever words he asks again in.
    found: Truths = ~is_thanked & _as_before(reply, marks.script[reply.form])
    # Few texts come twice in a session, and only those can be repeated.
    twice = _twice(reply.form, reply.session)
    same = [column[twice] for column in (reply.session, reply.account, reply.form)]
    for asked in (question.form, question.last_form):
        found[twice] |= _again(*same, asked[twice])
    on_topic = question.any("asks") & (question.topic != UNKNOWN)
    found[twice] |= on_topic[twice] & _again(*same, question.topic[twice], on_topic[twice])
    return found


def _holds(bits: Column, flag: str) -> Truths:
    found: Truths = (bits & (1 << FLAGS.index(flag))) != 0
    return found


def _changes(values: Column) -> Truths:
    """Tell which entries differ from the one before; the first does."""
    import numpy as np

    found: Truths = np.ones(len(values), dtype=bool)
    found[1:] = values[1:] != values[:-1]
    return found


def _as_before(reply: Runs, script: Column) -> Truths:
    """Tell which replies say the same as the person's reply before in the session."""
    import numpy as np

    order = np.lexsort((reply.account, reply.session))
    found = _same_as_previous(order, reply.session, reply.account, script)
    found[reply.form == UNKNOWN] = False
    return found


def _again(*columns: Column) -> Truths:
    """Tell which rows have an equal one before them."""
    import numpy as np

    return _same_as_previous(np.lexsort(columns), *columns)


def _twice(*columns: Column) -> Column:
    """Return the places of rows that have an equal one."""
    import numpy as np

    order = np.lexsort(columns)
    again = _same_as_previous(order, *columns)[order]
    return np.sort(order[again | np.append(again[1:], [False])])


def _same_as_previous(order: Column, *columns: Column) -> Truths:
    """Tell which rows equal, in these columns, the one before them in an order."""
    import numpy as np

    found: Truths = np.empty(len(order), dtype=bool)
    found[order] = ~np.any([_changes(column[order]) for column in columns], axis=0)
    return found
