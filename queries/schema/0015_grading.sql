-- Grading: which sessions people are to read, what they gave, and statements against the knowledge base.
CREATE TABLE qa_plan_strata (
    week VARCHAR NOT NULL,
    shop_id VARCHAR NOT NULL,
    stratum VARCHAR NOT NULL,
    session_count INTEGER NOT NULL,
    planned_count INTEGER NOT NULL,
    share DOUBLE NOT NULL,
    seed INTEGER NOT NULL
);
COMMENT ON TABLE qa_plan_strata IS 'One row a week, shop and stratum of the weekly grading plan';
COMMENT ON COLUMN qa_plan_strata.week IS 'ISO week, as 2026-W45';
COMMENT ON COLUMN qa_plan_strata.shop_id IS 'The shop';
COMMENT ON COLUMN qa_plan_strata.stratum IS 'complaint, high_value, new_agent, risk or rest; a session is in the first that fits';
COMMENT ON COLUMN qa_plan_strata.session_count IS 'Sessions of the week that belong to it';
COMMENT ON COLUMN qa_plan_strata.planned_count IS 'How many of them are to be graded';
COMMENT ON COLUMN qa_plan_strata.share IS 'Part of all sessions the plan was made for';
COMMENT ON COLUMN qa_plan_strata.seed IS 'What the draw was made with';

CREATE TABLE qa_plan_sessions (
    week VARCHAR NOT NULL,
    shop_id VARCHAR NOT NULL,
    session_id VARCHAR NOT NULL,
    stratum VARCHAR NOT NULL,
    inclusion DOUBLE NOT NULL
);
COMMENT ON TABLE qa_plan_sessions IS 'One row a session that is to be graded; kept through rebuilds';
COMMENT ON COLUMN qa_plan_sessions.week IS 'ISO week, as 2026-W45';
COMMENT ON COLUMN qa_plan_sessions.shop_id IS 'The shop';
COMMENT ON COLUMN qa_plan_sessions.session_id IS 'sessions.session_id';
COMMENT ON COLUMN qa_plan_sessions.stratum IS 'Why it was drawn: complaint, high_value, new_agent, risk or rest';
COMMENT ON COLUMN qa_plan_sessions.inclusion IS 'Probability with which a session of its stratum was drawn';

CREATE TABLE qa_grades (
    shop_id VARCHAR NOT NULL,
    session_id VARCHAR NOT NULL,
    grader VARCHAR NOT NULL,
    score DOUBLE NOT NULL,
    is_fatal BOOLEAN NOT NULL,
    remark VARCHAR,
    appeal_reason VARCHAR,
    appeal_result VARCHAR,
    revised_score DOUBLE
);
COMMENT ON TABLE qa_grades IS 'One row a session and grader, as the grading sheets brought it; kept through rebuilds';
COMMENT ON COLUMN qa_grades.shop_id IS 'The shop';
COMMENT ON COLUMN qa_grades.session_id IS 'sessions.session_id';
COMMENT ON COLUMN qa_grades.grader IS 'Who graded';
COMMENT ON COLUMN qa_grades.score IS '0 to 100: points of the rubric reached, of those that apply; 0 after a fatal fault';
COMMENT ON COLUMN qa_grades.is_fatal IS 'The grader found a fatal fault';
COMMENT ON COLUMN qa_grades.remark IS 'What the grader wrote';
COMMENT ON COLUMN qa_grades.appeal_reason IS 'What the agent said against it; NULL where he did not appeal';
COMMENT ON COLUMN qa_grades.appeal_result IS 'upheld or rejected; NULL while it is open';
COMMENT ON COLUMN qa_grades.revised_score IS 'The score after an appeal that was upheld';

CREATE TABLE qa_grade_items (
    shop_id VARCHAR NOT NULL,
    session_id VARCHAR NOT NULL,
    grader VARCHAR NOT NULL,
    item VARCHAR NOT NULL,
    level VARCHAR NOT NULL
);
COMMENT ON TABLE qa_grade_items IS 'One row a session, grader and item of the rubric';
COMMENT ON COLUMN qa_grade_items.item IS 'Item of the rubric; fatal: whether a fatal fault was found';
COMMENT ON COLUMN qa_grade_items.level IS 'full, part, none or not_applicable; of the item fatal yes or no';

CREATE TABLE qa_verdicts (
    shop_id VARCHAR NOT NULL,
    session_id VARCHAR NOT NULL,
    grader VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    message_key VARCHAR NOT NULL,
    is_right BOOLEAN NOT NULL
);
COMMENT ON TABLE qa_verdicts IS 'One row a finding of a rule and grader: whether the rule was right; wrong ones are overturned';
COMMENT ON COLUMN qa_verdicts.rule IS 'The rule that made the finding';
COMMENT ON COLUMN qa_verdicts.message_key IS 'messages.message_key of the finding; empty where it is about the whole session';

CREATE VIEW qa_planned_sessions AS
WITH graded AS (
    SELECT
        shop_id,
        session_id,
        avg(
            CASE WHEN appeal_result = 'upheld' THEN coalesce(revised_score, score) ELSE score END
        ) AS score,
        count(*) AS grader_count,
        max(CASE WHEN appeal_reason IS NULL THEN 0 ELSE 1 END) AS appealed,
        max(CASE WHEN appeal_result = 'upheld' THEN 1 ELSE 0 END) AS upheld
    FROM qa_grades
    GROUP BY shop_id, session_id
)

SELECT
    qa_plan_sessions.week,
    session_facts.session_no,
    qa_plan_sessions.session_id,
    qa_plan_sessions.shop_id,
    owners.agent_id,
    channels.channel,
    session_facts.started_at,
    qa_plan_sessions.stratum,
    qa_plan_sessions.inclusion,
    1.0 / qa_plan_sessions.inclusion AS weight,
    graded.score,
    coalesce(graded.grader_count, 0) AS grader_count,
    coalesce(graded.appealed, 0) = 1 AS is_appealed,
    coalesce(graded.upheld, 0) = 1 AS is_upheld
FROM qa_plan_sessions
INNER JOIN shops ON qa_plan_sessions.shop_id = shops.shop_id
INNER JOIN session_facts
    ON
        shops.shop_no = session_facts.shop_no
        AND qa_plan_sessions.session_id = session_facts.session_id
LEFT JOIN accounts AS owners ON session_facts.owner_account_no = owners.account_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN graded
    ON
        qa_plan_sessions.shop_id = graded.shop_id
        AND qa_plan_sessions.session_id = graded.session_id;
COMMENT ON VIEW qa_planned_sessions IS 'A session of the weekly grading plan, with its mean score by people once it is graded';
COMMENT ON COLUMN qa_planned_sessions.week IS 'ISO week of the plan';
COMMENT ON COLUMN qa_planned_sessions.session_no IS 'The session';
COMMENT ON COLUMN qa_planned_sessions.session_id IS 'The export''s own id, else customer@start';
COMMENT ON COLUMN qa_planned_sessions.shop_id IS 'The shop';
COMMENT ON COLUMN qa_planned_sessions.agent_id IS 'The owner of the session';
COMMENT ON COLUMN qa_planned_sessions.channel IS 'The channel';
COMMENT ON COLUMN qa_planned_sessions.started_at IS 'Its first message';
COMMENT ON COLUMN qa_planned_sessions.stratum IS 'Why it was drawn';
COMMENT ON COLUMN qa_planned_sessions.inclusion IS 'Probability with which it was drawn';
COMMENT ON COLUMN qa_planned_sessions.weight IS 'How many sessions it stands for: 1 / inclusion';
COMMENT ON COLUMN qa_planned_sessions.score IS 'Mean over its graders, after appeals; NULL until graded';
COMMENT ON COLUMN qa_planned_sessions.grader_count IS 'How many graded it';
COMMENT ON COLUMN qa_planned_sessions.is_appealed IS 'The agent appealed against a grade';
COMMENT ON COLUMN qa_planned_sessions.is_upheld IS 'An appeal was upheld';

CREATE VIEW qa_judged_findings AS
WITH judged AS (
    SELECT
        shop_id,
        session_id,
        rule,
        message_key,
        sum(CASE WHEN is_right THEN 1 ELSE 0 END) AS right_count,
        sum(CASE WHEN is_right THEN 0 ELSE 1 END) AS wrong_count
    FROM qa_verdicts
    GROUP BY shop_id, session_id, rule, message_key
)

SELECT
    qa_planned_sessions.shop_id,
    qa_planned_sessions.session_id,
    qa_planned_sessions.session_no,
    qa_planned_sessions.agent_id,
    qa_planned_sessions.channel,
    qa_planned_sessions.started_at,
    qa_planned_sessions.weight,
    judged.rule,
    judged.message_key,
    CASE
        WHEN judged.right_count > judged.wrong_count THEN 1
        WHEN judged.right_count < judged.wrong_count THEN 0
    END AS is_right
FROM judged
INNER JOIN qa_planned_sessions
    ON
        judged.shop_id = qa_planned_sessions.shop_id
        AND judged.session_id = qa_planned_sessions.session_id;
COMMENT ON VIEW qa_judged_findings IS 'A finding of a rule that people judged, by the majority of them';
COMMENT ON COLUMN qa_judged_findings.shop_id IS 'The shop';
COMMENT ON COLUMN qa_judged_findings.session_id IS 'The session';
COMMENT ON COLUMN qa_judged_findings.session_no IS 'The same as a number';
COMMENT ON COLUMN qa_judged_findings.agent_id IS 'The owner of the session';
COMMENT ON COLUMN qa_judged_findings.channel IS 'The channel';
COMMENT ON COLUMN qa_judged_findings.started_at IS 'The session''s first message';
COMMENT ON COLUMN qa_judged_findings.weight IS 'How many sessions the session stands for';
COMMENT ON COLUMN qa_judged_findings.rule IS 'The rule';
COMMENT ON COLUMN qa_judged_findings.message_key IS 'The message; empty where the whole session is meant';
COMMENT ON COLUMN qa_judged_findings.is_right IS '1 right, 0 wrong (overturned), NULL where graders are divided';

CREATE TABLE kb_form_statements (
    form_no INTEGER NOT NULL,
    kb_id VARCHAR,
    verdict VARCHAR NOT NULL,
    said VARCHAR NOT NULL,
    known VARCHAR
);
COMMENT ON TABLE kb_form_statements IS 'One row a unique agent text and knowledge-base entry it states a fact of';
COMMENT ON COLUMN kb_form_statements.form_no IS 'message_signals.form_no';
COMMENT ON COLUMN kb_form_statements.kb_id IS 'kb_entries.kb_id; NULL where no entry covers the fact';
COMMENT ON COLUMN kb_form_statements.verdict IS 'agrees, contradicts or not_covered';
COMMENT ON COLUMN kb_form_statements.said IS 'The clause that states the fact';
COMMENT ON COLUMN kb_form_statements.known IS 'The entry''s question and the clause of its answer';

CREATE VIEW agent_statements AS
SELECT
    message_forms.row_key,
    message_forms.session_no,
    session_facts.session_id,
    shops.shop_id,
    accounts.agent_id,
    channels.channel,
    message_forms.occurred_at,
    session_facts.started_at,
    kb_form_statements.kb_id,
    kb_form_statements.verdict,
    kb_form_statements.said,
    kb_form_statements.known
FROM kb_form_statements
INNER JOIN message_forms ON kb_form_statements.form_no = message_forms.form_no
INNER JOIN session_facts ON message_forms.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN accounts ON message_forms.account_no = accounts.account_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
WHERE message_forms.actor = 2;
COMMENT ON VIEW agent_statements IS 'A message in which a human states a checkable fact, with what the knowledge base says';
COMMENT ON COLUMN agent_statements.row_key IS 'The message, as in session_messages';
COMMENT ON COLUMN agent_statements.session_no IS 'The session';
COMMENT ON COLUMN agent_statements.session_id IS 'The export''s own id, else customer@start';
COMMENT ON COLUMN agent_statements.shop_id IS 'The shop';
COMMENT ON COLUMN agent_statements.agent_id IS 'Who wrote it';
COMMENT ON COLUMN agent_statements.channel IS 'The channel';
COMMENT ON COLUMN agent_statements.occurred_at IS 'When';
COMMENT ON COLUMN agent_statements.started_at IS 'The session''s first message';
COMMENT ON COLUMN agent_statements.kb_id IS 'The entry; NULL where none covers the fact';
COMMENT ON COLUMN agent_statements.verdict IS 'agrees, contradicts or not_covered';
COMMENT ON COLUMN agent_statements.said IS 'What the agent said';
COMMENT ON COLUMN agent_statements.known IS 'What the knowledge base says';

CREATE TABLE reply_facts (
    session_no BIGINT NOT NULL,
    row_key BIGINT NOT NULL,
    account_no INTEGER,
    form_no INTEGER,
    question_key BIGINT NOT NULL,
    question_form_no INTEGER,
    occurred_at TIMESTAMP NOT NULL,
    is_repeated BOOLEAN NOT NULL,
    is_filler BOOLEAN NOT NULL,
    is_off_topic BOOLEAN NOT NULL
);
COMMENT ON TABLE reply_facts IS 'One row a reply of a human: his messages from a customer''s message up to the next; read the view agent_replies';
COMMENT ON COLUMN reply_facts.row_key IS 'Its first message, as in session_messages';
COMMENT ON COLUMN reply_facts.account_no IS 'Who wrote it';
COMMENT ON COLUMN reply_facts.form_no IS 'Its longest text';
COMMENT ON COLUMN reply_facts.question_key IS 'The customer''s last message before it';
COMMENT ON COLUMN reply_facts.question_form_no IS 'The customer''s longest text before it';
COMMENT ON COLUMN reply_facts.is_repeated IS 'The same text was given to the same question before in the session';
COMMENT ON COLUMN reply_facts.is_filler IS 'Nothing but courtesies to a question';
COMMENT ON COLUMN reply_facts.is_off_topic IS 'It speaks of another matter than the question, as hardly any reply of the shop does';

CREATE VIEW agent_replies AS
SELECT
    reply_facts.row_key,
    reply_facts.session_no,
    session_facts.session_id,
    shops.shop_id,
    accounts.agent_id,
    channels.channel,
    reply_facts.occurred_at,
    session_facts.started_at,
    reply_facts.is_repeated,
    reply_facts.is_filler,
    reply_facts.is_off_topic,
    questions.form AS question,
    replies.form AS reply
FROM reply_facts
INNER JOIN session_facts ON reply_facts.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN accounts ON reply_facts.account_no = accounts.account_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN message_signals AS questions ON reply_facts.question_form_no = questions.form_no
LEFT JOIN message_signals AS replies ON reply_facts.form_no = replies.form_no;
COMMENT ON VIEW agent_replies IS 'A reply of a human to a customer, and whether it is invalid: repeated, filler only, off topic';
COMMENT ON COLUMN agent_replies.row_key IS 'Its first message, as in session_messages';
COMMENT ON COLUMN agent_replies.session_no IS 'The session';
COMMENT ON COLUMN agent_replies.session_id IS 'The export''s own id, else customer@start';
COMMENT ON COLUMN agent_replies.shop_id IS 'The shop';
COMMENT ON COLUMN agent_replies.agent_id IS 'Who wrote it';
COMMENT ON COLUMN agent_replies.channel IS 'The channel';
COMMENT ON COLUMN agent_replies.occurred_at IS 'When';
COMMENT ON COLUMN agent_replies.started_at IS 'The session''s first message';
COMMENT ON COLUMN agent_replies.is_repeated IS 'The same text was given to the same question before in the session';
COMMENT ON COLUMN agent_replies.is_filler IS 'Nothing but courtesies to a question';
COMMENT ON COLUMN agent_replies.is_off_topic IS 'It speaks of another matter than the question, as hardly any reply of the shop does';
COMMENT ON COLUMN agent_replies.question IS 'The customer''s longest text before it, normalised';
COMMENT ON COLUMN agent_replies.reply IS 'Its longest text, normalised';
