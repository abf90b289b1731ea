"""Where shipped data folders lie: the only module that knows."""

from __future__ import annotations

from pathlib import Path


def data_dir(kind: str) -> Path:
    """Return the shipped folder `kind`: inside the wheel, or at the top of a checkout."""
    packaged = Path(__file__).parent / "_data" / kind
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / kind


def user_dir(kind: str) -> Path:
    """Return the folder `kind` of the current workspace, where a shop adds its own files."""
    return Path.cwd() / kind
