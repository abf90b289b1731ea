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
    FROM message_parties
    WHERE customer_id IS NOT NULL
)

-- Shops are numbered in the order of their names: numbers are compared faster.
SELECT
    CAST(row_number() OVER (ORDER BY shops.shop_no, named.customer_id) AS INTEGER) AS customer_no,
    named.shop_id,
    named.customer_id
FROM named
INNER JOIN shops ON named.shop_id = shops.shop_id
