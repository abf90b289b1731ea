/* breakdown
label       = { zh = "安抚话术效果", en = "What soothed" }
description = { zh = "客服在买家着急、失望或愤怒之后用的安抚话术，以及买家下一次发言不再负面的比例；期间结束以前的聊天都算，买家没有再开口的不算。按置信下限排，用得少的靠后。先后不等于因果：容易平复的买家也许本来就遇到这些话。", en = "Soothing lines humans used after an anxious, disappointed or angry turn, and how often the customer's next turn was no longer negative; all chats before the period's end, without those in which he never wrote again. Ranked by the lower bound, so that what was rarely used stands low. What followed was not always caused." }
group       = "satisfaction"
sources     = ["session_emotions"]
optional    = ["soothing_facts", "message_signals"]
origin      = "seed 1 §2 (安抚话术推荐); catalogue H (动态话术库)"
most_rows   = 20
[params]
least_uses = 3
[[column]]
name  = "topic"
label = { zh = "问题类型", en = "Topic" }
[[column]]
name  = "script"
label = { zh = "话术", en = "Script" }
[[column]]
name  = "use_count"
label = { zh = "用过", en = "Used" }
unit  = "count"
[[column]]
name  = "recovered_count"
label = { zh = "平复", en = "Calmed" }
unit  = "count"
[[column]]
name  = "recovered_share"
label = { zh = "平复率", en = "Share calmed" }
unit  = "percent"
[[column]]
name  = "low"
label = { zh = "置信下限", en = "Lower bound" }
unit  = "percent"
rank  = 1
*/
WITH used AS (
    SELECT
        topic,
        form_no,
        count(*) AS use_count,
        CAST(count(CASE WHEN is_recovered THEN 1 END) AS DOUBLE) AS recovered_count
    FROM soothing_facts
    WHERE occurred_at < $period_end
    GROUP BY topic, form_no
    HAVING count(*) >= $least_uses
),

-- Wilson's lower bound at 95 %.
bounded AS (
    SELECT
        *,
        recovered_count / use_count AS calmed_share,
        (
            recovered_count / use_count
            + 3.8415 / (2 * use_count)
            - 1.96 * sqrt(
                recovered_count * (use_count - recovered_count)
                / (CAST(use_count AS DOUBLE) * use_count * use_count)
                + 3.8415 / (4.0 * use_count * use_count)
            )
        )
        / (1 + 3.8415 / use_count) AS low
    FROM used
)

SELECT
    bounded.topic,
    message_signals.form AS script,
    bounded.use_count,
    bounded.recovered_count,
    bounded.calmed_share AS recovered_share,
    greatest(bounded.low, 0) AS low
FROM bounded
INNER JOIN message_signals ON bounded.form_no = message_signals.form_no
ORDER BY
    bounded.low DESC,
    bounded.use_count DESC,
    bounded.topic ASC NULLS LAST,
    message_signals.form ASC
