/* breakdown
label       = { zh = "待挽回会话", en = "Sessions to rescue" }
description = { zh = "期间最后几天（默认 7 天）里，买家最后一次发言仍然着急、失望或愤怒，没有标为已解决、买家也没有再来的会话；旁边是同类问题里让买家平复次数最多的安抚话术（同类里没有平复过两次以上的，取全部里最多的）。号码、地址等已替换。", en = "Sessions of the period's last days (by default 7) whose customer was still anxious, disappointed or angry in his last turn, that nobody marked resolved and after which he did not come back; beside them the soothing line that most often calmed customers with that topic (where none did so twice, with any topic). Numbers and addresses are replaced." }
group       = "satisfaction"
sources     = ["session_emotions"]
optional    = ["session_outcome_facts", "emotion_turn_facts", "soothing_facts", "message_signals"]
origin      = "seed 1 §2 (情感识别与预警, 安抚话术推荐)"
most_rows   = 20
[params]
recent_days = 7
least_calmed = 2
[[column]]
name  = "ended_at"
label = { zh = "结束", en = "Ended" }
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
rank  = 4
[[column]]
name  = "agent_id"
label = { zh = "客服", en = "Agent" }
rank  = 1
[[column]]
name  = "session_id"
label = { zh = "会话", en = "Session" }
[[column]]
name  = "topic"
label = { zh = "问题类型", en = "Topic" }
rank  = 2
[[column]]
name  = "last_emotion"
label = { zh = "结束时", en = "At the end" }
[[column]]
name  = "customer_text"
label = { zh = "买家的话", en = "The customer's words" }
[[column]]
name  = "script"
label = { zh = "可用的安抚话术", en = "What soothed others" }
[[column]]
name  = "recovered_count"
label = { zh = "平复过", en = "Calmed" }
unit  = "count"
rank  = 3
*/
WITH ends AS (
    SELECT max(ended_at) AS known_until
    FROM session_emotions
    WHERE started_at < $period_end
),

open_sessions AS (
    SELECT
        session_emotions.session_no,
        session_emotions.session_id,
        session_emotions.shop_id,
        session_emotions.agent_id,
        session_emotions.topic,
        session_emotions.last_emotion,
        session_emotions.last_level,
        session_emotions.ended_at
    FROM session_emotions
    CROSS JOIN ends
    LEFT JOIN session_outcome_facts
        ON session_emotions.session_no = session_outcome_facts.session_no
    WHERE
        session_emotions.ends_negative
        AND session_emotions.started_at >= $period_start
        AND session_emotions.started_at < $period_end
        AND session_emotions.ended_at >= ends.known_until - $recent_days * INTERVAL 1 DAY
        AND NOT coalesce(session_outcome_facts.is_marked_resolved, FALSE)
        AND session_outcome_facts.same_after_at IS NULL
        AND session_outcome_facts.unknown_after_at IS NULL
),

last_words AS (
    SELECT
        emotion_turn_facts.session_no,
        emotion_turn_facts.form_no,
        row_number() OVER (
            PARTITION BY emotion_turn_facts.session_no ORDER BY emotion_turn_facts.turn_no DESC
        ) AS place
    FROM emotion_turn_facts
    INNER JOIN open_sessions ON emotion_turn_facts.session_no = open_sessions.session_no
),

scripts AS (
    SELECT
        CASE WHEN grouping(topic) = 1 THEN 1 ELSE 0 END AS is_any,
        topic,
        form_no,
        count(CASE WHEN is_recovered THEN 1 END) AS recovered_count,
        count(*) AS use_count
    FROM soothing_facts
    WHERE occurred_at < $period_end
    GROUP BY GROUPING SETS ((topic, form_no), (form_no))
),

ranked AS (
    SELECT
        scripts.is_any,
        scripts.topic,
        message_signals.form AS script,
        scripts.recovered_count,
        row_number() OVER (
            PARTITION BY scripts.is_any, scripts.topic
            ORDER BY
                scripts.recovered_count DESC, scripts.use_count ASC, message_signals.form ASC
        ) AS place
    FROM scripts
    INNER JOIN message_signals ON scripts.form_no = message_signals.form_no
    WHERE scripts.recovered_count > 0
)

SELECT
    open_sessions.ended_at,
    open_sessions.shop_id,
    open_sessions.agent_id,
    open_sessions.session_id,
    open_sessions.topic,
    open_sessions.last_emotion,
    said.form AS customer_text,
    coalesce(same_topic.script, any_topic.script) AS script,
    coalesce(same_topic.recovered_count, any_topic.recovered_count) AS recovered_count
FROM open_sessions
LEFT JOIN last_words
    ON open_sessions.session_no = last_words.session_no AND last_words.place = 1
LEFT JOIN message_signals AS said ON last_words.form_no = said.form_no
LEFT JOIN ranked AS same_topic
    ON
        open_sessions.topic = same_topic.topic
        AND same_topic.is_any = 0
        AND same_topic.recovered_count >= $least_calmed
        AND same_topic.place = 1
LEFT JOIN ranked AS any_topic ON any_topic.is_any = 1 AND any_topic.place = 1
ORDER BY
    open_sessions.last_level DESC,
    open_sessions.ended_at DESC,
    open_sessions.session_id ASC,
    open_sessions.shop_id ASC
