"""How deep is searched: `make test` draws a few worlds of each property, `make thorough` many."""

from __future__ import annotations

import os

IS_THOROUGH = bool(os.environ.get("THOROUGH"))


def rounds(everyday: int, *, thorough: int) -> int:
    """Return how many examples a property draws; the few of every day are the first of the many."""
    return thorough if IS_THOROUGH else everyday
