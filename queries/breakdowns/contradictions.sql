/* breakdown
label       = { zh = "与知识库不符的说法", en = "Statements against the knowledge base" }
description = { zh = "客服说的与知识库不一致的地方：说了什么，知识库怎么写，在哪个会话；要连着客户的问题才看得懂的，附上问题。同一客服同一说法只列一次，附次数和最近一次。知识库本身过时的，请更新知识库。", en = "Where agents said something else than the knowledge base: both texts and the session, and the question where the answer is understood only with it. The same words of one agent stand once, with how often and the last time. Where the knowledge base is out of date, mend that." }
group       = "quality"
sources     = ["agent_statements"]
origin      = "seed 1; catalogue D (contradictions are listed)"
most_rows   = 50
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
rank  = 3
[[column]]
name  = "agent_id"
label = { zh = "客服", en = "Agent" }
[[column]]
name  = "asked"
label = { zh = "客户问的", en = "Asked" }
[[column]]
name  = "said"
label = { zh = "客服说的", en = "Said" }
[[column]]
name  = "known"
label = { zh = "知识库写的", en = "Knowledge base" }
[[column]]
name  = "times"
label = { zh = "次数", en = "Times" }
unit  = "count"
[[column]]
name  = "last_at"
label = { zh = "最近一次", en = "Last" }
rank  = 2
[[column]]
name  = "session_id"
label = { zh = "会话", en = "Session" }
rank  = 1
*/
WITH told AS (
    SELECT
        shop_id,
        agent_id,
        asked,
        said,
        known,
        occurred_at,
        session_id,
        count(*) OVER (PARTITION BY shop_id, agent_id, asked, said, known) AS times,
        row_number() OVER (
            PARTITION BY shop_id, agent_id, asked, said, known
            ORDER BY occurred_at DESC, row_key DESC
        ) AS place
    FROM agent_statements
    WHERE
        verdict = 'contradicts'
        AND occurred_at >= $period_start AND occurred_at < $period_end
)

SELECT
    shop_id,
    agent_id,
    asked,
    said,
    known,
    times,
    occurred_at AS last_at,
    session_id
FROM told
WHERE place = 1
ORDER BY times DESC, last_at DESC, shop_id ASC, agent_id ASC, said ASC, known ASC, asked ASC
