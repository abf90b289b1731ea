/* model
target = "late_order_facts"
needs = ["orders WHERE shipped_at IS NOT NULL"]
[params]
ship_hours = "talk.ship_hours"
*/
-- A shop whose export never says when goods went out has no late orders, as far as anybody knows.
WITH shop_ends AS (
    SELECT
        shop_id,
        max(greatest(
            created_at, coalesce(paid_at, created_at), coalesce(shipped_at, created_at)
        )) AS known_until
    FROM orders
    GROUP BY shop_id
    HAVING count(shipped_at) > 0
),

late AS (
    SELECT
        sale_orders.order_no,
        sale_orders.shop_id,
        sale_orders.order_id,
        sale_orders.customer_no,
        sale_orders.channel,
        sale_orders.paid_at,
        sale_orders.paid_at + $ship_hours * INTERVAL 1 HOUR AS due_at,
        orders.shipped_at,
        coalesce(orders.shipped_at, shop_ends.known_until) AS until_at
    FROM sale_orders
    INNER JOIN orders
        ON sale_orders.shop_id = orders.shop_id AND sale_orders.order_id = orders.order_id
    INNER JOIN shop_ends ON sale_orders.shop_id = shop_ends.shop_id
    WHERE
        sale_orders.customer_no IS NOT NULL
        AND sale_orders.has_clock
        AND sale_orders.left_out IS NULL
        AND sale_orders.paid_at IS NOT NULL
        AND coalesce(orders.shipped_at, shop_ends.known_until)
        > sale_orders.paid_at + $ship_hours * INTERVAL 1 HOUR
        AND (
            orders.shipped_at IS NOT NULL
            OR (
                NOT sale_orders.is_refunded
                AND coalesce(orders.status, 'unknown') NOT IN ('closed', 'shipped', 'completed')
            )
        )
),

delivery AS (
    SELECT
        form_no,
        regexp_matches(form, '发货|物流|快递|到货|没发|还没|催|(?:什么时候|几时|多久|哪天).{0,4}(?:发|到)') AS is_asking,
        (
            regexp_matches(
                form,
                '延迟|延误|延期|延后|顺延|推迟|往后(?:挪|推|延|顺)|耽误|耽搁|晚.{0,3}发|发.{0,3}(?:晚|慢)|缺货|'
                || '断货|断码|断供|缺料|无货|没货|没现货|没有现货|没库存|没有库存|补货|调货|爆仓|爆单|卖超|超卖|积压|停滞|停运|停产|'
                || '停工|停发|封控|封路|丢失|丢件|丢了|弄丢|异常|还没发|没能发|没发成|没发出|发不[了出走]|无法发|没法发|暂时(?:没|'
                || '发不|无法)|没来得及|没赶上|跟不上|供应不上|漏发|漏打包|漏单|赶制|赶工|跳票|没配齐|配不齐'
            )
            OR regexp_matches(
                form,
                '(?:订单|单子|这单|件|货|发货|发出|寄|仓库?|厂|工人|师傅|快递|物流|批|款|码|生产|定制|大雪|暴雨|台风|疫情|'
                || '系统|机器).{0,14}(?:晚[点些几两一]|慢[点些一]|迟[点些几两一]|延长|放假|盘点|搬家|搬仓|故障|坏了|海关|'
                || '扣着|扣下|停了|不收件|进不来|来不了|排单|排期|排队|重新?(?:发|做|安排|补|配)|得(?:等|下)|多等|'
                || '等[一两三四五六七八九十几0-9]|要(?:等|到|下)|满了|忙不过来|没过|压了?下来|拦回来|退回)'
            )
            OR regexp_matches(
                form,
                '(?:晚[点些几两一]|迟[点些几两一]|多等|得等|要等|下周|下个?月|年后|节后|得明天|要明天|挪到|排到|'
                || '推到).{0,8}(?:发|寄|出货|出库|揽收|到货|补上|天|才|您的货)|(?:答应|说好|本来|原定|原本|'
                || '应该).{0,12}(?:没|做不到|来不及|结果|得明天)'
            )
        )
        -- What is said of a refund or of how long it takes to arrive is no delay.
        AND NOT regexp_matches(form, '退款.{0,8}(?:到账|原路)|不用等|无需等|不缺货|没有?(?:延迟|耽误|异常)')
            AS is_telling
    FROM message_signals
),

talks AS (
    SELECT
        late.order_no,
        message_forms.actor,
        message_forms.session_no,
        coalesce(message_forms.account_no, 0) AS account_no,
        message_forms.occurred_at,
        CAST(message_forms.occurred_ms AS DECIMAL(38, 0)) * 1000000000000000000
        + message_forms.row_key AS order_key
    FROM late
    INNER JOIN message_forms ON late.customer_no = message_forms.customer_no
    INNER JOIN delivery ON message_forms.form_no = delivery.form_no
    WHERE
        message_forms.occurred_ms IS NOT NULL
        AND message_forms.occurred_at >= late.paid_at
        AND message_forms.occurred_at < late.until_at
        AND (
            (message_forms.actor = 1 AND delivery.is_asking)
            OR (message_forms.actor = 2 AND delivery.is_telling)
        )
),

spoken AS (
    SELECT
        order_no,
        min(CASE WHEN actor = 1 THEN occurred_at END) AS asked_at,
        min(CASE WHEN actor = 2 THEN occurred_at END) AS told_at,
        coalesce(
            arg_min(
                CASE WHEN actor = 2 THEN session_no END, CASE WHEN actor = 2 THEN order_key END
            ),
            arg_min(session_no, order_key)
        ) AS session_no,
        coalesce(
            arg_min(
                CASE WHEN actor = 2 THEN account_no END, CASE WHEN actor = 2 THEN order_key END
            ),
            arg_min(account_no, order_key)
        ) AS account_no
    FROM talks
    GROUP BY order_no
)

SELECT
    late.shop_id,
    late.order_id,
    late.customer_no,
    late.channel,
    late.paid_at,
    late.due_at,
    late.shipped_at,
    spoken.asked_at,
    spoken.told_at,
    spoken.session_no,
    nullif(spoken.account_no, 0) AS account_no
FROM late
LEFT JOIN spoken ON late.order_no = spoken.order_no
