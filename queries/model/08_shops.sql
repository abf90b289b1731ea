/* model
target = "shops"
scope = "names"
*/
WITH named AS (
    SELECT DISTINCT shop_id
    FROM messages
)

SELECT
    CAST(row_number() OVER (ORDER BY shop_id) AS INTEGER) AS shop_no,
    shop_id
FROM named
