"""Ctrl-C, remembered: libraries interrupted in the middle fail with errors of their own."""

from __future__ import annotations

import signal
from types import FrameType

EXIT_CODE = 130

_came: list[int] = []


def watch() -> None:
    """Remember interruptions from here on; they raise KeyboardInterrupt as before."""
    signal.signal(signal.SIGINT, _remember)


def came() -> bool:
    """Tell whether the user pressed Ctrl-C."""
    return bool(_came)


def stop_if_it_came() -> None:
    """Raise the interruption once more, where a library may have swallowed it.

    Raises:
        KeyboardInterrupt: the user pressed Ctrl-C.
    """
    if came():
        raise KeyboardInterrupt


def _remember(number: int, frame: FrameType | None) -> None:
    _came.append(number)
    signal.default_int_handler(number, frame)
