/* metric
label       = { zh = "负面会话安抚率", en = "Negative customers shown empathy" }
description = { zh = "买家着急、失望或愤怒过且有人工接待的会话中，客服在买家第一次负面发言之后、下一次负面发言之前说过安抚、理解类话术的比例；之后再没有负面发言的，到会话结束为止。算在第一次负面发言之后先回复的客服名下，没人回复的算在会话归属人名下。", en = "Of sessions with a human in which the customer was anxious, disappointed or angry, those in which a human showed empathy after his first negative turn and before the next negative one, or before the end where there is none. It stands with who answered that first turn, unanswered with the session's owner." }
formula     = { zh = "及时安抚的会话 ÷ 有负面情绪的人工会话", en = "sessions with timely empathy ÷ sessions of negative customers with a human" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["session_emotions"]
origin      = "seed 1 §1, seed 2; catalogue D (the stricter reading of empathy_rate)"
min_sample  = 20
version     = 2
*/
SELECT
    session_no,
    session_id,
    shop_id,
    answering_agent_id AS agent_id,
    channel,
    started_at AS occurred_at,
    first_negative_at,
    peak_emotion,
    CAST(is_soothed AS INTEGER) AS numerator,
    1 AS denominator
FROM session_emotions
WHERE is_negative AND has_human_message
