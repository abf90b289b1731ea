/* metric
label       = { zh = "咚咚30秒应答率（京东 2021）", en = "JD reply within 30 s, 2021" }
description = { zh = "京东口径：全天买家会话中，首次咨询在 30 秒内得到人工应答的比例，按会话开始时间算；会话里后面的提问不再考核；当时没有客服打卡在岗（考勤）的是留言，不算；全自动机器人独自接待的会话不算，机器人先接待的从转到人工起算。", en = "JD's reading: of customers' sessions of the whole day, by the session's start, those in which a human answered within 30 s; later questions of the session are not tested. Sessions begun while nobody was clocked in (attendance) are messages left and out, as are sessions a fully automatic bot kept; one it began counts from the handoff." }
formula     = { zh = "30 秒内首次应答的会话数 ÷ 买家会话数", en = "sessions first answered within 30 s ÷ customer's sessions" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["sessions"]
optional    = ["session_staffing", "bot_only_sessions", "bot_stages", "attendance"]
origin      = "kpi-definitions #41 and §3 no. 11; https://maijiaw.com/article/505791 (it calls the days up to 2021-11-30 figures of 24 hours; the exclusion of 0–8 came online in between and was recounted away: first_hour = 8 shows it)"
profile     = "jd"
measures    = "response_time"
evidence    = "B"
differs     = { zh = "全天的会话，没回复算未达标，无人在线时的留言不算；我们的首响达标率只看有人工回复的会话。", en = "Sessions of the whole day, unanswered ones missed it, messages left while nobody was online are out; ours has answered sessions only." }
reading     = { clock = "first_message", unanswered = "missed", window = "session" }
flag        = { zh = "当天没有考勤，无法剔除留言", en = "no attendance of that day: messages left could not be taken out" }
version     = 1
[effective]
to = 2021-11-30
[params]
target_seconds = 30
first_hour = 0
last_hour = 24
*/
WITH answered AS (
    SELECT
        sessions.session_no,
        least(
            sessions.first_reply_seconds,
            coalesce(bot_stages.handoff_seconds, bot_stages.waiting_seconds)
        ) AS first_reply_seconds
    FROM sessions
    LEFT JOIN bot_stages ON sessions.session_no = bot_stages.session_no
)

SELECT
    sessions.session_no,
    sessions.session_id,
    sessions.shop_id,
    CASE
        WHEN sessions.has_human_reply THEN sessions.first_reply_agent_id
        ELSE sessions.addressed_agent_id
    END AS agent_id,
    sessions.channel,
    sessions.started_at AS occurred_at,
    answered.first_reply_seconds,
    CASE WHEN answered.first_reply_seconds <= $target_seconds THEN 1 ELSE 0 END AS numerator,
    1 AS denominator,
    CASE WHEN session_staffing.is_staffed IS NULL THEN 1 ELSE 0 END AS is_flagged
FROM sessions
INNER JOIN session_staffing ON sessions.session_no = session_staffing.session_no
LEFT JOIN bot_only_sessions ON sessions.session_no = bot_only_sessions.session_no
INNER JOIN answered ON sessions.session_no = answered.session_no
WHERE
    sessions.is_customer_session
    AND NOT sessions.is_proactive
    AND sessions.has_clock
    AND coalesce(session_staffing.is_staffed, TRUE)
    AND bot_only_sessions.session_no IS NULL
    AND extract(HOUR FROM sessions.started_at) >= $first_hour
    AND extract(HOUR FROM sessions.started_at) < $last_hour
