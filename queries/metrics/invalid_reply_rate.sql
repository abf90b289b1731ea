/* metric
label       = { zh = "无效回复占比", en = "Invalid replies" }
description = { zh = "客服回复（买家两条消息之间客服所写的算一次回复）中无效的比例，三种情况：同一会话里同一问题（或同类问题、紧接着的追问）又收到同一段话术；买家问了问题，回的只有客套；答非所问。“稍等”“帮您查”、转接和简短的是否回答不算；答非所问从严：回复说的是另一件事，与问题没有相同的词，该店也几乎不这样答。", en = "Of agents' replies (all an agent writes between two messages of the customer is one), those that are invalid, in three ways: the same script again to the same question or matter in a session, or to the very next message; nothing but courtesies to a question; off topic. Lines that ask for patience, handovers and short answers of yes or no are none; off topic is judged strictly: the reply is about another matter, shares no word with the question, and hardly any reply of the shop answers so." }
formula     = { zh = "无效回复数 ÷ 客服回复数", en = "invalid replies ÷ agent replies" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "reply"
sources     = ["agent_replies"]
origin      = "seed 1 (无效回复占比：重复话术、答非所问); kpi-definitions #132"
min_sample  = 20
version     = 2
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    occurred_at,
    question,
    reply,
    is_repeated,
    is_filler,
    is_off_topic,
    CASE WHEN is_repeated OR is_filler OR is_off_topic THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM agent_replies
