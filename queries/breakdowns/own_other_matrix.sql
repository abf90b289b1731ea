/* breakdown
label       = { zh = "本人他人落实矩阵", en = "Who placed and who closed orders" }
description = { zh = "每个客服的已付订单：下单归谁、付款归谁。一单里下单与付款不是同一人时，两人各有一行。全静默跟进是付款后设定分钟数内的跟进（默认 60），算不算业绩看设置。", en = "Each agent's paid orders: who is credited with the order placed, and who with the payment. Where these are two people both have a row. A follow-up of a wholly silent order came within the set minutes after the payment (default 60); whether it earns credit is a setting." }
group       = "sales"
sources     = ["order_attribution"]
optional    = ["order_candidates", "sale_orders", "accounts"]
origin      = "kpi-definitions #79, #82"
[params]
basis = { setting = "attribution.basis" }
deduct_refunds = { setting = "sales.deduct_refunds" }
deduct_partial_refunds = { setting = "sales.deduct_partial_refunds" }
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
[[column]]
name  = "agent_id"
label = { zh = "客服", en = "Agent" }
[[column]]
name  = "credit_part"
label = { zh = "下单与付款", en = "Order and payment" }
[[column]]
name  = "order_count"
label = { zh = "订单数", en = "Orders" }
unit  = "count"
[[column]]
name  = "buyer_count"
label = { zh = "买家数", en = "Customers" }
unit  = "count"
rank  = 2
[[column]]
name  = "item_count"
label = { zh = "件数", en = "Pieces" }
unit  = "count"
rank  = 1
[[column]]
name  = "amount"
label = { zh = "金额", en = "Amount" }
unit  = "money"
*/
WITH sold AS (
    SELECT
        shop_id,
        order_id,
        max(coalesce(customer_id, order_id)) AS buyer,
        max(item_count) AS item_count,
        max(
            CASE
                WHEN $deduct_refunds AND $deduct_partial_refunds THEN net_amount
                ELSE sale_amount
            END
        ) AS amount,
        max(CASE WHEN rule = 'created' THEN agent_id END) AS placing_agent_id,
        max(CASE WHEN rule = 'created' AND credited_for = 'created' THEN 1 ELSE 0 END)
            AS placed_mark,
        max(CASE WHEN rule = 'paid' AND credited_for = 'paid' THEN agent_id END)
            AS paying_agent_id,
        max(CASE WHEN rule = 'paid' AND credited_for = 'paid' THEN 1 ELSE 0 END) AS paid_mark
    FROM order_attribution
    WHERE
        rule IN ('created', 'paid')
        AND basis = $basis
        AND paid_amount IS NOT NULL
        AND paid_at >= $period_start
        AND paid_at < $period_end
        AND NOT (is_refunded AND $deduct_refunds)
    GROUP BY shop_id, order_id
),

followers AS (
    SELECT
        sale_orders.shop_id,
        sale_orders.order_id,
        accounts.agent_id,
        row_number() OVER (
            PARTITION BY order_candidates.order_no
            ORDER BY
                CASE WHEN $basis = 'most' THEN order_candidates.turn_count END DESC,
                order_candidates.last_chat_at DESC,
                order_candidates.last_chat_key DESC
        ) AS place
    FROM order_candidates
    INNER JOIN sale_orders ON order_candidates.order_no = sale_orders.order_no
    LEFT JOIN accounts ON order_candidates.account_no = accounts.account_no
    WHERE
        order_candidates.occasion = 'followed'
        AND sale_orders.paid_at >= $period_start
        AND sale_orders.paid_at < $period_end
),

parts AS (
    SELECT
        shop_id,
        placing_agent_id AS agent_id,
        CASE
            WHEN paid_mark = 0 THEN 3
            WHEN coalesce(placing_agent_id, '') = coalesce(paying_agent_id, '') THEN 1
            ELSE 2
        END AS part_no,
        buyer,
        item_count,
        amount
    FROM sold
    WHERE placed_mark = 1
    UNION ALL
    SELECT
        shop_id,
        paying_agent_id AS agent_id,
        CASE WHEN placed_mark = 1 THEN 4 ELSE 5 END AS part_no,
        buyer,
        item_count,
        amount
    FROM sold
    WHERE
        paid_mark = 1
        AND (
            placed_mark = 0 OR coalesce(placing_agent_id, '') <> coalesce(paying_agent_id, '')
        )
    UNION ALL
    SELECT
        sold.shop_id,
        followers.agent_id,
        6 AS part_no,
        sold.buyer,
        sold.item_count,
        sold.amount
    FROM sold
    INNER JOIN followers
        ON
            sold.shop_id = followers.shop_id
            AND sold.order_id = followers.order_id
            AND followers.place = 1
    WHERE sold.placed_mark = 0 AND sold.paid_mark = 0
)

SELECT
    shop_id,
    agent_id,
    CASE part_no
        WHEN 1 THEN 'own_own'
        WHEN 2 THEN 'own_other'
        WHEN 3 THEN 'own_silent'
        WHEN 4 THEN 'other_own'
        WHEN 5 THEN 'silent_own'
        ELSE 'silent_followed'
    END AS credit_part,
    count(*) AS order_count,
    count(DISTINCT buyer) AS buyer_count,
    sum(item_count) AS item_count,
    sum(amount) AS amount
FROM parts
GROUP BY shop_id, agent_id, part_no
ORDER BY shop_id ASC, agent_id ASC NULLS LAST, part_no ASC
