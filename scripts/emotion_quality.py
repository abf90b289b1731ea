"""How well moods are read, measured on the emotion sentences: accuracy, precision and recall."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.enrich.signals import signals

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITTEN_BESIDE = Path(__file__).parents[1] / "tests" / "challenge" / "emotions.tsv"
FRESH = WRITTEN_BESIDE.with_name("emotions_fresh.tsv")
MORE = WRITTEN_BESIDE.with_name("emotions_more.tsv")
MORE_FRESH = WRITTEN_BESIDE.with_name("emotions_more_fresh.tsv")
SETS = {
    "情绪：词表写时对照的句子 / emotions: sentences the word lists were written beside": WRITTEN_BESIDE,
    "情绪：词表定稿后才写的句子 / emotions: sentences written after they stood": FRESH,
    "情绪：失望和着急，看过的一半 / emotions: disappointed and anxious, the half that was looked at": MORE,
    "情绪：失望和着急，没看过的一半 / emotions: disappointed and anxious, the half never looked at": MORE_FRESH,
}
EMOTIONS = ("calm", "asking", "anxious", "disappointed", "angry", "pleased")
SLIGHT = 0.1
"""Scores nearer to 0 have no polarity."""


def sentences(path: Path) -> list[dict[str, str]]:
    """Return the sentences of a set: text, emotion, polarity (+, 0 or -)."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[:2] != "# "]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def read(path: Path) -> list[tuple[dict[str, str], str, str]]:
    """Return each sentence with the emotion and the polarity the program reads."""
    import polars as pl

    told = sentences(path)
    said = signals(pl.Series([row["text"] for row in told])).select("emotion", "sentiment").rows()
    return [
        (row, emotion, _polarity(score)) for row, (emotion, score) in zip(told, said, strict=True)
    ]


def accuracies(path: Path) -> tuple[float, float]:
    """Return the share of sentences whose emotion and whose polarity is read right."""
    found = read(path)
    emotion = sum(row["emotion"] == said for row, said, _ in found)
    polarity = sum(row["polarity"] == said for row, _, said in found)
    return emotion / len(found), polarity / len(found)


def page() -> str:
    """Return accuracy, and precision and recall of every emotion, on both sets as Markdown."""
    return "\n".join(line for title, path in SETS.items() for line in _part(title, path)).rstrip(
        "\n"
    )


def _part(title: str, path: Path) -> Iterator[str]:
    found = read(path)
    emotion, polarity = accuracies(path)
    yield f"### {title} (n = {len(found)})\n"
    yield f"情绪读对 / emotion right: {emotion:.0%}; 正负读对 / polarity right: {polarity:.0%}\n"
    yield "| 情绪 / emotion | 有 / meant | 判有 / said | 精确率 / precision | 召回率 / recall |"
    yield "|---|--:|--:|--:|--:|"
    for name in EMOTIONS:
        meant = sum(row["emotion"] == name for row, _, _ in found)
        said = sum(read_as == name for _, read_as, _ in found)
        both = sum(row["emotion"] == read_as == name for row, read_as, _ in found)
        yield f"| `{name}` | {meant} | {said} | {_share(both, said)} | {_share(both, meant)} |"
    yield ""


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def _polarity(score: float) -> str:
    return "0" if abs(score) <= SLIGHT else "+" if score > 0 else "-"
