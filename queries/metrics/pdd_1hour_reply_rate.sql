/* metric
label       = { zh = "有效回复率（拼多多 2019）", en = "PDD 1-hour reply rate, 2019" }
description = { zh = "拼多多 2019 年口径：08:00–23:00 咨询的买家（一天一人算一次）中，每一条消息都在 1 小时内得到客服回复的比例。起止日期没有公布。", en = "PDD's text of 2019: of customers who asked from 08:00 to 23:00 (once a day each), those whose every message was answered by an agent within an hour. Its first and last day are not published." }
formula     = { zh = "（咨询人数 − 无效回复人数）÷ 咨询人数", en = "(customers − customers not answered within an hour) ÷ customers" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "customer-day"
sources     = ["session_runs"]
optional    = ["asks", "contact_facts", "customers", "channels", "accounts"]
origin      = "kpi-definitions #45; http://www.gstsqh.com.cn/ecschool/pinduoduo/show_64869.html (of 2019-01-10); 50 % is its limit"
profile     = "pdd"
measures    = "response_time"
evidence    = "B"
differs     = { zh = "按人天算，一条消息超过 1 小时整天不达标，只看 8–23 点；我们的响应达标率按轮算，3 分钟，全天都算。", en = "Counts customer-days, one reply after an hour fails the whole day, asked 08–23 only; our replies within target count turns, 3 minutes, around the clock." }
reading     = { clock = "turn", unanswered = "missed", window = "asked" }
version     = 1
[params]
target_seconds = 3600
first_hour = 8
last_hour = 23
[target]
good = 0.5
*/
WITH days AS (
    SELECT
        customer_no,
        CAST(asked_at AS DATE) AS contact_on,
        max(CASE WHEN human_ms - asked_ms <= $target_seconds * 1000 THEN 0 ELSE 1 END) AS missed
    FROM asks
    WHERE extract(HOUR FROM asked_at) >= $first_hour AND extract(HOUR FROM asked_at) < $last_hour
    GROUP BY customer_no, CAST(asked_at AS DATE)
)

SELECT
    customers.shop_id,
    accounts.agent_id,
    channels.channel,
    CAST(days.contact_on AS TIMESTAMP) AS occurred_at,
    customers.customer_id,
    1 - days.missed AS numerator,
    1 AS denominator
FROM days
INNER JOIN customers ON days.customer_no = customers.customer_no
INNER JOIN contact_facts
    ON days.customer_no = contact_facts.customer_no AND days.contact_on = contact_facts.contact_on
LEFT JOIN channels ON contact_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON contact_facts.account_no = accounts.account_no
