"""Summary rows at the tail of a file: not data, but a check of what was read above them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from cskpi.ingest.cells import word_forms
from cskpi.ingest.raw import count

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.staging import Staging

TOTAL = "shop_total"
TOLERANCE = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class TotalCheck:
    """A column of a summary row: what it says, and what its file's accepted rows add up to."""

    header: str
    said: Decimal
    counted: Decimal

    @property
    def agrees(self) -> bool:
        """Tell whether both are the same number."""
        return abs(self.said - self.counted) <= TOLERANCE


def check_totals(con: duckdb.DuckDBPyConnection, staging: Staging) -> list[TotalCheck]:
    """Compare a file's summary rows with its own rows; `faults` tells them apart.

    Only labels that mean a total are looked at. Orders of several rows repeat their amounts, so a
    sum over orders is as good as one over rows.
    """
    if not count(con, "faults WHERE reason = 'summary_row'"):
        return []
    scopes = staging.match.source.preset.summary_scopes
    labels = word_forms(con, [word for word, scope in scopes.items() if scope == TOTAL])
    numbers = [c for c in staging.columns.values() if c.kind in {"money", "number", "whole"}]
    if not numbers or not labels:
        return []
    cells = ", ".join(f"nullif(trim({cell}), '')" for cell in staging.raw.columns)
    said = ", ".join(f"max(TRY_CAST({_number(c.cell)} AS DECIMAL(18, 2)))" for c in numbers)
    found = con.execute(
        f"""
        SELECT {said} FROM {staging.layer} AS layer JOIN faults USING (row_no)
        WHERE reason = 'summary_row' AND word_form(coalesce({cells}, '')) IN ({", ".join(labels)})
        """
    ).fetchone()
    checks = []
    for column, total in zip(numbers, found or (), strict=True):
        if total is not None:
            sums = _sums(con, staging, column.value)
            close = min(sums, key=lambda counted: abs(counted - total))
            checks.append(TotalCheck(column.header, total, close))
    return checks


def _sums(con: duckdb.DuckDBPyConnection, staging: Staging, value: str) -> list[Decimal]:
    order = staging.columns.get("order_id")
    key = order.value if order else "row_no"
    row = con.execute(
        f"""
        SELECT coalesce(sum(by_rows), 0), coalesce(sum(once), 0) FROM (
            SELECT sum(amount) AS by_rows, max(amount) AS once
            FROM (SELECT {key} AS party, CAST({value} AS DECIMAL(18, 2)) AS amount
                  FROM {staging.layer} AS layer ANTI JOIN faults USING (row_no))
            GROUP BY party)
        """
    ).fetchone() or (0, 0)
    return [Decimal(amount) for amount in row]


def _number(cell: str) -> str:
    return f"decimal_text(number_form({cell}))"
