/* metric
label       = { zh = "咚咚留言率（京东）", en = "JD message-left rate" }
description = { zh = "京东口径：买家会话开始时没有任何客服在岗的比例。在岗按考勤打卡推定，挂起看不出来；没有装入当天考勤、或当天有人缺卡的会话不算，没有考勤就没有数据。", en = "JD's reading: customers' sessions begun while no agent was on duty. On duty is told by attendance, suspended accounts cannot be seen; days without attendance or with a missing punch are out, and without any there is no number." }
formula     = { zh = "无人在岗时开始的会话数 ÷ 买家会话数", en = "sessions begun while nobody was on duty ÷ customer's sessions" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "session"
sources     = ["sessions", "attendance"]
optional    = ["session_staffing"]
origin      = "kpi-definitions #43; https://39zn.cn/article/215407.htm, https://maijiaw.com/article/505791; below 50 % a month is its limit"
profile     = "jd"
measures    = "message_left"
evidence    = "B"
differs     = { zh = "我们没有对应的指标；未回复会话数看有没有人回，留言率看当时有没有人在岗。", en = "We have no such KPI; unanswered sessions ask whether anybody replied, this whether anybody was there." }
reading     = { clock = "none", unanswered = "own", window = "none" }
version     = 1
[target]
good = 0.5
*/
SELECT
    sessions.session_no,
    sessions.session_id,
    sessions.shop_id,
    sessions.addressed_agent_id AS agent_id,
    sessions.channel,
    sessions.started_at AS occurred_at,
    CASE WHEN session_staffing.is_staffed THEN 0 ELSE 1 END AS numerator,
    1 AS denominator
FROM sessions
INNER JOIN session_staffing ON sessions.session_no = session_staffing.session_no
WHERE
    sessions.is_customer_session
    AND NOT sessions.is_proactive
    AND sessions.has_clock
    AND session_staffing.is_staffed IS NOT NULL
