"""In a sentence: what the satisfaction of silent sessions is read from, and how well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cskpi.present.formatting import format_count, format_value
from cskpi.present.masking import mask_session_id
from cskpi.texts import say


def silent_text(basis: Mapping[str, Any]) -> str:
    """Return how many sessions a number rests on, what they are read from, how well, and the surest."""
    told = say(
        f"silent.{basis['basis']}",
        silent=format_count(basis["silent_count"]),
        measures="" if basis["auc"] is None else measures_text(basis),
        satisfied=format_count(basis["satisfied_count"]),
        dissatisfied=format_count(basis["dissatisfied_count"]),
    )
    surest = [
        say(
            "silent.sure",
            session=mask_session_id(session),
            expected=format_value(expected, "percent"),
        )
        for session, expected in basis["surest"]
    ]
    if not surest:
        return told
    return f"{told}\n{say('silent.surest_list', sessions=say('format.list_comma').join(surest))}"


def silent_record(basis: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a number rests on for machines; ids that hold the customer's name are masked."""
    surest = [
        {"session_id": mask_session_id(session), "expected": expected}
        for session, expected in basis["surest"]
    ]
    return {**basis, "surest": surest}


def measures_text(record: Mapping[str, Any]) -> str:
    """Return AUC with interval and calibration error of a `model_record` that has them."""
    low, high = (three(record[name]) for name in ("auc_low", "auc_high"))
    return say(
        "silent.measures",
        auc=three(record["auc"]),
        low=low,
        high=high,
        error=format_value(record["calibration_error"], "percent"),
    )


def three(number: float | None) -> str:
    """Return a measure between 0 and 1 to three digits, – where there is none."""
    return say("format.none") if number is None else f"{number:.3f}"
