/* metric
label       = { zh = "违禁词率", en = "Banned word rate" }
description = { zh = "客服会话中至少有一条消息带违禁词的比例：引流、极限词、敷衍拒答、辱骂、虚假宣传。否定、引用和提醒（“不要加微信”）不算。词表可以由店铺增补。", en = "Of agents' sessions, those with a banned word in at least one message: drawing off the platform, superlatives, brushing off, abuse, false claims. Negations, quotes and warnings are none. A shop adds its own words." }
formula     = { zh = "有违禁词的客服会话 ÷ 客服会话", en = "agents' sessions with a banned word ÷ agents' sessions" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "agent session"
sources     = ["agent_talks"]
origin      = "seed 1 §1; kpi-definitions #131, #133"
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
    diversion_count,
    superlative_count,
    perfunctory_count,
    insult_count,
    false_claim_count,
    CASE WHEN banned_count > 0 THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM agent_talks
