/* model
target = "emotion_turn_facts"
needs = ["emotion_lines"]
*/
-- Of the moods of one turn the worst negative one decides, else pleased, else asking, else calm.
WITH ranked AS (
    SELECT
        session_no,
        turn_no,
        row_key,
        form_no,
        occurred_at,
        emotion_level,
        row_number() OVER (
            PARTITION BY session_no, turn_no
            ORDER BY
                CASE emotion_level
                    WHEN 5 THEN 1 WHEN 4 THEN 2 WHEN 3 THEN 3 WHEN 0 THEN 4 WHEN 2 THEN 5 ELSE 6
                END,
                order_key
        ) AS place
    FROM emotion_lines
    WHERE is_customer
),

felt AS (
    SELECT
        session_no,
        turn_no,
        row_key,
        form_no,
        occurred_at,
        emotion_level,
        lag(emotion_level) OVER (PARTITION BY session_no ORDER BY turn_no) AS level_before,
        lead(emotion_level) OVER (PARTITION BY session_no ORDER BY turn_no) AS level_after
    FROM ranked
    WHERE place = 1
),

answers AS (
    SELECT
        session_no,
        turn_no,
        max(order_key) AS last_key,
        min(order_key) AS first_key,
        max(CASE WHEN is_empathy THEN 1 ELSE 0 END) AS soothed_mark
    FROM emotion_lines
    WHERE NOT is_customer
    GROUP BY session_no, turn_no
),

replies AS (
    SELECT
        answers.session_no,
        answers.turn_no,
        max(CASE WHEN spoken.order_key = answers.last_key THEN spoken.row_key END) AS reply_key,
        max(CASE WHEN spoken.order_key = answers.last_key THEN spoken.form_no END) AS reply_form_no,
        max(CASE WHEN spoken.order_key = answers.last_key THEN spoken.account_no END)
            AS reply_account_no,
        max(CASE WHEN spoken.order_key = answers.first_key THEN spoken.account_no END)
            AS answering_account_no,
        max(answers.soothed_mark) = 1 AS is_soothed
    FROM answers
    INNER JOIN emotion_lines AS spoken
        ON
            answers.session_no = spoken.session_no
            AND answers.turn_no = spoken.turn_no
            AND NOT spoken.is_customer
            AND (answers.last_key = spoken.order_key OR answers.first_key = spoken.order_key)
    GROUP BY answers.session_no, answers.turn_no
)

SELECT
    felt.session_no,
    felt.turn_no,
    felt.row_key,
    felt.form_no,
    felt.occurred_at,
    felt.emotion_level,
    felt.level_before,
    felt.level_after,
    CASE WHEN felt.level_before IS NOT NULL THEN before_it.reply_key END AS reply_key,
    CASE WHEN felt.level_before IS NOT NULL THEN before_it.reply_form_no END AS reply_form_no,
    CASE WHEN felt.level_before IS NOT NULL THEN before_it.reply_account_no END
        AS reply_account_no,
    after_it.answering_account_no,
    after_it.session_no IS NOT NULL AS is_answered,
    coalesce(after_it.is_soothed, FALSE) AS is_soothed
FROM felt
LEFT JOIN replies AS before_it
    ON felt.session_no = before_it.session_no AND felt.turn_no - 1 = before_it.turn_no
LEFT JOIN replies AS after_it
    ON felt.session_no = after_it.session_no AND felt.turn_no = after_it.turn_no
