"""What runs remember of earlier ones: a small JSON file beside the database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cskpi.present.streams import write_atomic

if TYPE_CHECKING:
    from cskpi.settings import Settings


def beside_database(settings: Settings, ending: str) -> Path:
    """Return the file of that ending beside the database."""
    database = Path(settings.text("db"))
    return database.with_name(f"{database.name}.{ending}")


def recall(path: Path) -> dict[str, Any]:
    """Return what was remembered; nothing where the file is missing or no longer JSON."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remember(path: Path, content: dict[str, Any]) -> None:
    """Keep it: a reader, or a run that is killed now, finds the old or the new."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    write_atomic(path, f"{text}\n".encode())
