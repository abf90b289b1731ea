/* metric
label       = { zh = "转接率", en = "Transfer rate" }
description = { zh = "有人工的会话中，由一个客服转给另一个客服的比例；按客服看时算在转出的人名下。", en = "Of sessions with a human, those handed from one human to another; by agent it stands with the one who passed on." }
formula     = { zh = "转接会话数 ÷ 有人工消息的会话数", en = "transferred sessions ÷ sessions with a human message" }
group       = "resolution"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "session"
sources     = ["sessions"]
origin      = "seed 0 §2, seed 1; exact reading 7"
headline    = true
min_sample  = 20
version     = 1
[target]
good = 0.05
warn = 0.1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    first_agent_id AS agent_id,
    channel,
    started_at AS occurred_at,
    CAST(is_transferred AS INTEGER) AS numerator,
    1 AS denominator
FROM sessions
WHERE has_human_message
