/* breakdown
label       = { zh = "质检命中", en = "Findings by rule" }
description = { zh = "每条质检规则在多少会话里命中，最严重的在前。占比按检查过的全部会话算；分值每个会话只计一次；被人标为误判的命中不算。没有命中的规则不列出。", en = "In how many sessions each inspection rule held, the gravest first. Shares are of all inspected sessions; points count once a session; findings marked as wrong are out. Rules that found nothing are not listed." }
group       = "quality"
sources     = ["qa_auto_scores"]
optional    = ["qa_findings", "qa_inspected", "session_facts", "qa_rules"]
origin      = "seed 1 §1; kpi-definitions #129–#135"
most_rows   = 20
rank        = 2
[[column]]
name  = "rule_name_zh"
label = { zh = "规则", en = "Rule" }
[[column]]
name  = "rule_name_en"
label = { zh = "规则（英文）", en = "Rule" }
[[column]]
name  = "rule"
label = { zh = "规则代码", en = "Rule id" }
rank  = 3
[[column]]
name  = "severity"
label = { zh = "严重度", en = "Severity" }
[[column]]
name  = "points"
label = { zh = "分值", en = "Points" }
unit  = "score"
rank  = 1
[[column]]
name  = "session_count"
label = { zh = "会话数", en = "Sessions" }
unit  = "count"
[[column]]
name  = "session_share"
label = { zh = "占比", en = "Share" }
unit  = "percent"
[[column]]
name  = "finding_count"
label = { zh = "命中数", en = "Findings" }
unit  = "count"
rank  = 2
*/
WITH asked AS (
    SELECT session_no
    FROM session_facts
    WHERE started_at >= $period_start AND started_at < $period_end
),

inspected AS (
    SELECT count(*) AS session_count
    FROM qa_inspected
    INNER JOIN asked ON qa_inspected.session_no = asked.session_no
),

by_session AS (
    SELECT
        qa_findings.rule,
        qa_findings.session_no,
        max(qa_findings.severity) AS severity,
        max(qa_findings.points) AS points,
        count(*) AS finding_count
    FROM qa_findings
    INNER JOIN asked ON qa_findings.session_no = asked.session_no
    WHERE NOT qa_findings.is_disputed
    GROUP BY qa_findings.rule, qa_findings.session_no
),

found AS (
    SELECT
        rule,
        max(severity) AS severity,
        max(points) AS points,
        count(*) AS session_count,
        sum(finding_count) AS finding_count
    FROM by_session
    GROUP BY rule
)

SELECT
    qa_rules.name_zh AS rule_name_zh,
    qa_rules.name_en AS rule_name_en,
    found.rule,
    found.severity,
    found.points,
    found.session_count,
    found.session_count * 1.0 / nullif(inspected.session_count, 0) AS session_share,
    found.finding_count
FROM found
INNER JOIN qa_rules ON found.rule = qa_rules.rule
CROSS JOIN inspected
ORDER BY
    CASE found.severity
        WHEN 'critical' THEN 1
        WHEN 'high' THEN 2
        WHEN 'medium' THEN 3
        WHEN 'low' THEN 4
        ELSE 5
    END ASC,
    found.points ASC,
    found.session_count DESC,
    found.rule ASC
