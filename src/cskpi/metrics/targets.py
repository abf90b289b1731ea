"""Targets in force: a KPI's own, the settings', and those the settings date."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from cskpi.errors import UsageError
from cskpi.metrics.declaration import Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cskpi.metrics.declaration import Metric
    from cskpi.settings import Settings, Value

_PARTS = ("good", "warn")


def target_in_force(metric: Metric, settings: Settings, on: date) -> Target | None:
    """Return the target a metric had on a day, so that a new one does not rewrite the past.

    `targets.<metric>.<date>.good|warn` holds from that date on; before the first date
    `targets.<metric>.good|warn` does, else the metric's own.

    Args:
        metric: whose target.
        settings: where targets may be told.
        on: the first day of the period judged.

    Raises:
        UsageError: a key is neither, a value no number, or 'good' is told nowhere.
    """
    told = settings.section(f"targets.{metric.name}")
    if not told:
        return metric.target
    begun = [day for day in _dated(metric, told) if day <= on]
    parts = {"good": metric.target.good, "warn": metric.target.warn} if metric.target else {}
    for prefix in ("", *(f"{day.isoformat()}." for day in sorted(begun))):
        parts |= {
            part: _number(metric, f"{prefix}{part}", told[f"{prefix}{part}"])
            for part in _PARTS
            if f"{prefix}{part}" in told
        }
    good = parts.get("good")
    if good is None:
        if not (set(told) & set(_PARTS) or begun):
            return None
        raise UsageError("target_without_good", metric=metric.name)
    return Target(good, parts.get("warn"))


def _dated(metric: Metric, told: Mapping[str, Value]) -> set[date]:
    days = set()
    for key in set(told) - set(_PARTS):
        day, _, part = key.partition(".")
        try:
            days.add(date.fromisoformat(day))
        except ValueError:
            part = ""
        if part not in _PARTS:
            raise UsageError(
                "setting_unknown", key=f"targets.{metric.name}.{key}", origin="cskpi.toml"
            )
    return days


def _number(metric: Metric, key: str, value: Value) -> float:
    try:
        return float(value)
    except ValueError:
        raise UsageError(
            "setting_value", key=f"targets.{metric.name}.{key}", raw=value, origin="cskpi.toml"
        ) from None
