/* gaming
label       = { zh = "刚过计时上限才回复", en = "Replies just after the clock's cap" }
description = { zh = "不少规则把等待封顶在 10 或 30 分钟，或把过了这么久才来的回复算进新会话。这里数刚过上限 30 秒内的回复，与上限前后各 30 秒相比：没有人留意上限时，三段应各占三分之一。也可能只是碰巧，或提醒恰在那时响。", en = "Many rules cap a wait at 10 or 30 minutes, or count a later reply into a new session. Replies in the 30 seconds after the cap are compared with the 30 seconds on either side: where nobody minds the cap each holds a third. It may be chance, or a reminder that rings just then." }
what        = { zh = "等了 {wait_seconds}才回复", en = "replied after {wait_seconds}" }
sources     = ["turns"]
optional    = ["turn_facts", "session_facts", "shops", "accounts"]
origin      = "kpi-definitions §3 no. 16, §6 no. 10; peers-and-trust A.3 (Tmall caps at 600 s)"
min_sample  = 10
[params]
first_cap_seconds  = 600
second_cap_seconds = 1800
edge_seconds       = 30
*/
-- Without session ids of the export, a reply after the idle gap opens a session of its own.
WITH waits AS (
    SELECT
        turn_facts.session_no,
        turn_facts.shop_no,
        turn_facts.account_no,
        turn_facts.asked_at AS occurred_at,
        turn_facts.reply_seconds AS wait_seconds
    FROM turn_facts
    WHERE
        turn_facts.reply_seconds IS NOT NULL
        AND turn_facts.asked_at >= $period_start
        AND turn_facts.asked_at < $period_end
    UNION ALL
    SELECT
        later.session_no,
        turn_facts.shop_no,
        later.owner_account_no AS account_no,
        turn_facts.asked_at AS occurred_at,
        (epoch_ms(later.started_at) - epoch_ms(turn_facts.asked_at)) / 1000.0 AS wait_seconds
    FROM turn_facts
    INNER JOIN session_facts AS later ON turn_facts.session_no + 1 = later.session_no
    WHERE
        NOT turn_facts.is_answered
        AND later.has_clock
        AND later.has_human_message
        AND (later.is_proactive OR NOT later.is_customer_session)
        AND turn_facts.asked_at >= $period_start
        AND turn_facts.asked_at < $period_end
),

near_caps AS (
    SELECT
        *,
        CASE
            WHEN wait_seconds > $second_cap_seconds - $edge_seconds THEN $second_cap_seconds
            ELSE $first_cap_seconds
        END AS cap_seconds
    FROM waits
    WHERE
        (
            wait_seconds > $first_cap_seconds - $edge_seconds
            AND wait_seconds <= $first_cap_seconds + 2 * $edge_seconds
        )
        OR (
            wait_seconds > $second_cap_seconds - $edge_seconds
            AND wait_seconds <= $second_cap_seconds + 2 * $edge_seconds
        )
)

SELECT
    near_caps.session_no,
    shops.shop_id,
    accounts.agent_id,
    near_caps.occurred_at,
    CASE
        WHEN
            near_caps.wait_seconds > near_caps.cap_seconds
            AND near_caps.wait_seconds <= near_caps.cap_seconds + $edge_seconds
            THEN 1
        ELSE 0
    END AS is_hit,
    1.0 / 3 AS expected,
    near_caps.wait_seconds
FROM near_caps
INNER JOIN shops ON near_caps.shop_no = shops.shop_no
LEFT JOIN accounts ON near_caps.account_no = accounts.account_no
