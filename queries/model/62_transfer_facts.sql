/* model
target = "transfer_facts"
scope = "session"
needs = ["session_facts WHERE is_transferred"]
*/
WITH passed AS (
    SELECT
        session_no,
        first_account_no
    FROM session_facts
    WHERE is_transferred
),

receivers AS (
    SELECT
        session_messages.session_no,
        session_messages.account_no
    FROM session_messages
    INNER JOIN passed ON session_messages.session_no = passed.session_no
    WHERE
        session_messages.actor IN (1, 2)
        AND session_messages.account_no <> passed.first_account_no
    QUALIFY
        row_number() OVER (
            PARTITION BY session_messages.session_no
            ORDER BY session_messages.occurred_at, session_messages.row_key
        ) = 1
)

SELECT
    passed.session_no,
    passed.first_account_no AS from_account_no,
    receivers.account_no AS to_account_no
FROM passed
LEFT JOIN receivers ON passed.session_no = receivers.session_no
