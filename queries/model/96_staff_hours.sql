/* model
target = "staff_hours"
*/
WITH roster_days AS (
    SELECT
        shop_id,
        shift_on AS day_on
    FROM roster_facts
    GROUP BY shop_id, shift_on
),

replied AS (
    SELECT
        shop_no,
        date_trunc('hour', replied_at) AS hour_at
    FROM turn_facts
    WHERE replied_at IS NOT NULL AND reply_seconds IS NOT NULL
    GROUP BY shop_no, date_trunc('hour', replied_at)
),

chat_days AS (
    SELECT
        shops.shop_id,
        CAST(session_facts.started_at AS DATE) AS day_on
    FROM session_facts
    INNER JOIN shops ON session_facts.shop_no = shops.shop_no
    WHERE session_facts.has_clock
    GROUP BY shops.shop_id, CAST(session_facts.started_at AS DATE)
    UNION
    -- A session begun the evening before may be all there is of a night.
    SELECT
        shops.shop_id,
        CAST(replied.hour_at AS DATE) AS day_on
    FROM replied
    INNER JOIN shops ON replied.shop_no = shops.shop_no
),

days AS (
    SELECT
        shop_id,
        day_on
    FROM roster_days
    UNION
    SELECT
        shop_id,
        day_on
    FROM chat_days
),

hours AS (
    SELECT
        days.shop_id,
        days.day_on,
        CAST(days.day_on AS TIMESTAMP) + clock.hour_no * INTERVAL 1 HOUR AS hour_at,
        roster_days.day_on IS NOT NULL AS has_roster
    FROM days
    CROSS JOIN (
        VALUES
        (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11),
        (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23)
    ) AS clock (hour_no)
    LEFT JOIN roster_days
        ON days.shop_id = roster_days.shop_id AND days.day_on = roster_days.day_on
),

shift_days AS (
    SELECT
        shop_id,
        started_at,
        ended_at,
        CAST(started_at AS DATE) AS day_on
    FROM roster_facts
    WHERE shift_kind = 'work' AND ended_at > started_at
    UNION ALL
    SELECT
        shop_id,
        started_at,
        ended_at,
        CAST(ended_at AS DATE) AS day_on
    FROM roster_facts
    WHERE
        shift_kind = 'work'
        AND ended_at > started_at
        AND CAST(ended_at AS DATE) > CAST(started_at AS DATE)
),

pieces AS (
    SELECT
        hours.shop_id,
        hours.hour_at,
        greatest(epoch_ms(shift_days.started_at), epoch_ms(hours.hour_at)) AS from_ms,
        least(epoch_ms(shift_days.ended_at), epoch_ms(hours.hour_at) + 3600000) AS until_ms
    FROM hours
    INNER JOIN shift_days
        ON
            hours.shop_id = shift_days.shop_id
            AND hours.day_on = shift_days.day_on
            AND shift_days.started_at < hours.hour_at + INTERVAL 1 HOUR
            AND hours.hour_at < shift_days.ended_at
),

joined AS (
    SELECT
        *,
        max(until_ms) OVER (
            PARTITION BY shop_id, hour_at
            ORDER BY from_ms, until_ms
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS covered_until_ms
    FROM pieces
),

staffed AS (
    SELECT
        shop_id,
        hour_at,
        sum(until_ms - from_ms) / 1000.0 AS rostered_seconds,
        sum(greatest(0, until_ms - greatest(from_ms, coalesce(covered_until_ms, 0)))) / 1000.0
            AS covered_seconds
    FROM joined
    GROUP BY shop_id, hour_at
),

arrived AS (
    SELECT
        shop_no,
        date_trunc('hour', started_at) AS hour_at,
        count(*) AS arrival_count
    FROM session_facts
    WHERE
        is_customer_session
        AND has_clock
        AND (has_human_message OR first_bot_reply_seconds IS NULL)
    GROUP BY shop_no, date_trunc('hour', started_at)
),

handled AS (
    SELECT
        shop_no,
        date_trunc('month', opened_at) AS month_at,
        avg((closed_ms - opened_ms) / 1000.0) AS handling_seconds
    FROM reception_facts
    WHERE message_count > 0
    GROUP BY shop_no, date_trunc('month', opened_at)
)

SELECT
    hours.shop_id,
    hours.hour_at,
    hours.has_roster,
    replied.hour_at IS NOT NULL AS has_reply,
    coalesce(staffed.rostered_seconds, 0) AS rostered_seconds,
    coalesce(staffed.covered_seconds, 0) AS covered_seconds,
    CAST(coalesce(arrived.arrival_count, 0) AS INTEGER) AS arrival_count,
    handled.handling_seconds
FROM hours
LEFT JOIN shops ON hours.shop_id = shops.shop_id
LEFT JOIN staffed ON hours.shop_id = staffed.shop_id AND hours.hour_at = staffed.hour_at
LEFT JOIN replied ON shops.shop_no = replied.shop_no AND hours.hour_at = replied.hour_at
LEFT JOIN arrived ON shops.shop_no = arrived.shop_no AND hours.hour_at = arrived.hour_at
LEFT JOIN handled
    ON
        shops.shop_no = handled.shop_no
        AND date_trunc('month', hours.hour_at) = handled.month_at
