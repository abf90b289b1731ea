/* model
target = "counted_ratings"
*/
WITH ranked AS (
    SELECT
        ratings.rating_key,
        sessions.session_id,
        ratings.shop_id,
        coalesce(ratings.agent_id, sessions.agent_id) AS agent_id,
        coalesce(ratings.channel, sessions.channel) AS channel,
        coalesce(ratings.customer_id, sessions.customer_id) AS customer_id,
        ratings.score,
        ratings.rated_at,
        row_number() OVER (
            PARTITION BY
                ratings.shop_id,
                coalesce(ratings.customer_id, sessions.customer_id, ratings.rating_key),
                coalesce(ratings.agent_id, sessions.agent_id),
                CAST(ratings.rated_at AS DATE)
            ORDER BY ratings.rated_at DESC, ratings.source_row DESC, ratings.file_id DESC
        ) AS place
    FROM ratings
    LEFT JOIN session_ratings ON ratings.rating_key = session_ratings.rating_key
    LEFT JOIN sessions ON session_ratings.session_no = sessions.session_no
    WHERE ratings.score IS NOT NULL
)

SELECT
    rating_key,
    session_id,
    shop_id,
    agent_id,
    channel,
    customer_id,
    score,
    rated_at
FROM ranked
WHERE place = 1
