/* model
target = "promise_facts"
needs = ["message_signals WHERE is_promise"]
[params]
pause_ms = "session.idle_gap_seconds * 1000"
*/
-- What is told of arrival is the carrier's to keep, so it is no promise of the shop. A promise to
-- ship is kept by shipping (or by giving the money back) and needs an order that waits for it; one of
-- money cannot be judged where the shop's refunds are not loaded; all else is kept by whatever was
-- done first for that customer. A human's message is a follow-up if he
-- came back to it after a pause: a tenth of the time promised, at most the gap that cuts sessions.
WITH worded AS (
    SELECT
        form_no,
        promise_seconds,
        promise_days,
        CASE
            WHEN
                regexp_matches(form, '发货|发出|寄出|出库|揽收|发走')
                AND NOT regexp_matches(form, '补发|重发|重新发|退|换')
                THEN 'ship'
            WHEN regexp_matches(form, '退款|到账|打款|退给|退还|返现|返还|赔付|退到|原路退|refund')
                THEN 'refund'
            ELSE 'answer'
        END AS promise_kind,
        regexp_matches(form, '送达|送到|到货|能到|可到|到手|收到|签收|派送')
        AND NOT regexp_matches(form, '发货|发出|寄出|出库|揽收|发走|补发|重发|退|回复|答复|联系|处理')
            AS is_arrival
    FROM message_signals
    WHERE is_promise AND (promise_seconds IS NOT NULL OR promise_days IS NOT NULL)
),

promised AS (
    SELECT
        message_forms.row_key,
        message_forms.session_no,
        message_forms.shop_no,
        message_forms.account_no,
        message_forms.form_no,
        coalesce(
            CAST(message_forms.customer_no AS BIGINT), -message_forms.session_no
        ) AS party_no,
        worded.promise_kind,
        message_forms.occurred_at AS promised_at,
        coalesce(message_forms.occurred_ms, epoch_ms(message_forms.occurred_at)) AS promised_ms,
        CASE
            WHEN worded.promise_seconds IS NOT NULL
                THEN message_forms.occurred_at + worded.promise_seconds * INTERVAL 1 SECOND
            ELSE
                CAST(CAST(message_forms.occurred_at AS DATE) AS TIMESTAMP)
                + (worded.promise_days + 1) * INTERVAL 1 DAY
                - INTERVAL 1 SECOND
        END AS due_at,
        least($pause_ms, coalesce(worded.promise_seconds * 100, $pause_ms)) AS pause_ms
    FROM message_forms
    INNER JOIN worded ON message_forms.form_no = worded.form_no
    WHERE
        message_forms.actor = 2
        AND NOT worded.is_arrival
        AND (worded.promise_seconds IS NULL OR message_forms.occurred_ms IS NOT NULL)
),

parties AS (
    SELECT DISTINCT party_no
    FROM promised
),

written AS (
    SELECT
        parties.party_no,
        message_forms.form_no,
        message_forms.occurred_at,
        coalesce(message_forms.occurred_ms, epoch_ms(message_forms.occurred_at)) AS occurred_ms,
        message_forms.row_key,
        coalesce(message_forms.occurred_ms, epoch_ms(message_forms.occurred_at))
        - lag(coalesce(message_forms.occurred_ms, epoch_ms(message_forms.occurred_at))) OVER (
            PARTITION BY parties.party_no
            ORDER BY
                coalesce(message_forms.occurred_ms, epoch_ms(message_forms.occurred_at)),
                message_forms.row_key
        ) AS pause_ms
    FROM message_forms
    INNER JOIN parties
        ON
            coalesce(CAST(message_forms.customer_no AS BIGINT), -message_forms.session_no)
            = parties.party_no
    WHERE message_forms.actor = 2
),

money_back AS (
    SELECT
        coalesce(order_customers.customer_no, customers.customer_no) AS customer_no,
        coalesce(refunds.refunded_at, refunds.finished_at, refunds.agreed_at) AS done_at,
        CASE
            WHEN coalesce(refunds.refund_kind, 'unknown') IN ('exchange', 'reship', 'repair')
                THEN 'reship'
            ELSE 'refund'
        END AS done_by
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
    WHERE coalesce(refunds.status, 'unknown') NOT IN ('open', 'rejected', 'closed')
),

shipped AS (
    SELECT
        order_customers.customer_no,
        orders.paid_at,
        orders.shipped_at
    FROM orders
    INNER JOIN order_customers
        ON
            orders.shop_id = order_customers.shop_id
            AND orders.order_id = order_customers.order_id
    WHERE order_customers.customer_no IS NOT NULL AND orders.paid_at IS NOT NULL
),

closed AS (
    SELECT
        customers.customer_no,
        counted_tickets.closed_at
    FROM counted_tickets
    INNER JOIN customers
        ON
            counted_tickets.shop_id = customers.shop_id
            AND counted_tickets.customer_id = customers.customer_id
    WHERE counted_tickets.closed_at IS NOT NULL
),

done AS (
    SELECT
        promised.row_key,
        written.occurred_at AS done_at,
        'message' AS done_by
    FROM promised
    INNER JOIN written ON promised.party_no = written.party_no
    INNER JOIN message_signals ON written.form_no = message_signals.form_no
    WHERE
        promised.promise_kind <> 'ship'
        AND NOT message_signals.is_filler
        AND written.occurred_ms > promised.promised_ms
        AND written.pause_ms >= promised.pause_ms
    UNION ALL
    SELECT
        promised.row_key,
        money_back.done_at,
        money_back.done_by
    FROM promised
    INNER JOIN money_back ON promised.party_no = money_back.customer_no
    WHERE money_back.done_at > promised.promised_at
    UNION ALL
    SELECT
        promised.row_key,
        shipped.shipped_at AS done_at,
        'ship' AS done_by
    FROM promised
    INNER JOIN shipped ON promised.party_no = shipped.customer_no
    WHERE shipped.shipped_at > promised.promised_at
    UNION ALL
    SELECT
        promised.row_key,
        closed.closed_at AS done_at,
        'ticket' AS done_by
    FROM promised
    INNER JOIN closed ON promised.party_no = closed.customer_no
    WHERE promised.promise_kind <> 'ship' AND closed.closed_at > promised.promised_at
),

first_done AS (
    SELECT
        row_key,
        done_at,
        done_by,
        row_number() OVER (PARTITION BY row_key ORDER BY done_at, done_by) AS place
    FROM done
),

waiting AS (
    SELECT DISTINCT promised.row_key
    FROM promised
    INNER JOIN shipped ON promised.party_no = shipped.customer_no
    WHERE
        promised.promise_kind = 'ship'
        AND shipped.paid_at <= promised.promised_at
        AND shipped.paid_at > promised.promised_at - INTERVAL 30 DAY
        AND (shipped.shipped_at IS NULL OR shipped.shipped_at > promised.promised_at)
),

chat_ends AS (
    SELECT
        shop_no,
        max(occurred_at) AS known_until
    FROM message_forms
    GROUP BY shop_no
),

refund_shops AS (
    SELECT DISTINCT shops.shop_no
    FROM refunds
    INNER JOIN shops ON refunds.shop_id = shops.shop_id
),

order_ends AS (
    SELECT
        shops.shop_no,
        max(greatest(
            orders.created_at,
            coalesce(orders.paid_at, orders.created_at),
            coalesce(orders.shipped_at, orders.created_at)
        )) AS known_until,
        count(orders.shipped_at) AS shipped_count
    FROM orders
    INNER JOIN shops ON orders.shop_id = shops.shop_id
    GROUP BY shops.shop_no
)

SELECT
    promised.row_key,
    promised.session_no,
    promised.account_no,
    promised.form_no,
    promised.promise_kind,
    promised.promised_at,
    promised.due_at,
    first_done.done_at AS followed_at,
    first_done.done_by AS followed_by,
    CASE
        WHEN
            (
                promised.promise_kind = 'answer'
                OR (promised.promise_kind = 'refund' AND refund_shops.shop_no IS NOT NULL)
            )
            AND promised.due_at <= chat_ends.known_until
            THEN coalesce(first_done.done_at <= promised.due_at, FALSE)
        WHEN
            promised.promise_kind = 'ship'
            AND waiting.row_key IS NOT NULL
            AND order_ends.shipped_count > 0
            AND promised.due_at <= order_ends.known_until
            THEN coalesce(first_done.done_at <= promised.due_at, FALSE)
    END AS is_kept
FROM promised
INNER JOIN chat_ends ON promised.shop_no = chat_ends.shop_no
LEFT JOIN refund_shops ON promised.shop_no = refund_shops.shop_no
LEFT JOIN order_ends ON promised.shop_no = order_ends.shop_no
LEFT JOIN waiting ON promised.row_key = waiting.row_key
LEFT JOIN first_done ON promised.row_key = first_done.row_key AND first_done.place = 1
