/* model
target = "turns"
*/
SELECT
    session_runs.session_no,
    sessions.shop_id,
    sessions.channel,
    addressed.agent_id AS addressed_agent_id,
    repliers.agent_id,
    session_runs.asked_at,
    session_runs.human_at AS replied_at,
    (session_runs.human_ms - session_runs.asked_ms) / 1000.0 AS reply_seconds,
    session_runs.human_at IS NOT NULL AS is_answered,
    coalesce(
        session_runs.human_account_no
        <> coalesce(session_runs.account_no, session_runs.previous_account_no)
        OR session_runs.human_account_no <> session_runs.previous_account_no,
        FALSE
    ) AS is_after_transfer,
    sessions.started_at AS session_started_at
FROM session_runs
INNER JOIN sessions ON session_runs.session_no = sessions.session_no
LEFT JOIN accounts AS addressed ON session_runs.account_no = addressed.account_no
LEFT JOIN accounts AS repliers ON session_runs.human_account_no = repliers.account_no
WHERE session_runs.opens_turn
