/* metric
label       = { zh = "咚咚平均响应时长（京东）", en = "JD mean response" }
description = { zh = "京东口径：与首次30秒应答率相同的会话（09:00–23:00 发起、不算留言）里，每轮等待到人工回复的平均时长；没等到回复的轮不进均值；机器人先接待的从转到人工起算。", en = "JD's reading: in the sessions of the 30-second rate (started 09:00 to 23:00, no messages left), the mean of each wait until a human replied; unanswered waits stay out of the mean, those a bot began count from the handoff." }
formula     = { zh = "Σ 每轮响应秒数 ÷ 已回复轮数", en = "sum of reply seconds ÷ answered turns" }
group       = "speed"
type        = "mean"
unit        = "duration"
direction   = "down"
grain       = "turn"
sources     = ["turns"]
optional    = ["platform_turns", "session_facts", "session_staffing", "attendance"]
origin      = "kpi-definitions #42 (same population as #41); https://jiutoushe.cn/wen/285724.html, https://maijiaw.com/article/505791; 40 s a month is its limit"
profile     = "jd"
measures    = "response_time"
evidence    = "B"
differs     = { zh = "与我们的平均响应间隔同样分轮，但只看 9–23 点由买家发起的会话，无人在线时的留言不算。", en = "Turns as in our average response interval, but only of sessions customers started 09–23, without messages left while nobody was online." }
reading     = { clock = "turn", unanswered = "left_out", window = "session" }
flag        = { zh = "当天没有考勤，无法剔除留言", en = "no attendance of that day: messages left could not be taken out" }
version     = 1
[effective]
from = 2021-12-01
[params]
first_hour = 9
last_hour = 23
[target]
good = 40
*/
SELECT
    platform_turns.session_no,
    platform_turns.shop_id,
    platform_turns.agent_id,
    platform_turns.channel,
    platform_turns.session_started_at AS occurred_at,
    platform_turns.asked_at,
    platform_turns.replied_at,
    platform_turns.reply_seconds AS measure,
    CASE WHEN session_staffing.is_staffed IS NULL THEN 1 ELSE 0 END AS is_flagged
FROM platform_turns
INNER JOIN session_facts ON platform_turns.session_no = session_facts.session_no
INNER JOIN session_staffing ON platform_turns.session_no = session_staffing.session_no
WHERE
    platform_turns.reply_seconds IS NOT NULL
    AND NOT session_facts.is_proactive
    AND coalesce(session_staffing.is_staffed, TRUE)
    AND extract(HOUR FROM platform_turns.session_started_at) >= $first_hour
    AND extract(HOUR FROM platform_turns.session_started_at) < $last_hour
