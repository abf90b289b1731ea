/* model
target = "turn_facts"
scope = "session"
*/
SELECT
    session_runs.session_no,
    session_runs.shop_no,
    session_facts.channel_no,
    session_runs.account_no AS addressed_account_no,
    session_runs.human_account_no AS account_no,
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
    session_facts.started_at AS session_started_at
FROM session_runs
INNER JOIN session_facts ON session_runs.session_no = session_facts.session_no
WHERE session_runs.opens_turn
