"""Finding the lists of objects in one JSON document and writing their elements one a line.

Only brackets, commas and quotes are looked at, block by block, so a document of any size takes the
memory of a block. What stands around the lists stays together as one small document, in which a
mark holds the place of each list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from cskpi.errors import InputError
from cskpi.ingest.json_tables import JsonLimits
from cskpi.ingest.json_tokens import COMMA, CURLY, SQUARE, Block, blocks, broken
from cskpi.texts import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cskpi.ingest.json_tables import JsonLimits
from cskpi.ingest.json_tokens import Octets

MAX_WRAPPER_BYTES = 50_000_000
"""What stands around the lists is parsed in one piece; real wrappers have a few kilobytes."""

_MARK = "\x00list "
_FEED, _SPACE, _ILLEGAL = 0x0A, 0x20, 0x02


@dataclass(frozen=True, slots=True)
class JsonList:
    """A list of objects, written one a line.

    `place` is its path as `data.payload[]`, None for the document itself; `around` gives the
    fields of the enclosing objects under their headers `^.a`, `^.^.a`; `line_count` is counted from
    the document.
    """

    place: str | None
    path: Path
    line_count: int
    around: Mapping[str, str] = field(default_factory=dict)


def split_lists(path: Path, folder: Path, limits: JsonLimits) -> list[JsonList]:
    """Write every list of objects that is reached through objects only into a file of its own.

    A document without such a list is itself the only row.

    Raises:
        InputError: the document is cut off or broken, nested too deep, or nearly all wrapper.
    """
    with _Splitter(path, folder) as splitter:
        for block in blocks(path, limits.nesting):
            splitter.take(block)
        body = splitter.skeleton()
    if not splitter.files:
        if isinstance(body, list):
            raise InputError("file_empty", path=path)
        alone = folder / "alone.jsonl"
        alone.write_bytes(bytes(splitter.wrapper).replace(b"\r", b" ").replace(b"\n", b" "))
        return [JsonList(None, alone, 1)]
    found = {number: (place, around) for number, place, around in _marked(body, (), "")}
    if len(found) < len(splitter.files):
        raise broken(path, 0, say("load.json_repeated_key"))
    return [
        JsonList(found[number][0] or None, written, lines, _headers(found[number][1], limits))
        for number, (written, lines) in enumerate(splitter.files)
    ]


@dataclass(slots=True)
class _Splitter(AbstractContextManager["_Splitter"]):
    path: Path
    folder: Path
    files: list[tuple[Path, int]] = field(default_factory=list)
    wrapper: bytearray = field(default_factory=bytearray)
    origins: list[tuple[int, int]] = field(default_factory=list)
    target: BinaryIO | None = None
    list_depth: int = 0
    lines: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.target:
            self.target.close()

    def take(self, block: Block) -> None:
        """Hand every byte of a block to the list it stands in, or to the wrapper."""
        start = 0
        for index in block.outermost():
            place = int(block.places[index])
            if block.kinds[index] == SQUARE:
                self._to_wrapper(block, start, place + 1)
                start = place + 1
                if self._opens_objects(block, index):
                    self._open(int(block.depths[index]))
            else:
                if self.target is None:
                    self._to_wrapper(block, start, place)
                else:
                    if block.depths[index] != self.list_depth - 1:
                        raise broken(self.path, block.offset + place, say("load.json_unbalanced"))
                    self._to_list(block, start, place)
                    self._close()
                start = place
        if self.target is None:
            self._to_wrapper(block, start, len(block.octets))
        else:
            self._to_list(block, start, len(block.octets))

    def skeleton(self) -> object:
        """Return the document with a mark in place of each list.

        Raises:
            InputError: it is no JSON.
        """
        try:
            text = bytes(self.wrapper).decode("utf-8-sig")
            return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
        except json.JSONDecodeError as error:
            where = self._origin(len(text[: error.pos].encode()))
            raise broken(self.path, where, error.msg) from None
        except (UnicodeDecodeError, RecursionError) as error:
            raise broken(self.path, 0, type(error).__name__) from None

    def _opens_objects(self, block: Block, index: int) -> bool:
        if index + 1 >= len(block.kinds) or block.kinds[index + 1] != CURLY:
            return False
        between = block.octets[block.places[index] + 1 : block.places[index + 1]]
        return not bytes(between).strip()

    def _open(self, depth: int) -> None:
        written = self.folder / f"list{len(self.files)}.jsonl"
        self.wrapper += json.dumps(f"{_MARK}{len(self.files)}").encode()
        self.target = written.open("wb")
        self.list_depth = depth
        self.lines = 1
        self.files.append((written, 0))

    def _close(self) -> None:
        if self.target:
            self.target.write(b"\n")
            self.target.close()
        self.target = None
        self.files[-1] = (self.files[-1][0], self.lines)

    def _to_wrapper(self, block: Block, start: int, end: int) -> None:
        self.origins.append((len(self.wrapper), block.offset + start))
        self.wrapper += block.octets[start:end].tobytes()
        if len(self.wrapper) > MAX_WRAPPER_BYTES:
            raise InputError("json_too_large", path=self.path, limit=MAX_WRAPPER_BYTES)

    def _to_list(self, block: Block, start: int, end: int) -> None:
        segment = block.octets[start:end].copy()
        segment[_within(block.feeds, start, end)] = _SPACE
        # A line end inside a string is no JSON; written so, its element is rejected alone.
        segment[_within(block.inner_feeds, start, end)] = _ILLEGAL
        separates = (block.kinds == COMMA) & (block.depths == self.list_depth)
        separators = _within(block.places[separates], start, end)
        segment[separators] = _FEED
        self.lines += len(separators)
        if self.target:
            self.target.write(segment.tobytes())

    def _origin(self, position: int) -> int:
        """Return where in the file a byte of the wrapper stands."""
        before = [pair for pair in self.origins if pair[0] <= position] or [(0, 0)]
        return position - before[-1][0] + before[-1][1]


def _within(places: NDArray[Octets], start: int, end: int) -> NDArray[Octets]:
    import numpy as np

    first, last = np.searchsorted(places, [start, end])
    return places[first:last] - start


def _headers(around: Sequence[Mapping[str, object]], limits: JsonLimits) -> dict[str, str]:
    """Return the fields of enclosing objects, the nearest first, under the headers of their rows."""
    headers: dict[str, str] = {}
    for level, outer in enumerate(around, start=1):
        for name, text in _fields(outer, limits.depth):
            if len(text) <= limits.around_characters:
                headers["^." * level + name] = text
    return headers


def _fields(outer: Mapping[str, object], depth: int) -> Iterator[tuple[str, str]]:
    for key, entry in outer.items():
        if isinstance(entry, dict) and depth:
            yield from ((f"{key}.{name}", text) for name, text in _fields(entry, depth - 1))
        elif isinstance(entry, bool):
            yield key, str(entry).lower()
        elif isinstance(entry, str):
            yield key, entry


def _marked(
    body: object, around: tuple[Mapping[str, object], ...], place: str
) -> Iterator[tuple[int, str, tuple[Mapping[str, object], ...]]]:
    """Yield number, path and enclosing objects of every mark."""
    if isinstance(body, list):
        if len(body) == 1 and isinstance(body[0], str) and body[0].startswith(_MARK):
            yield int(body[0].removeprefix(_MARK)), f"{place}[]" if place else "", around
        return
    if not isinstance(body, dict):
        return
    for key, entry in body.items():
        outer = {name: inner for name, inner in body.items() if name != key}
        if isinstance(entry, dict | list):
            inner_place = f"{place}.{key}" if place else str(key)
            yield from _marked(entry, (outer, *around), inner_place)
