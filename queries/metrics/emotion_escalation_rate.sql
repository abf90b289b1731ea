/* metric
label       = { zh = "情绪激化率", en = "Emotion escalation rate" }
description = { zh = "买家在人工回复之后又开过口的会话中，有一次回复之后买家的情绪变差、成了着急、失望或愤怒的比例（询问→愤怒、着急→失望→愤怒）。算在变差之前最后说话的客服名下，没有变差的算在会话归属人名下。", en = "Of sessions in which the customer wrote again after a human's message, those in which his emotion was worse after one than before it, and negative (asking to angry; anxious to disappointed to angry). It stands with who wrote the last message before, else with the session's owner." }
formula     = { zh = "回复后情绪变差的会话 ÷ 回复后买家又开口的会话", en = "sessions worse after a reply ÷ sessions with a customer's turn after a reply" }
group       = "satisfaction"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "session"
sources     = ["session_emotions"]
origin      = "seed 1 §1 (客服回应是否激化矛盾), §2 (从“询问”转为“愤怒”)"
min_sample  = 20
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    escalating_agent_id AS agent_id,
    channel,
    started_at AS occurred_at,
    peak_emotion,
    last_emotion,
    CAST(is_escalated AS INTEGER) AS numerator,
    1 AS denominator
FROM session_emotions
WHERE turn_count >= 2
