/* metric
label       = { zh = "静默满意度", en = "Silent satisfaction" }
description = { zh = "有人工回复、买家没有评价的会话里，预计满意（4 分及以上）的占比，由会话文字推断。评价足够时用本店自己的评价训练并校准，不够时按固定规则由词句推断（会标出）。依据了多少会话、AUC 及区间、校准误差见“静默满意度的依据”，它把握最大的会话见“把握最大的静默会话”。区间只含抽到哪些会话的误差，不含模型本身的误差，也不含“评价的人和不评价的人不一样”造成的偏差。", en = "Of sessions with a human reply and no rating, the share expected to be satisfied (4 or more), read from what was said. Learnt from and calibrated on the shop's own ratings where there are enough, else by a fixed rule from words (marked). How many sessions it rests on, AUC with interval and calibration error: table of what silent satisfaction rests on; the sessions it is surest about stand in a table of that name. The interval holds the chance of which sessions came, not the error of the model, nor that people who rate differ from those who do not." }
formula     = { zh = "Σ 未评价会话的预计满意概率 ÷ 未评价会话数", en = "sum of expected chances ÷ sessions without a rating" }
group       = "satisfaction"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["session_satisfaction"]
optional    = ["sessions"]
origin      = "seed 1 §1; catalogue C"
headline    = true
rank        = 3
min_sample  = 20
interval    = "delta"
flag        = { zh = "评价太少，按固定规则由词句推断，未经评价校准", en = "too few ratings: by a fixed rule from words, not calibrated on ratings" }
matures_after_days = 2
version     = 1
*/
SELECT
    sessions.session_no,
    sessions.session_id,
    sessions.shop_id,
    sessions.agent_id,
    sessions.channel,
    sessions.started_at AS occurred_at,
    CASE WHEN session_satisfaction.basis = 'rule' THEN 1 ELSE 0 END AS is_flagged,
    CAST(session_satisfaction.expected AS DECIMAL(9, 6)) AS numerator,
    1 AS denominator
FROM session_satisfaction
INNER JOIN sessions ON session_satisfaction.session_no = sessions.session_no
WHERE session_satisfaction.rating IS NULL
