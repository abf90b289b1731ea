/* model
target = "contact_outcome_facts"
*/
-- A refund is the customer's who placed the order, else of him who is named; a masked nick joins
-- nothing.
WITH requested AS (
    SELECT
        coalesce(order_customers.customer_no, customers.customer_no) AS customer_no,
        refunds.applied_at
    FROM refunds
    LEFT JOIN order_customers
        ON
            refunds.shop_id = order_customers.shop_id
            AND refunds.order_id = order_customers.order_id
    LEFT JOIN customers
        ON
            refunds.shop_id = customers.shop_id
            AND refunds.customer_id = customers.customer_id
            AND NOT contains(refunds.customer_id, '*')
    WHERE
        refunds.applied_at IS NOT NULL
        AND coalesce(refunds.refund_kind, 'unknown')
        NOT IN ('exchange', 'reship', 'repair', 'price_protect')
)

SELECT
    contact_facts.customer_no,
    contact_facts.contact_on,
    min(requested.applied_at) AS refund_requested_at
FROM contact_facts
INNER JOIN requested ON contact_facts.customer_no = requested.customer_no
WHERE requested.applied_at >= contact_facts.first_asked_at
GROUP BY contact_facts.customer_no, contact_facts.contact_on
