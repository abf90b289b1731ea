/* breakdown
label       = { zh = "质检规则准确率", en = "Precision of inspection rules" }
description = { zh = "人工评分时对自动发现的判断：每条规则的发现有多少被判为对（按抽中概率加权，附 95% 威尔逊区间，区间按有效样本量算）。几人判断不一致时按多数；对错各半的单列，不进准确率。判为错的发现即被推翻。", en = "What graders said of the rules' findings: how many of each rule's were right, weighted by the probability of being drawn, with Wilson's 95 % interval at the effective sample size. The majority of graders counts; ties stand apart. Findings called wrong are overturned." }
group       = "quality"
sources     = ["qa_judged_findings"]
optional    = ["qa_rules"]
origin      = "issue 5 §3; seed 1"
[params]
z = 1.959963984540054
[[column]]
name  = "rule"
label = { zh = "规则", en = "Rule" }
rank  = 4
[[column]]
name  = "name_zh"
label = { zh = "名称", en = "Name in Chinese" }
[[column]]
name  = "name_en"
label = { zh = "英文名称", en = "Name" }
[[column]]
name  = "judged"
label = { zh = "判断数", en = "Judged" }
unit  = "count"
[[column]]
name  = "overturned"
label = { zh = "推翻", en = "Overturned" }
unit  = "count"
[[column]]
name  = "divided"
label = { zh = "意见各半", en = "Divided" }
unit  = "count"
rank  = 3
[[column]]
name  = "right_share"
label = { zh = "准确率", en = "Precision" }
unit  = "percent"
[[column]]
name  = "low"
label = { zh = "下限", en = "Low" }
unit  = "percent"
rank  = 1
[[column]]
name  = "high"
label = { zh = "上限", en = "High" }
unit  = "percent"
rank  = 1
*/
WITH by_rule AS (
    SELECT
        rule,
        count(is_right) AS judged,
        sum(CASE WHEN is_right = 0 THEN 1 ELSE 0 END) AS overturned,
        sum(CASE WHEN is_right IS NULL THEN 1 ELSE 0 END) AS divided,
        sum(CASE WHEN is_right IS NOT NULL THEN weight END) AS weights,
        sum(CASE WHEN is_right IS NOT NULL THEN weight * weight END) AS squares,
        sum(is_right * weight) AS right_weights
    FROM qa_judged_findings
    WHERE started_at >= $period_start AND started_at < $period_end
    GROUP BY rule
),

shares AS (
    SELECT
        rule,
        judged,
        overturned,
        divided,
        right_weights / nullif(weights, 0) AS right_share,
        weights * weights / nullif(squares, 0) AS effective
    FROM by_rule
),

bounds AS (
    SELECT
        rule,
        judged,
        overturned,
        divided,
        right_share,
        (right_share + $z * $z / (2 * effective)) / (1 + $z * $z / effective) AS centre,
        $z
        * sqrt(right_share * (1 - right_share) / effective + $z * $z / (4 * effective * effective))
        / (1 + $z * $z / effective) AS half
    FROM shares
)

SELECT
    bounds.rule,
    qa_rules.name_zh,
    qa_rules.name_en,
    bounds.judged,
    bounds.overturned,
    bounds.divided,
    bounds.right_share,
    CASE WHEN bounds.right_share = 0 THEN 0 ELSE bounds.centre - bounds.half END AS low,
    CASE WHEN bounds.right_share = 1 THEN 1 ELSE bounds.centre + bounds.half END AS high
FROM bounds
LEFT JOIN qa_rules ON bounds.rule = qa_rules.rule
ORDER BY bounds.right_share ASC NULLS LAST, bounds.judged DESC, bounds.rule ASC
