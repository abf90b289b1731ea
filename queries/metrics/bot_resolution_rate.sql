/* metric
label       = { zh = "智能客服解决率", en = "Bot resolution rate" }
description = { zh = "全自动机器人回复过的买家会话中由它独自解决的比例：没有人工、买家没要人工、没有转接标记、没有“未解决”标记，没有被系统自动关闭（导出写了结束方式时；买家自己说已解决的除外；可在设置里改为算），并且结束后 24 小时内买家未就同一问题再来（问题类型未知时按任何会话算并标注）。欢迎语、自动回复和辅助机器人（设置算人工时）不是机器人；脱敏昵称的买家与无时刻的会话不计入。", en = "Of sessions a fully automatic bot replied in, those it resolved alone: no human, none asked for, no transfer marked, not marked unresolved, not closed by a machine (where the export says how it ended, unless marked resolved; the settings can let it count), and the customer not back on the same issue within 24 h of the end (any session where the issue type is not known, flagged). Welcome texts, auto-replies and assist bots (while they count as human) are no bots; customers known by a masked nick and sessions without times of day are out." }
formula     = { zh = "机器人独自解决的会话数 ÷ 机器人回复过的会话数", en = "sessions the bot resolved alone ÷ sessions the bot replied in" }
group       = "bot"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["bot_stages", "session_outcomes"]
origin      = "seed 2, seed 3; kpi-definitions #124, #125"
min_sample  = 20
matures_after_days = 1
flag        = { zh = "问题类型未知，24 小时内的任何会话都按同一问题算", en = "issue type not known: any session within the window counted as the same issue" }
version     = 1
[params]
hours_after = 24
auto_closed_counts = 0
*/
WITH judged AS (
    SELECT
        bot_stages.session_no,
        bot_stages.session_id,
        bot_stages.shop_id,
        bot_stages.bot_agent_id,
        bot_stages.channel,
        bot_stages.started_at,
        NOT bot_stages.has_human
        AND NOT bot_stages.has_request
        AND NOT bot_stages.has_transfer_mark
        AND CASE
            WHEN session_outcomes.is_marked_resolved IS NOT NULL
                THEN session_outcomes.is_marked_resolved
            WHEN session_outcomes.is_auto_closed THEN $auto_closed_counts = 1
            ELSE TRUE
        END AS is_alone,
        coalesce(
            session_outcomes.same_after_at
            <= session_outcomes.ended_at + $hours_after * INTERVAL 1 HOUR,
            FALSE
        ) AS came_back,
        coalesce(
            session_outcomes.unknown_after_at
            <= session_outcomes.ended_at + $hours_after * INTERVAL 1 HOUR,
            FALSE
        ) AS may_have_come_back
    FROM bot_stages
    INNER JOIN session_outcomes ON bot_stages.session_no = session_outcomes.session_no
    WHERE bot_stages.has_bot_reply AND session_outcomes.is_identified
)

SELECT
    session_no,
    session_id,
    shop_id,
    bot_agent_id AS agent_id,
    channel,
    started_at AS occurred_at,
    is_alone,
    came_back OR may_have_come_back AS has_come_back,
    CASE WHEN is_alone AND NOT came_back AND NOT may_have_come_back THEN 1 ELSE 0 END AS numerator,
    1 AS denominator,
    CASE WHEN is_alone AND may_have_come_back AND NOT came_back THEN 1 ELSE 0 END AS is_flagged
FROM judged
