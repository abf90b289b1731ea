/* model
target = "staff_days"
needs = ["roster_facts", "attendance_facts"]
*/
-- The roster says which days are to be worked; for people without a roster in that month the days
-- attendance asks for. Work on a day of rest makes no day due. Where nothing tells a shift's hours, or
-- the chats have no times of day, any message of that day is a sign of work.
WITH rostered AS (
    SELECT
        shop_id,
        agent_id,
        shift_on AS work_on,
        min(account_no) AS account_no,
        max(CASE WHEN shift_kind = 'work' THEN 1 ELSE 0 END) AS work_mark,
        max(CASE WHEN shift_kind = 'leave' THEN 1 ELSE 0 END) AS leave_mark,
        max(CASE WHEN shift_kind = 'work' AND started_at IS NULL THEN 1 ELSE 0 END) AS open_mark
    FROM roster_facts
    GROUP BY shop_id, agent_id, shift_on
),

rostered_months AS (
    SELECT
        shop_id,
        agent_id,
        date_trunc('month', CAST(work_on AS TIMESTAMP)) AS month_at
    FROM rostered
    GROUP BY shop_id, agent_id, date_trunc('month', CAST(work_on AS TIMESTAMP))
),

due AS (
    SELECT
        shop_id,
        agent_id,
        work_on,
        account_no,
        work_mark = 0 AS is_rostered_leave,
        open_mark
    FROM rostered
    WHERE work_mark = 1 OR leave_mark = 1
    UNION ALL
    SELECT
        attendance_facts.shop_id,
        attendance_facts.agent_id,
        attendance_facts.work_on,
        attendance_facts.account_no,
        FALSE AS is_rostered_leave,
        0 AS open_mark
    FROM attendance_facts
    LEFT JOIN rostered_months
        ON
            attendance_facts.shop_id = rostered_months.shop_id
            AND attendance_facts.agent_id = rostered_months.agent_id
            AND date_trunc('month', CAST(attendance_facts.work_on AS TIMESTAMP))
            = rostered_months.month_at
    WHERE attendance_facts.is_due AND rostered_months.agent_id IS NULL
),

shift_signs AS (
    SELECT
        shop_id,
        agent_id,
        shift_on,
        max(CASE WHEN came_at IS NOT NULL THEN 1 ELSE 0 END) AS came_mark,
        max(CASE WHEN evidence = 'messages' THEN 1 ELSE 0 END) AS message_mark,
        max(CASE WHEN evidence = 'attendance' THEN 1 ELSE 0 END) AS attendance_mark
    FROM shift_facts
    GROUP BY shop_id, agent_id, shift_on
),

writing_days AS (
    SELECT
        account_no,
        wrote_on
    FROM agent_message_facts
    WHERE account_no IS NOT NULL
    GROUP BY account_no, wrote_on
),

chat_reach AS (
    SELECT
        shops.shop_id,
        CAST(min(session_facts.started_at) AS DATE) AS first_on,
        CAST(max(session_facts.ended_at) AS DATE) AS last_on
    FROM session_facts
    INNER JOIN shops ON session_facts.shop_no = shops.shop_no
    GROUP BY shops.shop_id
),

judged AS (
    SELECT
        due.shop_id,
        due.agent_id,
        due.work_on,
        due.is_rostered_leave OR coalesce(attendance_facts.is_leave, FALSE) AS is_leave,
        attendance_facts.has_worked,
        attendance_facts.absent_days,
        CASE
            WHEN attendance_facts.work_on IS NOT NULL OR shift_signs.attendance_mark = 1
                THEN 'attendance'
            WHEN shift_signs.message_mark = 1 THEN 'messages'
            WHEN
                due.work_on >= chat_reach.first_on
                AND due.work_on <= chat_reach.last_on
                THEN 'messages'
        END AS evidence,
        CASE
            WHEN
                shift_signs.came_mark = 1
                OR (
                    (due.open_mark = 1 OR coalesce(shift_signs.message_mark, 0) = 0)
                    AND writing_days.wrote_on IS NOT NULL
                )
                THEN 1
            ELSE 0
        END AS wrote_mark
    FROM due
    LEFT JOIN attendance_facts
        ON
            due.shop_id = attendance_facts.shop_id
            AND due.agent_id = attendance_facts.agent_id
            AND due.work_on = attendance_facts.work_on
    LEFT JOIN shift_signs
        ON
            due.shop_id = shift_signs.shop_id
            AND due.agent_id = shift_signs.agent_id
            AND due.work_on = shift_signs.shift_on
    LEFT JOIN chat_reach ON due.shop_id = chat_reach.shop_id
    LEFT JOIN writing_days
        ON due.account_no = writing_days.account_no AND due.work_on = writing_days.wrote_on
)

SELECT
    shop_id,
    agent_id,
    work_on,
    is_leave,
    CASE
        WHEN is_leave THEN 0
        WHEN has_worked THEN greatest(0, 1 - absent_days)
        WHEN evidence = 'attendance' THEN 0
        WHEN evidence = 'messages' THEN wrote_mark
    END AS worked_share,
    evidence
FROM judged
