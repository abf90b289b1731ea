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
        shops.shop_no,
        CASE
            WHEN
                message_parties.conversation_id IS NOT NULL
                AND contains(message_parties.customer_id, '*')
                THEN message_parties.customer_id || '@' || message_parties.conversation_id
            ELSE message_parties.customer_id
        END AS customer_id
    FROM message_parties
    INNER JOIN shops ON message_parties.shop_id = shops.shop_id
    WHERE message_parties.customer_id IS NOT NULL
),

-- Shops are numbered in the order of their names: numbers are compared faster.
numbered AS (
    SELECT
        CAST(row_number() OVER (ORDER BY shop_no, customer_id) AS INTEGER) AS customer_no,
        shop_no,
        customer_id
    FROM named
)

SELECT
    numbered.customer_no,
    shops.shop_id,
    numbered.customer_id
FROM numbered
INNER JOIN shops ON numbered.shop_no = shops.shop_no
