-- Facts: what the staged tables mean. Rebuilt by queries/model from the staged tables alone.
CREATE TABLE accounts (
    account_no INTEGER NOT NULL,
    shop_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    is_bot BOOLEAN NOT NULL
);
COMMENT ON TABLE accounts IS 'One row an account that wrote or was addressed in chats';
COMMENT ON COLUMN accounts.account_no IS 'Small number standing for shop and agent, so that big tables sort fast';
COMMENT ON COLUMN accounts.is_bot IS 'The account wrote as a bot and never as a human';

CREATE TABLE customers (
    customer_no INTEGER NOT NULL,
    shop_id VARCHAR NOT NULL,
    customer_id VARCHAR NOT NULL
);
COMMENT ON TABLE customers IS 'One row a customer of one shop seen in chats';

CREATE TABLE channels (
    channel_no INTEGER NOT NULL,
    channel VARCHAR NOT NULL
);
COMMENT ON TABLE channels IS 'One row a channel seen in chats';

CREATE TABLE shops (
    shop_no INTEGER NOT NULL,
    shop_id VARCHAR NOT NULL
);
COMMENT ON TABLE shops IS 'One row a shop seen in chats';

CREATE TABLE threads (
    thread_no INTEGER NOT NULL,
    shop_no INTEGER NOT NULL,
    shop_id VARCHAR NOT NULL,
    conversation_id VARCHAR,
    customer_id VARCHAR,
    longest_ms BIGINT
);
COMMENT ON TABLE threads IS 'One row a conversation of the export, or a customer where it has no conversation id';
COMMENT ON COLUMN threads.longest_ms IS 'First to last message; a thread shorter than the gap that cuts is one session';

CREATE TABLE session_messages (
    session_no BIGINT NOT NULL,
    shop_no INTEGER NOT NULL,
    customer_no INTEGER,
    account_no INTEGER,
    channel_no INTEGER,
    actor TINYINT NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    occurred_ms BIGINT,
    is_transfer BOOLEAN,
    row_key BIGINT NOT NULL
);
COMMENT ON TABLE session_messages IS 'One row a message, with its session';
COMMENT ON COLUMN session_messages.session_no IS 'thread_no * 1000000 + how often the thread was cut before';
COMMENT ON COLUMN session_messages.account_no IS 'Who wrote, or on a customer row who was addressed, unless that is a bot';
COMMENT ON COLUMN session_messages.actor IS '1 customer, 2 human agent (assist bots while the setting counts them), 3 bot, 4 auto-reply, 5 system';
COMMENT ON COLUMN session_messages.row_key IS 'source_row * 1000000 + file_id: leads back to messages and orders equal times';

CREATE TABLE session_runs (
    session_no BIGINT NOT NULL,
    row_key BIGINT NOT NULL,
    shop_no INTEGER NOT NULL,
    customer_no INTEGER,
    account_no INTEGER,
    asked_at TIMESTAMP NOT NULL,
    asked_ms BIGINT,
    opens_turn BOOLEAN NOT NULL,
    opens_session BOOLEAN NOT NULL,
    previous_account_no INTEGER,
    human_account_no INTEGER,
    human_at TIMESTAMP,
    human_ms BIGINT
);
COMMENT ON TABLE session_runs IS 'Consecutive customer messages to the same account, with what follows: the raw material of turns';
COMMENT ON COLUMN session_runs.opens_turn IS 'No customer message was waiting before it';
COMMENT ON COLUMN session_runs.opens_session IS 'Neither the customer nor a human wrote before it';
COMMENT ON COLUMN session_runs.previous_account_no IS 'Account of the run before: who replied, or who was addressed';
COMMENT ON COLUMN session_runs.human_account_no IS 'The next human to write in the session, 0 when the export does not name him';

CREATE TABLE session_facts (
    session_no BIGINT NOT NULL,
    session_id VARCHAR NOT NULL,
    shop_no INTEGER NOT NULL,
    channel_no INTEGER,
    customer_id VARCHAR,
    conversation_id VARCHAR,
    owner_account_no INTEGER,
    first_account_no INTEGER,
    addressed_account_no INTEGER,
    replying_account_no INTEGER,
    started_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP NOT NULL,
    duration_seconds DOUBLE,
    first_asked_at TIMESTAMP,
    first_asked_key BIGINT,
    first_replied_at TIMESTAMP,
    first_reply_seconds DOUBLE,
    first_bot_reply_seconds DOUBLE,
    message_count INTEGER NOT NULL,
    customer_message_count INTEGER NOT NULL,
    human_message_count INTEGER NOT NULL,
    human_count INTEGER NOT NULL,
    is_customer_session BOOLEAN NOT NULL,
    is_proactive BOOLEAN NOT NULL,
    has_human_message BOOLEAN NOT NULL,
    has_human_reply BOOLEAN NOT NULL,
    is_transferred BOOLEAN NOT NULL,
    has_clock BOOLEAN NOT NULL
);
COMMENT ON TABLE session_facts IS 'Sessions with numbers in place of names; read the view sessions';

CREATE VIEW sessions AS
SELECT
    session_facts.session_no,
    session_facts.session_id,
    shops.shop_id,
    channels.channel,
    session_facts.customer_id,
    session_facts.conversation_id,
    owners.agent_id,
    openers.agent_id AS first_agent_id,
    addressed.agent_id AS addressed_agent_id,
    repliers.agent_id AS first_reply_agent_id,
    session_facts.started_at,
    session_facts.ended_at,
    session_facts.duration_seconds,
    session_facts.first_asked_at,
    session_facts.first_replied_at,
    session_facts.first_reply_seconds,
    session_facts.first_bot_reply_seconds,
    session_facts.message_count,
    session_facts.customer_message_count,
    session_facts.human_message_count,
    session_facts.human_count,
    session_facts.is_customer_session,
    session_facts.is_proactive,
    session_facts.has_human_message,
    session_facts.has_human_reply,
    session_facts.is_transferred,
    session_facts.has_clock
FROM session_facts
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN accounts AS owners ON session_facts.owner_account_no = owners.account_no
LEFT JOIN accounts AS openers ON session_facts.first_account_no = openers.account_no
LEFT JOIN accounts AS addressed ON session_facts.addressed_account_no = addressed.account_no
LEFT JOIN accounts AS repliers ON session_facts.replying_account_no = repliers.account_no;
COMMENT ON VIEW sessions IS 'A stretch of contact between one customer and one shop';
COMMENT ON COLUMN sessions.session_id IS 'The export''s own id (#2, #3 after a reopening), else customer@start';
COMMENT ON COLUMN sessions.agent_id IS 'The owner: the human who wrote most (setting: last); without one, who was addressed';
COMMENT ON COLUMN sessions.first_agent_id IS 'The first human addressed or writing: who passes on in a transfer';
COMMENT ON COLUMN sessions.addressed_agent_id IS 'Whom the customer addressed first';
COMMENT ON COLUMN sessions.first_reply_agent_id IS 'The human who gave the first reply';
COMMENT ON COLUMN sessions.first_asked_at IS 'The customer''s first message';
COMMENT ON COLUMN sessions.first_reply_seconds IS 'Customer''s first message to the first human message after it; NULL if none came, the day alone is known, or the agent wrote first';
COMMENT ON COLUMN sessions.first_bot_reply_seconds IS 'The same to the first bot or auto-reply message';
COMMENT ON COLUMN sessions.is_customer_session IS 'The customer wrote at least once';
COMMENT ON COLUMN sessions.is_proactive IS 'A human wrote before the customer did';
COMMENT ON COLUMN sessions.has_human_reply IS 'A human wrote after the customer''s first message';
COMMENT ON COLUMN sessions.is_transferred IS 'The addressed or replying human changes, or the export marks a transfer';
COMMENT ON COLUMN sessions.has_clock IS 'Times of day are known';

CREATE TABLE turn_facts (
    session_no BIGINT NOT NULL,
    shop_no INTEGER NOT NULL,
    channel_no INTEGER,
    addressed_account_no INTEGER,
    account_no INTEGER,
    asked_at TIMESTAMP NOT NULL,
    replied_at TIMESTAMP,
    reply_seconds DOUBLE,
    is_answered BOOLEAN NOT NULL,
    is_after_transfer BOOLEAN NOT NULL,
    session_started_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE turn_facts IS 'Turns with numbers in place of names; read the view turns';

CREATE VIEW turns AS
SELECT
    turn_facts.session_no,
    shops.shop_id,
    channels.channel,
    addressed.agent_id AS addressed_agent_id,
    repliers.agent_id,
    turn_facts.asked_at,
    turn_facts.replied_at,
    turn_facts.reply_seconds,
    turn_facts.is_answered,
    turn_facts.is_after_transfer,
    turn_facts.session_started_at
FROM turn_facts
INNER JOIN shops ON turn_facts.shop_no = shops.shop_no
LEFT JOIN channels ON turn_facts.channel_no = channels.channel_no
LEFT JOIN accounts AS addressed ON turn_facts.addressed_account_no = addressed.account_no
LEFT JOIN accounts AS repliers ON turn_facts.account_no = repliers.account_no;
COMMENT ON VIEW turns IS 'The customer''s wait: consecutive customer messages and the first effective reply of any human';
COMMENT ON COLUMN turns.addressed_agent_id IS 'Whom the customer wrote to when the turn opened';
COMMENT ON COLUMN turns.agent_id IS 'Who replied; NULL while unanswered or where the export does not name agents';
COMMENT ON COLUMN turns.is_after_transfer IS 'The reply is by another human than the one addressed or replying before';

CREATE TABLE agent_turn_facts (
    session_no BIGINT NOT NULL,
    shop_no INTEGER NOT NULL,
    channel_no INTEGER,
    account_no INTEGER,
    asked_at TIMESTAMP NOT NULL,
    replied_at TIMESTAMP,
    reply_seconds DOUBLE,
    is_answered BOOLEAN NOT NULL,
    session_started_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE agent_turn_facts IS 'Agent turns with numbers in place of names; read the view agent_turns';

CREATE VIEW agent_turns AS
SELECT
    agent_turn_facts.session_no,
    shops.shop_id,
    channels.channel,
    accounts.agent_id,
    agent_turn_facts.asked_at,
    agent_turn_facts.replied_at,
    agent_turn_facts.reply_seconds,
    agent_turn_facts.is_answered,
    agent_turn_facts.session_started_at
FROM agent_turn_facts
INNER JOIN shops ON agent_turn_facts.shop_no = shops.shop_no
LEFT JOIN channels ON agent_turn_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON agent_turn_facts.account_no = accounts.account_no;
COMMENT ON VIEW agent_turns IS 'The wait per addressed account: closed only by that account, unanswered once another is addressed or replies';

CREATE TABLE contact_agent_facts (
    customer_no INTEGER NOT NULL,
    contact_on DATE NOT NULL,
    channel_no INTEGER,
    account_no INTEGER,
    first_asked_at TIMESTAMP NOT NULL,
    session_count INTEGER NOT NULL,
    first_replied_at TIMESTAMP,
    is_addressed BOOLEAN NOT NULL,
    has_replied BOOLEAN NOT NULL,
    is_main BOOLEAN NOT NULL,
    has_clock BOOLEAN NOT NULL
);
COMMENT ON TABLE contact_agent_facts IS 'Customer-days by agent with numbers in place of names; read the view contact_agents';

CREATE VIEW contact_agents AS
SELECT
    customers.shop_id,
    customers.customer_id,
    contact_agent_facts.contact_on,
    channels.channel,
    accounts.agent_id,
    contact_agent_facts.first_asked_at,
    contact_agent_facts.session_count,
    contact_agent_facts.first_replied_at,
    contact_agent_facts.is_addressed,
    contact_agent_facts.has_replied,
    contact_agent_facts.is_main,
    contact_agent_facts.has_clock
FROM contact_agent_facts
INNER JOIN customers ON contact_agent_facts.customer_no = customers.customer_no
LEFT JOIN channels ON contact_agent_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON contact_agent_facts.account_no = accounts.account_no;
COMMENT ON VIEW contact_agents IS 'A customer-day and one agent addressed or answering; agent_id is NULL where there was none';
COMMENT ON COLUMN contact_agents.first_asked_at IS 'The customer''s first message of that day to the shop';
COMMENT ON COLUMN contact_agents.session_count IS 'Sessions in which the customer wrote that day';
COMMENT ON COLUMN contact_agents.first_replied_at IS 'The agent''s first message after it, the same day';
COMMENT ON COLUMN contact_agents.has_replied IS 'He wrote after it, the same day; otherwise he was addressed, or answered after midnight';
COMMENT ON COLUMN contact_agents.is_main IS 'The customer-day stands with him: the first who replied; without one, who was addressed first';

CREATE TABLE contact_facts (
    customer_no INTEGER NOT NULL,
    contact_on DATE NOT NULL,
    channel_no INTEGER,
    account_no INTEGER,
    first_asked_at TIMESTAMP NOT NULL,
    session_count INTEGER NOT NULL,
    has_human_reply BOOLEAN NOT NULL,
    has_clock BOOLEAN NOT NULL,
    is_aftersale BOOLEAN NOT NULL
);
COMMENT ON TABLE contact_facts IS 'Customer-days with numbers in place of names; read the view contacts';

CREATE VIEW contacts AS
SELECT
    customers.shop_id,
    customers.customer_id,
    contact_facts.contact_on,
    channels.channel,
    accounts.agent_id,
    contact_facts.first_asked_at,
    contact_facts.session_count,
    contact_facts.has_human_reply,
    contact_facts.has_clock,
    contact_facts.is_aftersale
FROM contact_facts
INNER JOIN customers ON contact_facts.customer_no = customers.customer_no
LEFT JOIN channels ON contact_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON contact_facts.account_no = accounts.account_no;
COMMENT ON VIEW contacts IS 'A customer-day: one customer who wrote to one shop on one day';
COMMENT ON COLUMN contacts.agent_id IS 'The first human who replied that day; without one, who was addressed first';
COMMENT ON COLUMN contacts.is_aftersale IS 'Paid in the days before (setting) and orders nothing until the end of the next day';

CREATE TABLE session_ratings (
    session_no BIGINT NOT NULL,
    rating_key VARCHAR NOT NULL,
    score DECIMAL(4, 2)
);
COMMENT ON TABLE session_ratings IS 'A rating and the session it is about';

CREATE TABLE counted_ratings (
    rating_key VARCHAR NOT NULL,
    session_id VARCHAR,
    shop_id VARCHAR NOT NULL,
    agent_id VARCHAR,
    channel VARCHAR,
    customer_id VARCHAR,
    score DECIMAL(4, 2) NOT NULL,
    rated_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE counted_ratings IS 'The last rating per customer, agent and day: the ones that count';

CREATE TABLE order_attribution (
    shop_id VARCHAR NOT NULL,
    order_id VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    agent_id VARCHAR,
    credited_for VARCHAR,
    last_chat_at TIMESTAMP,
    session_no BIGINT,
    customer_id VARCHAR,
    channel VARCHAR,
    created_at TIMESTAMP,
    paid_at TIMESTAMP,
    paid_amount DECIMAL(18, 2),
    is_refunded BOOLEAN NOT NULL
);
COMMENT ON TABLE order_attribution IS 'An order under one crediting rule; silent orders are rows without agent';
COMMENT ON COLUMN order_attribution.rule IS 'created (下单判定), paid (付款判定) or created_first (下单优先判定)';
COMMENT ON COLUMN order_attribution.credited_for IS 'created or paid: which event the chat preceded; NULL for a silent order';
COMMENT ON COLUMN order_attribution.is_refunded IS 'Cancelled or refunded in full, as far as refunds are loaded';

CREATE TABLE _cskpi_model (
    fingerprint VARCHAR NOT NULL
);
COMMENT ON TABLE _cskpi_model IS 'What the facts were built from: loads, settings and SQL';
