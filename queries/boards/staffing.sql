-- Hours of today's roster with fewer agents than the same weekday of the last four weeks needs:
-- mean arrivals × mean reception seconds of the newest month ÷ (3600 × capacity), rounded up, as
-- the KPI coverage_gap_hours counts it. Hours with less than one customer are none to staff for.
WITH today_hours AS (
    SELECT
        shop_id,
        hour_at,
        rostered_seconds / 3600.0 AS staffed
    FROM staff_hours
    WHERE has_roster AND CAST(hour_at AS DATE) = CAST($today AS DATE)
),

weeks AS (
    SELECT 7 AS days_back
    UNION ALL
    SELECT 14 AS days_back
    UNION ALL
    SELECT 21 AS days_back
    UNION ALL
    SELECT 28 AS days_back
),

earlier AS (
    SELECT
        staff_hours.shop_id,
        extract('hour' FROM staff_hours.hour_at) AS hour_no,
        staff_hours.arrival_count,
        sum(staff_hours.arrival_count) OVER (
            PARTITION BY staff_hours.shop_id, CAST(staff_hours.hour_at AS DATE)
        ) AS day_count
    FROM staff_hours
    INNER JOIN weeks
        ON
            CAST(staff_hours.hour_at AS DATE)
            = CAST($today AS DATE) - weeks.days_back * INTERVAL 1 DAY
),

usual AS (
    SELECT
        shop_id,
        hour_no,
        avg(arrival_count) AS expected
    FROM earlier
    WHERE day_count > 0
    GROUP BY shop_id, hour_no
),

handled AS (
    SELECT
        shop_id,
        handling_seconds,
        row_number() OVER (PARTITION BY shop_id ORDER BY hour_at DESC) AS place
    FROM staff_hours
    WHERE handling_seconds IS NOT NULL AND hour_at < $today
),

weighed AS (
    SELECT
        today_hours.shop_id,
        today_hours.hour_at,
        usual.expected,
        CAST(
            greatest(
                1,
                ceil(
                    usual.expected
                    * coalesce(handled.handling_seconds, 0)
                    / (3600.0 * $capacity)
                )
            ) AS INTEGER
        ) AS needed,
        today_hours.staffed
    FROM today_hours
    INNER JOIN usual
        ON
            today_hours.shop_id = usual.shop_id
            AND extract('hour' FROM today_hours.hour_at) = usual.hour_no
    LEFT JOIN handled ON today_hours.shop_id = handled.shop_id AND handled.place = 1
    WHERE usual.expected >= 1
)

SELECT
    shop_id,
    hour_at,
    expected,
    needed,
    staffed
FROM weighed
WHERE staffed < needed
ORDER BY shop_id, hour_at
