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
                '延迟|延误|延期|延后|顺延|推迟|推后|往后(?:挪|推|延|顺)|耽误|耽搁|晚.{0,3}发|发.{0,3}(?:晚|慢)|缺货|断货|断码|断供|缺料|'
                || '无货|没货|没现货|没有现货|没库存|没有库存|补货|调货|爆仓|爆单|卖超|超卖|积压|停滞|停运|停产|停工|停发|封控|封路|丢失|丢件|'
                || '丢了|弄丢|异常|还没发|没能发|没发成|没发出|发不[了出走]|无法发|没法发|暂时(?:没有?货|没发|发不|无法发|缺)|没来得及|没赶上|'
                || '供应不上|漏发|漏打包|漏单|赶制|赶工|跳票|没配齐|配不齐'
            )
            OR regexp_matches(
                form,
                '(?:订单|单子|这单|货|发出|寄|仓库?|厂|工人|批|生产|定制|大雪|暴雨|台风|疫情|机器|您(?:买|拍|订)的).{0,14}(?:晚[点些几两一]|'
                || '慢[点些一]|迟[点些几两一]|放假|盘点|搬家|搬仓|故障|坏了|扣着|扣下|停了|不收件|进不来|来不了|排单|排期|排队|重新?(?:发|做|补|配)|'
                || '得下|多等|要到(?:周|下|月|[0-9])|满了|忙不过来|质检没过|压了?下来|拦回来)|(?:破损|转运|运输).{0,8}退回|'
                || '(?:发货|物流|配送)(?:时效)?.{0,4}延长|海关.{0,4}(?:扣|查|卡)|系统(?:故障|出错).{0,14}(?:订单|发|仓)|'
                || '快递.{0,6}(?:停|不收件|没来)'
            )
            OR regexp_matches(
                form,
                '(?:晚[点些几两一]|迟[点些几两一]|多等|(?:得|要)等(?:到周|到下|到月|上?个?[一两三四五六七八九十几0-9])|'
                || '下周|下个?月|年后|节后|得明天|要明天|'
                || '挪到|排到|推到).{0,8}(?:发|寄|出货|出库|揽收|到货|补上|天|才|您的货|厂)|'
                || '(?:答应|说好|本来|原定|原本).{0,12}(?:没发|没出|做不到|来不及|得明天|没来)|'
                || '暂时没有.{0,8}其余|(?:两|几)天.{0,8}单量.{0,3}大'
            )
        )
        -- What is said of a refund, an invoice or of goods to be ordered yet is no delay of this order.
        AND NOT regexp_matches(
            form, '退款.{0,8}(?:到账|原路)|不用等|无需等|不缺货|没有?(?:延迟|耽误|异常)|价保|发票|先拍|拍下排队|入库'
        )
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
