/* model
target = "employment_days"
needs = ["agents"]
*/
-- Days run from the first to the last of chats, rosters and attendance: before and after it nobody
-- knows who joined or left. Where there is only the list, from its first to its last date.
WITH known_days AS (
    SELECT
        min(CAST(started_at AS DATE)) AS first_on,
        max(CAST(ended_at AS DATE)) AS last_on
    FROM session_facts
    UNION ALL
    SELECT
        min(shift_on) AS first_on,
        max(shift_on) AS last_on
    FROM roster_facts
    UNION ALL
    SELECT
        min(work_on) AS first_on,
        max(work_on) AS last_on
    FROM attendance_facts
),

listed_days AS (
    SELECT
        least(min(hired_on), min(left_on)) AS first_on,
        greatest(max(hired_on), max(left_on)) AS last_on
    FROM agents
),

reach AS (
    SELECT
        coalesce(min(known_days.first_on), min(listed_days.first_on)) AS first_on,
        coalesce(max(known_days.last_on), max(listed_days.last_on)) AS last_on
    FROM known_days
    CROSS JOIN listed_days
),

digits AS (
    SELECT counted.digit
    FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS counted (digit)
),

days AS (
    SELECT
        CAST(reach.first_on AS TIMESTAMP)
        + (ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit)
        * INTERVAL 1 DAY AS day_at,
        CAST(reach.last_on AS TIMESTAMP) AS last_at
    FROM reach
    CROSS JOIN digits AS ones
    CROSS JOIN digits AS tens
    CROSS JOIN digits AS hundreds
    CROSS JOIN digits AS thousands
),

calendar AS (
    SELECT
        day_at,
        1.0 / count(*) OVER (PARTITION BY date_trunc('month', day_at)) AS day_share,
        day_at = max(day_at) OVER (PARTITION BY date_trunc('month', day_at)) AS is_month_end
    FROM days
    WHERE day_at <= last_at
),

people AS (
    SELECT
        agents.shop_id,
        coalesce(agent_names.agent_id, agents.agent_id) AS agent_id,
        CAST(min(agents.hired_on) AS TIMESTAMP) AS hired_at,
        CAST(
            CASE WHEN count(agents.left_on) = count(*) THEN max(agents.left_on) END AS TIMESTAMP
        ) AS left_at
    FROM agents
    LEFT JOIN agent_names
        ON
            agents.shop_id = agent_names.shop_id
            AND agents.agent_id = agent_names.alias
            AND NOT agent_names.is_dated
    LEFT JOIN accounts
        ON
            agents.shop_id = accounts.shop_id
            AND coalesce(agent_names.agent_id, agents.agent_id) = accounts.agent_id
    WHERE NOT coalesce(accounts.is_bot, FALSE)
    GROUP BY agents.shop_id, coalesce(agent_names.agent_id, agents.agent_id)
)

SELECT
    people.shop_id,
    people.agent_id,
    calendar.day_at AS employed_at,
    coalesce(calendar.day_at = people.left_at, FALSE) AS is_leaving,
    calendar.is_month_end,
    calendar.day_share,
    (epoch_ms(calendar.day_at) - epoch_ms(people.hired_at)) / 1000.0 AS tenure_seconds
FROM people
INNER JOIN calendar
    ON
        calendar.day_at >= coalesce(people.hired_at, calendar.day_at)
        AND calendar.day_at <= coalesce(people.left_at, calendar.day_at)
