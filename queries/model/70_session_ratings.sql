/* model
target = "session_ratings"
needs = ["ratings"]
*/
-- A rating names its session, or is about the last session of that customer begun before it and
-- ended at most 48 hours earlier: platforms close the rating window at T+2.
-- A masked nick joins nothing.
WITH named AS (
    SELECT
        ratings.rating_key,
        ratings.shop_id,
        ratings.conversation_id,
        CASE
            WHEN NOT contains(ratings.customer_id, '*') THEN ratings.customer_id
        END AS customer_id,
        coalesce(agent_names.agent_id, ratings.agent_id) AS agent_id,
        ratings.score,
        ratings.rated_at
    FROM ratings
    LEFT JOIN agent_names
        ON
            ratings.shop_id = agent_names.shop_id
            AND ratings.agent_id = agent_names.alias
            AND ratings.rated_at >= agent_names.starts_at
            AND ratings.rated_at < agent_names.ends_at
),

candidates AS (
    SELECT
        named.rating_key,
        named.score,
        sessions.session_no,
        row_number() OVER (
            PARTITION BY named.rating_key
            ORDER BY
                CASE WHEN sessions.started_at <= named.rated_at THEN 0 ELSE 1 END,
                CASE WHEN sessions.agent_id = named.agent_id THEN 0 ELSE 1 END,
                sessions.started_at DESC,
                sessions.session_no DESC
        ) AS place
    FROM named
    INNER JOIN sessions
        ON
            named.shop_id = sessions.shop_id
            AND named.conversation_id = sessions.conversation_id
    UNION ALL
    SELECT
        named.rating_key,
        named.score,
        sessions.session_no,
        row_number() OVER (
            PARTITION BY named.rating_key
            ORDER BY
                CASE WHEN sessions.agent_id = named.agent_id THEN 0 ELSE 1 END,
                sessions.started_at DESC,
                sessions.session_no DESC
        ) AS place
    FROM named
    INNER JOIN sessions
        ON named.shop_id = sessions.shop_id AND named.customer_id = sessions.customer_id
    WHERE
        named.conversation_id IS NULL
        AND sessions.is_customer_session
        AND sessions.started_at <= named.rated_at
        AND sessions.ended_at >= named.rated_at - INTERVAL 48 HOUR
)

SELECT
    session_no,
    rating_key,
    score
FROM candidates
WHERE place = 1
