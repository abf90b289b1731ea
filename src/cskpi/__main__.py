"""`python -m cskpi`."""

from __future__ import annotations

from cskpi.cli import main

if __name__ == "__main__":
    main()
