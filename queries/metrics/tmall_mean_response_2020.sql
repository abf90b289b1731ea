/* metric
label       = { zh = "旺旺人工响应时长（天猫 2020）", en = "Tmall human response, 2020 text" }
description = { zh = "天猫 2020 年口径：每轮首问到首答，最长按 600 秒算；0 秒回复、当天没有回复和跨天才回复的都不算；全天。原文把所有机器人都排除：辅助机器人照设置 session.count_assist_bots 算。", en = "Tmall's text of 2020: first question to first answer of each turn, 600 s at most; replies after 0 s, and turns not answered the same day, are out; around the clock. It leaves out every bot; assist bots follow the setting session.count_assist_bots." }
formula     = { zh = "Σ min(响应秒数, 600) ÷ 当天回复的轮数", en = "sum of min(reply seconds, 600) ÷ turns answered the same day" }
group       = "speed"
type        = "mean"
unit        = "duration"
direction   = "down"
grain       = "turn"
sources     = ["turns"]
origin      = "kpi-definitions #38; https://39zn.cn/article/119643.htm (in force until the text of 2022 took its place)"
profile     = "tmall"
measures    = "response_time"
evidence    = "B"
differs     = { zh = "0 秒回复和当天没有回复的不算，每轮最长按 600 秒；我们 0 秒也算，跨天也算，不封顶。", en = "Replies after 0 s and turns not answered the same day are out, 600 s at most; ours keeps both and has no cap." }
reading     = { clock = "turn", unanswered = "left_out", window = "none" }
version     = 1
[effective]
to = 2022-02-28
[params]
cap_seconds = 600
*/
SELECT
    session_no,
    shop_id,
    agent_id,
    channel,
    asked_at AS occurred_at,
    replied_at,
    reply_seconds,
    least(reply_seconds, $cap_seconds) AS measure
FROM turns
WHERE reply_seconds > 0 AND CAST(asked_at AS DATE) = CAST(replied_at AS DATE)
