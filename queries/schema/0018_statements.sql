-- A statement is judged beside the question it answers, so it is one message's, no longer one text's.
DROP VIEW agent_statements;
DROP TABLE kb_form_statements;

CREATE TABLE kb_statements (
    row_key BIGINT NOT NULL,
    kb_id VARCHAR,
    verdict VARCHAR NOT NULL,
    said VARCHAR NOT NULL,
    known VARCHAR,
    asked VARCHAR
);
COMMENT ON TABLE kb_statements IS 'One row a message of a human and knowledge-base entry it states a fact of; read the view agent_statements';
COMMENT ON COLUMN kb_statements.row_key IS 'The message, as in session_messages';
COMMENT ON COLUMN kb_statements.kb_id IS 'kb_entries.kb_id; NULL where no entry covers the fact';
COMMENT ON COLUMN kb_statements.verdict IS 'agrees, contradicts or not_covered';
COMMENT ON COLUMN kb_statements.said IS 'The clause that states the fact';
COMMENT ON COLUMN kb_statements.known IS 'The entry''s question and the clause of its answer';
COMMENT ON COLUMN kb_statements.asked IS 'The customer''s question, where only with it the clause states the fact';

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
    kb_statements.kb_id,
    kb_statements.verdict,
    kb_statements.said,
    kb_statements.known,
    kb_statements.asked
FROM kb_statements
INNER JOIN message_forms ON kb_statements.row_key = message_forms.row_key
INNER JOIN session_facts ON message_forms.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN accounts ON message_forms.account_no = accounts.account_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no;
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
COMMENT ON COLUMN agent_statements.asked IS 'What the customer had asked, where the statement is understood from it';
