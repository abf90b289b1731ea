/* metric
label       = { zh = "推诿率", en = "Buck passing rate" }
description = { zh = "客服会话中，客服叫买家自己去找别处（联系平台、快递、商家、厂家……），而会话没有转接、会话开始到结束后 24 小时内也没有为该会话或该买家开工单的比例。", en = "Of agents' sessions, those in which the agent sends the customer elsewhere (the platform, the carrier, the maker, …) while the session is not passed on and no ticket of that conversation or customer is opened from its start until 24 hours after its end." }
formula     = { zh = "推给别处且无转接无工单的客服会话 ÷ 客服会话", en = "agents' sessions that send elsewhere without transfer or ticket ÷ agents' sessions" }
group       = "resolution"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "agent session"
sources     = ["agent_talks"]
optional    = ["counted_tickets"]
origin      = "seed 2; seed 1 (避免用户被踢皮球)"
min_sample  = 20
version     = 1
[params]
ticket_hours = 24
*/
WITH referred AS (
    SELECT
        session_no,
        shop_id,
        conversation_id,
        customer_id,
        started_at,
        ended_at
    FROM agent_talks
    WHERE referral_count > 0 AND NOT is_transferred
),

ticketed AS (
    SELECT referred.session_no
    FROM referred
    INNER JOIN counted_tickets
        ON
            referred.shop_id = counted_tickets.shop_id
            AND referred.conversation_id = counted_tickets.conversation_id
    WHERE
        counted_tickets.created_at >= referred.started_at
        AND counted_tickets.created_at <= referred.ended_at + $ticket_hours * INTERVAL 1 HOUR
    UNION
    SELECT referred.session_no
    FROM referred
    INNER JOIN counted_tickets
        ON
            referred.shop_id = counted_tickets.shop_id
            AND referred.customer_id = counted_tickets.customer_id
    WHERE
        counted_tickets.created_at >= referred.started_at
        AND counted_tickets.created_at <= referred.ended_at + $ticket_hours * INTERVAL 1 HOUR
)

SELECT
    agent_talks.session_no,
    agent_talks.session_id,
    agent_talks.shop_id,
    agent_talks.agent_id,
    agent_talks.channel,
    agent_talks.started_at AS occurred_at,
    agent_talks.referral_count,
    CASE
        WHEN
            agent_talks.referral_count > 0
            AND NOT agent_talks.is_transferred
            AND ticketed.session_no IS NULL
            THEN 1
        ELSE 0
    END AS numerator,
    1 AS denominator
FROM agent_talks
LEFT JOIN ticketed ON agent_talks.session_no = ticketed.session_no
