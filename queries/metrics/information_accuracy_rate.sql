/* metric
label       = { zh = "信息准确率", en = "Information accuracy" }
description = { zh = "客服消息里说到知识库覆盖的事实（时长、金额、期数、等级、谁出运费、从哪里发货、能不能/有没有）时，与知识库一致的比例。同一条消息对同一条知识只算一次，有一处不符即不符。问句、假设、猜测和“平台/别家”之类的话不算陈述；知识库没有覆盖的说法、只针对某个商品的知识不计入。数值范围有重叠算一致，“大概、左右”放宽三分之一。没有导入知识库时没有数据。", en = "Of agents' statements of facts the knowledge base covers (times, amounts, instalments, grades, who pays, where from, yes or no), those that agree with it. A message counts once per entry, and one contradiction makes it wrong. Questions, conditions and guesses are no statements; what no entry covers, and entries about a single product, are out. Spans that overlap agree; 'about' widens by a third. Without a knowledge base there is no data." }
formula     = { zh = "与知识库一致的陈述数 ÷ 知识库覆盖的陈述数", en = "statements that agree ÷ statements the knowledge base covers" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "statement"
sources     = ["agent_statements"]
origin      = "seed 1 (信息准确率：回答与知识库/政策的匹配度); kpi-definitions #136"
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
    said,
    known,
    CASE WHEN verdict = 'agrees' THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM agent_statements
WHERE kb_id IS NOT NULL
