"""Errors a user can act on; each carries the key of its sentence and an exit code.

The sentence is `error.<key>` of the message table, the remedy `hint.<key>` where there is one.
Faulty rows of an export are data (`rejected_rows`), never exceptions.
"""

from __future__ import annotations

from typing import Any, ClassVar


class CskpiError(Exception):
    """A failure whose cause and remedy are known."""

    exit_code: ClassVar[int] = 1

    def __init__(self, key: str, /, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class UsageError(CskpiError):
    """The command line or a setting says something that cannot be done."""

    exit_code = 2


class InputError(CskpiError):
    """A file is missing, unreadable, or of no known layout."""

    exit_code = 3


class DatabaseError(CskpiError):
    """The database is locked, of a newer schema, or not one of ours."""

    exit_code = 4


class DefinitionError(CskpiError):
    """Metric, breakdown or check files break the rules; `problems` lists `file:line: message`."""

    exit_code = 1

    def __init__(self, problems: list[str]) -> None:
        super().__init__("definitions_invalid", count=len(problems), problems="\n".join(problems))
        self.problems = problems


class CheckFailedError(CskpiError):
    """`cskpi check` found a data fault or a missed target."""

    exit_code = 5
