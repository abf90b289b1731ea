/* model
target = "soothing_facts"
needs = ["emotion_lines"]
*/
SELECT
    turns.session_no,
    turns.turn_no,
    spoken.form_no,
    min(spoken.account_no) AS account_no,
    min(spoken.occurred_at) AS occurred_at,
    min(session_emotion_facts.topic) AS topic,
    min(turns.level_after) < 3 AS is_recovered
FROM emotion_turn_facts AS turns
INNER JOIN emotion_lines AS spoken
    ON turns.session_no = spoken.session_no AND turns.turn_no = spoken.turn_no
INNER JOIN session_emotion_facts ON turns.session_no = session_emotion_facts.session_no
WHERE
    turns.emotion_level >= 3
    AND turns.level_after IS NOT NULL
    AND spoken.is_empathy
    AND spoken.form_no IS NOT NULL
GROUP BY turns.session_no, turns.turn_no, spoken.form_no
