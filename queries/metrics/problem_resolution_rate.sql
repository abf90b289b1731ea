/* metric
label       = { zh = "问题解决率", en = "Problem resolution rate" }
description = { zh = "买家会话中问题已解决的比例：有“是否已解决”标记的看标记（买家评价里的优先，其次客服系统的；系统自动关闭时打的“已解决”不算标记）；没有标记的，人工或机器人回复过、且结束后 72 小时内该买家未就同一问题再来才算解决，并标注。脱敏昵称且无标记的买家、无时刻的会话不计入。", en = "Customer's sessions whose problem was solved: by the exported mark where there is one (the customer's in a rating, else the help desk's; a resolved mark set by an automatic closing is none); without one, a human or bot replied and the customer did not come back on the same issue within 72 h of the end, flagged. Unmarked customers known by a masked nick and sessions without times of day are out." }
formula     = { zh = "已解决的会话数 ÷ 买家会话数", en = "sessions solved ÷ customer's sessions" }
group       = "resolution"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["session_outcomes"]
optional    = ["session_facts", "session_messages"]
origin      = "seed 0 §2, seed 2; kpi-definitions #114 (72 h)"
min_sample  = 20
matures_after_days = 3
flag        = { zh = "没有“是否已解决”标记，按 72 小时内未再来判断", en = "no resolved mark: judged by whether the customer came back" }
version     = 1
[params]
hours_after = 72
*/
WITH answered_by_bot AS (
    SELECT DISTINCT session_messages.session_no
    FROM session_messages
    INNER JOIN session_facts ON session_messages.session_no = session_facts.session_no
    WHERE
        session_messages.actor = 3
        AND NOT session_facts.has_human_reply
        AND (
            session_messages.occurred_at > session_facts.first_asked_at
            OR (
                session_messages.occurred_at = session_facts.first_asked_at
                AND session_messages.row_key > session_facts.first_asked_key
            )
        )
),

judged AS (
    SELECT
        session_outcomes.session_no,
        session_outcomes.session_id,
        session_outcomes.shop_id,
        session_outcomes.agent_id,
        session_outcomes.channel,
        session_outcomes.started_at,
        session_outcomes.topic,
        session_outcomes.is_marked_resolved,
        session_outcomes.has_human_reply
        OR answered_by_bot.session_no IS NOT NULL AS has_reply,
        coalesce(
            least(session_outcomes.same_after_at, session_outcomes.unknown_after_at)
            <= session_outcomes.ended_at + $hours_after * INTERVAL 1 HOUR,
            FALSE
        ) AS has_come_back
    FROM session_outcomes
    LEFT JOIN answered_by_bot ON session_outcomes.session_no = answered_by_bot.session_no
    WHERE session_outcomes.is_identified OR session_outcomes.is_marked_resolved IS NOT NULL
)

SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    topic,
    is_marked_resolved,
    has_reply,
    has_come_back,
    CASE
        WHEN is_marked_resolved IS NOT NULL THEN CAST(is_marked_resolved AS INTEGER)
        WHEN has_reply AND NOT has_come_back THEN 1
        ELSE 0
    END AS numerator,
    1 AS denominator,
    CASE WHEN is_marked_resolved IS NULL THEN 1 ELSE 0 END AS is_flagged
FROM judged
