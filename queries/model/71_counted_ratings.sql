/* model
target = "counted_ratings"
needs = ["ratings"]
*/
-- Two customers may share a masked nick, so it makes no two ratings one.
WITH named AS (
    SELECT
        ratings.rating_key,
        sessions.session_id,
        ratings.shop_id,
        coalesce(agent_names.agent_id, ratings.agent_id, sessions.agent_id) AS agent_id,
        coalesce(ratings.channel, sessions.channel) AS channel,
        coalesce(
            CASE WHEN NOT contains(ratings.customer_id, '*') THEN ratings.customer_id END,
            sessions.customer_id,
            ratings.customer_id
        ) AS customer_id,
        coalesce(
            CASE WHEN NOT contains(ratings.customer_id, '*') THEN ratings.customer_id END,
            sessions.customer_id,
            ratings.rating_key
        ) AS rater,
        ratings.score,
        ratings.rated_at,
        ratings.source_row,
        ratings.file_id
    FROM ratings
    LEFT JOIN agent_names
        ON
            ratings.shop_id = agent_names.shop_id
            AND ratings.agent_id = agent_names.alias
            AND ratings.rated_at >= agent_names.starts_at
            AND ratings.rated_at < agent_names.ends_at
    LEFT JOIN session_ratings ON ratings.rating_key = session_ratings.rating_key
    LEFT JOIN sessions ON session_ratings.session_no = sessions.session_no
    WHERE ratings.score IS NOT NULL
),

ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY shop_id, rater, agent_id, CAST(rated_at AS DATE)
            ORDER BY rated_at DESC, source_row DESC, file_id DESC
        ) AS place
    FROM named
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
