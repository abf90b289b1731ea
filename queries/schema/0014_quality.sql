-- Inspection: which rule found what in which message, and what a person said against it.
CREATE TABLE qa_rules (
    rule VARCHAR NOT NULL,
    rule_version INTEGER NOT NULL,
    name_zh VARCHAR NOT NULL,
    name_en VARCHAR NOT NULL,
    category VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    base VARCHAR
);
COMMENT ON TABLE qa_rules IS 'The rules the findings were made with';
COMMENT ON COLUMN qa_rules.rule IS 'Name of the rule: its file''s';
COMMENT ON COLUMN qa_rules.rule_version IS 'As its file says';
COMMENT ON COLUMN qa_rules.name_zh IS 'What people call it';
COMMENT ON COLUMN qa_rules.name_en IS 'The same in English';
COMMENT ON COLUMN qa_rules.category IS 'courtesy, waiting, attitude, banned, privacy, solution or risk';
COMMENT ON COLUMN qa_rules.digest IS 'Of all that decides what the rule finds and how it counts';
COMMENT ON COLUMN qa_rules.base IS 'Messages and signals the rule was applied to; NULL where not known';

CREATE TABLE qa_inspected (
    session_no BIGINT NOT NULL
);
COMMENT ON TABLE qa_inspected IS 'Sessions inspected: all that hold a message';
COMMENT ON COLUMN qa_inspected.session_no IS 'As in session_facts';

CREATE TABLE qa_findings (
    session_no BIGINT NOT NULL,
    row_key BIGINT,
    account_no INTEGER,
    rule VARCHAR NOT NULL,
    rule_version INTEGER NOT NULL,
    points DOUBLE NOT NULL,
    severity VARCHAR NOT NULL,
    is_fatal BOOLEAN NOT NULL,
    is_risk BOOLEAN NOT NULL,
    words VARCHAR,
    span_start INTEGER,
    span_end INTEGER,
    seconds DOUBLE,
    is_disputed BOOLEAN NOT NULL
);
COMMENT ON TABLE qa_findings IS 'One row a message at which a rule holds; read the view qa_session_findings';
COMMENT ON COLUMN qa_findings.session_no IS 'As in session_facts';
COMMENT ON COLUMN qa_findings.row_key IS 'The message, as in session_messages';
COMMENT ON COLUMN qa_findings.account_no IS 'The human who wrote it, or who was addressed; else the owner of the session';
COMMENT ON COLUMN qa_findings.rule IS 'As in qa_rules';
COMMENT ON COLUMN qa_findings.rule_version IS 'The rule''s version that found it';
COMMENT ON COLUMN qa_findings.points IS 'Of the rule; they count once a session';
COMMENT ON COLUMN qa_findings.severity IS 'critical, high, medium, low, or none for a bonus';
COMMENT ON COLUMN qa_findings.is_fatal IS 'The score of the session becomes 0';
COMMENT ON COLUMN qa_findings.is_risk IS 'The session goes into the risk queue';
COMMENT ON COLUMN qa_findings.words IS 'What was found in the text; kinds in place of personal data';
COMMENT ON COLUMN qa_findings.span_start IS 'Characters before the first of the words in messages.text; NULL where the rule is not about words';
COMMENT ON COLUMN qa_findings.span_end IS 'Characters up to its end';
COMMENT ON COLUMN qa_findings.seconds IS 'How long the customer waited, of rules about waiting';
COMMENT ON COLUMN qa_findings.is_disputed IS 'A person marked it as wrong (qa_disputes)';

CREATE TABLE qa_disputes (
    shop_id VARCHAR NOT NULL,
    session_id VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    message_key VARCHAR NOT NULL,
    reason VARCHAR,
    disputed_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE qa_disputes IS 'Findings a person marked as wrong; kept through rebuilds and reloads';
COMMENT ON COLUMN qa_disputes.shop_id IS 'The shop';
COMMENT ON COLUMN qa_disputes.session_id IS 'sessions.session_id';
COMMENT ON COLUMN qa_disputes.rule IS 'The rule that was wrong';
COMMENT ON COLUMN qa_disputes.message_key IS 'messages.message_key of the finding';
COMMENT ON COLUMN qa_disputes.reason IS 'Why, as the person said';
COMMENT ON COLUMN qa_disputes.disputed_at IS 'When, in UTC';

CREATE VIEW qa_session_findings AS
SELECT
    shops.shop_id,
    session_facts.session_id,
    accounts.agent_id,
    channels.channel,
    session_facts.started_at,
    qa_findings.rule,
    qa_findings.severity,
    qa_findings.points,
    qa_findings.is_fatal,
    qa_findings.row_key,
    qa_findings.session_no,
    qa_findings.is_risk,
    qa_findings.words,
    qa_findings.span_start,
    qa_findings.span_end,
    qa_findings.seconds
FROM qa_findings
INNER JOIN session_facts ON qa_findings.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON qa_findings.account_no = accounts.account_no
WHERE NOT qa_findings.is_disputed;
COMMENT ON VIEW qa_session_findings IS 'What the rules found, without what a person marked as wrong';
COMMENT ON COLUMN qa_session_findings.agent_id IS 'Whom the finding is about';

CREATE VIEW qa_auto_scores AS
WITH by_rule AS (
    SELECT
        session_no,
        rule,
        max(points) AS points,
        max(CAST(is_fatal AS INTEGER)) AS fatal,
        max(CAST(is_risk AS INTEGER)) AS risk,
        count(*) AS finding_count
    FROM qa_findings
    WHERE NOT is_disputed
    GROUP BY session_no, rule
),

by_session AS (
    SELECT
        session_no,
        sum(points) AS points,
        max(fatal) AS fatal,
        max(risk) AS risk,
        sum(finding_count) AS finding_count
    FROM by_rule
    GROUP BY session_no
)

SELECT
    session_facts.session_no,
    session_facts.session_id,
    shops.shop_id,
    owners.agent_id,
    channels.channel,
    session_facts.started_at,
    session_facts.is_customer_session,
    session_facts.has_human_message,
    CAST(coalesce(by_session.finding_count, 0) AS INTEGER) AS finding_count,
    coalesce(by_session.fatal, 0) = 1 AS is_fatal,
    coalesce(by_session.risk, 0) = 1 AS is_risk,
    CASE
        WHEN by_session.fatal = 1 THEN 0
        WHEN by_session.points < -100 THEN 0
        ELSE 100 + coalesce(by_session.points, 0)
    END AS score
FROM qa_inspected
INNER JOIN session_facts ON qa_inspected.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN accounts AS owners ON session_facts.owner_account_no = owners.account_no
LEFT JOIN by_session ON qa_inspected.session_no = by_session.session_no;
COMMENT ON VIEW qa_auto_scores IS 'Every inspected session with its score by the rules: 100 and the points of each rule found, once each; 0 after a fatal finding';
COMMENT ON COLUMN qa_auto_scores.score IS '0 and up; a bonus may lift it above 100';
