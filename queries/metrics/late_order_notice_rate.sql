/* metric
label       = { zh = "异常订单主动告知率", en = "Late orders told first" }
description = { zh = "付款后超过时限（默认 48 小时）才发货、或到数据结束还没发货的订单中，发货之前客服先告诉买家（延迟、缺货、爆仓、丢件等）、买家还没问过发货或物流的比例；两边都没说的算没告知。按应发货时间归期。认不出买家的订单、取消的订单、没有发货时间的店铺不计入。", en = "Of orders shipped later than the limit (by default 48 hours after payment), or not by the end of the data, those of which a human told the customer (delay, out of stock, lost, …) before it was shipped and before he asked about delivery; where nobody spoke nobody was told. By the moment it was due. Orders of unknown customers, cancelled ones and shops without shipping times are out." }
formula     = { zh = "买家询问前已告知的异常订单 ÷ 异常订单", en = "late orders told before the customer asked ÷ late orders" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "order"
sources     = ["late_orders"]
origin      = "seed 2 (异常订单主动告知)"
min_sample  = 20
version     = 1
*/
SELECT
    order_id,
    session_no,
    shop_id,
    agent_id,
    channel,
    due_at AS occurred_at,
    paid_at,
    shipped_at,
    asked_at,
    told_at,
    CAST(is_told_first AS INTEGER) AS numerator,
    1 AS denominator
FROM late_orders
