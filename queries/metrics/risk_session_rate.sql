/* metric
label       = { zh = "风险会话率", en = "Risk session rate" }
description = { zh = "有人工的买家会话中，被质检的风险规则命中的比例：违禁词、泄露信息、辱骂、激怒买家、买家不满没有安抚、投诉或差评风险、安全事故、质疑假货等（cskpi qa rules 标明哪些是）。被人标为误判的命中不算；按客服看时算在会话的主要客服名下。", en = "Of customer's sessions with a human, those in which an inspection rule that marks a risk holds: banned words, leaked data, abuse, provocation, an upset customer who is not soothed, threats to complain or to rate badly, safety incidents, claims of fakes and so on (cskpi qa rules says which). Findings marked as wrong are out; by agent the session stands with its owner." }
formula     = { zh = "有风险命中的会话数 ÷ 有人工的买家会话数", en = "sessions with a risk finding ÷ customer's sessions with a human" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "session"
sources     = ["qa_auto_scores"]
origin      = "seed 1 §1 (自动标记风险会话); catalogue D"
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
    score,
    CASE WHEN is_risk THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM qa_auto_scores
WHERE is_customer_session AND has_human_message
