/* metric
label       = { zh = "首次回复时间（Zendesk）", en = "Zendesk first reply time" }
description = { zh = "Zendesk 口径：从会话建立（第一条消息，不论谁发）到人工的第一次回复；客服先开口的会话算到客服的第二条消息；机器人和自动回复不算，没有回复的没有数值。", en = "Zendesk's reading: from the creation of the conversation (its first message, whoever wrote it) to the first human reply; in one an agent opened, to his second message. Bots and auto-replies do not count; without a reply there is no number." }
formula     = { zh = "Σ 从建立到首次人工回复的秒数 ÷ 有回复的会话数", en = "sum of seconds from creation to the first human reply ÷ sessions with one" }
group       = "speed"
type        = "mean"
unit        = "duration"
direction   = "down"
grain       = "session"
sources     = ["sessions"]
optional    = ["session_messages", "accounts"]
origin      = "kpi-definitions #31; https://support.zendesk.com/hc/en-us/articles/4408834848154, https://support.zendesk.com/hc/en-us/articles/4408821871642"
profile     = "zendesk"
measures    = "response_time"
evidence    = "A"
differs     = { zh = "从会话建立起算，客服先开口的会话也算（到他的第二条消息）；我们从买家第一句起算，客服先开口的不算。", en = "Runs from the creation and takes sessions an agent opened (to his second message); ours runs from the customer's first message and leaves those out." }
reading     = { clock = "created", unanswered = "left_out", window = "none" }
clock       = { from = "started_at", to = "replied_at" }
version     = 1
*/
WITH opened AS (
    SELECT
        session_messages.session_no,
        session_messages.account_no,
        session_messages.occurred_at,
        session_messages.row_key
    FROM session_messages
    INNER JOIN sessions ON session_messages.session_no = sessions.session_no
    WHERE
        session_messages.actor = 2
        AND sessions.has_clock
        AND (sessions.is_proactive OR NOT sessions.is_customer_session)
),

second AS (
    SELECT
        session_no,
        account_no,
        occurred_at
    FROM opened
    QUALIFY row_number() OVER (PARTITION BY session_no ORDER BY occurred_at, row_key) = 2
),

replied AS (
    SELECT
        session_no,
        shop_id,
        channel,
        started_at,
        first_reply_agent_id AS agent_id,
        first_replied_at AS replied_at
    FROM sessions
    WHERE has_clock AND is_customer_session AND NOT is_proactive AND has_human_reply
    UNION ALL
    SELECT
        sessions.session_no,
        sessions.shop_id,
        sessions.channel,
        sessions.started_at,
        accounts.agent_id,
        second.occurred_at AS replied_at
    FROM sessions
    INNER JOIN second ON sessions.session_no = second.session_no
    LEFT JOIN accounts ON second.account_no = accounts.account_no
)

SELECT
    session_no,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    started_at,
    replied_at,
    (epoch_ms(replied_at) - epoch_ms(started_at)) / 1000.0 AS measure
FROM replied
