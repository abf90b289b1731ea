/* metric
label       = { zh = "咨询转化率", en = "Inquiry conversion rate" }
description = { zh = "售前买家人天中，首句之后下单并在次日结束前付款的比例（询单→次日付款）。", en = "Of presale customer-days, those with an order placed after the first message and paid by the end of the next day." }
formula     = { zh = "次日前付款的售前人天 ÷ 售前人天", en = "presale customer-days paid by the next day ÷ presale customer-days" }
group       = "sales"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "customer-day"
sources     = ["contacts", "orders"]
optional    = ["customer_orders"]
origin      = "seed 0 §2; kpi-definitions #67; exact reading 11"
headline    = true
min_sample  = 20
matures_after_days = 1
version     = 1
[params]
days_to_pay = 1
[target]
good = 0.45
warn = 0.35
*/
WITH bought AS (
    SELECT DISTINCT
        contacts.shop_id,
        contacts.customer_id,
        contacts.contact_on
    FROM contacts
    INNER JOIN customer_orders
        ON
            contacts.shop_id = customer_orders.shop_id
            AND contacts.customer_id = customer_orders.customer_id
    WHERE
        customer_orders.created_at > contacts.first_asked_at
        AND customer_orders.paid_at
        < CAST(contacts.contact_on AS TIMESTAMP) + ($days_to_pay + 1) * INTERVAL 1 DAY
)

SELECT
    contacts.shop_id,
    contacts.agent_id,
    contacts.channel,
    CAST(contacts.contact_on AS TIMESTAMP) AS occurred_at,
    contacts.customer_id,
    contacts.first_asked_at,
    CASE WHEN bought.customer_id IS NULL THEN 0 ELSE 1 END AS numerator,
    1 AS denominator
FROM contacts
LEFT JOIN bought
    ON
        contacts.shop_id = bought.shop_id
        AND contacts.customer_id = bought.customer_id
        AND contacts.contact_on = bought.contact_on
WHERE NOT contacts.is_aftersale
