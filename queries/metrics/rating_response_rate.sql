/* metric
label       = { zh = "参评率", en = "Rating response rate" }
description = { zh = "有人工回复的会话中，买家给了评分的比例。", en = "Of sessions with a human reply, those the customer rated." }
formula     = { zh = "有评分的会话数 ÷ 有人工回复的会话数", en = "rated sessions ÷ sessions with a human reply" }
group       = "satisfaction"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["sessions", "ratings"]
optional    = ["session_ratings"]
origin      = "seed 1 §1; exact reading 9"
min_sample  = 20
matures_after_days = 2
version     = 1
*/
WITH rated AS (
    SELECT DISTINCT session_no
    FROM session_ratings
)

SELECT
    sessions.session_no,
    sessions.session_id,
    sessions.shop_id,
    sessions.agent_id,
    sessions.channel,
    sessions.started_at AS occurred_at,
    CASE WHEN rated.session_no IS NULL THEN 0 ELSE 1 END AS numerator,
    1 AS denominator
FROM sessions
LEFT JOIN rated ON sessions.session_no = rated.session_no
WHERE sessions.has_human_reply
