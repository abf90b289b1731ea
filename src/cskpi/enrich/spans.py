"""Evidence: which words of a raw text made a signal."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from cskpi.enrich.lexicons import load_lexicons
from cskpi.enrich.normalise import Traced
from cskpi.enrich.personal import KINDS
from cskpi.enrich.promises import find_promises
from cskpi.enrich.signals import WORDS


class Span(NamedTuple):
    """A piece of a raw text; `kind` is a word class, `promise`, or a kind of personal data."""

    kind: str
    start: int
    end: int
    word: str


def spans(text: str, own: Path | None = None) -> list[Span]:
    """Return all evidence in one raw text, in its order; pieces of different kinds may overlap.

    Args:
        text: as the export has it.
        own: a shop's folder of word lists, read after the shipped ones.
    """
    lists = load_lexicons(own)
    traced = Traced(text)
    found = [(kind, start, end) for kind, start, end in traced.personal if kind in KINDS]
    for file, name in WORDS.values():
        found += [(name, *traced.raw_span(*place)) for place in lists[file, name].find(traced.form)]
    found += [("promise", *traced.raw_span(p.start, p.end)) for p in find_promises(traced.form)]
    return [
        Span(kind, start, end, text[start:end])
        for kind, start, end in sorted(found, key=lambda item: (item[1], item[2], item[0]))
    ]
