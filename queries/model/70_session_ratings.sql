/* model
target = "session_ratings"
*/
-- A rating names its session, or is about the last session of that customer begun before it and
-- ended at most 48 hours earlier: platforms close the rating window at T+2.
WITH candidates AS (
    SELECT
        ratings.rating_key,
        ratings.score,
        sessions.session_no,
        row_number() OVER (
            PARTITION BY ratings.rating_key
            ORDER BY
                CASE WHEN sessions.started_at <= ratings.rated_at THEN 0 ELSE 1 END,
                CASE WHEN sessions.agent_id = ratings.agent_id THEN 0 ELSE 1 END,
                sessions.started_at DESC,
                sessions.session_no DESC
        ) AS place
    FROM ratings
    INNER JOIN sessions
        ON
            ratings.shop_id = sessions.shop_id
            AND ratings.conversation_id = sessions.conversation_id
    UNION ALL
    SELECT
        ratings.rating_key,
        ratings.score,
        sessions.session_no,
        row_number() OVER (
            PARTITION BY ratings.rating_key
            ORDER BY
                CASE WHEN sessions.agent_id = ratings.agent_id THEN 0 ELSE 1 END,
                sessions.started_at DESC,
                sessions.session_no DESC
        ) AS place
    FROM ratings
    INNER JOIN sessions
        ON ratings.shop_id = sessions.shop_id AND ratings.customer_id = sessions.customer_id
    WHERE
        ratings.conversation_id IS NULL
        AND sessions.is_customer_session
        AND sessions.started_at <= ratings.rated_at
        AND sessions.ended_at >= ratings.rated_at - INTERVAL 48 HOUR
)

SELECT
    session_no,
    rating_key,
    score
FROM candidates
WHERE place = 1
