/* metric
label       = { zh = "平均响应间隔", en = "Average response interval" }
description = { zh = "买家每一次等待（连续几句算一次）到人工回复的时长；没等到回复的另计，不进均值。", en = "Every wait of the customer (consecutive messages are one) until a human replies; unanswered waits are counted apart, never averaged in." }
formula     = { zh = "Σ 每轮响应秒数 ÷ 已回复轮数", en = "sum of reply seconds ÷ answered turns" }
group       = "speed"
type        = "mean"
unit        = "duration"
direction   = "down"
grain       = "turn"
sources     = ["turns"]
origin      = "seed 1 §1; exact reading 4"
measures    = "response_time"
reading     = { clock = "turn", unanswered = "left_out", window = "none" }
clock       = { from = "asked_at", to = "replied_at" }
headline    = true
rank        = 2
min_sample  = 20
version     = 1
[target]
good = 60
warn = 120
*/
SELECT
    session_no,
    shop_id,
    agent_id,
    channel,
    session_started_at AS occurred_at,
    asked_at,
    replied_at,
    reply_seconds AS measure
FROM turns
WHERE reply_seconds IS NOT NULL
