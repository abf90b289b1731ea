"""Which source a header belongs to: by the columns it holds, never by their order or a file name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.headers import normal_header

if TYPE_CHECKING:
    from cskpi.ingest.source import Source

FILE_HINT_SCORE = 0.5
TIE_MARGIN = 1.0
"""Two sources this close cannot be told apart by their columns."""


@dataclass(frozen=True, slots=True)
class Match:
    """A source that fits a header.

    `columns` gives for each canonical column the index of its header, `guessed` names those found
    by a guess only, `missing` the requirements that are not met; `stand_ins` are the further headers
    whose cells stand in for empty ones.
    """

    source: Source
    score: float
    columns: Mapping[str, int]
    guessed: frozenset[str]
    missing: tuple[str, ...]
    stand_ins: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def match_source(
    source: Source, header: Sequence[str], file_name: str, *, keep_private: bool = False
) -> Match:
    """Find a source's columns in a header and count what speaks for it."""
    places: dict[str, int] = {}
    for index, cell in enumerate(header):
        places.setdefault(normal_header(cell), index)
    private = set() if keep_private else {normal_header(name) for name in source.preset.pii}
    columns = _find(source.columns, places, private)
    guesses = _find(
        source.guess, places, private | {normal_header(header[i]) for i in columns.values()}
    )
    guesses = {name: index for name, index in guesses.items() if name not in columns}
    found = set(columns) | set(guesses)
    found_columns = columns | guesses
    hint = any(fnmatch(file_name, pattern) for pattern in source.files)
    named = [need for need in (*source.require, *source.any) if not need.startswith("@")]
    further = sum(
        _meets(need, places, found) and not _is_used(need, places, {*columns.values()})
        for need in named
    )
    score = len({*columns.values()}) + len({*guesses.values()}) + further
    needs = (*source.require, *(["|".join(source.layout.cell)] if source.layout.cell else []))
    return Match(
        source=source,
        score=score + FILE_HINT_SCORE * hint,
        columns=found_columns,
        stand_ins=_stand_ins(source, header, found_columns, private),
        guessed=frozenset(guesses),
        missing=tuple(dict.fromkeys(need for need in needs if not _meets(need, places, found))),
    )


def choose(
    sources: Sequence[Source],
    header: Sequence[str],
    file_name: str,
    *,
    kind: str | None = None,
    preset: str | None = None,
    form: str | None = None,
) -> Match | None:
    """Return the source a header belongs to, None if there is none.

    A named kind or preset restricts the choice; what the user named need not be told from other
    kinds, so `detect.any` and `detect.forbid` then do not count. Fallback presets are asked last.

    Raises:
        InputError: several sources fit equally well.
    """
    allowed = [s for s in _allowed(sources, kind, preset) if form in {None, *s.formats}]
    matches = [match_source(source, header, file_name) for source in allowed]
    fitting = [
        match
        for match in matches
        if not match.missing
        and (match.columns or match.source.skip)
        and (kind or _is_told_apart(match, header))
    ]
    fitting = [m for m in fitting if not m.source.preset.is_fallback] or fitting
    # What is left out on purpose is told by headers that nothing else has.
    fitting = [m for m in fitting if m.source.skip] or fitting
    fitting.sort(key=lambda match: (-match.score, match.source.name))
    if len(fitting) > 1 and fitting[0].score - fitting[1].score <= TIE_MARGIN:
        candidates = ", ".join(
            f"{match.source.name} ({match.score:g})"
            for match in fitting
            if fitting[0].score - match.score <= TIE_MARGIN
        )
        raise InputError("layout_tie", path=file_name, candidates=candidates)
    return fitting[0] if fitting else None


def _allowed(sources: Sequence[Source], kind: str | None, preset: str | None) -> list[Source]:
    return [
        source
        for source in sources
        if not source.is_secondary
        and kind in {None, source.target}
        and preset in {None, source.preset.name}
    ]


def nearest(
    sources: Sequence[Source], header: Sequence[str], *, kind: str | None, preset: str | None
) -> Match | None:
    """Return the source that comes closest to a header no source fits; None if nothing is known."""
    matches = [match_source(source, header, "") for source in _allowed(sources, kind, preset)]
    matches = [match for match in matches if match.columns]
    return max(
        matches, key=lambda match: (match.score, match.source.preset.is_fallback), default=None
    )


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


def _stand_ins(
    source: Source, header: Sequence[str], columns: Mapping[str, int], private: set[str]
) -> dict[str, tuple[int, ...]]:
    """Return the further headers of columns: spelt alike, or of later aliases where they coalesce."""
    forms = [normal_header(cell) for cell in header]
    found: dict[str, tuple[int, ...]] = {}
    for name, index in columns.items():
        aliases = [forms[index]]
        if name in source.coalesce:
            group = (*source.columns.get(name, ()), *source.guess.get(name, ()))
            aliases += [normal_header(alias) for alias in group]
        others = [
            place
            for form in dict.fromkeys(aliases)
            for place, own in enumerate(forms)
            if own == form and own and own not in private and place != index
        ]
        if others:
            found[name] = tuple(others)
    return found


def _meets(need: str, places: Mapping[str, int], found: set[str]) -> bool:
    return any(
        name[1:] in found if name.startswith("@") else normal_header(name) in places
        for name in need.split("|")
    )


def _is_used(need: str, places: Mapping[str, int], used: set[int]) -> bool:
    return any(places.get(normal_header(name)) in used for name in need.split("|"))


def _is_told_apart(match: Match, header: Sequence[str]) -> bool:
    places = {normal_header(cell): index for index, cell in enumerate(header)}
    found = set(match.columns)
    source = match.source
    wanted = not source.any or any(_meets(need, places, found) for need in source.any)
    return wanted and not any(_meets(name, places, found) for name in source.forbid)
