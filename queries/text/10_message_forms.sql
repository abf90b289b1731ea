/* model
target = "message_forms"
*/
SELECT
    session_messages.row_key,
    session_messages.session_no,
    session_messages.shop_no,
    session_messages.customer_no,
    session_messages.account_no,
    session_messages.actor,
    session_messages.occurred_at,
    session_messages.occurred_ms,
    text_forms.form_no
FROM session_messages
INNER JOIN messages
    ON session_messages.row_key = messages.source_row * 1000000 + messages.file_id
LEFT JOIN text_forms ON messages.text_hash = text_forms.text_hash
