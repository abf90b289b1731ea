"""Which source a header belongs to: by the columns it holds, never by their order or a file name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.headers import normal_header

if TYPE_CHECKING:
    from cskpi.ingest.presets import Source

FILE_HINT_SCORE = 0.5
TIE_MARGIN = 1.0
"""Two sources this close cannot be told apart by their columns."""


@dataclass(frozen=True, slots=True)
class Match:
    """A source that fits a header.

    `columns` gives for each canonical column the index of its header, `guessed` names those found
    by a guess only, `missing` the requirements that are not met.
    """

    source: Source
    score: float
    columns: Mapping[str, int]
    guessed: frozenset[str]
    missing: tuple[str, ...]


def match_source(source: Source, header: Sequence[str], file_name: str) -> Match:
    """Find a source's columns in a header and count what speaks for it."""
    places: dict[str, int] = {}
    for index, cell in enumerate(header):
        places.setdefault(normal_header(cell), index)
    private = {normal_header(name) for name in source.pii}
    columns = _find(source.columns, places, private)
    guesses = _find(
        source.guess, places, private | {normal_header(header[i]) for i in columns.values()}
    )
    guesses = {name: index for name, index in guesses.items() if name not in columns}
    found = set(columns) | set(guesses)
    hint = any(fnmatch(file_name, pattern) for pattern in source.files)
    return Match(
        source=source,
        score=len({*columns.values()}) + len({*guesses.values()}) + FILE_HINT_SCORE * hint,
        columns=columns | guesses,
        guessed=frozenset(guesses),
        missing=tuple(need for need in source.require if not _meets(need, places, found)),
    )


def choose(
    sources: Sequence[Source],
    header: Sequence[str],
    file_name: str,
    *,
    kind: str | None = None,
    preset: str | None = None,
) -> Match | None:
    """Return the source a header belongs to, None if there is none.

    A named kind or preset restricts the choice; what the user named need not be told from other
    kinds, so `detect.any` and `detect.forbid` then do not count.

    Raises:
        InputError: several sources fit equally well.
    """
    allowed = [s for s in sources if kind in {None, s.target} and preset in {None, s.preset}]
    matches = [match_source(source, header, file_name) for source in allowed]
    fitting = [
        match
        for match in matches
        if not match.missing and match.columns and (kind or _is_told_apart(match, header))
    ]
    fitting.sort(key=lambda match: (-match.score, match.source.name))
    if len(fitting) > 1 and fitting[0].score - fitting[1].score <= TIE_MARGIN:
        candidates = ", ".join(
            f"{match.source.name} ({match.score:g})"
            for match in fitting
            if fitting[0].score - match.score <= TIE_MARGIN
        )
        raise InputError("layout_tie", path=file_name, candidates=candidates)
    return fitting[0] if fitting else None


def nearest(
    sources: Sequence[Source], header: Sequence[str], *, kind: str | None, preset: str | None
) -> Match | None:
    """Return the source that comes closest to a header no source fits; None if nothing is known."""
    allowed = [s for s in sources if kind in {None, s.target} and preset in {None, s.preset}]
    matches = [match_source(source, header, "") for source in allowed]
    matches = [match for match in matches if match.columns]
    return max(matches, key=lambda match: match.score, default=None)


def describe_requirement(source: Source, requirement: str) -> str:
    """Return a requirement as the headers a user would look for."""
    alternatives = requirement.split("|")
    names = [
        " / ".join((*source.columns.get(name[1:], ()), *source.guess.get(name[1:], ()))[:4])
        if name.startswith("@")
        else name
        for name in alternatives
    ]
    return " / ".join(name for name in names if name)


def _find(
    aliases: Mapping[str, Sequence[str]], places: Mapping[str, int], taken: set[str]
) -> dict[str, int]:
    columns: dict[str, int] = {}
    for name, group in aliases.items():
        forms = (normal_header(alias) for alias in group)
        index = next((places[form] for form in forms if form in places and form not in taken), None)
        if index is not None:
            columns[name] = index
    return columns


def _meets(need: str, places: Mapping[str, int], found: set[str]) -> bool:
    return any(
        name[1:] in found if name.startswith("@") else normal_header(name) in places
        for name in need.split("|")
    )


def _is_told_apart(match: Match, header: Sequence[str]) -> bool:
    places = {normal_header(cell): index for index, cell in enumerate(header)}
    found = set(match.columns)
    source = match.source
    wanted = not source.any or any(_meets(need, places, found) for need in source.any)
    return wanted and not any(_meets(name, places, found) for name in source.forbid)
