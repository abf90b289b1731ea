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
optional    = ["contact_agent_facts", "customers", "channels", "accounts"]
origin      = "seed 0 §3, seed 3; exact reading 8"
headline    = true
rank        = 1
distinct    = ["measure"]
version     = 1
*/
SELECT
    customers.shop_id,
    accounts.agent_id,
    channels.channel,
    CAST(contact_agent_facts.contact_on AS TIMESTAMP) AS occurred_at,
    customers.customer_id,
    contact_agent_facts.customer_no AS measure
FROM contact_agent_facts
INNER JOIN customers ON contact_agent_facts.customer_no = customers.customer_no
LEFT JOIN channels ON contact_agent_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON contact_agent_facts.account_no = accounts.account_no
