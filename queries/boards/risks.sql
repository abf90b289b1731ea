-- The risk queue of the period, one row a session and rule: the gravest sessions first.
WITH graded AS (
    SELECT
        session_no,
        rule,
        min(
            CASE severity
                WHEN 'critical' THEN 1
                WHEN 'high' THEN 2
                WHEN 'medium' THEN 3
                ELSE 4
            END
        ) AS grade
    FROM qa_session_findings
    WHERE is_risk AND started_at >= $period_start AND started_at < $period_end
    GROUP BY session_no, rule
),

ranked AS (
    SELECT
        session_no,
        rule,
        grade,
        min(grade) OVER (PARTITION BY session_no) AS session_grade,
        count(*) OVER (PARTITION BY session_no) AS rule_count
    FROM graded
)

SELECT
    shops.shop_id,
    session_facts.session_id,
    CASE WHEN session_facts.conversation_id IS NULL THEN session_facts.customer_id END
        AS customer_id,
    owners.agent_id,
    session_facts.started_at,
    CASE ranked.session_grade
        WHEN 1 THEN 'critical'
        WHEN 2 THEN 'high'
        WHEN 3 THEN 'medium'
        ELSE 'low'
    END AS severity,
    qa_rules.name_zh,
    qa_rules.name_en
FROM ranked
INNER JOIN session_facts ON ranked.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
INNER JOIN qa_rules ON ranked.rule = qa_rules.rule
LEFT JOIN accounts AS owners ON session_facts.owner_account_no = owners.account_no
ORDER BY
    ranked.session_grade ASC,
    ranked.rule_count DESC,
    session_facts.started_at ASC,
    ranked.session_no ASC,
    ranked.grade ASC,
    ranked.rule ASC
