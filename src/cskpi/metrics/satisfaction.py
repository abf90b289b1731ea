"""What satisfaction read from chats rests on, and the sessions it is surest about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cskpi.metrics.statement import filter_conditions

if TYPE_CHECKING:
    import duckdb

    from cskpi.periods import Period

SATISFACTION_KPIS = ("silent_satisfaction", "overall_satisfaction")
"""KPIs that hold expected satisfaction."""

SUREST = 5
"""Sessions shown in each direction."""


@dataclass(frozen=True, slots=True)
class SureSession:
    """A silent session with its expected chance and the customer's message that tells most."""

    session_id: str
    shop_id: str
    agent_id: str | None
    started_at: datetime
    expected: float
    text: str | None


_MODEL = """
SELECT version, coalesce(reason, basis) AS basis, rated_count, satisfied_count, dissatisfied_count,
       learnt_count, auc, auc_low, auc_high, model_auc, untrained_auc, calibration_error
FROM satisfaction_models
"""

_SILENT = """
SELECT count(*)
FROM session_satisfaction AS told
INNER JOIN sessions ON told.session_no = sessions.session_no
WHERE told.rating IS NULL AND {where}
"""

# Of equals the earlier session; the message whose own mood lies farthest in that direction.
_SUREST = """
WITH chosen AS (
    SELECT told.session_no, told.expected,
           row_number() OVER (
               ORDER BY told.expected {way}, told.score {way}, sessions.started_at, sessions.session_no
           ) AS place
    FROM session_satisfaction AS told
    INNER JOIN sessions ON told.session_no = sessions.session_no
    WHERE told.rating IS NULL AND told.expected {side} 0.5 AND {where}
    QUALIFY place <= {count}
),
said AS (
    SELECT chosen.session_no, message_forms.row_key,
           row_number() OVER (
               PARTITION BY chosen.session_no
               ORDER BY message_signals.sentiment {way} NULLS LAST, message_forms.row_key
           ) AS place
    FROM chosen
    INNER JOIN message_forms
        ON chosen.session_no = message_forms.session_no AND message_forms.actor = 1
    INNER JOIN message_signals ON message_forms.form_no = message_signals.form_no
    WHERE message_signals.form NOT SIMILAR TO '([{{][a-z_]+[}}] *)*'
)
SELECT sessions.session_id, sessions.shop_id, sessions.agent_id, sessions.started_at,
       chosen.expected, messages.text
FROM chosen
INNER JOIN sessions ON chosen.session_no = sessions.session_no
LEFT JOIN said ON chosen.session_no = said.session_no AND said.place = 1
LEFT JOIN messages ON said.row_key = messages.source_row * 1000000 + messages.file_id
ORDER BY chosen.place
"""


def model_record(con: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
    """Return how silent sessions are read and how well; None before the text work is done.

    `basis` is model, too_few (ratings: a fixed rule) or not_better (a model than the untrained
    score, which is then calibrated on ratings).
    """
    cursor = con.execute(_MODEL)
    names = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def silent_basis(
    con: duckdb.DuckDBPyConnection, period: Period, filters: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return `model_record`, the number of silent sessions of the period and the surest; None without.

    `surest` are ids of sessions with their expected chance, the surest first.
    """
    record = model_record(con)
    where, values = _within(period, filters)
    row = con.execute(_SILENT.format(where=where), values).fetchone()
    if record is None or row is None or not row[0]:
        return None
    both = [one for way in surest_sessions(con, period, filters) for one in way]
    sure = [(one.session_id, one.expected) for one in sorted(both, key=_doubt)[:SUREST]]
    return {"silent_count": row[0], "surest": sure, **record}


def surest_sessions(
    con: duckdb.DuckDBPyConnection, period: Period, filters: Mapping[str, str]
) -> tuple[list[SureSession], list[SureSession]]:
    """Return the silent sessions surest to be satisfied, and those surest not to be; none at one half."""
    where, values = _within(period, filters)
    happy, unhappy = (
        [
            SureSession(*row)
            for row in con.execute(
                _SUREST.format(way=way, side=side, where=where, count=SUREST), values
            ).fetchall()
        ]
        for way, side in (("DESC", ">"), ("ASC", "<"))
    )
    return happy, unhappy


def _doubt(session: SureSession) -> float:
    return -abs(session.expected - 0.5)


def _within(period: Period, filters: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    conditions, values = filter_conditions(filters)
    named = [f"sessions.{condition}" for condition in conditions]
    inside = ["sessions.started_at >= $since", "sessions.started_at < $until"]
    return " AND ".join([*inside, *named]), {"since": period.start, "until": period.end, **values}
