"""A SQL file of `queries/`: an optional `/* kind … */` TOML header, then plain runnable SQL."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HEADER = re.compile(r"\A/\*\s*(?P<kind>[a-z]+)[ \t]*\n(?P<toml>.*?)\*/[ \t]*\n?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SqlFile:
    """One parsed file.

    `body_line` is the line the SQL starts on, `header` the TOML table (empty where there is none).
    """

    path: Path
    kind: str
    header: dict[str, Any]
    body: str
    body_line: int

    @property
    def name(self) -> str:
        """The file's name without the ending, which names what it defines."""
        return self.path.stem


class HeaderError(ValueError):
    """A file cannot be read; the message says where."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")


def read_sql_file(path: Path) -> SqlFile:
    """Parse a file into header and body.

    Raises:
        HeaderError: the file is no UTF-8, or its header no TOML.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise HeaderError(path, 1, f"not UTF-8: {error.reason} at byte {error.start}") from None
    match = _HEADER.match(content)
    if match is None:
        return SqlFile(path, "", {}, content, 1)
    try:
        header = tomllib.loads(match["toml"])
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise HeaderError(path, 1 + int(found[1]) if found else 1, str(error)) from None
    body_line = content[: match.end()].count("\n") + 1
    return SqlFile(path, match["kind"], header, content[match.end() :], body_line)
