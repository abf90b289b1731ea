/* model
target = "emotion_lines"
needs = ["message_signals WHERE emotion IN ('anxious', 'disappointed', 'angry')"]
*/
-- Only sessions with a negative customer are put in order: in the others nothing can turn. What the
-- customer says without words (a picture) tells no emotion and opens no turn.
WITH felt AS (
    SELECT
        form_no,
        CAST(CASE
            WHEN
                regexp_matches(form, '^(?:[{](?:image|video|voice|link|card|file)[}] *)+$')
                THEN NULL
            WHEN emotion = 'pleased' THEN 0
            WHEN emotion = 'calm' THEN 1
            WHEN emotion = 'asking' THEN 2
            WHEN emotion = 'anxious' THEN 3
            WHEN emotion = 'disappointed' THEN 4
            WHEN emotion = 'angry' THEN 5
        END AS TINYINT) AS emotion_level,
        is_empathy
    FROM message_signals
),

touched AS (
    SELECT DISTINCT message_forms.session_no
    FROM message_forms
    INNER JOIN felt ON message_forms.form_no = felt.form_no
    WHERE message_forms.actor = 1 AND felt.emotion_level >= 3
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
        CASE WHEN message_forms.actor = 1 THEN felt.emotion_level END AS emotion_level,
        message_forms.actor = 2 AND coalesce(felt.is_empathy, FALSE) AS is_empathy
    FROM message_forms
    INNER JOIN touched ON message_forms.session_no = touched.session_no
    LEFT JOIN felt ON message_forms.form_no = felt.form_no
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
        count(CASE WHEN opens_turn THEN 1 END) OVER (PARTITION BY session_no ORDER BY order_key)
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
