/* metric
label       = { zh = "3分钟平均回复率（抖音，平均等待）", en = "Douyin 3-minute rate, mean wait" }
description = { zh = "抖音口径之一：08:00:00–22:59:59 开始、转到人工的会话中，买家各轮消息的平均等待不超过 3 分钟的比例；一轮也没有回复的会话（含没有分配到客服的）算 0。欢迎语不是回复，人工阶段的辅助机器人算，转到人工之前机器人接待的不计时。", en = "Douyin, first reading: of sessions that began 08:00:00–22:59:59 and reached a human, those in which the customer's turns waited 3 minutes or less on average; a session without any reply, unassigned ones included, counts 0. Welcome texts are no reply, assist bots of the human stage are, and the bot stage before it has no clock." }
formula     = { zh = "3 分钟内回复的会话数 ÷ 转到人工的买家会话数", en = "sessions answered within 3 minutes ÷ sessions that reached a human" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["sessions"]
optional    = ["platform_turns"]
origin      = "kpi-definitions #47, reading (i); http://mip.xhstdz.com/news/6080.html; the mark of 90 % is a single claim (C) and set as none"
profile     = "douyin"
measures    = "response_time"
evidence    = "B"
differs     = { zh = "按会话算各轮的平均等待，只看 8–23 点开始的会话，机器人独自接待的不算；我们的响应达标率按轮算，全天都算。", en = "Judges a session by its mean wait, sessions begun 08–23 only, without those a bot kept; our replies within target count turns, around the clock." }
reading     = { clock = "turn", unanswered = "missed", window = "session" }
version     = 1
[params]
target_seconds = 180
first_hour = 8
last_hour = 23
*/
WITH waits AS (
    SELECT
        session_no,
        avg(reply_seconds) AS mean_seconds
    FROM platform_turns
    GROUP BY session_no
)

SELECT
    sessions.session_no,
    sessions.session_id,
    sessions.shop_id,
    sessions.agent_id,
    sessions.channel,
    sessions.started_at AS occurred_at,
    CASE WHEN waits.mean_seconds <= $target_seconds THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM sessions
INNER JOIN waits ON sessions.session_no = waits.session_no
WHERE
    extract(HOUR FROM sessions.started_at) >= $first_hour
    AND extract(HOUR FROM sessions.started_at) < $last_hour
