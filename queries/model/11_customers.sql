/* model
target = "customers"
*/
WITH named AS (
    SELECT DISTINCT
        shop_id,
        customer_id
    FROM messages
    WHERE customer_id IS NOT NULL
)

SELECT
    CAST(row_number() OVER (ORDER BY shop_id, customer_id) AS INTEGER) AS customer_no,
    shop_id,
    customer_id
FROM named
