/* model
target = "work_run_facts"
[params]
break_minutes = "workload.break_minutes"
*/
-- Who writes nothing for that long has a break; the messages on either side of it are two runs. Time is
-- first cut into slots as long as a break: inside a slot no two messages are that far apart, so only
-- the first and the last of each need comparing. One sort puts the slots of all accounts in a row.
WITH slots AS (
    SELECT
        account_no,
        CAST(floor(occurred_ms / ($break_minutes * 60000)) AS BIGINT) AS slot_no,
        min(occurred_at) AS first_at,
        max(occurred_at) AS last_at,
        count(*) AS message_count
    FROM session_messages
    WHERE actor = 2 AND account_no IS NOT NULL AND occurred_ms IS NOT NULL
    GROUP BY account_no, CAST(floor(occurred_ms / ($break_minutes * 60000)) AS BIGINT)
),

spaced AS (
    SELECT
        *,
        lag(account_no) OVER slots_in_order AS previous_account_no,
        lag(last_at) OVER slots_in_order AS previous_at,
        lead(account_no) OVER slots_in_order AS next_account_no,
        lead(first_at) OVER slots_in_order AS next_at,
        sum(message_count) OVER slots_in_order AS running_count
    FROM slots
    WINDOW slots_in_order AS (ORDER BY account_no, slot_no)
),

marked AS (
    SELECT
        *,
        NOT coalesce(
            previous_account_no = account_no
            AND first_at < previous_at + $break_minutes * INTERVAL 1 MINUTE,
            FALSE
        ) AS is_start,
        NOT coalesce(
            next_account_no = account_no
            AND next_at < last_at + $break_minutes * INTERVAL 1 MINUTE,
            FALSE
        ) AS is_end
    FROM spaced
),

-- After a start that is no end comes the end of the same run.
edges AS (
    SELECT
        *,
        CASE WHEN is_end THEN last_at ELSE lead(last_at) OVER edges_in_order END AS ended_at,
        CASE WHEN is_end THEN running_count ELSE lead(running_count) OVER edges_in_order END
            AS ended_count
    FROM marked
    WHERE is_start OR is_end
    WINDOW edges_in_order AS (ORDER BY account_no, slot_no)
)

SELECT
    account_no,
    first_at AS started_at,
    ended_at,
    (epoch_ms(ended_at) - epoch_ms(first_at)) / 1000.0 AS run_seconds,
    CAST(ended_count - running_count + message_count AS INTEGER) AS message_count
FROM edges
WHERE is_start
