/* metric
label       = { zh = "接待人数", en = "Customers received" }
description = { zh = "写过消息的不同买家数；按客服看是写给他或由他回复的买家，各天之和不等于期间数。", en = "Distinct customers who wrote; by agent, those addressed to or answered by him. Days do not add up to the period." }
formula     = { zh = "去重后的买家数", en = "distinct customers" }
group       = "workload"
type        = "count"
unit        = "count"
direction   = "neutral"
grain       = "customer"
sources     = ["contact_agents"]
origin      = "seed 0 §3, seed 3; exact reading 8"
headline    = true
rank        = 1
distinct    = ["measure"]
version     = 1
*/
SELECT
    shop_id,
    agent_id,
    channel,
    CAST(contact_on AS TIMESTAMP) AS occurred_at,
    customer_id,
    concat(shop_id, '/', customer_id) AS measure
FROM contact_agents
