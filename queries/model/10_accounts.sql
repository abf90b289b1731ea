/* model
target = "accounts"
*/
SELECT DISTINCT
    account_no,
    shop_id,
    agent_id,
    is_bot
FROM account_names
