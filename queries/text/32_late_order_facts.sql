/* model
target = "late_order_facts"
needs = ["orders WHERE shipped_at IS NOT NULL"]
[params]
ship_hours = "talk.ship_hours"
*/
-- A shop whose export never says when goods went out has no late orders, as far as anybody knows.
WITH shop_ends AS (
    SELECT
        shop_id,
        max(greatest(
            created_at, coalesce(paid_at, created_at), coalesce(shipped_at, created_at)
        )) AS known_until
    FROM orders
    GROUP BY shop_id
    HAVING count(shipped_at) > 0
),

late AS (
    SELECT
        sale_orders.order_no,
        sale_orders.shop_id,
        sale_orders.order_id,
        sale_orders.customer_no,
        sale_orders.channel,
        sale_orders.paid_at,
        sale_orders.paid_at + $ship_hours * INTERVAL 1 HOUR AS due_at,
        orders.shipped_at,
        coalesce(orders.shipped_at, shop_ends.known_until) AS until_at
    FROM sale_orders
    INNER JOIN orders
        ON sale_orders.shop_id = orders.shop_id AND sale_orders.order_id = orders.order_id
    INNER JOIN shop_ends ON sale_orders.shop_id = shop_ends.shop_id
    WHERE
        sale_orders.customer_no IS NOT NULL
        AND sale_orders.has_clock
        AND sale_orders.left_out IS NULL
        AND sale_orders.paid_at IS NOT NULL
        AND coalesce(orders.shipped_at, shop_ends.known_until)
        > sale_orders.paid_at + $ship_hours * INTERVAL 1 HOUR
        AND (
            orders.shipped_at IS NOT NULL
            OR (
                NOT sale_orders.is_refunded
                AND coalesce(orders.status, 'unknown') NOT IN ('closed', 'shipped', 'completed')
            )
        )
),

delivery AS (
    SELECT
        form_no,
        regexp_matches(form, '发货|物流|快递|到货|没发|还没|催|(?:什么时候|几时|多久|哪天).{0,4}(?:发|到)') AS is_asking,
        regexp_matches(
            form,
            '延迟|延误|推迟|耽误|晚.{0,3}发|发.{0,3}晚|缺货|断货|无货|没货|补货|调货|爆仓|积压|停滞|停运|丢失|丢件|异常|还没发|没能发|发不了|无法发'
        ) AS is_telling
    FROM message_signals
),

talks AS (
    SELECT
        late.order_no,
        message_forms.actor,
        message_forms.session_no,
        coalesce(message_forms.account_no, 0) AS account_no,
        message_forms.occurred_at,
        CAST(message_forms.occurred_ms AS DECIMAL(38, 0)) * 1000000000000000000
        + message_forms.row_key AS order_key
    FROM late
    INNER JOIN message_forms ON late.customer_no = message_forms.customer_no
    INNER JOIN delivery ON message_forms.form_no = delivery.form_no
    WHERE
        message_forms.occurred_ms IS NOT NULL
        AND message_forms.occurred_at >= late.paid_at
        AND message_forms.occurred_at < late.until_at
        AND (
            (message_forms.actor = 1 AND delivery.is_asking)
            OR (message_forms.actor = 2 AND delivery.is_telling)
        )
),

spoken AS (
    SELECT
        order_no,
        min(CASE WHEN actor = 1 THEN occurred_at END) AS asked_at,
        min(CASE WHEN actor = 2 THEN occurred_at END) AS told_at,
        coalesce(
            arg_min(
                CASE WHEN actor = 2 THEN session_no END, CASE WHEN actor = 2 THEN order_key END
            ),
            arg_min(session_no, order_key)
        ) AS session_no,
        coalesce(
            arg_min(
                CASE WHEN actor = 2 THEN account_no END, CASE WHEN actor = 2 THEN order_key END
            ),
            arg_min(account_no, order_key)
        ) AS account_no
    FROM talks
    GROUP BY order_no
)

SELECT
    late.shop_id,
    late.order_id,
    late.customer_no,
    late.channel,
    late.paid_at,
    late.due_at,
    late.shipped_at,
    spoken.asked_at,
    spoken.told_at,
    spoken.session_no,
    nullif(spoken.account_no, 0) AS account_no
FROM late
LEFT JOIN spoken ON late.order_no = spoken.order_no
