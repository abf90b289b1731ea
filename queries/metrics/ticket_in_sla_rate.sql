/* metric
label       = { zh = "工单及时率", en = "Tickets closed in time" }
description = { zh = "期间内创建的工单中，创建后 24 小时内关闭的比例；还开着的算未及时，重新打开过的看最后一次关闭。工单自带的截止时间默认不用；设置里选用后，有截止时间的工单按它判断。关闭早于创建的工单不计入。", en = "Of tickets created in the period, those closed within 24 h; open ones are not in time, reopened ones go by their last closing. A ticket's own due time is used only where the settings say so. Tickets closed before they were created are out." }
formula     = { zh = "时限内关闭的工单数 ÷ 创建的工单数", en = "tickets closed in time ÷ tickets created" }
group       = "resolution"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "ticket"
sources     = ["counted_tickets"]
origin      = "seed 1 §1; kpi-definitions #118; exact reading 1 (by creation); target 85–95 %: #120"
min_sample  = 20
matures_after_days = 1
version     = 1
[params]
sla_hours = 24
use_due_at = 0
[target]
good = 0.95
warn = 0.85
*/
WITH due AS (
    SELECT
        ticket_id,
        shop_id,
        agent_id,
        channel,
        ticket_kind,
        created_at,
        closed_at,
        CASE
            WHEN $use_due_at = 1 AND due_at IS NOT NULL THEN due_at
            ELSE created_at + $sla_hours * INTERVAL 1 HOUR
        END AS due_at
    FROM counted_tickets
)

SELECT
    ticket_id,
    shop_id,
    agent_id,
    channel,
    created_at AS occurred_at,
    ticket_kind,
    closed_at,
    due_at,
    CASE WHEN closed_at <= due_at THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM due
WHERE closed_at IS NULL OR closed_at >= created_at
