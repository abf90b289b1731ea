/* model
target = "session_runs"
scope = "session"
*/
WITH exchanged AS (
    SELECT
        session_no,
        row_key,
        shop_no,
        customer_no,
        actor,
        account_no,
        occurred_at,
        occurred_ms,
        lag(actor) OVER session AS previous_actor,
        lag(account_no) OVER session AS previous_account_no
    FROM session_messages
    WHERE actor IN (1, 2)
    WINDOW session AS (
        PARTITION BY session_no
        ORDER BY coalesce(occurred_ms, epoch_ms(occurred_at)), occurred_at, row_key
    )
),

runs AS (
    SELECT
        session_no,
        row_key,
        shop_no,
        customer_no,
        actor,
        account_no,
        occurred_at,
        occurred_ms,
        previous_actor,
        previous_account_no,
        row_number() OVER session AS place,
        lead(CASE WHEN actor = 2 THEN coalesce(account_no, 0) END IGNORE NULLS)
            OVER session AS human_account_no,
        lead(CASE WHEN actor = 2 THEN occurred_at END IGNORE NULLS) OVER session AS human_at,
        -- A reply without a clock of its own takes none from a later one.
        nullif(
            lead(CASE WHEN actor = 2 THEN coalesce(occurred_ms, -1) END IGNORE NULLS)
                OVER session,
            -1
        ) AS human_ms
    FROM exchanged
    WHERE
        previous_actor IS NULL
        OR previous_actor <> actor
        OR (actor = 1 AND coalesce(previous_account_no, 0) <> coalesce(account_no, 0))
    WINDOW session AS (
        PARTITION BY session_no
        ORDER BY coalesce(occurred_ms, epoch_ms(occurred_at)), occurred_at, row_key
    )
)

SELECT
    session_no,
    row_key,
    shop_no,
    customer_no,
    account_no,
    occurred_at AS asked_at,
    occurred_ms AS asked_ms,
    coalesce(previous_actor, 2) = 2 AS opens_turn,
    previous_actor IS NULL AS opens_session,
    place = 1 OR (place = 2 AND previous_actor = 2) AS is_first,
    previous_account_no,
    human_account_no,
    human_at,
    human_ms
FROM runs
WHERE actor = 1
