"""Time zones: what the clock of a shop shows, and how long a wait truly lasts when it jumps.

`messages.occurred_at` is the shop's local time. `occurred_ms` is the same instant on a clock that
never jumps, the zone's time of January 2000, so that its differences are true elapsed time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from cskpi.errors import UsageError
from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

STEADY_AT = "TIMESTAMP '2000-01-15 12:00:00'"
"""The moment whose offset from UTC a zone's `occurred_ms` keeps all the year."""

_OFFSETS = """
WITH hours AS (
    SELECT unnest(generate_series(
        date_trunc('hour', $first_at::TIMESTAMP) - INTERVAL 2 DAY,
        $last_at::TIMESTAMP + INTERVAL 2 DAY, INTERVAL 1 HOUR)) AS local_at
), offsets AS (
    SELECT local_at, epoch_ms(local_at) - epoch_ms(timezone({zone}, local_at)) AS offset_ms
    FROM hours
)
SELECT local_at, offset_ms FROM offsets
QUALIFY offset_ms IS DISTINCT FROM lag(offset_ms) OVER (ORDER BY local_at) ORDER BY local_at
"""


_KNOWN: set[str] = set()
"""Zones found in DuckDB's table, which is slow to read for every file of a folder."""


@dataclass(frozen=True, slots=True)
class Zones:
    """The zone of shops, and of those that have one of their own."""

    default: str
    shops: Mapping[str, str] = field(default_factory=dict)

    def require(self, con: duckdb.DuckDBPyConnection) -> None:
        """Make sure that every zone is one of the IANA names; an offset is none.

        Raises:
            UsageError: one is not; the setting is named.
        """
        named = {"timezone": self.default} | {
            f"shops.{shop}.timezone": zone for shop, zone in self.shops.items()
        }
        for key, zone in named.items():
            if zone in _KNOWN:
                continue
            # DuckDB brings its own table of zones, so a machine without one loads as well.
            known = "SELECT 1 FROM pg_timezone_names() WHERE name = $zone"
            if con.execute(known, {"zone": zone}).fetchone() is None:
                raise UsageError("timezone_unknown", timezone=zone, key=key)
            _KNOWN.add(zone)

    def local_time(self, instant: str, shop: str) -> str:
        """Return the SQL of what the shop's clock shows at an instant."""
        return self._by_shop(shop, lambda zone: f"timezone({literal(zone)}, {instant})")

    def elapsed_ms(
        self, con: duckdb.DuckDBPyConnection, first_at: datetime | None, last_at: datetime | None
    ) -> str:
        """Return the SQL of `occurred_ms`, over `shop_id`, `occurred_at` and `instant_ms`.

        A time without an offset that the clock shows twice counts as the second.

        Args:
            con: the database connection.
            first_at: the earliest time of the file.
            last_at: the latest.
        """
        if first_at is None or last_at is None:
            return "epoch_ms(occurred_at)"
        span = {"first_at": first_at, "last_at": last_at}
        zones = {self.default, *self.shops.values()}
        found = {
            zone: con.execute(_OFFSETS.format(zone=literal(zone)), span).fetchall()
            for zone in sorted(zones)
        }
        steady = {zone: _steady_offset(con, zone) for zone in zones}
        if all(offset == steady[zone] for zone in zones for _, offset in found[zone]):
            return "epoch_ms(occurred_at)"
        kept = self._by_shop("shop_id", lambda zone: str(steady[zone]))
        jump = self._by_shop("shop_id", lambda zone: _jump(found[zone], steady[zone]))
        return f"coalesce(instant_ms + {kept}, epoch_ms(occurred_at) - {jump})"

    def _by_shop(self, shop: str, of_zone: Callable[[str], str]) -> str:
        # A zone given by a column would be looked up row by row; constants are some ten times faster.
        own = "".join(
            f" WHEN {literal(name)} THEN {of_zone(zone)}" for name, zone in self.shops.items()
        )
        return (
            f"(CASE {shop}{own} ELSE {of_zone(self.default)} END)" if own else of_zone(self.default)
        )


def _steady_offset(con: duckdb.DuckDBPyConnection, zone: str) -> int:
    row = con.execute(
        f"SELECT epoch_ms({STEADY_AT}) - epoch_ms(timezone({literal(zone)}, {STEADY_AT}))"
    ).fetchone()
    return int(row[0]) if row else 0


def _jump(offsets: list[tuple[datetime, int]], steady: int) -> str:
    """Return the SQL of what the local clock is ahead of the steady one."""
    later = "".join(
        f" WHEN occurred_at >= TIMESTAMP '{local_at}' THEN {offset - steady}"
        for local_at, offset in reversed(offsets[1:])
    )
    first = offsets[0][1] - steady
    return f"(CASE{later} ELSE {first} END)" if later else f"({first})"
