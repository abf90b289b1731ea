/* model
target = "order_candidates"
needs = ["sale_orders"]
[params]
window_seconds = "attribution.window_seconds"
guard_minutes = "attribution.silent_guard_minutes"
follow_up_minutes = "attribution.follow_up_minutes"
*/
-- Only a reply counts, a human message after the customer's first of that session: what nobody
-- asked for takes no order away. A follow-up of a silent payment needs no question. Messages
-- without a time of day cannot be placed before or after an order.
-- If nobody replied before the order, replies in the guard minutes after it count for nothing.
-- order_key is time, then place in the file, as one number.
WITH sales AS (
    SELECT
        order_no,
        customer_no,
        created_at,
        paid_at
    FROM sale_orders
    WHERE customer_no IS NOT NULL AND left_out IS NULL
),

occasions AS (
    SELECT
        order_no,
        customer_no,
        'created' AS occasion,
        created_at - $window_seconds * INTERVAL 1 SECOND AS from_at,
        created_at AS to_at
    FROM sales
    WHERE created_at IS NOT NULL
    UNION ALL
    SELECT
        order_no,
        customer_no,
        'paid' AS occasion,
        paid_at - $window_seconds * INTERVAL 1 SECOND AS from_at,
        paid_at AS to_at
    FROM sales
    WHERE paid_at IS NOT NULL
    UNION ALL
    SELECT
        order_no,
        customer_no,
        'followed' AS occasion,
        paid_at AS from_at,
        paid_at + $follow_up_minutes * INTERVAL 1 MINUTE AS to_at
    FROM sales
    WHERE paid_at IS NOT NULL AND $follow_up_minutes > 0
),

talks AS (
    SELECT
        occasions.order_no,
        occasions.occasion,
        coalesce(session_messages.account_no, 0) AS account_no,
        session_messages.session_no,
        session_messages.occurred_at,
        session_messages.row_key,
        CAST(session_messages.occurred_ms AS DECIMAL(38, 0)) * 1000000000000000000
        + session_messages.row_key AS order_key
    FROM occasions
    INNER JOIN session_messages ON occasions.customer_no = session_messages.customer_no
    INNER JOIN session_facts ON session_messages.session_no = session_facts.session_no
    WHERE
        session_messages.actor = 2
        AND session_messages.occurred_ms IS NOT NULL
        AND session_messages.occurred_at >= occasions.from_at
        AND session_messages.occurred_at <= occasions.to_at
        AND (
            occasions.occasion <> 'followed' OR session_messages.occurred_at > occasions.from_at
        )
        AND (
            occasions.occasion = 'followed'
            OR session_messages.occurred_at > session_facts.first_asked_at
            OR (
                session_messages.occurred_at = session_facts.first_asked_at
                AND session_messages.row_key > session_facts.first_asked_key
            )
        )
),

turns_answered AS (
    SELECT
        occasions.order_no,
        occasions.occasion,
        session_runs.human_account_no AS account_no,
        session_runs.human_at AS occurred_at
    FROM occasions
    INNER JOIN session_runs ON occasions.customer_no = session_runs.customer_no
    WHERE
        session_runs.opens_turn
        AND session_runs.human_ms IS NOT NULL
        AND session_runs.human_at >= occasions.from_at
        AND session_runs.human_at <= occasions.to_at
        AND (occasions.occasion <> 'followed' OR session_runs.human_at > occasions.from_at)
),

guarded AS (
    SELECT
        sales.order_no,
        sales.created_at,
        sales.created_at + $guard_minutes * INTERVAL 1 MINUTE AS guarded_until
    FROM sales
    WHERE
        $guard_minutes > 0
        AND sales.created_at IS NOT NULL
        AND sales.order_no NOT IN (
            SELECT order_no FROM talks
            WHERE occasion = 'created'
        )
),

last_talks AS (
    SELECT
        talks.order_no,
        talks.occasion,
        talks.account_no,
        max(talks.occurred_at) AS last_chat_at,
        arg_max(talks.row_key, talks.order_key) AS last_chat_key,
        arg_max(talks.session_no, talks.order_key) AS session_no
    FROM talks
    LEFT JOIN guarded ON talks.order_no = guarded.order_no
    WHERE
        guarded.order_no IS NULL
        OR talks.occasion <> 'paid'
        OR talks.occurred_at <= guarded.created_at
        OR talks.occurred_at > guarded.guarded_until
    GROUP BY talks.order_no, talks.occasion, talks.account_no
),

turn_counts AS (
    SELECT
        turns_answered.order_no,
        turns_answered.occasion,
        turns_answered.account_no,
        count(*) AS turn_count
    FROM turns_answered
    LEFT JOIN guarded ON turns_answered.order_no = guarded.order_no
    WHERE
        guarded.order_no IS NULL
        OR turns_answered.occasion <> 'paid'
        OR turns_answered.occurred_at <= guarded.created_at
        OR turns_answered.occurred_at > guarded.guarded_until
    GROUP BY turns_answered.order_no, turns_answered.occasion, turns_answered.account_no
),

product_talks AS (
    SELECT
        occasions.order_no,
        occasions.occasion,
        coalesce(product_mentions.account_no, 0) AS account_no,
        max(product_mentions.answered_at) AS product_at
    FROM occasions
    INNER JOIN product_mentions ON occasions.order_no = product_mentions.order_no
    WHERE
        product_mentions.is_customer
        AND product_mentions.answered_at >= occasions.from_at
        AND product_mentions.answered_at <= occasions.to_at
    GROUP BY occasions.order_no, occasions.occasion, coalesce(product_mentions.account_no, 0)
)

SELECT
    last_talks.order_no,
    last_talks.occasion,
    nullif(last_talks.account_no, 0) AS account_no,
    last_talks.session_no,
    last_talks.last_chat_at,
    last_talks.last_chat_key,
    coalesce(turn_counts.turn_count, 0) AS turn_count,
    product_talks.product_at
FROM last_talks
LEFT JOIN turn_counts
    ON
        last_talks.order_no = turn_counts.order_no
        AND last_talks.occasion = turn_counts.occasion
        AND last_talks.account_no = turn_counts.account_no
LEFT JOIN product_talks
    ON
        last_talks.order_no = product_talks.order_no
        AND last_talks.occasion = product_talks.occasion
        AND last_talks.account_no = product_talks.account_no
