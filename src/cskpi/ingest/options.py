"""What the user said about the files to load, and how large a file may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cskpi.ingest.zones import Zones


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Beyond these a file is refused, or the row rejected, and the limit named.

    `line_bytes` and `cell_characters` reject a row; `columns`, `nesting` (levels of JSON) and the
    archive limits refuse a file: number of members, bytes once unpacked, and their ratio to the
    packed ones.
    """

    line_bytes: int = 16_000_000
    cell_characters: int = 5_000_000
    columns: int = 2_000
    nesting: int = 64
    archive_members: int = 1_000
    archive_bytes: int = 20_000_000_000
    archive_ratio: int = 200


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What the user said about the files.

    `kind` and `preset` restrict detection, `mapping` replaces the shipped presets, `shop` and `days`
    (first and last) stand for what a file does not name; offsets and epochs are converted to
    `timezone`, those of some shops to a zone of their own. `keep_private` stores the columns presets list as personal data, `shift_codes` gives
    the clocks a roster's codes stand for.

    `hide_customer` turns the SQL of a customer's id into that of what is stored instead;
    `is_purged(shop, customer=…, conversation=…, order=…)` gives the SQL condition under which a row
    is of somebody who was erased.
    """

    kind: str | None = None
    preset: str | None = None
    days: tuple[date, date] | None = None
    mapping: Path | None = None
    shop: str | None = None
    timezone: str = "Asia/Shanghai"
    shop_timezones: Mapping[str, str] = field(default_factory=dict)
    keep_private: bool = False
    shift_codes: Mapping[str, str] = field(default_factory=dict)
    hide_customer: Callable[[str], str] | None = None
    is_purged: Callable[..., str] | None = None
    limits: ReadLimits = ReadLimits()

    @property
    def zones(self) -> Zones:
        """The time zones of the shops."""
        return Zones(self.timezone, self.shop_timezones)
