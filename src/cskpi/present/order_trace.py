"""What `cskpi explain order` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cskpi.present.answers import answer_table
from cskpi.present.terminal import write_table
from cskpi.present.tracing import fact_text, write_facts, write_line
from cskpi.texts import say

if TYPE_CHECKING:
    from cskpi.metrics.order_trace import OrderTrace

ALWAYS = ("order_id", "shop_id", "customer_id", "created_at", "paid_at", "paid_amount")


def write_orders(traces: Sequence[OrderTrace]) -> None:
    """Print who is credited with an order under every rule, who else talked, and why one won."""
    for number, trace in enumerate(traces):
        if number:
            write_line("")
        _write_order(trace)


def _write_order(trace: OrderTrace) -> None:
    facts = trace.facts
    shown = {name: facts[name] for name in ALWAYS}
    if facts["sale_amount"] != facts["paid_amount"]:
        shown["sale_amount"] = facts["sale_amount"]
    if facts["net_amount"] != facts["sale_amount"]:
        shown["net_amount"] = facts["net_amount"]
    if facts["is_refunded"]:
        shown["is_refunded"] = True
    told = [(say(f"trace.{name}"), fact_text(item)) for name, item in shown.items()]
    write_facts([*told, (say("trace.matched_by"), say(f"matched.{facts['matched_by']}"))])
    write_line("")
    write_line(say("trace.credits"))
    write_table(answer_table(trace.credits_given, translate=True))
    write_line("")
    write_line(say("trace.candidates"))
    write_table(answer_table(trace.candidates, translate=True))
    write_line(say("trace.why_order"))
