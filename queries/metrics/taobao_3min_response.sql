/* metric
label       = { zh = "旺旺3分钟人工响应率（淘宝）", en = "Taobao 3-minute response rate" }
description = { zh = "淘宝口径：08:00–23:00 买家提问的轮次中，3 分钟内得到人工（含辅助机器人）回复的比例；连续几句是一轮，没回复前再问不另开一轮，一直没有回复算未达标；全自动机器人独自接待的会话不算，机器人先接待的从转到人工起算。旧文写到 24 点：把 last_hour 设为 24。", en = "Taobao's reading: of turns asked from 08:00 to 23:00, those answered by a human (or assist bot) within 3 minutes. A burst is one turn, asking again before the reply opens none, never answered missed it; sessions a fully automatic bot kept are out, one it began counts from the handoff. An older text says 24:00: set last_hour to 24." }
formula     = { zh = "3 分钟内回复的轮数 ÷ 轮数", en = "turns answered within 3 minutes ÷ turns" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "turn"
sources     = ["turns"]
optional    = ["platform_turns"]
origin      = "kpi-definitions #46 and #8; http://g8108.cn/edu/article/1108.html, http://dingjiuxi.cn/tbnews/14066.html"
profile     = "taobao"
measures    = "response_time"
evidence    = "B"
differs     = { zh = "与我们的响应达标率同样分轮、同为 180 秒，但只看 8–23 点的提问，按提问时间归期，机器人独自接待的会话不算。", en = "Turns and 180 s as in our replies within target, but asked 08–23 only, placed by the question, without sessions a bot kept." }
reading     = { clock = "turn", unanswered = "missed", window = "asked" }
version     = 1
[params]
target_seconds = 180
first_hour = 8
last_hour = 23
*/
SELECT
    session_no,
    shop_id,
    CASE WHEN is_answered THEN agent_id ELSE addressed_agent_id END AS agent_id,
    channel,
    asked_at AS occurred_at,
    replied_at,
    reply_seconds,
    CASE WHEN reply_seconds <= $target_seconds THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM platform_turns
WHERE
    extract(HOUR FROM asked_at) >= $first_hour
    AND extract(HOUR FROM asked_at) < $last_hour
