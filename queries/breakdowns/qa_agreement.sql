/* breakdown
label       = { zh = "评分一致性", en = "Agreement of graders" }
description = { zh = "两人都评过的会话：各评分项上两人选择相同的比例，以及扣除偶然一致后的 Cohen κ 与 Gwet AC1（1 为完全一致，0 为与乱猜无异）。各项几乎都选同一档时 κ 会偏低，以 AC1 为准。", en = "Sessions two people graded: how often they chose the same level of an item, and Cohen's kappa and Gwet's AC1, which take chance off (1 is full agreement, 0 no better than guessing). Where nearly all get the same level kappa runs low; trust AC1 then." }
group       = "quality"
sources     = ["qa_grade_items", "qa_planned_sessions"]
origin      = "issue 5 §3; catalogue D (κ)"
[[column]]
name  = "grader_a"
label = { zh = "评分人甲", en = "Grader A" }
[[column]]
name  = "grader_b"
label = { zh = "评分人乙", en = "Grader B" }
[[column]]
name  = "item"
label = { zh = "评分项", en = "Item" }
[[column]]
name  = "session_count"
label = { zh = "会话数", en = "Sessions" }
unit  = "count"
[[column]]
name  = "agreement"
label = { zh = "一致率", en = "Agreement" }
unit  = "percent"
[[column]]
name  = "kappa"
label = { zh = "κ", en = "Kappa" }
unit  = "score"
[[column]]
name  = "ac1"
label = { zh = "AC1", en = "AC1" }
unit  = "score"
*/
WITH graded AS (
    SELECT
        qa_grade_items.item,
        qa_grade_items.grader,
        qa_grade_items.level,
        qa_planned_sessions.session_no
    FROM qa_grade_items
    INNER JOIN qa_planned_sessions
        ON
            qa_grade_items.shop_id = qa_planned_sessions.shop_id
            AND qa_grade_items.session_id = qa_planned_sessions.session_id
    WHERE
        qa_planned_sessions.started_at >= $period_start
        AND qa_planned_sessions.started_at < $period_end
),

pairs AS (
    SELECT
        a.grader AS grader_a,
        b.grader AS grader_b,
        a.item,
        a.level AS level_a,
        b.level AS level_b
    FROM graded AS a
    INNER JOIN graded AS b
        ON a.session_no = b.session_no AND a.item = b.item AND a.grader < b.grader
),

observed AS (
    SELECT
        grader_a,
        grader_b,
        item,
        count(*) AS session_count,
        1.0 * sum(CASE WHEN level_a = level_b THEN 1 ELSE 0 END) / count(*) AS agreement
    FROM pairs
    GROUP BY grader_a, grader_b, item
),

chosen AS (
    SELECT
        grader_a,
        grader_b,
        item,
        level_a AS choice,
        1 AS by_a,
        0 AS by_b
    FROM pairs
    UNION ALL
    SELECT
        grader_a,
        grader_b,
        item,
        level_b AS choice,
        0 AS by_a,
        1 AS by_b
    FROM pairs
),

levels AS (
    SELECT
        chosen.grader_a,
        chosen.grader_b,
        chosen.item,
        chosen.choice,
        1.0 * sum(chosen.by_a) / max(observed.session_count) AS share_a,
        1.0 * sum(chosen.by_b) / max(observed.session_count) AS share_b
    FROM chosen
    INNER JOIN observed
        ON
            chosen.grader_a = observed.grader_a
            AND chosen.grader_b = observed.grader_b
            AND chosen.item = observed.item
    GROUP BY chosen.grader_a, chosen.grader_b, chosen.item, chosen.choice
),

by_chance AS (
    SELECT
        grader_a,
        grader_b,
        item,
        sum(share_a * share_b) AS kappa_chance,
        -- Gwet 2008: over the levels the item has, yes and no, or the four of the rubric.
        sum((share_a + share_b) / 2 * (1 - (share_a + share_b) / 2))
        / CASE WHEN item = 'fatal' THEN 1 ELSE 3 END AS ac1_chance
    FROM levels
    GROUP BY grader_a, grader_b, item
)

SELECT
    observed.grader_a,
    observed.grader_b,
    observed.item,
    observed.session_count,
    observed.agreement,
    (observed.agreement - by_chance.kappa_chance)
    / nullif(1 - by_chance.kappa_chance, 0) AS kappa,
    (observed.agreement - by_chance.ac1_chance) / nullif(1 - by_chance.ac1_chance, 0) AS ac1
FROM observed
INNER JOIN by_chance
    ON
        observed.grader_a = by_chance.grader_a
        AND observed.grader_b = by_chance.grader_b
        AND observed.item = by_chance.item
ORDER BY observed.grader_a ASC, observed.grader_b ASC, observed.item ASC
