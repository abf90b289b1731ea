/* metric
label       = { zh = "信息泄露率", en = "Privacy leak rate" }
description = { zh = "客服会话中，客服写出买家本会话里没有先写过的手机号、身份证号、银行卡号、邮箱或地址的比例；核对收货信息时发完整号码也算，打码的不算。对多位不同买家（默认 3 位）说过的号码和地址是店铺自己的，退货地址、快递员和师傅的电话是服务所需，都不算泄露；客服自己的联系方式归引流。", en = "Of agents' sessions, those in which the agent wrote a mobile number, ID number, bank card, e-mail or address that the customer had not written before in that session; a whole number sent to confirm an order counts, a masked one does not. What was told to several customers (by default 3) is the shop's own; return addresses and the courier's telephone are part of the service: neither is a leak. The agent's own contact is a matter of drawing off the platform." }
formula     = { zh = "有泄露的客服会话 ÷ 客服会话", en = "agents' sessions with a leak ÷ agents' sessions" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "agent session"
sources     = ["agent_talks"]
origin      = "seed 1 §1 (是否泄露用户信息); kpi-definitions #133"
min_sample  = 20
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    leak_count,
    CASE WHEN leak_count > 0 THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM agent_talks
