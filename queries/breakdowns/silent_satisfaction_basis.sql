/* breakdown
label       = { zh = "静默满意度的依据", en = "What silent satisfaction rests on" }
description = { zh = "静默满意度由什么推断、有多准：本期有多少会话没有评价；用来训练和检验的是全部期间有评价的会话（4 分及以上算满意，2 分及以下算不满意，中间的只用于校准，算不满意）。AUC 是随便取一个满意和一个不满意的会话、满意的得分更高的概率（0.5 等于乱猜），按买家分五份交叉验证；校准误差是预计概率与实际满意率的平均差。模型比不上不训练的打分时不用。", en = "What silent satisfaction is read from and how well: sessions of the period without a rating; learnt from and tested on the rated sessions of all time (4 or more is satisfied, 2 or less dissatisfied, between them used for calibration only, as not satisfied). AUC is the chance that of a satisfied and a dissatisfied session the satisfied one scores higher (0.5 is guessing), cross-validated over fifths of the customers; calibration error is the mean difference between expected chance and found share. A model no better than the untrained score is not used." }
group       = "satisfaction"
sources     = ["session_satisfaction"]
optional    = ["sessions", "satisfaction_models"]
origin      = "seed 1 §1; catalogue C"
rank        = 1
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
[[column]]
name  = "silent_count"
label = { zh = "未评价会话", en = "Silent" }
unit  = "count"
[[column]]
name  = "satisfaction_basis"
label = { zh = "由什么推断", en = "Read from" }
[[column]]
name  = "satisfied_count"
label = { zh = "评满意的", en = "Rated satisfied" }
unit  = "count"
rank  = 4
[[column]]
name  = "dissatisfied_count"
label = { zh = "评不满意的", en = "Rated dissatisfied" }
unit  = "count"
rank  = 4
[[column]]
name  = "auc"
label = { zh = "AUC", en = "AUC" }
unit  = "score"
[[column]]
name  = "auc_low"
label = { zh = "AUC 区间下限", en = "AUC from" }
unit  = "score"
[[column]]
name  = "auc_high"
label = { zh = "上限", en = "to" }
unit  = "score"
[[column]]
name  = "untrained_auc"
label = { zh = "不训练的 AUC", en = "Untrained AUC" }
unit  = "score"
rank  = 3
[[column]]
name  = "calibration_error"
label = { zh = "校准误差", en = "Calibration error" }
unit  = "percent"
*/
WITH silent AS (
    SELECT
        sessions.shop_id,
        count(CASE WHEN session_satisfaction.rating IS NULL THEN 1 END) AS silent_count
    FROM session_satisfaction
    INNER JOIN sessions ON session_satisfaction.session_no = sessions.session_no
    WHERE sessions.started_at >= $period_start AND sessions.started_at < $period_end
    GROUP BY sessions.shop_id
)

SELECT
    silent.shop_id,
    silent.silent_count,
    coalesce(satisfaction_models.reason, satisfaction_models.basis) AS satisfaction_basis,
    satisfaction_models.satisfied_count,
    satisfaction_models.dissatisfied_count,
    satisfaction_models.auc,
    satisfaction_models.auc_low,
    satisfaction_models.auc_high,
    satisfaction_models.untrained_auc,
    satisfaction_models.calibration_error
FROM silent
CROSS JOIN satisfaction_models
ORDER BY silent.shop_id
