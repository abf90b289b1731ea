/* model
target = "attendance_facts"
needs = ["attendance"]
*/
WITH clocked AS (
    SELECT
        shop_id,
        agent_id,
        work_on,
        first_in_at,
        CASE
            WHEN last_out_at < first_in_at AND CAST(last_out_at AS DATE) = work_on
                THEN last_out_at + INTERVAL 1 DAY
            ELSE last_out_at
        END AS last_out_at,
        worked_minutes,
        late_minutes,
        early_minutes,
        missing_punches,
        coalesce(absent_days, 0) AS absent_days,
        leave_raw
    FROM attendance
),

judged AS (
    SELECT
        *,
        (epoch_ms(last_out_at) - epoch_ms(first_in_at)) / 1000.0 AS punched_seconds,
        first_in_at IS NOT NULL
        OR last_out_at IS NOT NULL
        OR coalesce(worked_minutes > 0, FALSE) AS has_worked
    FROM clocked
),

placed AS (
    SELECT
        judged.*,
        coalesce(staff_names.home_shop_id, judged.shop_id) AS home_shop_id,
        coalesce(staff_names.agent_id, judged.agent_id) AS home_agent_id
    FROM judged
    LEFT JOIN staff_names
        ON judged.shop_id = staff_names.shop_id AND judged.agent_id = staff_names.staff_name
),

named AS (
    SELECT
        placed.*,
        coalesce(agent_names.agent_id, placed.home_agent_id) AS known_agent_id
    FROM placed
    LEFT JOIN agent_names
        ON
            placed.home_shop_id = agent_names.shop_id
            AND placed.home_agent_id = agent_names.alias
            AND CAST(placed.work_on AS TIMESTAMP) >= agent_names.starts_at
            AND CAST(placed.work_on AS TIMESTAMP) < agent_names.ends_at
),

-- Two systems, or two names of one person, may tell of the same day.
days AS (
    SELECT
        home_shop_id,
        known_agent_id,
        work_on,
        min(first_in_at) AS first_in_at,
        max(last_out_at) AS last_out_at,
        max(CASE
            WHEN worked_minutes * 60 > punched_seconds THEN punched_seconds
            ELSE coalesce(worked_minutes * 60, punched_seconds)
        END) AS worked_seconds,
        max(late_minutes) * 60 AS late_seconds,
        max(early_minutes) * 60 AS early_seconds,
        min(absent_days) AS absent_days,
        max(CASE WHEN has_worked THEN 1 ELSE 0 END) AS worked_mark,
        max(CASE WHEN leave_raw IS NOT NULL THEN 1 ELSE 0 END) AS leave_mark,
        max(CASE WHEN absent_days > 0 OR missing_punches > 0 THEN 1 ELSE 0 END) AS lack_mark
    FROM named
    GROUP BY home_shop_id, known_agent_id, work_on
)

SELECT
    days.home_shop_id AS shop_id,
    days.known_agent_id AS agent_id,
    accounts.account_no,
    days.work_on,
    days.first_in_at,
    days.last_out_at,
    days.worked_seconds,
    days.late_seconds,
    days.early_seconds,
    days.absent_days,
    days.worked_mark = 1 AS has_worked,
    days.leave_mark = 1 AND days.worked_mark = 0 AS is_leave,
    days.worked_mark = 1 OR days.leave_mark = 1 OR days.lack_mark = 1 AS is_due
FROM days
LEFT JOIN accounts
    ON days.home_shop_id = accounts.shop_id AND days.known_agent_id = accounts.agent_id
