/* model
target = "session_emotion_facts"
*/
WITH felt AS (
    SELECT
        form_emotions.form_no,
        form_emotions.emotion_level,
        message_signals.topic
    FROM form_emotions
    INNER JOIN message_signals ON form_emotions.form_no = message_signals.form_no
),

spoken AS (
    SELECT
        message_forms.session_no,
        max(felt.emotion_level) AS peak_level,
        arg_max(
            felt.emotion_level,
            CAST(
                coalesce(message_forms.occurred_ms, epoch_ms(message_forms.occurred_at))
                AS DECIMAL(38, 0)
            ) * 1000000000000000000 + message_forms.row_key
        ) AS last_level
    FROM message_forms
    INNER JOIN felt ON message_forms.form_no = felt.form_no
    WHERE message_forms.actor = 1
    GROUP BY message_forms.session_no
),

named AS (
    SELECT
        message_forms.session_no,
        felt.topic,
        count(*) AS message_count
    FROM message_forms
    INNER JOIN felt ON message_forms.form_no = felt.form_no
    WHERE message_forms.actor = 1 AND felt.topic IS NOT NULL
    GROUP BY message_forms.session_no, felt.topic
),

most AS (
    SELECT
        session_no,
        max(message_count) AS message_count
    FROM named
    GROUP BY session_no
),

topics AS (
    SELECT
        named.session_no,
        min(named.topic) AS topic
    FROM named
    INNER JOIN most
        ON named.session_no = most.session_no AND named.message_count = most.message_count
    GROUP BY named.session_no
),

waits AS (
    SELECT
        session_no,
        CAST(count(*) AS INTEGER) AS turn_count
    FROM session_runs
    WHERE opens_turn
    GROUP BY session_no
),

marks AS (
    SELECT
        session_no,
        max(turn_no) AS last_turn,
        min(CASE WHEN emotion_level >= 3 THEN turn_no END) AS negative_turn,
        min(
            CASE WHEN emotion_level >= 3 AND emotion_level > level_before THEN turn_no END
        ) AS escalated_turn
    FROM emotion_turn_facts
    GROUP BY session_no
),

second_negatives AS (
    SELECT
        emotion_turn_facts.session_no,
        min(emotion_turn_facts.turn_no) AS turn_no
    FROM emotion_turn_facts
    INNER JOIN marks ON emotion_turn_facts.session_no = marks.session_no
    WHERE
        emotion_turn_facts.emotion_level >= 3
        AND emotion_turn_facts.turn_no > marks.negative_turn
    GROUP BY emotion_turn_facts.session_no
),

turned AS (
    SELECT
        marks.session_no,
        max(
            CASE WHEN turns.turn_no = marks.last_turn THEN turns.emotion_level END
        ) AS last_level,
        max(
            CASE WHEN turns.turn_no = marks.escalated_turn THEN turns.reply_account_no END
        ) AS escalating_account_no,
        max(CASE WHEN marks.escalated_turn IS NOT NULL THEN 1 ELSE 0 END) = 1 AS is_escalated,
        min(
            CASE WHEN turns.turn_no = marks.negative_turn THEN turns.occurred_at END
        ) AS first_negative_at,
        max(
            CASE WHEN turns.turn_no = marks.negative_turn THEN turns.answering_account_no END
        ) AS answering_account_no,
        max(
            CASE WHEN turns.turn_no = marks.negative_turn AND turns.is_answered THEN 1 ELSE 0 END
        ) = 1 AS is_answered,
        max(CASE
            WHEN
                turns.is_soothed
                AND turns.turn_no >= marks.negative_turn
                AND (second_negatives.turn_no IS NULL OR turns.turn_no < second_negatives.turn_no)
                THEN 1
            ELSE 0
        END) = 1 AS is_soothed
    FROM marks
    INNER JOIN emotion_turn_facts AS turns ON marks.session_no = turns.session_no
    LEFT JOIN second_negatives ON marks.session_no = second_negatives.session_no
    GROUP BY marks.session_no
)

SELECT
    spoken.session_no,
    topics.topic,
    spoken.peak_level,
    coalesce(turned.last_level, spoken.last_level) AS last_level,
    coalesce(waits.turn_count, 1) AS turn_count,
    coalesce(turned.is_escalated, FALSE) AS is_escalated,
    turned.escalating_account_no,
    turned.first_negative_at,
    turned.answering_account_no,
    coalesce(turned.is_answered, FALSE) AS is_answered,
    coalesce(turned.is_soothed, FALSE) AS is_soothed
FROM spoken
LEFT JOIN topics ON spoken.session_no = topics.session_no
LEFT JOIN waits ON spoken.session_no = waits.session_no
LEFT JOIN turned ON spoken.session_no = turned.session_no
