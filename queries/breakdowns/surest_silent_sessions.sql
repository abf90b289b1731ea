/* breakdown
label       = { zh = "把握最大的静默会话", en = "Silent sessions it is surest about" }
description = { zh = "没有评价的会话里，预计满意的概率离一半最远的（正好一半的不算）：每店最可能满意的五个、最可能不满意的五个，概率相同的按得分。右边是买家说的话里语气最偏这一边的一句，读几句就知道静默满意度靠不靠得住。号码、地址等已替换。", en = "Of the sessions without a rating, those whose expected chance of satisfied lies farthest from one half (never at it): five of each shop most likely satisfied and five most likely not, equal chances by score. Beside them the customer's message whose mood leans most that way: reading a few shows whether silent satisfaction can be trusted. Numbers and addresses are replaced." }
group       = "satisfaction"
sources     = ["session_satisfaction"]
optional    = ["sessions", "message_forms", "message_signals"]
origin      = "seed 1 §1; issue 5 §2 (five sessions it is surest about)"
rank        = 2
most_rows   = 20
[params]
surest = 5
[[column]]
name  = "silent_leaning"
label = { zh = "预计", en = "Expected to be" }
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
rank  = 4
[[column]]
name  = "session_id"
label = { zh = "会话", en = "Session" }
[[column]]
name  = "agent_id"
label = { zh = "客服", en = "Agent" }
rank  = 1
[[column]]
name  = "started_at"
label = { zh = "开始", en = "Started" }
rank  = 2
[[column]]
name  = "expected"
label = { zh = "满意概率", en = "Chance of satisfied" }
unit  = "percent"
[[column]]
name  = "customer_text"
label = { zh = "最说明问题的一句", en = "Most telling message" }
*/
WITH silent AS (
    SELECT
        session_satisfaction.session_no,
        sessions.shop_id,
        sessions.started_at,
        CASE WHEN session_satisfaction.expected > 0.5 THEN 1 ELSE -1 END AS way,
        abs(session_satisfaction.expected - 0.5) AS sureness,
        CASE
            WHEN session_satisfaction.expected > 0.5 THEN session_satisfaction.score
            ELSE -session_satisfaction.score
        END AS leaning
    FROM session_satisfaction
    INNER JOIN sessions ON session_satisfaction.session_no = sessions.session_no
    WHERE
        session_satisfaction.rating IS NULL
        AND session_satisfaction.expected <> 0.5
        AND sessions.started_at >= $period_start
        AND sessions.started_at < $period_end
),

ranked AS (
    SELECT
        silent.session_no,
        silent.way,
        row_number() OVER (
            PARTITION BY silent.shop_id, silent.way
            ORDER BY
                silent.sureness DESC,
                silent.leaning DESC,
                silent.started_at ASC,
                silent.session_no ASC
        ) AS place
    FROM silent
),

surest AS (
    SELECT
        ranked.session_no,
        ranked.way,
        ranked.place
    FROM ranked
    WHERE ranked.place <= $surest
),

said AS (
    SELECT
        surest.session_no,
        message_signals.form,
        row_number() OVER (
            PARTITION BY surest.session_no
            ORDER BY
                surest.way * coalesce(message_signals.sentiment, 0) DESC,
                length(message_signals.form) DESC,
                message_forms.row_key ASC
        ) AS place
    FROM message_forms
    INNER JOIN surest ON message_forms.session_no = surest.session_no
    INNER JOIN message_signals ON message_forms.form_no = message_signals.form_no
    WHERE message_forms.actor = 1
)

SELECT
    CASE WHEN surest.way = 1 THEN 'satisfied' ELSE 'dissatisfied' END AS silent_leaning,
    sessions.shop_id,
    sessions.session_id,
    sessions.agent_id,
    sessions.started_at,
    session_satisfaction.expected,
    said.form AS customer_text
FROM surest
INNER JOIN session_satisfaction ON surest.session_no = session_satisfaction.session_no
INNER JOIN sessions ON surest.session_no = sessions.session_no
LEFT JOIN said ON surest.session_no = said.session_no AND said.place = 1
ORDER BY sessions.shop_id, surest.way, surest.place
