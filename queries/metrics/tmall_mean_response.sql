/* metric
label       = { zh = "旺旺人工平响时长（天猫）", en = "Tmall mean human response" }
description = { zh = "天猫口径：买家对每个子账号的每轮等待到该账号人工首句回复的时长，只看 08:00–23:00 的提问；超过 600 秒和没有回复都按 600 秒算；没回复就转出，算转出账号一轮未回复；全自动机器人独自接待的会话不算，机器人先接待的从转到人工起算。", en = "Tmall's reading: each wait for each account until that very account replies, asked from 08:00 to 23:00. More than 600 s and never both count 600 s; passing on without a word is an unanswered wait of the first account; sessions a fully automatic bot kept are out, one it began counts from the handoff." }
formula     = { zh = "Σ min(响应秒数, 600) ÷ 轮数", en = "sum of min(reply seconds, 600) ÷ turns" }
group       = "speed"
type        = "mean"
unit        = "duration"
direction   = "down"
grain       = "agent turn"
sources     = ["agent_turns"]
optional    = ["session_facts", "bot_only_sessions", "bot_stage_facts"]
origin      = "kpi-definitions #37 and #7; https://diantuoyi.com/article/4966.html (its own example counts from 2022-03-01; the day the rule began is not published)"
profile     = "tmall"
measures    = "response_time"
evidence    = "B"
differs     = { zh = "按被问到的子账号分轮，未回复和超时都按 600 秒计入均值，只看 8–23 点的提问；我们按买家的等待分轮，未回复另计，全天都算。", en = "One wait per account addressed, unanswered and slow ones averaged in as 600 s, asked 08–23 only; ours has one wait per customer, counts the unanswered apart, around the clock." }
reading     = { clock = "turn", unanswered = "capped", window = "asked" }
version     = 1
[effective]
from = 2022-03-01
[params]
cap_seconds = 600
first_hour = 8
last_hour = 23
*/
WITH reached AS (
    SELECT
        agent_turns.session_no,
        agent_turns.shop_id,
        agent_turns.agent_id,
        agent_turns.channel,
        greatest(
            agent_turns.asked_at,
            coalesce(bot_stage_facts.handoff_at, bot_stage_facts.waiting_at, agent_turns.asked_at)
        ) AS asked_at,
        agent_turns.replied_at,
        CASE
            WHEN bot_stage_facts.session_no IS NULL THEN agent_turns.reply_seconds
            ELSE
                least(
                    agent_turns.reply_seconds,
                    (
                        bot_stage_facts.human_ms
                        - coalesce(bot_stage_facts.handoff_ms, bot_stage_facts.waiting_ms)
                    )
                    / 1000.0
                )
        END AS reply_seconds
    FROM agent_turns
    INNER JOIN session_facts ON agent_turns.session_no = session_facts.session_no
    LEFT JOIN bot_only_sessions ON agent_turns.session_no = bot_only_sessions.session_no
    LEFT JOIN bot_stage_facts
        ON
            agent_turns.session_no = bot_stage_facts.session_no
            AND agent_turns.replied_at = bot_stage_facts.human_at
    WHERE session_facts.has_clock AND bot_only_sessions.session_no IS NULL
)

SELECT
    session_no,
    shop_id,
    agent_id,
    channel,
    asked_at AS occurred_at,
    replied_at,
    reply_seconds,
    least(coalesce(reply_seconds, $cap_seconds), $cap_seconds) AS measure
FROM reached
WHERE
    extract(HOUR FROM asked_at) >= $first_hour
    AND extract(HOUR FROM asked_at) < $last_hour
