/* breakdown
label       = { zh = "违禁词与泄露明细", en = "Banned words and leaks" }
description = { zh = "话术合规率里每一条不合规的人工消息：哪一类、谁写的、原话（号码、地址等已替换）。一条消息犯两类的有两行。泄露和辱骂在前，同类新的在前。", en = "Every message by a human that breaks script compliance: which kind, who wrote it, his words (numbers and addresses replaced). A message of two kinds has two rows. Leaks and abuse first, of one kind the newest first." }
group       = "quality"
sources     = ["agent_talks"]
optional    = ["privacy_leaks", "message_forms", "message_signals", "sessions", "accounts"]
origin      = "catalogue D (each with its hits); kpi-definitions #131, #133"
most_rows   = 20
[[column]]
name  = "breach_kind"
label = { zh = "类别", en = "Kind" }
[[column]]
name  = "occurred_at"
label = { zh = "时间", en = "When" }
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
rank  = 2
[[column]]
name  = "agent_id"
label = { zh = "客服", en = "Agent" }
[[column]]
name  = "session_id"
label = { zh = "会话", en = "Session" }
rank  = 1
[[column]]
name  = "agent_text"
label = { zh = "原话", en = "The agent's words" }
*/
WITH banned AS (
    SELECT
        form_no,
        'insult' AS breach_kind,
        2 AS place
    FROM message_signals
    WHERE is_insult
    UNION ALL
    SELECT
        form_no,
        'diversion' AS breach_kind,
        3 AS place
    FROM message_signals
    WHERE is_diversion
    UNION ALL
    SELECT
        form_no,
        'false_claim' AS breach_kind,
        4 AS place
    FROM message_signals
    WHERE is_false_claim
    UNION ALL
    SELECT
        form_no,
        'superlative' AS breach_kind,
        5 AS place
    FROM message_signals
    WHERE is_superlative
    UNION ALL
    SELECT
        form_no,
        'perfunctory' AS breach_kind,
        6 AS place
    FROM message_signals
    WHERE is_perfunctory
),

breaches AS (
    SELECT
        message_forms.row_key,
        message_forms.session_no,
        message_forms.account_no,
        message_forms.occurred_at,
        message_forms.form_no,
        banned.breach_kind,
        banned.place
    FROM message_forms
    INNER JOIN banned ON message_forms.form_no = banned.form_no
    WHERE message_forms.actor = 2 AND message_forms.occurred_at >= $period_start
    UNION ALL
    SELECT
        message_forms.row_key,
        message_forms.session_no,
        message_forms.account_no,
        message_forms.occurred_at,
        message_forms.form_no,
        privacy_leaks.leak_kind AS breach_kind,
        1 AS place
    FROM message_forms
    INNER JOIN privacy_leaks ON message_forms.row_key = privacy_leaks.row_key
)

SELECT
    breaches.breach_kind,
    breaches.occurred_at,
    sessions.shop_id,
    accounts.agent_id,
    sessions.session_id,
    message_signals.form AS agent_text
FROM breaches
INNER JOIN sessions ON breaches.session_no = sessions.session_no
INNER JOIN message_signals ON breaches.form_no = message_signals.form_no
LEFT JOIN accounts ON breaches.account_no = accounts.account_no
WHERE sessions.started_at >= $period_start AND sessions.started_at < $period_end
ORDER BY
    breaches.place ASC,
    breaches.breach_kind ASC,
    breaches.occurred_at DESC,
    sessions.session_id ASC,
    breaches.row_key ASC
