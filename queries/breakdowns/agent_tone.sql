/* breakdown
label       = { zh = "客服语气与休息关怀", en = "Agents' tone and need of rest" }
description = { zh = "一天里连着接了几位（默认 3 位）着急、失望或愤怒的买家之后，自己的话里生硬拒绝、敷衍、带火气的比例比之前高的客服；前后各要有 5 条以上消息。这是累了的信号，请主管先关心、安排休息，不作扣分依据；是不是这个原因，问本人。", en = "Agents whose own lines were more often blunt, brushing off or angry after a row of (by default 3) anxious, disappointed or angry customers on one day than before it; 5 messages or more on either side. It is a sign of being tired: let the lead ask and give a rest, and never deduct for it; whether that was the reason only the agent knows." }
group       = "workload"
sources     = ["agent_talks"]
optional    = ["agent_talk_facts", "session_emotion_facts", "session_facts", "shops", "accounts"]
origin      = "seed 1 §2 (对客服的负面情绪推送休息提醒), seed 3"
most_rows   = 20
[params]
run_length = 3
least_messages = 5
[[column]]
name  = "work_on"
label = { zh = "日期", en = "Day" }
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
rank  = 3
[[column]]
name  = "agent_id"
label = { zh = "客服", en = "Agent" }
[[column]]
name  = "longest_run"
label = { zh = "连着几位", en = "In a row" }
unit  = "count"
[[column]]
name  = "run_at"
label = { zh = "从何时起", en = "Since" }
rank  = 2
[[column]]
name  = "cold_before"
label = { zh = "之前语气生硬", en = "Curt before" }
unit  = "percent"
[[column]]
name  = "cold_after"
label = { zh = "之后语气生硬", en = "Curt after" }
unit  = "percent"
[[column]]
name  = "care"
label = { zh = "建议", en = "What helps" }
rank  = 1
*/
WITH days AS (
    SELECT
        session_facts.shop_no,
        agent_talk_facts.account_no,
        CAST(session_facts.started_at AS DATE) AS work_on,
        agent_talk_facts.session_no,
        session_facts.started_at,
        agent_talk_facts.message_count,
        agent_talk_facts.cold_count,
        coalesce(session_emotion_facts.peak_level >= 3, FALSE) AS is_negative
    FROM agent_talk_facts
    INNER JOIN session_facts ON agent_talk_facts.session_no = session_facts.session_no
    LEFT JOIN session_emotion_facts
        ON agent_talk_facts.session_no = session_emotion_facts.session_no
    WHERE
        agent_talk_facts.account_no IS NOT NULL
        AND session_facts.started_at >= $period_start
        AND session_facts.started_at < $period_end
),

islands AS (
    SELECT
        *,
        count(CASE WHEN NOT is_negative THEN 1 END) OVER (
            PARTITION BY shop_no, account_no, work_on ORDER BY started_at, session_no
        ) AS island_no
    FROM days
),

runs AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY shop_no, account_no, work_on, island_no ORDER BY started_at, session_no
        ) AS run_length
    FROM islands
    WHERE is_negative
),

reached AS (
    SELECT
        shop_no,
        account_no,
        work_on,
        max(run_length) AS longest_run,
        min(CASE WHEN run_length >= $run_length THEN started_at END) AS run_at
    FROM runs
    GROUP BY shop_no, account_no, work_on
    HAVING max(run_length) >= $run_length
),

toned AS (
    SELECT
        reached.shop_no,
        reached.account_no,
        reached.work_on,
        min(reached.longest_run) AS longest_run,
        min(reached.run_at) AS run_at,
        sum(CASE WHEN days.started_at <= reached.run_at THEN days.message_count ELSE 0 END)
            AS messages_before,
        sum(CASE WHEN days.started_at <= reached.run_at THEN days.cold_count ELSE 0 END)
            AS colds_before,
        sum(CASE WHEN days.started_at > reached.run_at THEN days.message_count ELSE 0 END)
            AS messages_after,
        sum(CASE WHEN days.started_at > reached.run_at THEN days.cold_count ELSE 0 END)
            AS colds_after
    FROM reached
    INNER JOIN days
        ON
            reached.shop_no = days.shop_no
            AND reached.account_no = days.account_no
            AND reached.work_on = days.work_on
    GROUP BY reached.shop_no, reached.account_no, reached.work_on
),

shared AS (
    SELECT
        work_on,
        shop_no,
        account_no,
        longest_run,
        run_at,
        CAST(colds_before AS DOUBLE) / nullif(messages_before, 0) AS cold_before,
        CAST(colds_after AS DOUBLE) / nullif(messages_after, 0) AS cold_after
    FROM toned
    WHERE messages_before >= $least_messages AND messages_after >= $least_messages
)

SELECT
    shared.work_on,
    shops.shop_id,
    accounts.agent_id,
    shared.longest_run,
    shared.run_at,
    shared.cold_before,
    shared.cold_after,
    'rest' AS care
FROM shared
INNER JOIN shops ON shared.shop_no = shops.shop_no
INNER JOIN accounts ON shared.account_no = accounts.account_no
WHERE shared.cold_after > shared.cold_before
ORDER BY
    shared.cold_after - shared.cold_before DESC,
    shared.work_on ASC,
    shops.shop_id ASC,
    accounts.agent_id ASC
