/* model
target = "form_emotions"
[params]
negative_below = "talk.negative_below"
*/
-- One mild word (有人吗, 快点) makes nobody negative: such texts are asking or calm here.
SELECT
    form_no,
    CAST(CASE
        WHEN emotion = 'pleased' THEN 0
        WHEN emotion = 'angry' THEN 5
        WHEN emotion = 'disappointed' AND sentiment < $negative_below THEN 4
        WHEN emotion = 'anxious' AND sentiment < $negative_below THEN 3
        WHEN emotion = 'asking' OR is_question THEN 2
        ELSE 1
    END AS TINYINT) AS emotion_level
FROM message_signals
WHERE
    emotion IS NOT NULL
    AND NOT regexp_matches(form, '^(?:[{](?:image|video|voice|link|card|file)[}] *)+$')
