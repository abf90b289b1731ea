/* metric
label       = { zh = "3分钟人工回复率（拼多多）", en = "PDD 3-minute reply rate" }
description = { zh = "拼多多口径：08:00–23:00 咨询的买家（一天一人算一次）中，每一条消息都在 3 分钟内得到人工回复的比例；有一条没有，这位买家当天就不达标，只有机器人回复也不达标。", en = "PDD's reading: of customers who asked from 08:00 to 23:00 (once a day each), those whose every message got a human reply within 3 minutes. One that did not fails the customer for the day, a bot's reply alone does too." }
formula     = { zh = "（咨询人数 − 3 分钟未人工回复人数）÷ 咨询人数", en = "(customers − customers not answered within 3 minutes) ÷ customers" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "customer-day"
sources     = ["session_runs"]
optional    = ["asks", "contact_facts", "customers", "channels", "accounts"]
origin      = "kpi-definitions #44; http://wl-enterprise.com/news/i386429.html; took the place of the 1-hour and the 5-minute rate on a day we found nowhere"
profile     = "pdd"
measures    = "response_time"
evidence    = "B"
differs     = { zh = "按人天算，一条消息超时整天不达标，只看 8–23 点；我们的响应达标率按轮算，全天都算。", en = "Counts customer-days, one late reply fails the whole day, asked 08–23 only; our replies within target count turns, around the clock." }
reading     = { clock = "turn", unanswered = "missed", window = "asked" }
version     = 1
[params]
target_seconds = 180
first_hour = 8
last_hour = 23
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
