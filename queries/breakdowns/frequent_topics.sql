/* breakdown
label       = { zh = "高频问题", en = "Frequent topics" }
description = { zh = "买家会话的问题类型：客服系统或工单标的优先，没有就看买家自己的话里提得最多的一类（一样多时取先提到的）。占比按知道类型的会话算；类型不知道的会话排在最后，没有占比。", en = "Issue types of customer's sessions: as the help desk or the ticket names them, else what the customer's own words name most often (the first named, where equal). Shares are of sessions whose type is known; those without stand last, with no share." }
group       = "resolution"
sources     = ["sessions"]
optional    = ["session_outcomes", "message_forms", "message_signals"]
origin      = "seed 1 (高频问题, 单类占比 > 20 %); catalogue H"
most_rows   = 20
rank        = 1
[[column]]
name  = "topic"
label = { zh = "问题类型", en = "Topic" }
[[column]]
name  = "session_count"
label = { zh = "会话数", en = "Sessions" }
unit  = "count"
[[column]]
name  = "known_share"
label = { zh = "占比", en = "Share" }
unit  = "percent"
[[column]]
name  = "exported_count"
label = { zh = "其中导出标明的", en = "Named by the export" }
unit  = "count"
rank  = 1
*/
WITH asked AS (
    SELECT session_no
    FROM sessions
    WHERE is_customer_session AND started_at >= $period_start AND started_at < $period_end
),

exported AS (
    SELECT
        session_no,
        topic
    FROM session_outcomes
    WHERE topic IS NOT NULL AND started_at >= $period_start AND started_at < $period_end
),

said AS (
    SELECT
        asked.session_no,
        message_signals.topic,
        count(*) AS named_count,
        min(message_forms.occurred_at) AS first_at,
        min(message_forms.row_key) AS first_key
    FROM message_forms
    INNER JOIN message_signals ON message_forms.form_no = message_signals.form_no
    INNER JOIN asked ON message_forms.session_no = asked.session_no
    WHERE
        message_forms.actor = 1
        AND message_forms.occurred_at >= $period_start
        AND message_signals.topic IS NOT NULL
    GROUP BY asked.session_no, message_signals.topic
),

ranked AS (
    SELECT
        session_no,
        topic,
        row_number() OVER (
            PARTITION BY session_no
            ORDER BY named_count DESC, first_at ASC, first_key ASC, topic ASC
        ) AS place
    FROM said
),

named AS (
    SELECT
        coalesce(exported.topic, ranked.topic) AS topic,
        CASE WHEN exported.topic IS NULL THEN 0 ELSE 1 END AS exported_mark
    FROM asked
    LEFT JOIN exported ON asked.session_no = exported.session_no
    LEFT JOIN ranked ON asked.session_no = ranked.session_no AND ranked.place = 1
),

counted AS (
    SELECT
        topic,
        count(*) AS session_count,
        sum(exported_mark) AS exported_count
    FROM named
    GROUP BY topic
),

known AS (
    SELECT sum(session_count) AS session_count
    FROM counted
    WHERE topic IS NOT NULL
)

SELECT
    counted.topic,
    counted.session_count,
    CASE
        WHEN counted.topic IS NOT NULL
            THEN CAST(counted.session_count AS DOUBLE) / nullif(known.session_count, 0)
    END AS known_share,
    counted.exported_count
FROM counted
CROSS JOIN known
ORDER BY
    CASE WHEN counted.topic IS NULL THEN 1 ELSE 0 END ASC,
    counted.session_count DESC,
    counted.topic ASC
