/* metric
label       = { zh = "信息准确率", en = "Information accuracy" }
description = { zh = "客服消息里说到知识库覆盖的事实（时长、金额、期数、数量、等级、谁出运费、从哪里发货、能不能/有没有）时，与知识库一致的比例。“10元”“支持的亲”这样的短回答，连同它回答的客户问题一起看。同一条消息对同一条知识只算一次，有一处不符即不符。客服反问、假设、猜测、转述客户或“平台/别家”的话、破例优惠、几分钟内回复之类的话不算陈述；问题或回答里有知识库那条没提到的情形（预售、定制、偏远地区等）不判；知识库没有覆盖的说法、只针对某个商品的知识、知识更新之前说的话不计入。数值范围有重叠算一致，“大概、左右”放宽三分之一。没有导入知识库时没有数据。", en = "Of agents' statements of facts the knowledge base covers (times, amounts, instalments, quantities, grades, who pays, where from, yes or no), those that agree with it. A short answer ('10 yuan', 'yes we do') is read with the customer's question it answers. A message counts once per entry, and one contradiction makes it wrong. Agents' own questions, conditions, guesses, words of the customer or of others, favours, and how soon somebody will answer are no statements; where question or answer name a case the entry does not (presale, made to measure, remote regions) nothing is judged; what no entry covers, entries about a single product, and what was said before the entry was last changed are out. Spans that overlap agree; 'about' widens by a third. Without a knowledge base there is no data." }
formula     = { zh = "与知识库一致的陈述数 ÷ 知识库覆盖的陈述数", en = "statements that agree ÷ statements the knowledge base covers" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "statement"
sources     = ["agent_statements"]
origin      = "seed 1 (信息准确率：回答与知识库/政策的匹配度); kpi-definitions #136"
min_sample  = 20
version     = 3
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
