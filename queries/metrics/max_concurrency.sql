/* metric
label       = { zh = "最大同时接待", en = "Most receptions at a time" }
description = { zh = "同一时刻进行中的接待最多有几个：按客服看是他一个人，按店铺看是全店，总数是所有店铺。接待从买家对他说第一句起，到他说最后一句止（一句没回的到买家最后一句止）；在某一刻结束的不与该刻开始的重叠。每个接待按开始时间归期。机器人单独接待的不算。", en = "The largest number of receptions open at one moment: by agent his own, by shop the whole shop's, in total all shops'. A reception is open from the customer's first message to the agent until his own last (without a reply, until the customer's last to him); one that ends at the moment another starts does not overlap it. Each is placed by its start. What a bot alone received stays out." }
formula     = { zh = "max（同时进行中的接待数）", en = "max of receptions open at the same time" }
group       = "workload"
type        = "max"
unit        = "count"
direction   = "neutral"
grain       = "reception"
sources     = ["receptions"]
origin      = "kpi-definitions #141"
version     = 1
[measure_by]
agent = "agent_open"
shop = "shop_open"
*/
SELECT
    session_no,
    shop_id,
    agent_id,
    channel,
    opened_at AS occurred_at,
    open_seconds,
    agent_open,
    shop_open,
    all_open AS measure
FROM receptions
