"""Labelled dialogues of a file: the shape of the public Chinese satisfaction data.

One JSON object a line: `turns` = list of {customer, agent, intent?, satisfaction?}, `satisfaction`
of the whole, both 0 dissatisfied, 1 neutral, 2 satisfied. An empty `agent` is no reply.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cskpi.enrich.normalise import normalise
from cskpi.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

CLASSES = ("dissatisfied", "neutral", "satisfied")
UNLABELLED = -1


@dataclass(frozen=True, slots=True)
class Dialogues:
    """Dialogues as two tables.

    `turns`: dialogue (number in the file), place, customer and agent (normalised), label.
    `labels`: of whole dialogues, in the order of their numbers. UNLABELLED where there is none.
    """

    turns: pl.DataFrame
    labels: tuple[int, ...]

    def only(self, numbers: list[int]) -> Dialogues:
        """Return the dialogues of these numbers, numbered anew in this order."""
        import polars as pl

        order = pl.DataFrame({"dialogue": numbers}, schema={"dialogue": pl.Int64}).with_row_index(
            "number"
        )
        turns = (
            self.turns.join(order, on="dialogue", how="inner")
            .with_columns(pl.col("number").cast(pl.Int64).alias("dialogue"))
            .drop("number")
            .sort("dialogue", "place")
        )
        return Dialogues(turns, tuple(self.labels[number] for number in numbers))

    def shared_with(self, others: Dialogues) -> int:
        """Return how many of these dialogues stand among others, by the customer's words."""
        theirs = others.words()
        return sum(words in theirs for words in self.words().elements())

    def words(self) -> Counter[tuple[str, ...]]:
        """Return the customer's words of each dialogue, and how often they stand there."""
        said: dict[int, list[str]] = {}
        for dialogue, customer in self.turns.select("dialogue", "customer").iter_rows():
            said.setdefault(dialogue, []).append(customer)
        return Counter(map(tuple, said.values()))


def read_dialogues(path: Path) -> Dialogues:
    """Read a file of dialogues.

    Raises:
        InputError: no such file, or a line that is no dialogue.
    """
    import polars as pl

    if not path.is_file():
        raise InputError("file_missing", path=path)
    rows: list[tuple[int, int, str, str, int]] = []
    labels: list[int] = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                rows += _turns(line, len(labels), path, number, labels)
    schema = {
        "dialogue": pl.Int64,
        "place": pl.Int64,
        "customer": pl.String,
        "agent": pl.String,
        "label": pl.Int8,
    }
    turns = pl.DataFrame(rows, schema=schema, orient="row")
    return Dialogues(
        turns.with_columns(normalise(turns["customer"]), normalise(turns["agent"])), tuple(labels)
    )


def _turns(
    line: bytes, dialogue: int, path: Path, number: int, labels: list[int]
) -> list[tuple[int, int, str, str, int]]:
    try:
        told = json.loads(line)
        labels.append(_label(told))
        return [
            (dialogue, place, str(turn["customer"]), str(turn.get("agent") or ""), _label(turn))
            for place, turn in enumerate(told["turns"])
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError("dialogue_line", path=path, line=number) from None


def _label(told: dict[str, Any]) -> int:
    label = told.get("satisfaction")
    if label is None:
        return UNLABELLED
    if label not in (0, 1, 2):
        raise ValueError(label)
    return int(label)
