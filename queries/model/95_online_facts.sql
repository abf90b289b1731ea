/* model
target = "online_facts"
*/
-- An agent's day is measured once: by attendance, else by his shifts, else by his unbroken runs of
-- messages.
WITH shift_spans AS (
    SELECT
        shop_id,
        agent_id,
        shift_on,
        min(started_at) AS started_at,
        max(ended_at) AS ended_at
    FROM shift_facts
    GROUP BY shop_id, agent_id, shift_on
),

attended AS (
    SELECT
        attendance_facts.shop_id,
        attendance_facts.agent_id,
        attendance_facts.account_no,
        attendance_facts.work_on AS online_on,
        coalesce(
            attendance_facts.first_in_at,
            shift_spans.started_at,
            CAST(attendance_facts.work_on AS TIMESTAMP)
        ) AS started_at,
        coalesce(attendance_facts.last_out_at, shift_spans.ended_at) AS ended_at,
        attendance_facts.worked_seconds AS online_seconds
    FROM attendance_facts
    LEFT JOIN shift_spans
        ON
            attendance_facts.shop_id = shift_spans.shop_id
            AND attendance_facts.agent_id = shift_spans.agent_id
            AND attendance_facts.work_on = shift_spans.shift_on
    WHERE attendance_facts.has_worked AND attendance_facts.worked_seconds IS NOT NULL
),

rostered AS (
    SELECT
        shift_facts.shop_id,
        shift_facts.agent_id,
        accounts.account_no,
        shift_facts.shift_on AS online_on,
        coalesce(shift_facts.came_at, shift_facts.started_at) AS started_at,
        coalesce(shift_facts.went_at, shift_facts.started_at) AS ended_at,
        shift_facts.there_seconds AS online_seconds,
        CASE WHEN shift_facts.evidence = 'messages' THEN 'shift' ELSE 'attendance' END AS evidence
    FROM shift_facts
    LEFT JOIN attended
        ON
            shift_facts.shop_id = attended.shop_id
            AND shift_facts.agent_id = attended.agent_id
            AND shift_facts.shift_on = attended.online_on
    LEFT JOIN accounts
        ON shift_facts.shop_id = accounts.shop_id AND shift_facts.agent_id = accounts.agent_id
    WHERE attended.agent_id IS NULL AND shift_facts.there_seconds IS NOT NULL
),

-- Days a run may not speak for: those measured already, and the nights of shifts that go on.
taken AS (
    SELECT
        account_no,
        online_on AS taken_on,
        CAST(online_on AS TIMESTAMP) AS taken_from,
        CAST(online_on AS TIMESTAMP) + INTERVAL 1 DAY AS taken_until
    FROM attended
    UNION ALL
    SELECT
        account_no,
        online_on AS taken_on,
        CAST(online_on AS TIMESTAMP) AS taken_from,
        CAST(online_on AS TIMESTAMP) + INTERVAL 1 DAY AS taken_until
    FROM rostered
    UNION ALL
    SELECT
        account_no,
        CAST(ended_at AS DATE) AS taken_on,
        CAST(CAST(ended_at AS DATE) AS TIMESTAMP) AS taken_from,
        ended_at AS taken_until
    FROM attended
    WHERE CAST(ended_at AS DATE) > online_on
    UNION ALL
    SELECT
        account_no,
        CAST(ended_at AS DATE) AS taken_on,
        CAST(CAST(ended_at AS DATE) AS TIMESTAMP) AS taken_from,
        ended_at AS taken_until
    FROM roster_facts
    WHERE shift_kind = 'work' AND CAST(ended_at AS DATE) > CAST(started_at AS DATE)
),

free_runs AS (
    SELECT
        work_run_facts.account_no,
        work_run_facts.started_at,
        work_run_facts.ended_at,
        work_run_facts.run_seconds
    FROM work_run_facts
    LEFT JOIN taken
        ON
            work_run_facts.account_no = taken.account_no
            AND CAST(work_run_facts.started_at AS DATE) = taken.taken_on
            AND work_run_facts.started_at >= taken.taken_from
            AND work_run_facts.started_at < taken.taken_until
    WHERE taken.account_no IS NULL
),

stretches AS (
    SELECT
        shop_id,
        agent_id,
        account_no,
        online_on,
        started_at,
        ended_at,
        online_seconds,
        'attendance' AS evidence
    FROM attended
    UNION ALL
    SELECT
        shop_id,
        agent_id,
        account_no,
        online_on,
        started_at,
        ended_at,
        online_seconds,
        evidence
    FROM rostered
    UNION ALL
    SELECT
        accounts.shop_id,
        accounts.agent_id,
        free_runs.account_no,
        CAST(free_runs.started_at AS DATE) AS online_on,
        free_runs.started_at,
        free_runs.ended_at,
        free_runs.run_seconds AS online_seconds,
        'messages' AS evidence
    FROM free_runs
    INNER JOIN accounts ON free_runs.account_no = accounts.account_no
),

-- What was open up to a moment is, over all that had been opened by then, the time since, less the
-- same over all that had been closed: a stretch has what there is at its end less what there was at
-- its start. Nothing counts for longer than eight days.
marks AS (
    SELECT
        account_no,
        opened_ms AS at_ms,
        1 AS step,
        0 AS edge,
        CAST(NULL AS VARCHAR) AS evidence,
        CAST(NULL AS TIMESTAMP) AS started_at
    FROM reception_facts
    WHERE account_no IS NOT NULL AND closed_ms > opened_ms
    UNION ALL
    SELECT
        account_no,
        least(
            closed_ms, (CAST(floor(opened_ms / 86400000) AS BIGINT) + 8) * 86400000
        ) AS at_ms,
        -1 AS step,
        0 AS edge,
        CAST(NULL AS VARCHAR) AS evidence,
        CAST(NULL AS TIMESTAMP) AS started_at
    FROM reception_facts
    WHERE account_no IS NOT NULL AND closed_ms > opened_ms
    UNION ALL
    SELECT
        account_no,
        epoch_ms(started_at) AS at_ms,
        0 AS step,
        -1 AS edge,
        evidence,
        started_at
    FROM stretches
    WHERE account_no IS NOT NULL AND ended_at > started_at
    UNION ALL
    SELECT
        account_no,
        least(
            epoch_ms(ended_at),
            (CAST(floor(epoch_ms(started_at) / 86400000) AS BIGINT) + 8) * 86400000
        ) AS at_ms,
        0 AS step,
        1 AS edge,
        evidence,
        started_at
    FROM stretches
    WHERE account_no IS NOT NULL AND ended_at > started_at
),

swept AS (
    SELECT
        account_no,
        evidence,
        started_at,
        edge,
        at_ms * sum(step) OVER moments - sum(step * at_ms) OVER moments AS open_ms
    FROM marks
    WINDOW moments AS (
        ORDER BY account_no, at_ms
    )
),

opened AS (
    SELECT
        account_no,
        evidence,
        started_at,
        sum(edge * open_ms) / 1000.0 AS open_seconds
    FROM swept
    WHERE edge <> 0
    GROUP BY account_no, evidence, started_at
),

capacities AS (
    SELECT
        agents.shop_id,
        coalesce(agent_names.agent_id, agents.agent_id) AS agent_id,
        max(agents.capacity) AS capacity
    FROM agents
    LEFT JOIN agent_names
        ON
            agents.shop_id = agent_names.shop_id
            AND agents.agent_id = agent_names.alias
            AND NOT agent_names.is_dated
    GROUP BY agents.shop_id, coalesce(agent_names.agent_id, agents.agent_id)
)

SELECT
    stretches.shop_id,
    stretches.agent_id,
    stretches.online_on,
    stretches.started_at,
    stretches.ended_at,
    stretches.online_seconds,
    coalesce(opened.open_seconds, 0) AS open_seconds,
    coalesce(capacities.capacity, shared_capacities.capacity) AS capacity,
    stretches.evidence
FROM stretches
LEFT JOIN opened
    ON
        stretches.account_no = opened.account_no
        AND stretches.evidence = opened.evidence
        AND stretches.started_at = opened.started_at
LEFT JOIN capacities
    ON
        stretches.shop_id = capacities.shop_id
        AND stretches.agent_id = capacities.agent_id
LEFT JOIN capacities AS shared_capacities
    ON stretches.agent_id = shared_capacities.agent_id AND shared_capacities.shop_id = ''
