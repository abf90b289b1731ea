/* model
target = "order_customers"
needs = ["orders"]
*/
-- An order is the customer's of that name in the shop, else whom the user's link table names, else
-- the one in whose chat its id stands. A masked nick (t**1) joins nothing. If the id stands in the
-- chats of several customers, the one who wrote it himself, and first, placed the order.
-- Only ids with ten digits in a row are looked for in texts, letters around them aside; phone
-- numbers and prices are shorter or no id. Texts are read only if an order is still without customer.
WITH named AS (
    SELECT
        orders.shop_id,
        orders.order_id,
        customers.customer_no
    FROM orders
    INNER JOIN customers
        ON orders.shop_id = customers.shop_id AND orders.customer_id = customers.customer_id
    WHERE NOT contains(orders.customer_id, '*')
),

order_names AS (
    SELECT
        orders.shop_id,
        orders.order_id,
        orders.customer_id AS order_name
    FROM orders
    LEFT JOIN named ON orders.shop_id = named.shop_id AND orders.order_id = named.order_id
    WHERE named.order_id IS NULL AND orders.customer_id IS NOT NULL
    UNION ALL
    SELECT
        orders.shop_id,
        orders.order_id,
        orders.order_id AS order_name
    FROM orders
    LEFT JOIN named ON orders.shop_id = named.shop_id AND orders.order_id = named.order_id
    WHERE named.order_id IS NULL
),

linked AS (
    SELECT
        order_names.shop_id,
        order_names.order_id,
        CASE WHEN customer_links.shop_id = order_names.shop_id THEN 0 ELSE 1 END AS reach,
        min(customers.customer_no) AS customer_no,
        count(DISTINCT customers.customer_no) AS customer_count
    FROM order_names
    INNER JOIN customer_links
        ON
            order_names.order_name = customer_links.alias
            AND (order_names.shop_id = customer_links.shop_id OR customer_links.shop_id = '')
    INNER JOIN customers
        ON
            order_names.shop_id = customers.shop_id
            AND customer_links.customer_id = customers.customer_id
    GROUP BY
        order_names.shop_id,
        order_names.order_id,
        CASE WHEN customer_links.shop_id = order_names.shop_id THEN 0 ELSE 1 END
),

nearest_links AS (
    SELECT
        shop_id,
        order_id,
        customer_no,
        customer_count,
        row_number() OVER (PARTITION BY shop_id, order_id ORDER BY reach) AS place
    FROM linked
),

links AS (
    SELECT
        shop_id,
        order_id,
        customer_no
    FROM nearest_links
    WHERE place = 1 AND customer_count = 1
),

unmatched AS (
    SELECT
        orders.shop_id,
        orders.order_id,
        regexp_extract(orders.order_id, '[0-9]+(?:-[0-9]+)*') AS digits
    FROM orders
    LEFT JOIN named ON orders.shop_id = named.shop_id AND orders.order_id = named.order_id
    LEFT JOIN links ON orders.shop_id = links.shop_id AND orders.order_id = links.order_id
    WHERE named.order_id IS NULL AND links.order_id IS NULL
),

sought AS (
    SELECT
        shop_id,
        order_id,
        digits
    FROM unmatched
    WHERE regexp_matches(digits, '[0-9]{10}')
),

sought_shops AS (
    SELECT DISTINCT shop_id
    FROM sought
),

numbers AS (
    SELECT
        messages.shop_id,
        messages.conversation_id,
        messages.customer_id,
        messages.sender_role,
        messages.occurred_at,
        unnest(regexp_extract_all(messages.text, '(?:[0-9]+-)*[0-9]{10,}(?:-[0-9]+)*')) AS digits
    FROM messages
    INNER JOIN sought_shops ON messages.shop_id = sought_shops.shop_id
    WHERE regexp_matches(messages.text, '[0-9]{10}')
),

mentions AS (
    SELECT
        unmatched.shop_id,
        unmatched.order_id,
        messages.conversation_id,
        messages.customer_id,
        messages.sender_role,
        messages.occurred_at,
        1 AS evidence
    FROM messages
    INNER JOIN unmatched
        ON messages.shop_id = unmatched.shop_id AND messages.order_id = unmatched.order_id
    UNION ALL
    SELECT
        sought.shop_id,
        sought.order_id,
        numbers.conversation_id,
        numbers.customer_id,
        numbers.sender_role,
        numbers.occurred_at,
        2 AS evidence
    FROM numbers
    INNER JOIN sought ON numbers.shop_id = sought.shop_id AND numbers.digits = sought.digits
),

placed AS (
    SELECT
        mentions.shop_id,
        mentions.order_id,
        mentions.conversation_id,
        mentions.sender_role,
        mentions.occurred_at,
        mentions.evidence,
        coalesce(mentions.customer_id, threads.customer_id) AS customer_id
    FROM mentions
    LEFT JOIN threads
        ON
            mentions.shop_id = threads.shop_id
            AND mentions.conversation_id = threads.conversation_id
),

found AS (
    SELECT
        placed.shop_id,
        placed.order_id,
        placed.evidence,
        customers.customer_no,
        min(CASE WHEN placed.sender_role = 'customer' THEN placed.occurred_at END) AS wrote_at
    FROM placed
    INNER JOIN customers
        ON
            placed.shop_id = customers.shop_id
            AND CASE
                WHEN placed.conversation_id IS NOT NULL AND contains(placed.customer_id, '*')
                    THEN placed.customer_id || '@' || placed.conversation_id
                ELSE placed.customer_id
            END = customers.customer_id
    GROUP BY placed.shop_id, placed.order_id, placed.evidence, customers.customer_no
),

weighed AS (
    SELECT
        shop_id,
        order_id,
        customer_no,
        wrote_at,
        evidence,
        min(evidence) OVER (PARTITION BY shop_id, order_id) AS best_evidence,
        count(*) OVER (PARTITION BY shop_id, order_id, evidence) AS customer_count,
        min(wrote_at) OVER (PARTITION BY shop_id, order_id, evidence) AS first_wrote_at,
        count(*) OVER (PARTITION BY shop_id, order_id, evidence, wrote_at) AS same_moment_count
    FROM found
),

mentioned AS (
    SELECT
        shop_id,
        order_id,
        customer_no
    FROM weighed
    WHERE
        evidence = best_evidence
        AND (customer_count = 1 OR (wrote_at = first_wrote_at AND same_moment_count = 1))
)

SELECT
    orders.shop_id,
    orders.order_id,
    coalesce(named.customer_no, links.customer_no, mentioned.customer_no) AS customer_no,
    CASE
        WHEN named.customer_no IS NOT NULL THEN 'customer'
        WHEN links.customer_no IS NOT NULL THEN 'link'
        WHEN mentioned.customer_no IS NOT NULL THEN 'order_id'
        ELSE 'none'
    END AS matched_by
FROM orders
LEFT JOIN named ON orders.shop_id = named.shop_id AND orders.order_id = named.order_id
LEFT JOIN links ON orders.shop_id = links.shop_id AND orders.order_id = links.order_id
LEFT JOIN mentioned
    ON orders.shop_id = mentioned.shop_id AND orders.order_id = mentioned.order_id
