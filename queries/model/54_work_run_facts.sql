/* model
target = "work_run_facts"
[params]
break_minutes = "workload.break_minutes"
*/
-- Who writes nothing for that long has a break; the messages on either side of it are two runs.
WITH spaced AS (
    SELECT
        shop_no,
        account_no,
        occurred_at,
        occurred_ms,
        lag(occurred_ms) OVER (PARTITION BY account_no ORDER BY occurred_ms) AS previous_ms
    FROM session_messages
    WHERE actor = 2 AND account_no IS NOT NULL AND occurred_ms IS NOT NULL
),

numbered AS (
    SELECT
        shop_no,
        account_no,
        occurred_at,
        occurred_ms,
        sum(CASE WHEN occurred_ms - previous_ms < $break_minutes * 60000 THEN 0 ELSE 1 END)
            OVER (PARTITION BY account_no ORDER BY occurred_ms) AS run_no
    FROM spaced
)

SELECT
    min(shop_no) AS shop_no,
    account_no,
    min(occurred_at) AS started_at,
    max(occurred_at) AS ended_at,
    (max(occurred_ms) - min(occurred_ms)) / 1000.0 AS run_seconds,
    CAST(count(*) AS INTEGER) AS message_count
FROM numbered
GROUP BY account_no, run_no
