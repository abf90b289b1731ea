"""Tables with one row a key: what identifies a row, when it happened, what it cannot do without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyedTable:
    """One staged table that rows are merged into by key.

    `moment` is the time a file's period is told by; rows need `required` where the file has such a
    column. A file without `own_id` gets one made of `own_id_of`, or of everything the row says.
    `defaults` stand where a key column is empty.
    """

    keys: tuple[str, ...]
    moment: str
    required: tuple[str, ...]
    own_id: str | None = None
    own_id_of: tuple[str, ...] = ()
    defaults: Mapping[str, str] | None = None


TABLES: Mapping[str, KeyedTable] = {
    "orders": KeyedTable(("shop_id", "order_id"), "created_at", ("order_id",)),
    "order_items": KeyedTable(("shop_id", "order_id", "item_key"), "", ("order_id",)),
    "refunds": KeyedTable(("shop_id", "refund_id"), "applied_at", ("refund_id",), "refund_id"),
    "ratings": KeyedTable(("rating_key",), "rated_at", ("rated_at",)),
    "tickets": KeyedTable(
        ("shop_id", "ticket_id"), "created_at", ("ticket_id", "created_at"), "ticket_id"
    ),
    "complaints": KeyedTable(
        ("shop_id", "complaint_id"), "filed_at", ("complaint_id", "filed_at"), "complaint_id"
    ),
    "agents": KeyedTable(("shop_id", "agent_id"), "hired_on", ("agent_id",)),
    "agent_aliases": KeyedTable(
        ("shop_id", "alias", "valid_from"),
        "",
        ("alias", "agent_id"),
        defaults={"valid_from": "1970-01-01"},
    ),
    "customer_links": KeyedTable(("shop_id", "alias"), "", ("alias", "customer_id")),
    "shifts": KeyedTable(
        ("shop_id", "agent_id", "shift_on", "shift_no"), "shift_on", ("agent_id", "shift_on")
    ),
    "attendance": KeyedTable(
        ("shop_id", "agent_id", "work_on"), "work_on", ("agent_id", "work_on")
    ),
    "exported_sessions": KeyedTable(
        ("shop_id", "conversation_id"),
        "started_at",
        ("conversation_id",),
        "conversation_id",
        ("customer_id", "agent_id", "started_at"),
    ),
    "survey_responses": KeyedTable(
        ("survey_id", "response_id"), "submitted_at", ("response_id",), "response_id"
    ),
    "survey_answers": KeyedTable(
        ("survey_id", "response_id", "question_no", "option_no"),
        "",
        ("response_id", "question_no"),
        defaults={"option_no": "1"},
    ),
    "kb_entries": KeyedTable(("kb_id",), "updated_at", ("question",), "kb_id", ("question",)),
    "visitors": KeyedTable(
        ("shop_id", "visit_on", "channel"),
        "visit_on",
        ("visit_on", "visitor_count"),
        defaults={"channel": ""},
    ),
}

AGENT_METRICS = KeyedTable(
    ("shop_id", "channel", "scope", "agent_id", "period_start", "period_end", "metric"),
    "period_start",
    (),
)

KINDS = ("messages", *TABLES, "agent_metrics")
"""Every kind of file that can be loaded: the table it fills."""
