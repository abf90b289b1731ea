/* breakdown
label       = { zh = "无效回复明细", en = "Invalid replies by kind" }
description = { zh = "每位客服的无效回复：重复话术、只有客套、答非所问各多少；一次回复可以同时属于几种。没有无效回复的客服不列。", en = "Each agent's invalid replies by kind: repeated script, filler only, off topic; a reply may be of several kinds. Agents without any are not listed." }
group       = "quality"
sources     = ["agent_replies"]
optional    = ["reply_facts", "session_facts", "shops", "accounts"]
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
        session_facts.shop_no,
        coalesce(reply_facts.account_no, -1) AS account_no,
        reply_facts.session_no,
        reply_facts.occurred_at,
        reply_facts.row_key,
        CASE WHEN reply_facts.is_repeated THEN 1 ELSE 0 END AS repeated,
        CASE WHEN reply_facts.is_filler THEN 1 ELSE 0 END AS filler,
        CASE WHEN reply_facts.is_off_topic THEN 1 ELSE 0 END AS off_topic,
        CASE
            WHEN reply_facts.is_repeated OR reply_facts.is_filler OR reply_facts.is_off_topic THEN 1
            ELSE 0
        END AS invalid
    FROM reply_facts
    INNER JOIN session_facts ON reply_facts.session_no = session_facts.session_no
    WHERE reply_facts.occurred_at >= $period_start AND reply_facts.occurred_at < $period_end
),

counted AS (
    SELECT
        shop_no,
        account_no,
        count(*) AS reply_count,
        sum(repeated) AS repeated_count,
        sum(filler) AS filler_count,
        sum(off_topic) AS off_topic_count,
        1.0 * sum(invalid) / count(*) AS invalid_share
    FROM judged
    GROUP BY shop_no, account_no
    HAVING sum(invalid) > 0
),

latest AS (
    SELECT
        shop_no,
        account_no,
        session_no,
        row_number() OVER (
            PARTITION BY shop_no, account_no ORDER BY occurred_at DESC, row_key DESC
        ) AS place
    FROM judged
    WHERE invalid = 1
)

SELECT
    shops.shop_id,
    accounts.agent_id,
    counted.reply_count,
    counted.repeated_count,
    counted.filler_count,
    counted.off_topic_count,
    counted.invalid_share,
    session_facts.session_id
FROM counted
INNER JOIN latest
    ON
        counted.shop_no = latest.shop_no
        AND counted.account_no = latest.account_no
        AND latest.place = 1
INNER JOIN session_facts ON latest.session_no = session_facts.session_no
INNER JOIN shops ON counted.shop_no = shops.shop_no
LEFT JOIN accounts ON counted.account_no = accounts.account_no
ORDER BY
    counted.invalid_share DESC,
    counted.reply_count DESC,
    shops.shop_id ASC,
    accounts.agent_id ASC
