/* gaming
label       = { zh = "一句没回就转走", en = "Passed on without a word" }
description = { zh = "买家找的是这位客服，他一句没回，另一位客服接了过去。按整段会话算首响时，等待落在别人头上。有的岗位专门分流，所以与全店其他客服相比。", en = "The customer wrote to this agent, who did not reply at all before another took over, so that the wait falls on somebody else. Some posts only pass customers on, hence the comparison with the other agents of the shop." }
what        = { zh = "没有回复，{to_agent} 接手；从买家提问到接手 {wait_seconds}", en = "no reply, {to_agent} took over, {wait_seconds} after the customer asked" }
sources     = ["agent_turns"]
optional    = ["agent_turn_facts", "session_facts", "session_messages", "shops", "accounts"]
origin      = "kpi-definitions §6 no. 3 and 10"
min_sample  = 20
*/
WITH addressed AS (
    SELECT
        session_no,
        shop_no,
        account_no,
        min(asked_at) AS asked_at,
        min(session_started_at) AS occurred_at,
        max(CASE WHEN is_answered THEN 1 ELSE 0 END) AS has_answered
    FROM agent_turn_facts
    WHERE
        account_no <> 0
        AND session_started_at >= $period_start
        AND session_started_at < $period_end
    GROUP BY session_no, shop_no, account_no
),

silent AS (
    SELECT
        addressed.session_no,
        addressed.account_no,
        addressed.asked_at
    FROM addressed
    INNER JOIN session_facts ON addressed.session_no = session_facts.session_no
    WHERE addressed.has_answered = 0 AND session_facts.is_transferred
),

spoken AS (
    SELECT
        silent.session_no,
        silent.account_no,
        session_messages.account_no AS speaker_no,
        min(session_messages.occurred_at) AS spoke_at
    FROM silent
    INNER JOIN session_messages
        ON
            silent.session_no = session_messages.session_no
            AND silent.asked_at <= session_messages.occurred_at
    WHERE session_messages.actor = 2
    GROUP BY silent.session_no, silent.account_no, session_messages.account_no
),

taken AS (
    SELECT
        session_no,
        account_no,
        min(CASE WHEN speaker_no <> account_no THEN spoke_at END) AS taken_at,
        min(CASE WHEN speaker_no = account_no THEN spoke_at END) AS spoke_at
    FROM spoken
    GROUP BY session_no, account_no
),

takers AS (
    SELECT
        spoken.session_no,
        spoken.account_no,
        min(spoken.speaker_no) AS taker_no
    FROM spoken
    INNER JOIN taken
        ON spoken.session_no = taken.session_no AND spoken.account_no = taken.account_no
    WHERE spoken.spoke_at = taken.taken_at AND taken.spoke_at IS NULL
    GROUP BY spoken.session_no, spoken.account_no
)

SELECT
    addressed.session_no,
    shops.shop_id,
    accounts.agent_id,
    addressed.occurred_at,
    CASE WHEN takers.taker_no IS NULL THEN 0 ELSE 1 END AS is_hit,
    CAST(NULL AS DOUBLE) AS expected,
    colleagues.agent_id AS to_agent,
    (epoch_ms(taken.taken_at) - epoch_ms(addressed.asked_at)) / 1000.0 AS wait_seconds
FROM addressed
INNER JOIN shops ON addressed.shop_no = shops.shop_no
LEFT JOIN takers
    ON addressed.session_no = takers.session_no AND addressed.account_no = takers.account_no
LEFT JOIN taken
    ON addressed.session_no = taken.session_no AND addressed.account_no = taken.account_no
LEFT JOIN accounts ON addressed.account_no = accounts.account_no
LEFT JOIN accounts AS colleagues ON takers.taker_no = colleagues.account_no
