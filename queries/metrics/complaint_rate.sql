/* metric
label       = { zh = "投诉率", en = "Complaint rate" }
description = { zh = "期间内投诉的买家数与写过消息的买家数之比。", en = "Distinct customers with a complaint filed in the period against distinct customers who wrote." }
formula     = { zh = "投诉买家数 ÷ 咨询买家数", en = "customers with a complaint ÷ customers who wrote" }
group       = "satisfaction"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "customer"
sources     = ["contact_agents", "counted_complaints"]
origin      = "seed 0 §2, seed 3; exact reading 10"
headline    = true
rank        = 2
min_sample  = 20
distinct    = ["numerator", "denominator"]
version     = 1
[target]
good = 0.005
warn = 0.01
*/
SELECT
    shop_id,
    agent_id,
    channel,
    CAST(contact_on AS TIMESTAMP) AS occurred_at,
    customer_id,
    CAST(NULL AS VARCHAR) AS complaint_id,
    CAST(NULL AS VARCHAR) AS numerator,
    concat(shop_id, '/', customer_id) AS denominator
FROM contact_agents
UNION ALL
SELECT
    shop_id,
    agent_id,
    channel,
    filed_at AS occurred_at,
    customer_id,
    complaint_id,
    concat(shop_id, '/', coalesce(customer_id, complaint_id)) AS numerator,
    CAST(NULL AS VARCHAR) AS denominator
FROM counted_complaints
