/* model
target = "emotion_lines"
needs = ["form_emotions WHERE emotion_level >= 3"]
*/
-- Only sessions with a negative customer are put in order: in the others nothing can turn. What the
-- customer says without words (a picture) tells no emotion and opens no turn.
WITH touched AS (
    SELECT DISTINCT message_forms.session_no
    FROM message_forms
    INNER JOIN form_emotions ON message_forms.form_no = form_emotions.form_no
    WHERE message_forms.actor = 1 AND form_emotions.emotion_level >= 3
),

placed AS (
    SELECT
        message_forms.session_no,
        message_forms.row_key,
        message_forms.actor = 1 AS is_customer,
        message_forms.account_no,
        message_forms.occurred_at,
        message_forms.form_no,
        CAST(
            coalesce(message_forms.occurred_ms, epoch_ms(message_forms.occurred_at))
            AS DECIMAL(38, 0)
        ) * 1000000000000000000 + message_forms.row_key AS order_key,
        CASE WHEN message_forms.actor = 1 THEN form_emotions.emotion_level END AS emotion_level,
        message_forms.actor = 2 AND coalesce(message_signals.is_empathy, FALSE) AS is_empathy
    FROM message_forms
    INNER JOIN touched ON message_forms.session_no = touched.session_no
    LEFT JOIN message_signals ON message_forms.form_no = message_signals.form_no
    LEFT JOIN form_emotions ON message_forms.form_no = form_emotions.form_no
    WHERE message_forms.actor IN (1, 2)
),

compared AS (
    SELECT
        *,
        is_customer
        AND NOT coalesce(
            lag(is_customer) OVER (PARTITION BY session_no ORDER BY order_key), FALSE
        ) AS opens_turn
    FROM placed
    WHERE NOT is_customer OR emotion_level IS NOT NULL
)

SELECT
    session_no,
    CAST(
        count(CASE WHEN opens_turn THEN 1 END)
            OVER (
                PARTITION BY session_no ORDER BY order_key ROWS UNBOUNDED PRECEDING
            )
        AS INTEGER
    ) AS turn_no,
    row_key,
    is_customer,
    account_no,
    occurred_at,
    order_key,
    form_no,
    emotion_level,
    is_empathy
FROM compared
