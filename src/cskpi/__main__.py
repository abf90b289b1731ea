"""The `cskpi` program, also as `python -m cskpi`; Ctrl-C ends it with 130 even while it starts."""

from __future__ import annotations

import sys

from cskpi import interruption


def main() -> None:
    """Run the command line."""
    interruption.watch()
    try:
        from cskpi.cli import main as run

        run()
    except Exception:
        if not interruption.came():
            raise
        sys.exit(interruption.EXIT_CODE)
    except KeyboardInterrupt:
        sys.exit(interruption.EXIT_CODE)


if __name__ == "__main__":
    main()
