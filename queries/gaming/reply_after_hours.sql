/* gaming
label       = { zh = "刚过统计时段才回复", en = "Replies just after the counted hours" }
description = { zh = "平台多只统计 8 点（或 9 点）到 23 点。买家在分界前 10 分钟内提问、直到分界后 5 分钟内才回复的，与全店其他客服相比。早晚班交接也会这样，所以只比同店。", en = "Platforms mostly count from 8 (or 9) to 23 o'clock. Questions of the last ten minutes before a limit that were answered only in the five minutes after it, compared with the other agents of the shop. A change of shifts looks the same, hence the comparison within the shop." }
what        = { zh = "{asked_at} 提问，等了 {wait_seconds}，过了分界才回复", en = "asked at {asked_at}, answered after the limit, {wait_seconds} later" }
sources     = ["turns"]
origin      = "kpi-definitions §3 no. 11 and 14, §6 no. 10"
min_sample  = 10
[params]
morning_hour     = 8
evening_hour     = 23
question_seconds = 600
edge_seconds     = 300
*/
WITH asked AS (
    SELECT
        session_no,
        shop_id,
        coalesce(agent_id, addressed_agent_id) AS agent_id,
        asked_at AS occurred_at,
        asked_at,
        reply_seconds AS wait_seconds,
        extract(HOUR FROM asked_at) * 3600
        + extract(MINUTE FROM asked_at) * 60
        + floor(extract(SECOND FROM asked_at)) AS asked_second
    FROM turns
    WHERE
        asked_at >= $period_start
        AND asked_at < $period_end
        AND (reply_seconds IS NOT NULL OR NOT is_answered)
),

edged AS (
    SELECT
        *,
        CASE
            WHEN asked_second < $morning_hour * 3600 THEN $morning_hour * 3600
            ELSE $evening_hour * 3600
        END AS edge_second
    FROM asked
    WHERE
        (
            asked_second >= $morning_hour * 3600 - $question_seconds
            AND asked_second < $morning_hour * 3600
        )
        OR (
            asked_second >= $evening_hour * 3600 - $question_seconds
            AND asked_second < $evening_hour * 3600
        )
)

SELECT
    session_no,
    shop_id,
    agent_id,
    occurred_at,
    CASE
        WHEN
            asked_second + wait_seconds >= edge_second
            AND asked_second + wait_seconds < edge_second + $edge_seconds
            THEN 1
        ELSE 0
    END AS is_hit,
    CAST(NULL AS DOUBLE) AS expected,
    asked_at,
    wait_seconds
FROM edged
