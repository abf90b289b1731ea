/* check
label    = { zh = "有的文件没写店铺，而店铺不止一家：聊天和订单可能对不上；请用 --shop 装入一个新的数据库", en = "files name no shop while there are several: chats and orders may not meet; load them with --shop into a new database" }
severity = "warn"
*/
WITH named AS (
    SELECT
        'messages' AS kind,
        shop_id
    FROM threads
    UNION
    SELECT
        'orders' AS kind,
        shop_id
    FROM orders
    UNION
    SELECT
        'ratings' AS kind,
        shop_id
    FROM ratings
),

shops_named AS (
    SELECT count(DISTINCT shop_id) AS shop_count
    FROM named
    WHERE shop_id <> ''
)

SELECT
    named.kind AS subject,
    shops_named.shop_count AS detail
FROM named
CROSS JOIN shops_named
WHERE named.shop_id = '' AND shops_named.shop_count > 1
ORDER BY named.kind
