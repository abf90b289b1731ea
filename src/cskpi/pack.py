"""Writing a month's review pack: gather, lay out, write; the manifest comes last and completes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cskpi import __version__
from cskpi.errors import UsageError
from cskpi.metrics.catalog import load_catalog
from cskpi.pipeline import report_document
from cskpi.present.look import load_look
from cskpi.present.pack import MANIFEST, pack_files, zip_bytes
from cskpi.present.streams import write_atomic
from cskpi.settings import without_place

if TYPE_CHECKING:
    import duckdb

    from cskpi.periods import Period
    from cskpi.present.pack import DataFormat
    from cskpi.settings import Settings


def write_pack(
    con: duckdb.DuckDBPyConnection,
    period: Period,
    settings: Settings,
    folder: Path,
    *,
    data_format: DataFormat = "csv",
    zipped: bool = False,
    reveal: bool = False,
) -> list[Path]:
    """Write the pack of a period and return its files; with `zipped` the ZIP beside the folder last.

    A pack written before is replaced; files of it that there are no longer go. Personal data in
    quotes are masked unless `reveal`.

    Raises:
        UsageError: the period holds no session, or the folder holds something else.
    """
    folder = folder.absolute()
    earlier = _earlier_files(folder)
    document = report_document(con, period, settings, reveal=reveal)
    told = {**manifest(con, period, settings), "is_masked": not reveal}
    files = pack_files(
        document, data_format, told, look=load_look(settings), pdf=settings.text("pack.pdf")
    )
    # Until the new manifest is there, the pack counts as unfinished.
    (folder / MANIFEST).unlink(missing_ok=True)
    for path in sorted(earlier - set(files)):
        (folder / path).unlink(missing_ok=True)
    for path, content in files.items():
        write_atomic(folder / path, content)
    written = [folder / path for path in files]
    if zipped:
        target = folder.with_name(f"{folder.name}.zip")
        write_atomic(target, zip_bytes(files, folder.name))
        written.append(target)
    return written


def manifest(con: duckdb.DuckDBPyConnection, period: Period, settings: Settings) -> dict[str, Any]:
    """Return what a pack is made from: data, settings, program and definitions, as hashes."""
    import duckdb as engine

    loads = con.execute(
        "SELECT sha256, sheet, kind, rows_accepted FROM import_files ORDER BY ALL"
    ).fetchall()
    catalog = load_catalog()
    return {
        "month": period.label,
        "language": settings.text("lang"),
        "versions": {"cskpi": __version__, "duckdb": engine.__version__},
        "data_hash": _digest(loads),
        "settings_hash": _digest(sorted(without_place(settings).items())),
        "definitions": {
            metric.name: {"version": metric.version, "sha256": _sha256(metric.file.path)}
            for metric in sorted(catalog.own(), key=lambda m: m.name)
        },
    }


def is_pack(folder: Path) -> bool:
    """Tell whether a folder holds a whole pack."""
    return (folder / MANIFEST).is_file()


def _earlier_files(folder: Path) -> set[str]:
    """Return the files of the pack a folder holds.

    Raises:
        UsageError: it holds files that no manifest names.
    """
    if not folder.exists():
        return set()
    if is_pack(folder):
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {path for path in told.get("files", {}) if _is_inside(folder, path)}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    # A run that was killed while writing leaves files of a pack without a manifest.
    if any(not _is_ours(path) for path in there):
        raise UsageError("pack_foreign", path=folder)
    return there


def _is_ours(path: str) -> bool:
    first, _, rest = path.partition("/")
    return (
        first in ("agents", "data")
        if rest
        else first.startswith((".report.", "report.", ".manifest."))
    )


def _is_inside(folder: Path, path: str) -> bool:
    return (folder / path).resolve().is_relative_to(folder.resolve())


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(content: Iterable[object]) -> str:
    text = json.dumps(list(content), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
