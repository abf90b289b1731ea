/* metric
label       = { zh = "承诺兑现率", en = "Promises kept" }
description = { zh = "客服带时限的承诺（“24小时内回复”“明天给您退”）中，到期前有后续的比例：停顿之后再来的人工消息、退款、补寄换货、发货或工单关闭，先到的算。承诺发货的，只看买家待发货的订单是否发出（或退款）。数据结束时还没到期的、没有待发货订单的发货承诺、没有导入退款时的退款承诺、快递送达时间不计入。", en = "Of agents' promises with a deadline, those followed up in time: a human's message after a pause, a refund, a reshipment or exchange, shipping, or a closed ticket, whichever comes first. A promise to ship looks only at the customer's waiting order (shipped or refunded). Promises not yet due at the end of the data, promises to ship without a waiting order, promises of money where no refunds are loaded, and times of arrival are out." }
formula     = { zh = "到期前有后续的承诺 ÷ 已到期的承诺", en = "promises followed up in time ÷ promises due" }
group       = "resolution"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "promise"
sources     = ["promises"]
origin      = "seed 2 (transparency, timeliness)"
min_sample  = 20
matures_after_days = 3
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    promised_at AS occurred_at,
    promise_kind,
    due_at,
    followed_at,
    followed_by,
    CAST(is_kept AS INTEGER) AS numerator,
    1 AS denominator
FROM promises
WHERE is_kept IS NOT NULL
