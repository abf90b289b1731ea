/* model
target = "shift_facts"
needs = ["roster_facts", "attendance_facts"]
*/
-- Punches tell when somebody was there; without them his messages do, as far as chats are loaded. Who
-- is known to attendance and has no row on a day it covers was absent. Leave is no shift to be worked.
WITH worked_shifts AS (
    SELECT
        *,
        (epoch_ms(ended_at) - epoch_ms(started_at)) / 1000.0 AS rostered_seconds,
        sum((epoch_ms(ended_at) - epoch_ms(started_at)) / 1000.0)
            OVER (PARTITION BY shop_id, agent_id, shift_on) AS day_seconds
    FROM roster_facts
    WHERE shift_kind = 'work' AND ended_at > started_at
),

shift_days AS (
    SELECT
        *,
        CAST(started_at AS DATE) AS touched_on
    FROM worked_shifts
    UNION ALL
    SELECT
        *,
        CAST(ended_at AS DATE) AS touched_on
    FROM worked_shifts
    WHERE CAST(ended_at AS DATE) > CAST(started_at AS DATE)
),

run_days AS (
    SELECT
        account_no,
        started_at,
        ended_at,
        CAST(started_at AS DATE) AS touched_on
    FROM work_run_facts
    UNION ALL
    SELECT
        account_no,
        started_at,
        ended_at,
        CAST(ended_at AS DATE) AS touched_on
    FROM work_run_facts
    WHERE CAST(ended_at AS DATE) > CAST(started_at AS DATE)
),

written AS (
    SELECT
        shift_days.shop_id,
        shift_days.agent_id,
        shift_days.shift_on,
        shift_days.shift_no,
        greatest(min(run_days.started_at), min(shift_days.started_at)) AS came_at,
        least(max(run_days.ended_at), max(shift_days.ended_at)) AS went_at
    FROM shift_days
    INNER JOIN run_days
        ON
            shift_days.account_no = run_days.account_no
            AND shift_days.touched_on = run_days.touched_on
            AND shift_days.ended_at > run_days.started_at
            AND shift_days.started_at <= run_days.ended_at
    GROUP BY
        shift_days.shop_id, shift_days.agent_id, shift_days.shift_on, shift_days.shift_no
),

attending AS (
    SELECT
        shop_id,
        agent_id
    FROM attendance_facts
    GROUP BY shop_id, agent_id
),

attendance_reach AS (
    SELECT
        shop_id,
        min(work_on) AS first_on,
        max(work_on) AS last_on
    FROM attendance_facts
    GROUP BY shop_id
),

chat_reach AS (
    SELECT
        shops.shop_id,
        CAST(min(session_facts.started_at) AS DATE) AS first_on,
        CAST(max(session_facts.ended_at) AS DATE) AS last_on
    FROM session_facts
    INNER JOIN shops ON session_facts.shop_no = shops.shop_no
    WHERE session_facts.has_clock
    GROUP BY shops.shop_id
),

looked_up AS (
    SELECT
        worked_shifts.*,
        attendance_facts.first_in_at,
        attendance_facts.last_out_at,
        attendance_facts.worked_seconds,
        coalesce(attendance_facts.has_worked, FALSE) AS has_worked,
        coalesce(attendance_facts.is_leave, FALSE) AS is_leave,
        attendance_facts.work_on IS NOT NULL
        OR (
            attending.agent_id IS NOT NULL
            AND coalesce(
                worked_shifts.shift_on >= attendance_reach.first_on
                AND worked_shifts.shift_on <= attendance_reach.last_on,
                FALSE
            )
        ) AS is_attended,
        coalesce(
            worked_shifts.shift_on BETWEEN chat_reach.first_on AND chat_reach.last_on, FALSE
        ) AS has_chats,
        written.came_at AS wrote_from,
        written.went_at AS wrote_until
    FROM worked_shifts
    LEFT JOIN attendance_facts
        ON
            worked_shifts.shop_id = attendance_facts.shop_id
            AND worked_shifts.agent_id = attendance_facts.agent_id
            AND worked_shifts.shift_on = attendance_facts.work_on
    LEFT JOIN attending
        ON
            worked_shifts.shop_id = attending.shop_id
            AND worked_shifts.agent_id = attending.agent_id
    LEFT JOIN attendance_reach ON worked_shifts.shop_id = attendance_reach.shop_id
    LEFT JOIN chat_reach ON worked_shifts.shop_id = chat_reach.shop_id
    LEFT JOIN written
        ON
            worked_shifts.shop_id = written.shop_id
            AND worked_shifts.agent_id = written.agent_id
            AND worked_shifts.shift_on = written.shift_on
            AND worked_shifts.shift_no = written.shift_no
),

told AS (
    SELECT
        *,
        CASE
            WHEN is_attended AND NOT has_worked THEN 'absent'
            WHEN first_in_at IS NOT NULL AND last_out_at IS NOT NULL THEN 'punches'
            WHEN worked_seconds IS NOT NULL THEN 'worked'
            WHEN has_chats OR wrote_from IS NOT NULL OR is_attended THEN 'messages'
        END AS way
    FROM looked_up
    WHERE NOT is_leave
),

bounded AS (
    SELECT
        *,
        CASE
            WHEN way = 'punches' OR (way = 'messages' AND first_in_at IS NOT NULL)
                THEN greatest(first_in_at, started_at)
            WHEN way = 'messages' THEN wrote_from
        END AS bound_from,
        CASE
            WHEN way = 'punches' OR (way = 'messages' AND last_out_at IS NOT NULL)
                THEN least(last_out_at, ended_at)
            WHEN way = 'messages' THEN wrote_until
        END AS bound_until
    FROM told
),

met AS (
    SELECT
        *,
        coalesce(bound_until >= bound_from, FALSE) AS has_come
    FROM bounded
)

SELECT
    shop_id,
    agent_id,
    shift_on,
    shift_no,
    shift_code,
    started_at,
    ended_at,
    rostered_seconds,
    CASE WHEN has_come THEN bound_from END AS came_at,
    CASE WHEN has_come THEN bound_until END AS went_at,
    CASE
        WHEN has_come THEN (epoch_ms(bound_until) - epoch_ms(bound_from)) / 1000.0
        WHEN way = 'worked' THEN rostered_seconds * least(1, worked_seconds / day_seconds)
        WHEN way IS NOT NULL THEN 0
    END AS there_seconds,
    CASE WHEN has_come THEN (epoch_ms(bound_from) - epoch_ms(started_at)) / 1000.0 END
        AS late_seconds,
    CASE WHEN has_come THEN (epoch_ms(ended_at) - epoch_ms(bound_until)) / 1000.0 END
        AS early_seconds,
    CASE WHEN way = 'messages' THEN 'messages' WHEN way IS NOT NULL THEN 'attendance' END
        AS evidence
FROM met
