/* breakdown
label       = { zh = "时段负荷", en = "Load by hour" }
description = { zh = "按星期和钟点开始的买家会话数，以及每个这样的钟点平均多少。", en = "Customer's sessions begun by weekday and clock hour, and how many on average in such an hour." }
group       = "workload"
view        = "heat_map"
sources     = ["sessions"]
origin      = "seed 3; exact reading 13"
[[column]]
name  = "weekday"
label = { zh = "星期", en = "Weekday" }
[[column]]
name  = "hour"
label = { zh = "钟点", en = "Hour" }
[[column]]
name  = "session_count"
label = { zh = "会话数", en = "Sessions" }
unit  = "count"
[[column]]
name  = "sessions_per_hour"
label = { zh = "平均每小时会话数", en = "Sessions per such hour" }
unit  = "count"
*/
WITH begun AS (
    SELECT
        isodow(started_at) AS weekday,
        extract(HOUR FROM started_at) AS hour,
        CAST(started_at AS DATE) AS started_on
    FROM sessions
    WHERE
        is_customer_session
        AND has_clock
        AND started_at >= $period_start
        AND started_at < $period_end
),

covered AS (
    SELECT
        weekday,
        count(DISTINCT started_on) AS day_count
    FROM begun
    GROUP BY weekday
),

counted AS (
    SELECT
        weekday,
        hour,
        count(*) AS session_count
    FROM begun
    GROUP BY weekday, hour
)

SELECT
    counted.weekday,
    counted.hour,
    counted.session_count,
    CAST(counted.session_count AS DOUBLE) / covered.day_count AS sessions_per_hour
FROM counted
INNER JOIN covered ON counted.weekday = covered.weekday
ORDER BY counted.weekday, counted.hour
