/* metric
label       = { zh = "自动质检得分", en = "Score by the rules" }
description = { zh = "规则对全部会话的评分平均：从 100 分起，每条命中的规则在一个会话里扣（加）一次分，最低 0 分，有致命问题为 0 分；加分可以超过 100。标记为误判的发现不算。没有人工消息的会话不计入。", en = "Mean of what the rules give all sessions: from 100 each rule found takes (or adds) its points once a session, never below 0, and a fatal finding makes it 0; bonuses may lift it above 100. Findings marked as wrong are out, as are sessions without a human's message." }
formula     = { zh = "Σ 会话得分 ÷ 会话数", en = "sum of scores ÷ sessions" }
group       = "quality"
type        = "mean"
unit        = "count"
direction   = "up"
grain       = "session"
sources     = ["qa_auto_scores"]
origin      = "seed 1 (AI 语义分析全量质检); kpi-definitions #130, #135"
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
    finding_count,
    is_fatal,
    CAST(score AS DOUBLE) AS measure
FROM qa_auto_scores
WHERE has_human_message
