"""The product's JSON beside the oracle's results."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import fields
from fractions import Fraction
from typing import Any

from oracle.measures import Answer, Key, Result

NUMBERS = [field.name for field in fields(Result)]

Rows = dict[Key, dict[str, Any]]


def found_rows(text: str, by: str) -> dict[str, Rows]:
    """Rows of `cskpi kpi --format json` by metric and group."""
    found: dict[str, Rows] = {}
    for row in json.loads(text)["rows"]:
        names = by.replace("agent", "shop,agent").split(",") if by else []
        key = tuple(row["dimensions"][name] for name in names)
        rows = found.setdefault(row["metric"], {})
        if key in rows:
            raise AssertionError(f"{row['metric']} by {by or 'nothing'} has {key} twice")
        rows[key] = row
    return found


def _differs(expected: Fraction | float | None, found: float | None) -> bool:
    if expected is None or found is None:
        return expected is not found
    return not math.isclose(expected, found, rel_tol=1e-9, abs_tol=1e-9)


def differences(expected: Answer, found: Rows) -> Iterator[tuple[Key, str]]:
    """Every number that disagrees; a group without a number may as well have no row."""
    results, unsettled = expected
    for key in sorted({*results, *found} - unsettled, key=str):
        result, row = results.get(key, Result()), found.get(key, {})
        if _differs(result.value, row.get("value")):
            yield key, f"value expected {result.value}, found {row.get('value')}"
        elif result.value is not None:
            for number in NUMBERS:
                wanted = getattr(result, number)
                if wanted is not None and _differs(wanted, row.get(number)):
                    yield key, f"{number} expected {wanted}, found {row.get(number)}"


def earlier_differences(expected: Answer, found: Rows) -> Iterator[tuple[Key, str]]:
    """As above for the previous period's value beside a row."""
    results, unsettled = expected
    for key in sorted(set(found) - unsettled, key=str):
        wanted, previous = results.get(key, Result()).value, found[key]["previous"]
        if _differs(wanted, previous):
            yield key, f"previous expected {wanted}, found {previous}"
