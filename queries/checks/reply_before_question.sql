/* check
label    = { zh = "回复早于提问", en = "a reply stands before its question" }
severity = "fail"
*/
SELECT
    sessions.session_id AS subject,
    CAST(turns.asked_at AS VARCHAR) AS detail
FROM turns
INNER JOIN sessions ON turns.session_no = sessions.session_no
WHERE turns.reply_seconds < 0
ORDER BY sessions.session_id, turns.asked_at
