/* model
target = "agent_names"
*/
-- Time is cut wherever any alias of the shop begins or ends; inside a span every name has one owner.
-- The shop's own alias wins over one for all shops, a later one over an earlier one. An alias of an
-- alias is followed three steps; two names that point at each other are the smaller one.
WITH seen_shops AS (
    SELECT shop_id
    FROM shops
    UNION
    SELECT shop_id
    FROM ratings
    UNION
    SELECT shop_id
    FROM tickets
    UNION
    SELECT shop_id
    FROM complaints
    UNION
    SELECT shop_id
    FROM refunds
    UNION
    SELECT shop_id
    FROM agents
    UNION
    SELECT shop_id
    FROM shifts
    UNION
    SELECT shop_id
    FROM attendance
    UNION
    SELECT shop_id
    FROM agent_metrics
    UNION
    SELECT shop_id
    FROM exported_sessions
    UNION
    SELECT shop_id
    FROM survey_responses
),

visible AS (
    SELECT
        seen_shops.shop_id,
        agent_aliases.alias,
        agent_aliases.agent_id,
        CASE
            WHEN agent_aliases.valid_from <= DATE '1970-01-01' THEN TIMESTAMP '0001-01-01 00:00:00'
            ELSE CAST(agent_aliases.valid_from AS TIMESTAMP)
        END AS starts_at,
        coalesce(
            CAST(agent_aliases.valid_to AS TIMESTAMP) + INTERVAL 1 DAY,
            TIMESTAMP '9999-12-31 00:00:00'
        ) AS ends_at,
        CASE WHEN agent_aliases.shop_id = seen_shops.shop_id THEN 0 ELSE 1 END AS reach
    FROM agent_aliases
    INNER JOIN seen_shops
        ON agent_aliases.shop_id = seen_shops.shop_id OR agent_aliases.shop_id = ''
    WHERE agent_aliases.alias <> agent_aliases.agent_id
),

edges AS (
    SELECT
        shop_id,
        starts_at AS edge_at
    FROM visible
    UNION
    SELECT
        shop_id,
        ends_at AS edge_at
    FROM visible
    UNION
    SELECT
        shop_id,
        TIMESTAMP '0001-01-01 00:00:00' AS edge_at
    FROM visible
    UNION
    SELECT
        shop_id,
        TIMESTAMP '9999-12-31 00:00:00' AS edge_at
    FROM visible
),

spans AS (
    SELECT
        shop_id,
        edge_at AS starts_at,
        lead(edge_at) OVER (PARTITION BY shop_id ORDER BY edge_at) AS ends_at
    FROM edges
),

ranked AS (
    SELECT
        visible.shop_id,
        visible.alias,
        visible.agent_id,
        spans.starts_at,
        spans.ends_at,
        row_number() OVER (
            PARTITION BY visible.shop_id, visible.alias, spans.starts_at
            ORDER BY
                visible.reach ASC,
                visible.starts_at DESC,
                visible.ends_at ASC,
                visible.agent_id ASC
        ) AS place
    FROM spans
    INNER JOIN visible
        ON
            spans.shop_id = visible.shop_id
            AND spans.starts_at >= visible.starts_at
            AND spans.ends_at <= visible.ends_at
),

owned AS (
    SELECT
        shop_id,
        alias,
        agent_id,
        starts_at,
        ends_at
    FROM ranked
    WHERE place = 1
),

settled AS (
    SELECT
        first_step.shop_id,
        first_step.alias,
        first_step.starts_at,
        first_step.ends_at,
        CASE
            WHEN second_step.agent_id = first_step.alias
                THEN least(first_step.alias, first_step.agent_id)
            ELSE coalesce(third_step.agent_id, second_step.agent_id, first_step.agent_id)
        END AS agent_id
    FROM owned AS first_step
    LEFT JOIN owned AS second_step
        ON
            first_step.shop_id = second_step.shop_id
            AND first_step.starts_at = second_step.starts_at
            AND first_step.agent_id = second_step.alias
    LEFT JOIN owned AS third_step
        ON
            second_step.shop_id = third_step.shop_id
            AND second_step.starts_at = third_step.starts_at
            AND second_step.agent_id = third_step.alias
),

span_counts AS (
    SELECT
        shop_id,
        count(ends_at) AS span_count
    FROM spans
    GROUP BY shop_id
),

names AS (
    SELECT
        settled.shop_id,
        settled.alias,
        min(settled.agent_id) AS agent_id,
        count(DISTINCT settled.agent_id) > 1
        OR count(*) < max(span_counts.span_count) AS is_dated
    FROM settled
    INNER JOIN span_counts ON settled.shop_id = span_counts.shop_id
    GROUP BY settled.shop_id, settled.alias
)

SELECT
    shop_id,
    alias,
    agent_id,
    TIMESTAMP '0001-01-01 00:00:00' AS starts_at,
    TIMESTAMP '9999-12-31 00:00:00' AS ends_at,
    FALSE AS is_dated
FROM names
WHERE NOT is_dated
UNION ALL
SELECT
    names.shop_id,
    names.alias,
    coalesce(settled.agent_id, names.alias) AS agent_id,
    spans.starts_at,
    spans.ends_at,
    TRUE AS is_dated
FROM names
INNER JOIN spans ON names.shop_id = spans.shop_id
LEFT JOIN settled
    ON
        names.shop_id = settled.shop_id
        AND names.alias = settled.alias
        AND spans.starts_at = settled.starts_at
WHERE names.is_dated AND spans.ends_at IS NOT NULL
