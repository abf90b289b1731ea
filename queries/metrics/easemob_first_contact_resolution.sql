/* metric
label       = { zh = "首次解决率（环信）", en = "Easemob first contact resolution" }
description = { zh = "环信口径：此前 24 小时内没有联系过的买家会话是首次联系，其中此后 24 小时内没有再次联系的算解决；两个时限都可改；不看转接和投诉，不分问题类型。", en = "Easemob's reading: a customer's session with no other of his in the 24 hours before is a first contact; it is solved when none follows in the 24 hours after. Both windows can be changed; transfers, complaints and the issue play no part." }
formula     = { zh = "首次联系且此后没有再联系的会话数 ÷ 首次联系的会话数", en = "first contacts not followed by another ÷ first contacts" }
group       = "resolution"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["sessions"]
origin      = "kpi-definitions #108 (for calls; here for chats, both windows from start to start, 24 h by the catalogue); http://docs.easemob.com/cs/call-center/firstresolution"
profile     = "easemob"
measures    = "first_contact_resolution"
evidence    = "A"
differs     = { zh = "只看前后时限内有没有再联系；我们还要求没有转接、7 天内没有投诉，并区分问题类型。", en = "Asks only for other contacts before and after; ours also wants no transfer and no complaint within 7 days, and tells issues apart." }
matures_after_days = 1
version     = 1
[params]
hours_before = 24
hours_after = 24
*/
WITH contacts_in_order AS (
    SELECT
        session_no,
        session_id,
        shop_id,
        agent_id,
        channel,
        customer_id,
        started_at,
        lag(started_at) OVER customer AS previous_at,
        lead(started_at) OVER customer AS next_at
    FROM sessions
    WHERE is_customer_session AND has_clock AND customer_id IS NOT NULL
    WINDOW customer AS (PARTITION BY shop_id, customer_id ORDER BY started_at, session_no)
)

SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    customer_id,
    started_at AS occurred_at,
    next_at,
    CASE WHEN next_at <= started_at + $hours_after * INTERVAL 1 HOUR THEN 0 ELSE 1 END AS numerator,
    1 AS denominator
FROM contacts_in_order
WHERE previous_at IS NULL OR previous_at < started_at - $hours_before * INTERVAL 1 HOUR
