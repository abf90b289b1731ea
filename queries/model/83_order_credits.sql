/* model
target = "order_credits"
needs = ["order_candidates"]
[params]
sku_first = "attribution.sku_first"
credit_follow_ups = "attribution.credit_follow_ups"
*/
-- Of the humans who replied in the window: who talked last, or who answered most turns; of equals
-- who talked last. With sku_first those come before who answered a question that names a product
-- of the order, the last of them first.
WITH placed AS (
    SELECT
        *,
        max(CASE WHEN occasion = 'created' THEN 1 ELSE 0 END) OVER (PARTITION BY order_no)
            AS created_mark,
        max(CASE WHEN occasion = 'paid' THEN 1 ELSE 0 END) OVER (PARTITION BY order_no)
            AS paid_mark,
        row_number() OVER (
            PARTITION BY order_no, occasion
            ORDER BY
                CASE WHEN $sku_first THEN product_at END DESC NULLS LAST,
                last_chat_at DESC,
                last_chat_key DESC
        ) AS last_place,
        row_number() OVER (
            PARTITION BY order_no, occasion
            ORDER BY
                CASE WHEN $sku_first AND product_at IS NOT NULL THEN 0 ELSE 1 END,
                turn_count DESC,
                last_chat_at DESC,
                last_chat_key DESC
        ) AS most_place
    FROM order_candidates
),

winners AS (
    SELECT
        *,
        'last' AS basis
    FROM placed
    WHERE last_place = 1
    UNION ALL
    SELECT
        *,
        'most' AS basis
    FROM placed
    WHERE most_place = 1
),

rules AS (
    SELECT
        'created' AS rule,
        'created' AS occasion
    UNION ALL
    SELECT
        'paid' AS rule,
        'paid' AS occasion
    UNION ALL
    SELECT
        'paid' AS rule,
        'followed' AS occasion
    UNION ALL
    SELECT
        'created_first' AS rule,
        'created' AS occasion
    UNION ALL
    SELECT
        'created_first' AS rule,
        'paid' AS occasion
    UNION ALL
    SELECT
        'created_first' AS rule,
        'followed' AS occasion
)

SELECT
    winners.order_no,
    rules.rule,
    winners.basis,
    winners.occasion AS credited_for,
    winners.account_no,
    winners.session_no,
    session_facts.channel_no,
    winners.last_chat_at
FROM winners
INNER JOIN rules ON winners.occasion = rules.occasion
INNER JOIN session_facts ON winners.session_no = session_facts.session_no
WHERE
    winners.occasion = 'created'
    OR (winners.occasion = 'paid' AND (rules.rule = 'paid' OR winners.created_mark = 0))
    OR (
        winners.occasion = 'followed'
        AND $credit_follow_ups
        AND winners.created_mark = 0
        AND winners.paid_mark = 0
    )
