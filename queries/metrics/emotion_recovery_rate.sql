/* metric
label       = { zh = "情绪挽回率", en = "Emotion recovery rate" }
description = { zh = "买家有过着急、失望或愤怒的会话中，最后一次发言已不再负面的比例。被安抚之后没有再开口的，不知道是否平复，不算挽回。算在会话归属人名下。", en = "Of sessions in which the customer was anxious, disappointed or angry, those whose last turn of his is not. Who never wrote again after being soothed is not known to have calmed down and counts as not recovered. It stands with the session's owner." }
formula     = { zh = "结束时不再负面的会话 ÷ 有负面情绪的会话", en = "sessions no longer negative at the end ÷ sessions with a negative turn" }
group       = "satisfaction"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["session_emotions"]
origin      = "seed 1 §2, seed 2"
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
    CASE WHEN ends_negative THEN 0 ELSE 1 END AS numerator,
    1 AS denominator
FROM session_emotions
WHERE is_negative
