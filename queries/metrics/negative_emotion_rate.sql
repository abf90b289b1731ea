/* metric
label       = { zh = "负面情绪会话率", en = "Sessions of negative customers" }
description = { zh = "买家写过文字的会话中，买家有过着急、失望或愤怒的比例（以最差的一次发言为准，只有一个轻微的词如“有人吗”“快点”的不算，结束时是否平复见情绪挽回率）。算在会话归属人名下，只说明接到了什么样的客人。", en = "Of sessions in which the customer wrote words, those in which he was anxious, disappointed or angry at some point (his worst turn decides; a single mild word makes none; whether he calmed down see the emotion recovery rate). It stands with the session's owner and tells whom he had to serve, no more." }
formula     = { zh = "有负面情绪的会话 ÷ 买家写过文字的会话", en = "sessions with a negative turn ÷ sessions with the customer's words" }
group       = "satisfaction"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "session"
sources     = ["session_emotions"]
origin      = "seed 1 §1, §2 (情感识别与预警)"
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
    peak_emotion,
    last_emotion,
    CAST(is_negative AS INTEGER) AS numerator,
    1 AS denominator
FROM session_emotions
