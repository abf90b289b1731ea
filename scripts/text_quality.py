"""How well texts are read, measured on the challenge set: precision and recall of every signal."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cskpi.enrich.signals import PERSONAL, WORDS, signals
from cskpi.metrics.reading import Score

CHALLENGE = Path(__file__).parents[1] / "tests" / "challenge" / "service_chat.tsv"
FRESH = CHALLENGE.with_name("fresh.tsv")
MORE = CHALLENGE.with_name("signals_more.tsv")
MORE_FRESH = CHALLENGE.with_name("signals_more_fresh.tsv")
SETS = {
    "规则写时对照的句子 / sentences the rules were written beside": CHALLENGE,
    "规则定稿后才写的句子 / sentences written after the rules stood": FRESH,
    "难读的信号，看过的一半 / signals hard to read, the half that was looked at": MORE,
    "难读的信号，没看过的一半 / signals hard to read, the half never looked at": MORE_FRESH,
}
CLASSES = {"topic": "主题 / topic", "language": "语言 / language", "emotion": "情绪 / emotion"}
FLAGS = (*WORDS, "is_filler", "is_promise", *PERSONAL)
NONE = "-"
JUDGED = "# judged: "
"""Heads sentences in which only the signals named were looked for, and no topic or language."""

SHORT = {"offers_alternative": "alternative", "asks_human": "human", "refers_to_order": "order"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with what a person reads from it; `deadline` is `86400s`, `1d` or empty.

    `judged` are the signals that were looked for (all, where it is None), `open` those that hold by
    definition or not, and that nobody marked: `嗯` marked as filler may be brushing off, too.
    """

    text: str
    role: str
    signals: frozenset[str]
    deadline: str
    topic: str | None
    language: str | None
    emotion: str | None
    judged: frozenset[str] | None = None
    open: frozenset[str] = frozenset()

    def is_judged(self, signal: str) -> bool:
        """Tell whether somebody said that the signal holds or does not."""
        return (self.judged is None or signal in self.judged) and signal not in self.open


@dataclass(frozen=True, slots=True)
class SignalScore(Score):
    """How often a signal was right among `count` sentences."""

    count: int

    @property
    def accuracy(self) -> float:
        """The share of all sentences read right."""
        return 1 - (self.said + self.meant - 2 * self.both) / max(self.count, 1)


def short(column: str) -> str:
    """Return the challenge set's word for a column of `message_signals`."""
    return SHORT.get(column, column.removeprefix("is_").removeprefix("has_"))


def sentences(path: Path = CHALLENGE) -> list[Sentence]:
    """Return the challenge set."""
    told: list[tuple[str, frozenset[str] | None]] = []
    judged: frozenset[str] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(JUDGED):
            judged = frozenset(line.removeprefix(JUDGED).split())
        elif not line.startswith("# "):
            told.append((line, judged))
    rows = csv.DictReader((line for line, _ in told), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [_sentence(row, judged) for row, (_, judged) in zip(rows, told[1:], strict=True)]


def _sentence(row: dict[str, str], judged: frozenset[str] | None) -> Sentence:
    words = [w for w in row["signals"].split() if w != NONE]
    deadline = next((w.partition("=")[2] for w in words if w.startswith("promise=")), "")
    named = frozenset(w.partition("=")[0] for w in words if not w.endswith("?"))
    unsaid = frozenset(w.removesuffix("?") for w in words if w.endswith("?"))
    known = {
        name: None if row[name] in {NONE, ""} else row[name]
        for name in ("topic", "language", "emotion")
    }
    return Sentence(row["text"], row["role"], named, deadline, **known, judged=judged, open=unsaid)


def read(challenge: Iterable[Sentence]) -> pl.DataFrame:
    """Return what the program reads from the sentences."""
    return signals(pl.Series([one.text for one in challenge]))


def flag_scores(challenge: list[Sentence], said: pl.DataFrame) -> dict[str, SignalScore]:
    """Return the score of every yes-or-no signal."""
    return {column: _flag_score(challenge, said, column) for column in FLAGS}


def _flag_score(challenge: list[Sentence], said: pl.DataFrame, column: str) -> SignalScore:
    name = short(column)
    rows = [
        (found, name in s.signals)
        for found, s in zip(said[column].to_list(), challenge, strict=True)
        if s.is_judged(name)
    ]
    return _score([found for found, _ in rows], [meant for _, meant in rows])


def class_scores(
    challenge: list[Sentence], said: pl.DataFrame, column: str
) -> dict[str, SignalScore]:
    """Return the score of each value of topic, language or emotion."""
    rows = [
        (found, getattr(s, column))
        for found, s in zip(said[column].to_list(), challenge, strict=True)
        if (s.judged is None if column != "emotion" else s.emotion is not None)
    ]
    values = sorted({value for pair in rows for value in pair if value is not None})
    return {
        value: _score([f == value for f, _ in rows], [m == value for _, m in rows])
        for value in values
    }


def deadline_accuracy(challenge: list[Sentence], said: pl.DataFrame) -> tuple[int, int]:
    """Return how many deadlines are right, of the promises found that are promises."""
    right = [
        _shown(row) == s.deadline
        for row, s in zip(said.iter_rows(named=True), challenge, strict=True)
        if row["is_promise"] and s.deadline
    ]
    return sum(right), len(right)


def mistakes(challenge: list[Sentence], said: pl.DataFrame) -> list[tuple[str, str, str]]:
    """Return (sentence, found too much, missed) for each sentence with a wrong signal."""
    wrong = []
    for row, s in zip(said.iter_rows(named=True), challenge, strict=True):
        found = {short(c) for c in FLAGS if row[c] and s.is_judged(short(c))}
        if found != s.signals:
            wrong.append(
                (s.text, " ".join(sorted(found - s.signals)), " ".join(sorted(s.signals - found)))
            )
    return wrong


def _score(said: list[bool], meant: list[bool]) -> SignalScore:
    both = sum(a and b for a, b in zip(said, meant, strict=True))
    return SignalScore(sum(said), sum(meant), both, len(said))


def _shown(row: dict[str, object]) -> str:
    if row["promise_seconds"] is not None:
        return f"{row['promise_seconds']}s"
    return "" if row["promise_days"] is None else f"{row['promise_days']}d"


def page() -> str:
    """Return precision and recall of every signal, topic and language on both sets as Markdown."""
    parts = []
    for title, path in SETS.items():
        challenge = sentences(path)
        said = read(challenge)
        right, promised = deadline_accuracy(challenge, said)
        parts += [
            f"### {title} (n = {len(challenge)})\n",
            _table(
                "信号 / signal",
                {f"`{c}`": s for c, s in flag_scores(challenge, said).items() if s.count},
            )
            + "\n",
        ]
        if promised:
            parts.append(f"期限读对 / deadlines right: {right}/{promised}\n")
        for column, name in CLASSES.items():
            scores = class_scores(challenge, said, column)
            if any(score.meant for score in scores.values()):
                parts.append(_table(name, {f"`{value}`": s for value, s in scores.items()}) + "\n")
    return "\n".join(parts).rstrip("\n")


def _table(head: str, scores: dict[str, SignalScore]) -> str:
    lines = [
        f"| {head} | 有 / meant | 判有 / said | 对 / both | 精确率 / precision | 召回率 / recall |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {name} | {s.meant} | {s.said} | {s.both} | {_percent(s.precision)} | {_percent(s.recall)} |"
        for name, s in scores.items()
    ]
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
