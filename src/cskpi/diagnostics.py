"""Everything cskpi says on stderr: plain lines, prefixed with the program's name."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cskpi.texts import has_text, say

if TYPE_CHECKING:
    from cskpi.errors import CskpiError


def note(text: str) -> None:
    """Print a remark; stdout is flushed first, so talk never overtakes the data it is about."""
    _write(text)


def warn(text: str) -> None:
    """Print a warning."""
    _write(f"{say('talk.warning')}{text}")


def report_error(error: CskpiError) -> None:
    """Print what went wrong and, where known, what to do next."""
    _write(f"{say('talk.error')}{describe(error)}")


def describe(error: CskpiError) -> str:
    """Return the sentence of an error with its remedy."""
    text = say(f"error.{error.key}", **error.values)
    hint = f"hint.{error.key}"
    return f"{text}{say('talk.hint')}{say(hint, **error.values)}" if has_text(hint) else text


def _write(text: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"cskpi: {text}\n")
    sys.stderr.flush()
