/* breakdown
label       = { zh = "无效回复明细", en = "Invalid replies by kind" }
description = { zh = "每位客服的无效回复：重复话术、只有客套、答非所问各多少；一次回复可以同时属于几种。没有无效回复的客服不列。", en = "Each agent's invalid replies by kind: repeated script, filler only, off topic; a reply may be of several kinds. Agents without any are not listed." }
group       = "quality"
sources     = ["agent_replies"]
origin      = "seed 1; catalogue D (each kind apart)"
most_rows   = 50
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
rank  = 3
[[column]]
name  = "agent_id"
label = { zh = "客服", en = "Agent" }
[[column]]
name  = "reply_count"
label = { zh = "回复数", en = "Replies" }
unit  = "count"
[[column]]
name  = "repeated_count"
label = { zh = "重复话术", en = "Repeated" }
unit  = "count"
[[column]]
name  = "filler_count"
label = { zh = "只有客套", en = "Filler only" }
unit  = "count"
[[column]]
name  = "off_topic_count"
label = { zh = "答非所问", en = "Off topic" }
unit  = "count"
[[column]]
name  = "invalid_share"
label = { zh = "无效占比", en = "Invalid" }
unit  = "percent"
[[column]]
name  = "session_id"
label = { zh = "最近一例", en = "Latest example" }
rank  = 2
*/
WITH judged AS (
    SELECT
        shop_id,
        agent_id,
        session_id,
        CASE WHEN is_repeated THEN 1 ELSE 0 END AS repeated,
        CASE WHEN is_filler THEN 1 ELSE 0 END AS filler,
        CASE WHEN is_off_topic THEN 1 ELSE 0 END AS off_topic,
        CASE WHEN is_repeated OR is_filler OR is_off_topic THEN 1 ELSE 0 END AS invalid,
        row_number() OVER (
            PARTITION BY shop_id, agent_id
            ORDER BY
                CASE WHEN is_repeated OR is_filler OR is_off_topic THEN 0 ELSE 1 END ASC,
                occurred_at DESC,
                row_key DESC
        ) AS place
    FROM agent_replies
    WHERE occurred_at >= $period_start AND occurred_at < $period_end
)

SELECT
    shop_id,
    agent_id,
    count(*) AS reply_count,
    sum(repeated) AS repeated_count,
    sum(filler) AS filler_count,
    sum(off_topic) AS off_topic_count,
    1.0 * sum(invalid) / count(*) AS invalid_share,
    max(CASE WHEN place = 1 THEN session_id END) AS session_id
FROM judged
GROUP BY shop_id, agent_id
HAVING sum(invalid) > 0
ORDER BY invalid_share DESC, reply_count DESC, shop_id ASC, agent_id ASC
