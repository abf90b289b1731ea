"""What a load says about itself: progress while it runs, one report a file or sheet afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cskpi.ingest.totals import TotalCheck


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is: rows known so far, bytes of the file that count as done, bytes in all."""

    rows: int
    bytes_done: int
    bytes_total: int


@dataclass(frozen=True, slots=True)
class Told:
    """A remark on a load: `key` names the sentence (`told.…` of the message table), with its values."""

    key: str
    values: Mapping[str, str | int]


ProgressCallback = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file or sheet after its import.

    `rows_read = rows_accepted + rows_duplicate + rows_rejected`. Rows without any value are not
    rows. `header_row` counts from 1 and is None for JSON. A sheet of no known layout has a
    `skipped_reason` (a key of the message table) and no rows; a known one that is left out on
    purpose has a `skip_note`, language -> text. `columns_private` were not stored,
    `columns_kept_private` were because `keep_pii` is set. `overlaps` names earlier files whose
    period meets this one's. `told` is what else a person should know. `is_secondary` are further kinds from the rows of the report before.
    """

    path: Path
    sheet: str | None
    format: str
    encoding: str | None
    delimiter: str | None
    header_row: int | None
    kind: str | None = None
    preset: str | None = None
    source: str | None = None
    is_secondary: bool = False
    columns_used: Mapping[str, str] = field(default_factory=dict)
    columns_guessed: Mapping[str, str] = field(default_factory=dict)
    columns_ignored: tuple[str, ...] = ()
    rows_read: int = 0
    rows_accepted: int = 0
    rows_duplicate: int = 0
    rows_rejected: int = 0
    reject_reasons: Mapping[str, int] = field(default_factory=dict)
    conflicting_repeats: int = 0
    unknown_words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    first_at: datetime | None = None
    last_at: datetime | None = None
    already_loaded: bool = False
    skipped_reason: str | None = None
    skip_note: Mapping[str, str] = field(default_factory=dict)
    columns_private: tuple[str, ...] = ()
    columns_kept_private: tuple[str, ...] = ()
    totals: tuple[TotalCheck, ...] = ()
    overlaps: tuple[str, ...] = ()
    told: tuple[Told, ...] = ()
