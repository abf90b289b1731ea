/* model
target = "stiff_messages"
needs = ["message_signals WHERE is_refusal"]
*/
-- An alternative in the same stretch of agent messages softens a refusal, before it or after it:
-- people write "no" and "but we could" as two messages.
WITH refused AS (
    SELECT
        form_no,
        offers_alternative
    FROM message_signals
    WHERE is_refusal
),

touched AS (
    SELECT DISTINCT message_forms.session_no
    FROM message_forms
    INNER JOIN refused ON message_forms.form_no = refused.form_no
    WHERE message_forms.actor = 2 AND NOT refused.offers_alternative
),

placed AS (
    SELECT
        message_forms.session_no,
        message_forms.row_key,
        message_forms.account_no,
        message_forms.actor,
        message_forms.form_no,
        count(CASE WHEN message_forms.actor = 1 THEN 1 END) OVER (
            PARTITION BY message_forms.session_no
            ORDER BY
                coalesce(message_forms.occurred_ms, epoch_ms(message_forms.occurred_at)),
                message_forms.occurred_at,
                message_forms.row_key
        ) AS stretch_no
    FROM message_forms
    INNER JOIN touched ON message_forms.session_no = touched.session_no
    WHERE message_forms.actor IN (1, 2)
),

softened AS (
    SELECT DISTINCT
        placed.session_no,
        placed.stretch_no
    FROM placed
    INNER JOIN message_signals ON placed.form_no = message_signals.form_no
    WHERE placed.actor = 2 AND message_signals.offers_alternative
)

SELECT
    placed.row_key,
    placed.session_no,
    placed.account_no
FROM placed
INNER JOIN refused ON placed.form_no = refused.form_no
LEFT JOIN softened
    ON placed.session_no = softened.session_no AND placed.stretch_no = softened.stretch_no
WHERE placed.actor = 2 AND softened.session_no IS NULL
