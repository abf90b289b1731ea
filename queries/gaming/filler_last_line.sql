/* gaming
label       = { zh = "最后一句只是表情或客套", en = "Last lines that are only an emoji or filler" }
description = { zh = "会话最后一句是客服的，只有表情或客套话，而买家最后一个真正的问题没有得到回答。这样会话看上去“已回复”。买家说“谢谢”后回个表情不算。", en = "The session ends with the agent's emoji or filler while the customer's last real message got no answer, so that the session looks answered. An emoji after the customer's thanks does not count." }
what        = { zh = "最后一句“{last_line}”，买家的“{question}”没有得到回答", en = "ends with \"{last_line}\", the customer's \"{question}\" got no answer" }
sources     = ["sessions"]
optional    = ["messages", "session_messages", "session_facts", "shops", "accounts"]
origin      = "kpi-definitions §3 no. 17, §6 no. 10"
min_sample  = 20
[params]
greetings        = { setting = "gaming.greetings" }
closers          = { setting = "gaming.closers" }
acknowledgements = { setting = "gaming.acknowledgements" }
most_characters  = 40
*/
WITH placed AS (
    SELECT
        session_messages.session_no,
        session_messages.row_key,
        session_messages.actor,
        session_messages.account_no,
        session_facts.shop_no,
        session_facts.started_at,
        row_number() OVER (
            PARTITION BY session_messages.session_no
            ORDER BY session_messages.occurred_at, session_messages.row_key
        ) AS place,
        count(*) OVER (PARTITION BY session_messages.session_no) AS last_place
    FROM session_messages
    INNER JOIN session_facts ON session_messages.session_no = session_facts.session_no
    WHERE
        session_messages.actor IN (1, 2)
        AND session_facts.is_customer_session
        AND session_facts.has_human_message
        AND session_facts.started_at >= $period_start
        AND session_facts.started_at < $period_end
),

worded AS (
    SELECT
        placed.session_no,
        placed.actor,
        placed.account_no,
        placed.shop_no,
        placed.started_at,
        placed.place,
        placed.last_place,
        messages.text,
        CASE
            WHEN length(messages.text) <= $most_characters
                THEN regexp_replace(
                    regexp_replace(
                        lower(messages.text), '\[[^\[\]]{1,8}\]|/:[^ ]{1,6}|#e-s[0-9]+', '', 'g'
                    ),
                    '[^\p{L}\p{N}]+', '', 'g'
                )
        END AS words,
        coalesce(
            regexp_matches(messages.text, '\[(图片|视频|语音|文件|链接|商品|订单|卡片)'), TRUE
        ) AS is_attachment
    FROM placed
    INNER JOIN messages ON placed.row_key = messages.source_row * 1000000 + messages.file_id
),

judged AS (
    SELECT
        session_no,
        actor,
        account_no,
        shop_no,
        started_at,
        place,
        last_place,
        text,
        NOT is_attachment
        AND coalesce(
            regexp_matches(
                words,
                CASE
                    WHEN actor = 2 THEN '^(' || $greetings || '|' || $closers || ')*$'
                    ELSE
                        '^('
                        || $greetings || '|' || $closers || '|' || $acknowledgements
                        || ')*$'
                END
            ),
            FALSE
        ) AS is_filler
    FROM worded
),

ends AS (
    SELECT
        session_no,
        max(CASE WHEN actor = 1 AND NOT is_filler THEN place END) AS question_place,
        max(CASE WHEN actor = 2 AND NOT is_filler THEN place END) AS answer_place
    FROM judged
    GROUP BY session_no
)

SELECT
    judged.session_no,
    shops.shop_id,
    accounts.agent_id,
    judged.started_at AS occurred_at,
    CASE
        WHEN
            judged.is_filler
            AND ends.question_place IS NOT NULL
            AND coalesce(ends.answer_place, 0) < ends.question_place
            THEN 1
        ELSE 0
    END AS is_hit,
    CAST(NULL AS DOUBLE) AS expected,
    judged.text AS last_line,
    questions.text AS question
FROM judged
INNER JOIN ends ON judged.session_no = ends.session_no
INNER JOIN shops ON judged.shop_no = shops.shop_no
LEFT JOIN judged AS questions
    ON judged.session_no = questions.session_no AND ends.question_place = questions.place
LEFT JOIN accounts ON judged.account_no = accounts.account_no
WHERE judged.actor = 2 AND judged.place = judged.last_place
