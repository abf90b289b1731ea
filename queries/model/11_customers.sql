/* model
target = "customers"
scope = "numbers"
number = "customer_no"
key = ["shop_id", "customer_id"]
*/
-- A masked nick (t**1) says that two messages of one conversation are by the same person, and
-- nothing beyond it: in another conversation it is another customer. Where the export has no
-- conversation id, the nick is all that holds a thread together, and stays one customer.
WITH named AS (
    SELECT DISTINCT
        shop_id,
        CASE
            WHEN conversation_id IS NOT NULL AND contains(customer_id, '*')
                THEN customer_id || '@' || conversation_id
            ELSE customer_id
        END AS customer_id
    FROM messages
    WHERE customer_id IS NOT NULL
)

SELECT
    CAST(row_number() OVER (ORDER BY shop_id, customer_id) AS INTEGER) AS customer_no,
    shop_id,
    customer_id
FROM named
