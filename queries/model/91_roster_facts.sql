/* model
target = "roster_facts"
needs = ["shifts"]
*/
WITH placed AS (
    SELECT
        coalesce(staff_names.home_shop_id, shifts.shop_id) AS shop_id,
        coalesce(staff_names.agent_id, shifts.agent_id) AS agent_id,
        shifts.shift_on,
        shifts.shift_no,
        shifts.shift_code,
        shifts.shift_kind,
        shifts.started_at,
        shifts.ended_at
    FROM shifts
    LEFT JOIN staff_names
        ON shifts.shop_id = staff_names.shop_id AND shifts.agent_id = staff_names.staff_name
),

named AS (
    SELECT
        placed.shop_id,
        coalesce(agent_names.agent_id, placed.agent_id) AS agent_id,
        placed.shift_on,
        placed.shift_no,
        placed.shift_code,
        placed.shift_kind,
        placed.started_at,
        placed.ended_at
    FROM placed
    LEFT JOIN agent_names
        ON
            placed.shop_id = agent_names.shop_id
            AND placed.agent_id = agent_names.alias
            AND CAST(placed.shift_on AS TIMESTAMP) >= agent_names.starts_at
            AND CAST(placed.shift_on AS TIMESTAMP) < agent_names.ends_at
)

SELECT
    named.shop_id,
    named.agent_id,
    accounts.account_no,
    named.shift_on,
    named.shift_no,
    named.shift_code,
    named.shift_kind,
    named.started_at,
    named.ended_at
FROM named
LEFT JOIN accounts ON named.shop_id = accounts.shop_id AND named.agent_id = accounts.agent_id
