/* breakdown
label       = { zh = "首问负责", en = "First owners who pass on" }
description = { zh = "每位首问客服（会话里最先被找到或先开口的人工）接的会话、转出的会话和转给了谁；转给多人时取第一位。导出只标转接、没写接手人的，接手人空着。", en = "For each first owner (the first human addressed or writing): his sessions, those passed on, and to whom; of several receivers the first. Where the export only marks the transfer, the receiver is empty." }
group       = "resolution"
most_rows   = 100
sources     = ["sessions"]
optional    = ["transfers"]
origin      = "seed 0 §2, seed 1 (首问负责); exact reading 7"
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
rank  = 1
[[column]]
name  = "agent_id"
label = { zh = "首问客服", en = "First owner" }
[[column]]
name  = "session_count"
label = { zh = "首问会话", en = "Sessions" }
unit  = "count"
[[column]]
name  = "passed_count"
label = { zh = "转出", en = "Passed on" }
unit  = "count"
[[column]]
name  = "passed_share"
label = { zh = "转出率", en = "Share passed on" }
unit  = "percent"
[[column]]
name  = "to_agent_id"
label = { zh = "转给", en = "To" }
[[column]]
name  = "to_count"
label = { zh = "转给此人", en = "To this agent" }
unit  = "count"
*/
WITH owned AS (
    SELECT
        shop_id,
        first_agent_id AS agent_id,
        count(*) AS session_count,
        count(CASE WHEN is_transferred THEN 1 END) AS passed_count
    FROM sessions
    WHERE has_human_message AND started_at >= $period_start AND started_at < $period_end
    GROUP BY shop_id, first_agent_id
),

passed AS (
    SELECT
        shop_id,
        agent_id,
        to_agent_id,
        count(*) AS to_count
    FROM transfers
    WHERE started_at >= $period_start AND started_at < $period_end
    GROUP BY shop_id, agent_id, to_agent_id
)

SELECT
    owned.shop_id,
    owned.agent_id,
    owned.session_count,
    owned.passed_count,
    owned.passed_count / nullif(CAST(owned.session_count AS DOUBLE), 0) AS passed_share,
    passed.to_agent_id,
    passed.to_count
FROM owned
INNER JOIN passed
    ON
        owned.shop_id = passed.shop_id
        AND coalesce(owned.agent_id, '') = coalesce(passed.agent_id, '')
ORDER BY
    owned.passed_count DESC,
    owned.shop_id ASC,
    owned.agent_id ASC,
    passed.to_count DESC,
    passed.to_agent_id ASC
