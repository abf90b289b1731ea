"""The `cskpi` program, also as `python -m cskpi`; Ctrl-C ends it with 130 even while it starts."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import NoReturn

from cskpi import interruption


def main() -> None:
    """Run the command line."""
    interruption.watch()
    try:
        from cskpi.cli import main as run

        run()
    except SystemExit as ended:
        if interruption.came():
            _leave(ended.code if isinstance(ended.code, int) else interruption.EXIT_CODE)
        raise
    except Exception:
        if not interruption.came():
            raise
        _leave(interruption.EXIT_CODE)
    except KeyboardInterrupt:
        _leave(interruption.EXIT_CODE)


def _leave(code: int) -> NoReturn:
    """End at once: taking apart a database interrupted in the middle can crash the process."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
