/* model
target = "channels"
scope = "names"
*/
WITH named AS (
    SELECT DISTINCT channel
    FROM messages
    WHERE channel IS NOT NULL
)

SELECT
    CAST(row_number() OVER (ORDER BY channel) AS INTEGER) AS channel_no,
    channel
FROM named
