/* breakdown
label       = { zh = "情绪转折点", en = "Emotional turning points" }
description = { zh = "人工回复之后买家情绪变差、成了着急、失望或愤怒的地方：之前的情绪、客服的上一句、买家的这一句，最生气的在前，同样的新的在前。号码、地址等已替换。", en = "Where the customer's emotion grew worse and negative after a human's message: the emotion before, the agent's last line, the customer's line; the angriest first, of equals the newest. Numbers and addresses are replaced." }
group       = "satisfaction"
sources     = ["session_emotions"]
optional    = ["emotion_turns", "message_signals"]
origin      = "seed 1 §2 (情感识别与预警：从“询问”转为“愤怒”)"
most_rows   = 20
[[column]]
name  = "occurred_at"
label = { zh = "时间", en = "When" }
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
rank  = 3
[[column]]
name  = "agent_id"
label = { zh = "客服", en = "Agent" }
[[column]]
name  = "session_id"
label = { zh = "会话", en = "Session" }
rank  = 2
[[column]]
name  = "emotion_before"
label = { zh = "之前", en = "Before" }
rank  = 1
[[column]]
name  = "emotion"
label = { zh = "之后", en = "After" }
[[column]]
name  = "reply_text"
label = { zh = "客服上一句", en = "The agent had said" }
[[column]]
name  = "customer_text"
label = { zh = "买家这一句", en = "The customer says" }
*/
SELECT
    emotion_turns.occurred_at,
    emotion_turns.shop_id,
    emotion_turns.agent_id,
    emotion_turns.session_id,
    emotion_turns.emotion_before,
    emotion_turns.emotion,
    replies.form AS reply_text,
    said.form AS customer_text
FROM emotion_turns
LEFT JOIN message_signals AS replies ON emotion_turns.reply_form_no = replies.form_no
LEFT JOIN message_signals AS said ON emotion_turns.form_no = said.form_no
WHERE
    emotion_turns.started_at >= $period_start
    AND emotion_turns.started_at < $period_end
    AND emotion_turns.emotion_level >= 3
    AND emotion_turns.emotion_level > emotion_turns.level_before
ORDER BY
    emotion_turns.emotion_level DESC,
    emotion_turns.occurred_at DESC,
    emotion_turns.session_id ASC,
    emotion_turns.shop_id ASC,
    emotion_turns.row_key ASC
