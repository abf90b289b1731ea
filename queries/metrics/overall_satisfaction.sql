/* metric
label       = { zh = "综合满意度", en = "Overall satisfaction" }
description = { zh = "有人工回复的会话里满意的占比：有评价的看最后一次评价是否 4 分及以上，没有评价的用静默满意度的预计概率。括号标出的比例是按固定规则推断的会话。区间不含模型本身的误差。", en = "Of sessions with a human reply, the share satisfied: the last rating is 4 or more where there is one, else the chance silent satisfaction expects. Sessions read by the fixed rule are marked with their share. The interval leaves out the error of the model." }
formula     = { zh = "（评价满意的会话数 + Σ 未评价会话的预计满意概率）÷ 有人工回复的会话数", en = "(sessions rated satisfied + sum of expected chances of the others) ÷ sessions with a human reply" }
group       = "satisfaction"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["session_satisfaction"]
optional    = ["sessions"]
origin      = "seed 1 §1; catalogue C"
min_sample  = 20
interval    = "delta"
flag        = { zh = "评价太少，未评价的会话按固定规则由词句推断", en = "too few ratings: silent sessions by a fixed rule from words" }
matures_after_days = 2
version     = 1
[params]
satisfied_score = 4
*/
SELECT
    sessions.session_no,
    sessions.session_id,
    sessions.shop_id,
    sessions.agent_id,
    sessions.channel,
    sessions.started_at AS occurred_at,
    CASE WHEN session_satisfaction.basis = 'rule' THEN 1 ELSE 0 END AS is_flagged,
    CASE
        WHEN
            session_satisfaction.rating IS NULL
            THEN CAST(session_satisfaction.expected AS DECIMAL(9, 6))
        WHEN session_satisfaction.rating >= $satisfied_score THEN 1
        ELSE 0
    END AS numerator,
    1 AS denominator
FROM session_satisfaction
INNER JOIN sessions ON session_satisfaction.session_no = sessions.session_no
