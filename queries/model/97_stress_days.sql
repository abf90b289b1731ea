/* model
target = "stress_days"
[params]
late_from_hour = "workload.late_from_hour"
late_until_hour = "workload.late_until_hour"
*/
-- A run that starts inside a shift is that shift's day's, also after midnight.
WITH nights AS (
    SELECT
        account_no,
        shift_on,
        ended_at,
        CAST(ended_at AS DATE) AS touched_on
    FROM roster_facts
    WHERE
        shift_kind = 'work'
        AND account_no IS NOT NULL
        AND CAST(ended_at AS DATE) > CAST(started_at AS DATE)
),

placed AS (
    SELECT
        work_run_facts.account_no,
        work_run_facts.started_at,
        min(coalesce(nights.shift_on, CAST(work_run_facts.started_at AS DATE))) AS work_on,
        min(work_run_facts.run_seconds) AS run_seconds,
        min(work_run_facts.message_count) AS message_count
    FROM work_run_facts
    LEFT JOIN nights
        ON
            work_run_facts.account_no = nights.account_no
            AND CAST(work_run_facts.started_at AS DATE) = nights.touched_on
            AND work_run_facts.started_at < nights.ended_at
    GROUP BY work_run_facts.account_no, work_run_facts.started_at
),

ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY account_no, work_on ORDER BY run_seconds DESC, started_at ASC
        ) AS place
    FROM placed
),

days AS (
    SELECT
        accounts.shop_id,
        accounts.agent_id,
        ranked.work_on,
        sum(ranked.run_seconds) AS worked_seconds,
        max(ranked.run_seconds) AS longest_run_seconds,
        min(CASE WHEN ranked.place = 1 THEN ranked.started_at END) AS longest_run_at,
        sum(ranked.message_count) AS message_count
    FROM ranked
    INNER JOIN accounts ON ranked.account_no = accounts.account_no
    GROUP BY accounts.shop_id, accounts.agent_id, ranked.work_on
),

stretches AS (
    SELECT
        shop_id,
        agent_id,
        online_on,
        epoch_ms(started_at) AS from_ms,
        epoch_ms(ended_at) AS until_ms,
        CAST(floor(epoch_ms(started_at) / 86400000) AS BIGINT) * 86400000 AS day_ms
    FROM online_facts
    WHERE ended_at > started_at
),

late AS (
    SELECT
        shop_id,
        agent_id,
        online_on,
        sum(
            greatest(0, least(until_ms, day_ms + $late_until_hour * 3600000) - from_ms)
            + greatest(
                0,
                least(until_ms, day_ms + (24 + $late_until_hour) * 3600000)
                - greatest(from_ms, day_ms + $late_from_hour * 3600000)
            )
        ) / 1000.0 AS late_seconds
    FROM stretches
    GROUP BY shop_id, agent_id, online_on
)

SELECT
    days.shop_id,
    days.agent_id,
    days.work_on,
    days.worked_seconds,
    days.longest_run_seconds,
    days.longest_run_at,
    coalesce(late.late_seconds, 0) AS late_seconds,
    CAST(days.message_count AS INTEGER) AS message_count
FROM days
LEFT JOIN late
    ON
        days.shop_id = late.shop_id
        AND days.agent_id = late.agent_id
        AND days.work_on = late.online_on
