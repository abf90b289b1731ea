/* check
label    = { zh = "期间内有整天没有任何消息", en = "whole days of the period without any message" }
severity = "warn"
*/
WITH spans AS (
    SELECT
        greatest(CAST(min(started_at) AS DATE), CAST($period_start AS DATE)) AS first_on,
        least(CAST(max(started_at) AS DATE), CAST($period_end AS DATE) - 1) AS last_on
    FROM sessions
),

days AS (
    SELECT CAST(unnest(generate_series(first_on, last_on, INTERVAL 1 DAY)) AS DATE) AS day_on
    FROM spans
),

covered AS (
    SELECT DISTINCT CAST(occurred_at AS DATE) AS day_on
    FROM session_messages
)

SELECT
    strftime(days.day_on, '%Y-%m-%d') AS subject,
    CAST(NULL AS VARCHAR) AS detail
FROM days
LEFT JOIN covered ON days.day_on = covered.day_on
WHERE covered.day_on IS NULL
ORDER BY days.day_on
