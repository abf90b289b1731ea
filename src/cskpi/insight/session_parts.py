"""KPIs by what their sessions were: issue type, before or after the sale, the product named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cskpi.metrics.evaluate import evaluate, parameters_in_force, period_parameters
from cskpi.metrics.grouping import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import duckdb

    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period
    from cskpi.settings import Settings

PARTS = ("topic", "stage", "product")
"""What a session may be told by; each is a dimension of the findings."""

_SLOTS = ("channel", "shop")
_TABLE = "session_parts"
_MADE = f"""
CREATE OR REPLACE TEMP TABLE {_TABLE} AS
WITH asked AS (
    SELECT session_no, CAST(started_at AS DATE) AS contact_on
    FROM session_facts
    WHERE is_customer_session
        AND started_at >= $period_previous_start AND started_at < $period_end
),
said AS (
    SELECT session_no, topic, count(*) AS times, min(row_key) AS first_key
    FROM message_forms
    INNER JOIN message_signals USING (form_no)
    WHERE actor = 1 AND topic IS NOT NULL AND occurred_at >= $period_previous_start
    GROUP BY session_no, topic
),
main AS (
    SELECT session_no, arg_min(topic, first_key - times * 1000000000000000000::HUGEINT) AS topic
    FROM said
    GROUP BY session_no
),
named AS (
    SELECT product_mentions.session_no, min(order_items.title) AS product
    FROM product_mentions
    INNER JOIN sale_orders USING (order_no)
    INNER JOIN order_items USING (shop_id, order_id)
    GROUP BY product_mentions.session_no
)
SELECT asked.session_no, coalesce(session_outcome_facts.topic, main.topic) AS topic,
    CASE WHEN is_aftersale THEN 'aftersale' WHEN NOT is_aftersale THEN 'presale' END AS stage,
    named.product
FROM asked
LEFT JOIN session_outcome_facts USING (session_no)
LEFT JOIN contact_facts
    ON session_outcome_facts.customer_no = contact_facts.customer_no
    AND asked.contact_on = contact_facts.contact_on
LEFT JOIN main ON asked.session_no = main.session_no
LEFT JOIN named ON asked.session_no = named.session_no
"""


def by_session_part(
    con: duckdb.DuckDBPyConnection, metrics: Sequence[Metric], period: Period, settings: Settings
) -> tuple[list[Finding], list[Finding]]:
    """Return KPIs by topic, stage and product, in a period and in the one before.

    Left out are parts of which the data know fewer than two, and KPIs that count no sessions.
    """
    asked = [metric for metric in metrics if _counts_sessions(con, metric, settings)]
    if not asked:
        return [], []
    bounds = period_parameters(period, compare=True)
    wanted = {name: bounds[name] for name in ("period_previous_start", "period_end")}
    con.execute(_MADE, wanted)
    try:
        known = [part for part in PARTS if _is_known(con, part)]
        pairs = [known[at : at + len(_SLOTS)] for at in range(0, len(known), len(_SLOTS))]
        now, before = (
            [f for parts in pairs for f in _by_parts(con, asked, parts, when, settings)]
            for when in (period, period.previous())
        )
    finally:
        con.execute(f"DROP TABLE IF EXISTS temp.{_TABLE}")
    return now, before


def _counts_sessions(con: duckdb.DuckDBPyConnection, metric: Metric, settings: Settings) -> bool:
    statement = con.extract_statements(f"SELECT * FROM ({metric.body}) AS counted LIMIT 0")[0]
    values = parameters_in_force(metric, settings)
    used = {name: values[name] for name in statement.named_parameters if name in values}
    return "session_no" in [column[0] for column in con.execute(statement, used).description or ()]


def _is_known(con: duckdb.DuckDBPyConnection, part: str) -> bool:
    found = con.execute(f"SELECT count(DISTINCT {part}) FROM {_TABLE}").fetchone()
    return found is not None and found[0] > 1


def _by_parts(
    con: duckdb.DuckDBPyConnection,
    metrics: Sequence[Metric],
    parts: Sequence[str],
    period: Period,
    settings: Settings,
) -> Iterator[Finding]:
    """The engine groups by the dimensions it knows, so parts take the place of some of these."""
    slots = dict(zip(_SLOTS, parts, strict=False))
    placed = [_placed(metric, slots) for metric in metrics]
    groupings = [(name,) for name in slots]
    for finding in evaluate(con, placed, period, groupings, settings, compare=False):
        ((name, value),) = finding.dimensions.items()
        yield replace(finding, dimensions={slots[name]: value})


def _placed(metric: Metric, slots: Mapping[str, str]) -> Metric:
    columns = {DIMENSIONS[name]: part for name, part in slots.items()}
    shown = ", ".join(f"{_TABLE}.{part} AS {column}" for column, part in columns.items())
    body = (
        f"SELECT counted.* EXCLUDE ({', '.join(columns)}), {shown} FROM ({metric.body}) AS counted"
        f" LEFT JOIN {_TABLE} ON counted.session_no = {_TABLE}.session_no"
    )
    return replace(metric, file=replace(metric.file, body=body))
