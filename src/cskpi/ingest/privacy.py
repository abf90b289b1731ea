"""What of a person is stored: columns that no KPI needs are not, ids may be hidden, the erased stay out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.ingest.faults import RowFault
from cskpi.ingest.headers import normal_header
from cskpi.ingest.raw import count

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.options import LoadOptions
    from cskpi.ingest.raw import RawTable
    from cskpi.ingest.source import Source
    from cskpi.ingest.staging import Staging

PURGED = "purged"
CUSTOMER_COLUMNS = ("customer_id", "_to", "_sender", "alias")
"""Columns in which a customer's own name or id stands."""


@dataclass(frozen=True, slots=True)
class Privacy:
    """What the user wants of personal data in one file; `headers` are the personal columns in it."""

    headers: tuple[str, ...] = ()
    keeps: bool = False
    hide_customer: Callable[[str], str] | None = None
    is_purged: Callable[..., str] | None = None

    @classmethod
    def of(
        cls, con: duckdb.DuckDBPyConnection, options: LoadOptions, source: Source, raw: RawTable
    ) -> Privacy:
        """Return what holds for a table; asking who was erased is left out where nobody was."""
        private = {normal_header(name) for name in source.preset.pii}
        found = tuple(header for header in raw.header if normal_header(header) in private)
        is_purged = options.is_purged if count(con, "purged_ids") else None
        return cls(found, options.keep_private, options.hide_customer, is_purged)

    def hidden(self, sql: str) -> str:
        """Return the SQL of a customer's id as it is stored."""
        return self.hide_customer(sql) if self.hide_customer else sql

    def kept_cells(self, raw: RawTable) -> dict[str, str]:
        """Return header -> cell of the personal columns to be stored."""
        cells = dict(zip(raw.header, raw.columns, strict=True))
        return {header: cells[header] for header in self.headers} if self.keeps else {}

    def secret_cells(self, staging: Staging) -> set[str]:
        """Return the cells that may not even be kept with a rejected row."""
        cells = zip(staging.raw.header, staging.raw.columns, strict=True)
        secret = set() if self.keeps else {c for header, c in cells if header in self.headers}
        if self.hide_customer:
            named = (staging.match.columns.get(name) for name in CUSTOMER_COLUMNS)
            secret |= {f"c{index}" for index in named if index is not None}
        return secret

    def purged_faults(self, staging: Staging) -> Sequence[RowFault]:
        """Return the fault of being about somebody who was erased."""
        if self.is_purged is None:
            return ()
        ids = {
            word: staging.value(name)
            for word, name in (
                ("customer", "customer_id"),
                ("conversation", "conversation_id"),
                ("order", "order_id"),
            )
            if name in staging.columns or name in staging.constants
        }
        if "customer" not in ids and "alias" in staging.columns:
            ids["customer"] = staging.value("alias")
        shop = f"coalesce({staging.value('shop_id')}, '')"
        return (RowFault(self.is_purged(shop, **ids), PURGED, None, None),)
