/* metric
label       = { zh = "慢响应率", en = "Slow response rate" }
description = { zh = "买家一天里至少几次（默认 3 次）等人工回复超过 120 秒的人天占比；一直没有回复的等待不是一次慢响应，另见未回复会话数。", en = "Customer-days on which a human let the customer wait more than 120 seconds at least three times; a wait that was never answered is no slow reply, see unanswered sessions." }
formula     = { zh = "慢响应的买家人天 ÷ 买家人天", en = "customer-days with slow replies ÷ customer-days" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "customer-day"
sources     = ["contact_facts"]
optional    = ["session_runs", "customers", "channels", "accounts"]
origin      = "kpi-definitions #55 (120 s, 3 times, both configurable)"
min_sample  = 20
version     = 1
[params]
gap_seconds = 120
least_gaps = 3
*/
WITH slow AS (
    SELECT
        customer_no,
        CAST(asked_at AS DATE) AS contact_on,
        count(*) AS gaps
    FROM session_runs
    WHERE opens_turn AND human_ms - asked_ms > $gap_seconds * 1000
    GROUP BY customer_no, CAST(asked_at AS DATE)
)

SELECT
    customers.shop_id,
    accounts.agent_id,
    channels.channel,
    CAST(contact_facts.contact_on AS TIMESTAMP) AS occurred_at,
    customers.customer_id,
    coalesce(slow.gaps, 0) AS gaps,
    CASE WHEN slow.gaps >= $least_gaps THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM contact_facts
INNER JOIN customers ON contact_facts.customer_no = customers.customer_no
LEFT JOIN slow
    ON
        contact_facts.customer_no = slow.customer_no
        AND contact_facts.contact_on = slow.contact_on
LEFT JOIN channels ON contact_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON contact_facts.account_no = accounts.account_no
WHERE contact_facts.has_clock
