/* gaming
label       = { zh = "关了再开", en = "Closed and opened again" }
description = { zh = "买家的话还没人回，会话就结束了；同一位客服很快又主动给同一位买家开了新会话（新的会话号），等待从头计起。也可能是断线重连。平台的导出没有会话号时看不出来。", en = "A session ended while the customer was waiting, and soon the same agent opened a new one (a new id) with the same customer, so that the clock starts anew. A lost connection looks the same. Not visible where the export has no session ids." }
what        = { zh = "买家在等，{gap_seconds}后同一客服另开会话 {next_session}", en = "the customer was waiting; {gap_seconds} later the same agent opened {next_session}" }
sources     = ["sessions"]
optional    = ["session_facts", "turn_facts", "shops", "accounts"]
origin      = "kpi-definitions §3 no. 16, §6 no. 10"
min_sample  = 20
[params]
within_seconds = 900
*/
WITH ordered AS (
    SELECT
        session_no,
        shop_no,
        owner_account_no,
        conversation_id,
        started_at,
        ended_at,
        is_customer_session,
        lead(conversation_id) OVER one_customer AS next_conversation_id,
        lead(session_id) OVER one_customer AS next_session,
        lead(owner_account_no) OVER one_customer AS next_account_no,
        lead(started_at) OVER one_customer AS next_at,
        lead(has_human_message AND (is_proactive OR NOT is_customer_session))
            OVER one_customer AS next_is_opened_by_agent
    FROM session_facts
    WHERE
        started_at >= $period_start
        AND started_at < $period_end + INTERVAL 1 DAY
        AND customer_id IS NOT NULL
        AND has_clock
    WINDOW one_customer AS (PARTITION BY shop_no, customer_id ORDER BY started_at, session_no)
),

waiting AS (
    SELECT DISTINCT session_no
    FROM turn_facts
    WHERE NOT is_answered
)

SELECT
    ordered.session_no,
    shops.shop_id,
    accounts.agent_id,
    ordered.started_at AS occurred_at,
    CASE
        WHEN
            waiting.session_no IS NOT NULL
            AND ordered.next_is_opened_by_agent
            AND ordered.next_account_no = ordered.owner_account_no
            AND ordered.next_conversation_id <> ordered.conversation_id
            AND epoch_ms(ordered.next_at) - epoch_ms(ordered.ended_at) <= $within_seconds * 1000
            THEN 1
        ELSE 0
    END AS is_hit,
    CAST(NULL AS DOUBLE) AS expected,
    ordered.next_session,
    (epoch_ms(ordered.next_at) - epoch_ms(ordered.ended_at)) / 1000.0 AS gap_seconds
FROM ordered
INNER JOIN shops ON ordered.shop_no = shops.shop_no
LEFT JOIN waiting ON ordered.session_no = waiting.session_no
LEFT JOIN accounts ON ordered.owner_account_no = accounts.account_no
WHERE
    ordered.is_customer_session
    AND ordered.conversation_id IS NOT NULL
    AND ordered.started_at < $period_end
