/* metric
label       = { zh = "个性化服务率", en = "Personal service rate" }
description = { zh = "客服会话中，客服称呼了买家的昵称或姓氏（“王女士”），或提到买家以前买过的东西的比例。打了星号的、纯数字的昵称认不出来；真实姓名不导入，所以称呼以姓加先生、女士等为准。", en = "Of agents' sessions, those in which the agent calls the customer by nick or by surname and title, or speaks of an earlier purchase. Masked nicks and mere numbers cannot be told; real names are not imported." }
formula     = { zh = "有称呼或提到以往订单的客服会话 ÷ 客服会话", en = "agents' sessions with a name or an earlier order ÷ agents' sessions" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "agent session"
sources     = ["agent_talks"]
origin      = "seed 2"
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
    personal_count,
    CASE WHEN personal_count > 0 THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM agent_talks
