/* model
target = "agent_turn_facts"
scope = "session"
*/
-- A customer run that names no human is addressed to whoever replies next; runs to the same
-- account that only such a gap kept apart are one turn. Only where the customer turns to another
-- account while waiting is there anything to put together.
WITH turned AS (
    SELECT DISTINCT session_no
    FROM session_runs
    WHERE NOT opens_turn
),

addressed AS (
    SELECT
        session_runs.session_no,
        session_runs.row_key,
        session_runs.shop_no,
        session_runs.asked_at,
        session_runs.asked_ms,
        session_runs.opens_turn,
        session_runs.human_account_no,
        session_runs.human_at,
        session_runs.human_ms,
        coalesce(session_runs.account_no, session_runs.human_account_no, 0) AS account_no
    FROM session_runs
    INNER JOIN turned ON session_runs.session_no = turned.session_no
),

compared AS (
    SELECT
        *,
        lag(account_no) OVER (
            PARTITION BY session_no
            ORDER BY coalesce(asked_ms, epoch_ms(asked_at)), asked_at, row_key
        ) AS previous_account_no
    FROM addressed
),

opened AS (
    SELECT
        session_no,
        shop_no,
        account_no,
        asked_at,
        asked_ms,
        human_account_no,
        human_at,
        human_ms,
        coalesce(
            lead(opens_turn) OVER (
                PARTITION BY session_no
                ORDER BY coalesce(asked_ms, epoch_ms(asked_at)), asked_at, row_key
            ),
            TRUE
        ) AS is_last_of_wait
    FROM compared
    WHERE opens_turn OR previous_account_no <> account_no
    UNION ALL
    SELECT
        session_runs.session_no,
        session_runs.shop_no,
        coalesce(session_runs.account_no, session_runs.human_account_no, 0) AS account_no,
        session_runs.asked_at,
        session_runs.asked_ms,
        session_runs.human_account_no,
        session_runs.human_at,
        session_runs.human_ms,
        TRUE AS is_last_of_wait
    FROM session_runs
    LEFT JOIN turned ON session_runs.session_no = turned.session_no
    WHERE turned.session_no IS NULL
),

closed AS (
    SELECT
        *,
        coalesce(is_last_of_wait AND human_account_no = account_no, FALSE) AS is_answered
    FROM opened
)

SELECT
    closed.session_no,
    closed.shop_no,
    session_facts.channel_no,
    closed.account_no,
    closed.asked_at,
    CASE WHEN closed.is_answered THEN closed.human_at END AS replied_at,
    CASE WHEN closed.is_answered THEN (closed.human_ms - closed.asked_ms) / 1000.0 END
        AS reply_seconds,
    closed.is_answered,
    session_facts.started_at AS session_started_at
FROM closed
INNER JOIN session_facts ON closed.session_no = session_facts.session_no
