"""KPIs by what their sessions were: issue type, before or after the sale, the product bought before.

KPIs that count customers, not sessions, are told by product alone. What somebody went on to buy says
nothing here: parts must not follow from the outcome they explain.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from cskpi.metrics.evaluate import evaluate_both, parameters_in_force, period_parameters
from cskpi.metrics.grouping import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period
    from cskpi.settings import Settings

PARTS = ("topic", "stage", "product")
"""What a session may be told by; each is a dimension of the findings."""

_SLOTS = ("channel", "shop")
_TABLE = "session_parts"
_CUSTOMERS = "customer_parts"
_BOUGHT = """
bought AS (
    SELECT sale_orders.shop_id, sale_orders.order_id, sale_orders.customer_no,
        sale_orders.customer_id, sale_orders.created_at, min(trim(order_items.title)) AS title
    FROM sale_orders
    INNER JOIN order_items
        ON sale_orders.shop_id = order_items.shop_id AND sale_orders.order_id = order_items.order_id
    WHERE order_items.title IS NOT NULL AND created_at IS NOT NULL
    GROUP BY ALL
    -- Of an order of several products nobody knows which one was meant.
    HAVING count(DISTINCT trim(order_items.title)) = 1
)"""
_MADE = f"""
CREATE OR REPLACE TEMP TABLE {_TABLE} AS
WITH asked AS (
    SELECT session_no, started_at, CAST(started_at AS DATE) AS contact_on
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
{_BOUGHT},
latest AS (
    SELECT asked.session_no, max(row(created_at, order_id, title)) AS newest
    FROM asked
    INNER JOIN session_outcome_facts USING (session_no)
    INNER JOIN bought USING (customer_no)
    WHERE bought.created_at < asked.started_at
    GROUP BY asked.session_no
)
SELECT asked.session_no, coalesce(session_outcome_facts.topic, main.topic) AS topic,
    CASE WHEN is_aftersale THEN 'aftersale' WHEN NOT is_aftersale THEN 'presale' END AS stage,
    latest.newest[3] AS product
FROM asked
LEFT JOIN session_outcome_facts USING (session_no)
LEFT JOIN contact_facts
    ON session_outcome_facts.customer_no = contact_facts.customer_no
    AND asked.contact_on = contact_facts.contact_on
LEFT JOIN main ON asked.session_no = main.session_no
LEFT JOIN latest ON asked.session_no = latest.session_no
"""
_CUSTOMERS_MADE = f"""
CREATE OR REPLACE TEMP TABLE {_CUSTOMERS} AS
WITH {_BOUGHT},
latest AS (
    SELECT shop_id, customer_id, max(row(created_at, order_id, title)) AS newest
    FROM bought
    WHERE created_at < $period_end
    GROUP BY shop_id, customer_id
),
complained AS (
    SELECT bought.shop_id, counted_complaints.customer_id,
        max(row(filed_at, bought.order_id, title)) AS newest
    FROM counted_complaints
    INNER JOIN bought
        ON counted_complaints.shop_id = bought.shop_id
        AND counted_complaints.order_id = bought.order_id
    WHERE filed_at >= $period_start AND filed_at < $period_end
    GROUP BY bought.shop_id, counted_complaints.customer_id
)
SELECT shop_id, customer_id, coalesce(complained.newest[3], latest.newest[3]) AS product
FROM latest
FULL JOIN complained USING (shop_id, customer_id)
"""


_ON = {
    _TABLE: "counted.session_no = session_parts.session_no",
    _CUSTOMERS: "counted.shop_id = customer_parts.shop_id"
    " AND counted.customer_id = customer_parts.customer_id",
}
_COMPLAINTS = "counted_complaints"


class _Cut(NamedTuple):
    """A table that says which parts things belong to, and the parts to tell them by."""

    table: str
    parts: Sequence[str]


def by_session_part(
    con: duckdb.DuckDBPyConnection, metrics: Sequence[Metric], period: Period, settings: Settings
) -> tuple[list[Finding], list[Finding]]:
    """Return KPIs by topic, stage and product, in a period and in the one before.

    Left out are parts of which the data know fewer than two, and KPIs that count no sessions, but for
    those of complaints: they are told by product.
    """
    asked = [metric for metric in metrics if _counts_sessions(con, metric, settings)]
    filed = [m for m in metrics if m not in asked and _COMPLAINTS in m.sources]
    now, before = _by_session(con, asked, period, settings) if asked else ([], [])
    if filed:
        now += _by_customer(con, filed, period, settings)
        before += _by_customer(con, filed, period.previous(), settings)
    return now, before


def _by_session(
    con: duckdb.DuckDBPyConnection, metrics: Sequence[Metric], period: Period, settings: Settings
) -> tuple[list[Finding], list[Finding]]:
    bounds = period_parameters(period, compare=True)
    wanted = {name: bounds[name] for name in ("period_previous_start", "period_end")}
    con.execute(_MADE, wanted)
    try:
        known = [part for part in PARTS if _is_known(con, _TABLE, part)]
        pairs = [known[at : at + len(_SLOTS)] for at in range(0, len(known), len(_SLOTS))]
        told = [
            _by_parts(con, metrics, _Cut(_TABLE, parts), period, settings, both=True)
            for parts in pairs
        ]
    finally:
        con.execute(f"DROP TABLE IF EXISTS temp.{_TABLE}")
    now, before = ([f for periods in told for f in periods[place]] for place in (0, 1))
    return now, before


def _by_customer(
    con: duckdb.DuckDBPyConnection, metrics: Sequence[Metric], period: Period, settings: Settings
) -> list[Finding]:
    """A customer belongs to the product complained about, else to the one bought last."""
    bounds = period_parameters(period, compare=False)
    wanted = {name: bounds[name] for name in ("period_start", "period_end")}
    con.execute(_CUSTOMERS_MADE, wanted)
    try:
        if not _is_known(con, _CUSTOMERS, "product"):
            return []
        return _by_parts(con, metrics, _Cut(_CUSTOMERS, ["product"]), period, settings)[0]
    finally:
        con.execute(f"DROP TABLE IF EXISTS temp.{_CUSTOMERS}")


def _counts_sessions(con: duckdb.DuckDBPyConnection, metric: Metric, settings: Settings) -> bool:
    statement = con.extract_statements(f"SELECT * FROM ({metric.body}) AS counted LIMIT 0")[0]
    values = parameters_in_force(metric, settings)
    used = {name: values[name] for name in statement.named_parameters if name in values}
    return "session_no" in [column[0] for column in con.execute(statement, used).description or ()]


def _is_known(con: duckdb.DuckDBPyConnection, table: str, part: str) -> bool:
    found = con.execute(f"SELECT count(DISTINCT {part}) FROM {table}").fetchone()
    return found is not None and found[0] > 1


def _by_parts(
    con: duckdb.DuckDBPyConnection,
    metrics: Sequence[Metric],
    cut: _Cut,
    period: Period,
    settings: Settings,
    *,
    both: bool = False,
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings of a period and, with `both`, of the one before, from the same scan.

    The engine groups by the dimensions it knows, so parts take the place of some of these.
    """
    slots = dict(zip(_SLOTS, cut.parts, strict=False))
    placed = [_placed(metric, cut.table, slots) for metric in metrics]
    groupings = [(name,) for name in slots]
    before = {metric.name: groupings for metric in metrics if both}
    now, then = evaluate_both(con, placed, period, groupings, settings, before=before)
    return _told_by(now, slots), _told_by(then, slots)


def _told_by(findings: Sequence[Finding], slots: Mapping[str, str]) -> list[Finding]:
    return [
        replace(finding, dimensions={slots[name]: value})
        for finding in findings
        for name, value in finding.dimensions.items()
    ]


def _placed(metric: Metric, table: str, slots: Mapping[str, str]) -> Metric:
    columns = {DIMENSIONS[name]: part for name, part in slots.items()}
    shown = ", ".join(f"{table}.{part} AS {column}" for column, part in columns.items())
    body = (
        f"SELECT counted.* EXCLUDE ({', '.join(columns)}), {shown} FROM ({metric.body}) AS counted"
        f" LEFT JOIN {table} ON {_ON[table]}"
    )
    return replace(metric, file=replace(metric.file, body=body))
