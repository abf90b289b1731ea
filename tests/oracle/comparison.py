"""The product's JSON beside the oracle's results."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from oracle.measures import Key, Result

NUMBERS = ("value", "numerator", "denominator", "sample_size", "median", "p90")


def found_rows(text: str, by: str) -> dict[str, dict[Key, dict[str, Any]]]:
    """Rows of `cskpi kpi --format json` by metric and group."""
    found: dict[str, dict[Key, dict[str, Any]]] = {}
    for row in json.loads(text)["rows"]:
        names = by.replace("agent", "shop,agent").split(",") if by else []
        key = tuple(row["dimensions"][name] for name in names)
        found.setdefault(row["metric"], {})[key] = row
    return found


def _differs(expected: float | None, found: float | None) -> bool:
    if expected is None or found is None:
        return expected is not found
    return not math.isclose(expected, found, rel_tol=1e-9, abs_tol=1e-9)


def differences(
    name: str,
    by: str,
    expected: dict[Key, Result],
    found: dict[Key, dict[str, Any]],
    unsettled: set[Key],
) -> Iterator[str]:
    """Every number that disagrees; a group without a number may as well have no row."""
    for key in sorted({*expected, *found} - unsettled, key=str):
        wanted = asdict(expected.get(key, Result()))
        row = found.get(key, {})
        where = f"{name} by {by or 'nothing'} {key}"
        if _differs(wanted["value"], row.get("value")):
            yield f"{where}: value expected {wanted['value']}, found {row.get('value')}"
            continue
        if wanted["value"] is None:
            continue
        for number in NUMBERS[1:]:
            if wanted[number] is not None and _differs(wanted[number], row.get(number)):
                yield f"{where}: {number} expected {wanted[number]}, found {row.get(number)}"
