-- What agents said: facts over the signals of messages.
CREATE TABLE stiff_messages (
    row_key BIGINT NOT NULL,
    session_no BIGINT NOT NULL,
    account_no INTEGER
);
COMMENT ON TABLE stiff_messages IS 'One row a human''s blunt refusal with no alternative named before the customer wrote again';
COMMENT ON COLUMN stiff_messages.row_key IS 'The message, as in message_forms';
COMMENT ON COLUMN stiff_messages.session_no IS 'Its session';
COMMENT ON COLUMN stiff_messages.account_no IS 'Who wrote it; NULL where the export does not name him';

CREATE TABLE privacy_leaks (
    row_key BIGINT NOT NULL,
    session_no BIGINT NOT NULL,
    account_no INTEGER,
    leak_kind VARCHAR NOT NULL
);
COMMENT ON TABLE privacy_leaks IS 'One row a human''s message and kind of personal data in it that the customer had not written himself';
COMMENT ON COLUMN privacy_leaks.row_key IS 'The message, as in message_forms';
COMMENT ON COLUMN privacy_leaks.session_no IS 'Its session';
COMMENT ON COLUMN privacy_leaks.account_no IS 'Who wrote it; NULL where the export does not name him';
COMMENT ON COLUMN privacy_leaks.leak_kind IS 'mobile, id_number, bank_card, email or address';

CREATE TABLE personal_messages (
    row_key BIGINT NOT NULL,
    session_no BIGINT NOT NULL,
    account_no INTEGER,
    personal_kind VARCHAR NOT NULL
);
COMMENT ON TABLE personal_messages IS 'One row a human''s message that speaks to this customer and no other';
COMMENT ON COLUMN personal_messages.row_key IS 'The message, as in message_forms';
COMMENT ON COLUMN personal_messages.session_no IS 'Its session';
COMMENT ON COLUMN personal_messages.account_no IS 'Who wrote it; NULL where the export does not name him';
COMMENT ON COLUMN personal_messages.personal_kind IS 'nick (his nick), surname (a surname with a title) or order (an earlier purchase)';

CREATE TABLE agent_talk_facts (
    session_no BIGINT NOT NULL,
    account_no INTEGER,
    message_count INTEGER NOT NULL,
    empathy_count INTEGER NOT NULL,
    apology_count INTEGER NOT NULL,
    refusal_count INTEGER NOT NULL,
    stiff_count INTEGER NOT NULL,
    referral_count INTEGER NOT NULL,
    diversion_count INTEGER NOT NULL,
    superlative_count INTEGER NOT NULL,
    perfunctory_count INTEGER NOT NULL,
    insult_count INTEGER NOT NULL,
    false_claim_count INTEGER NOT NULL,
    banned_count INTEGER NOT NULL,
    leak_count INTEGER NOT NULL,
    personal_count INTEGER NOT NULL,
    cold_count INTEGER NOT NULL
);
COMMENT ON TABLE agent_talk_facts IS 'What one human wrote in one session, with numbers in place of names; read the view agent_talks';
COMMENT ON COLUMN agent_talk_facts.session_no IS 'The session';
COMMENT ON COLUMN agent_talk_facts.account_no IS 'Who wrote; NULL where the export does not name him';
COMMENT ON COLUMN agent_talk_facts.message_count IS 'His messages with words';
COMMENT ON COLUMN agent_talk_facts.empathy_count IS 'Messages that soothe or show understanding';
COMMENT ON COLUMN agent_talk_facts.apology_count IS 'Messages that apologise';
COMMENT ON COLUMN agent_talk_facts.refusal_count IS 'Blunt refusals';
COMMENT ON COLUMN agent_talk_facts.stiff_count IS 'Blunt refusals with no alternative named before the customer wrote again';
COMMENT ON COLUMN agent_talk_facts.referral_count IS 'Messages that send the customer elsewhere';
COMMENT ON COLUMN agent_talk_facts.diversion_count IS 'Banned: drawing off the platform (引流)';
COMMENT ON COLUMN agent_talk_facts.superlative_count IS 'Banned: superlatives (极限词)';
COMMENT ON COLUMN agent_talk_facts.perfunctory_count IS 'Banned: brushing off (敷衍)';
COMMENT ON COLUMN agent_talk_facts.insult_count IS 'Banned: abuse (辱骂)';
COMMENT ON COLUMN agent_talk_facts.false_claim_count IS 'Banned: promises nobody can keep (虚假宣传)';
COMMENT ON COLUMN agent_talk_facts.banned_count IS 'Messages with a banned word of any class';
COMMENT ON COLUMN agent_talk_facts.leak_count IS 'Messages with personal data the customer had not written himself';
COMMENT ON COLUMN agent_talk_facts.personal_count IS 'Messages with the customer''s nick, a surname with a title, or an earlier purchase';
COMMENT ON COLUMN agent_talk_facts.cold_count IS 'Messages in a tone of his own: abuse, brushing off, blunt refusals, anger';

CREATE VIEW agent_talks AS
SELECT
    agent_talk_facts.session_no,
    session_facts.session_id,
    shops.shop_id,
    channels.channel,
    accounts.agent_id,
    session_facts.customer_id,
    session_facts.conversation_id,
    session_facts.started_at,
    session_facts.ended_at,
    session_facts.is_transferred,
    agent_talk_facts.message_count,
    agent_talk_facts.empathy_count,
    agent_talk_facts.apology_count,
    agent_talk_facts.refusal_count,
    agent_talk_facts.stiff_count,
    agent_talk_facts.referral_count,
    agent_talk_facts.diversion_count,
    agent_talk_facts.superlative_count,
    agent_talk_facts.perfunctory_count,
    agent_talk_facts.insult_count,
    agent_talk_facts.false_claim_count,
    agent_talk_facts.banned_count,
    agent_talk_facts.leak_count,
    agent_talk_facts.personal_count,
    agent_talk_facts.cold_count
FROM agent_talk_facts
INNER JOIN session_facts ON agent_talk_facts.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON agent_talk_facts.account_no = accounts.account_no;
COMMENT ON VIEW agent_talks IS 'An agent''s session (客服会话): what one human wrote in one session; bots are not here';
COMMENT ON COLUMN agent_talks.session_no IS 'The session';
COMMENT ON COLUMN agent_talks.session_id IS 'The export''s own id, else customer@start';
COMMENT ON COLUMN agent_talks.shop_id IS 'The shop';
COMMENT ON COLUMN agent_talks.channel IS 'The channel';
COMMENT ON COLUMN agent_talks.agent_id IS 'Who wrote; NULL where the export does not name him';
COMMENT ON COLUMN agent_talks.customer_id IS 'The customer';
COMMENT ON COLUMN agent_talks.conversation_id IS 'The export''s own id of the conversation';
COMMENT ON COLUMN agent_talks.started_at IS 'When the session began';
COMMENT ON COLUMN agent_talks.ended_at IS 'Its last message';
COMMENT ON COLUMN agent_talks.is_transferred IS 'The session was passed from one human to another';
COMMENT ON COLUMN agent_talks.message_count IS 'His messages with words';
COMMENT ON COLUMN agent_talks.empathy_count IS 'Messages that soothe or show understanding';
COMMENT ON COLUMN agent_talks.apology_count IS 'Messages that apologise';
COMMENT ON COLUMN agent_talks.refusal_count IS 'Blunt refusals';
COMMENT ON COLUMN agent_talks.stiff_count IS 'Blunt refusals with no alternative named before the customer wrote again';
COMMENT ON COLUMN agent_talks.referral_count IS 'Messages that send the customer elsewhere';
COMMENT ON COLUMN agent_talks.diversion_count IS 'Banned: drawing off the platform (引流)';
COMMENT ON COLUMN agent_talks.superlative_count IS 'Banned: superlatives (极限词)';
COMMENT ON COLUMN agent_talks.perfunctory_count IS 'Banned: brushing off (敷衍)';
COMMENT ON COLUMN agent_talks.insult_count IS 'Banned: abuse (辱骂)';
COMMENT ON COLUMN agent_talks.false_claim_count IS 'Banned: promises nobody can keep (虚假宣传)';
COMMENT ON COLUMN agent_talks.banned_count IS 'Messages with a banned word of any class';
COMMENT ON COLUMN agent_talks.leak_count IS 'Messages with personal data the customer had not written himself';
COMMENT ON COLUMN agent_talks.personal_count IS 'Messages with the customer''s nick, a surname with a title, or an earlier purchase';
COMMENT ON COLUMN agent_talks.cold_count IS 'Messages in a tone of his own: abuse, brushing off, blunt refusals, anger';

CREATE TABLE promise_facts (
    row_key BIGINT NOT NULL,
    session_no BIGINT NOT NULL,
    account_no INTEGER,
    form_no INTEGER NOT NULL,
    promise_kind VARCHAR NOT NULL,
    promised_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP NOT NULL,
    followed_at TIMESTAMP,
    followed_by VARCHAR,
    is_kept BOOLEAN
);
COMMENT ON TABLE promise_facts IS 'Promises with numbers in place of names; read the view promises';
COMMENT ON COLUMN promise_facts.row_key IS 'The message, as in message_forms';
COMMENT ON COLUMN promise_facts.session_no IS 'Its session';
COMMENT ON COLUMN promise_facts.account_no IS 'Who promised; NULL where the export does not name him';
COMMENT ON COLUMN promise_facts.form_no IS 'Its normalised text, as in message_signals';
COMMENT ON COLUMN promise_facts.promise_kind IS 'ship (the goods go out), refund (money) or answer (anything else that is to be done)';
COMMENT ON COLUMN promise_facts.promised_at IS 'When';
COMMENT ON COLUMN promise_facts.due_at IS 'Until when';
COMMENT ON COLUMN promise_facts.followed_at IS 'The first thing done after it, in time or late; NULL where nothing is known of';
COMMENT ON COLUMN promise_facts.followed_by IS 'What that was: message, refund, reship, ship or ticket';
COMMENT ON COLUMN promise_facts.is_kept IS 'It was done in time; NULL where the data end before the deadline, the customer had no order to ship, or money was promised and no refunds are loaded';

CREATE VIEW promises AS
SELECT
    promise_facts.session_no,
    session_facts.session_id,
    shops.shop_id,
    channels.channel,
    accounts.agent_id,
    session_facts.customer_id,
    session_facts.started_at,
    promise_facts.row_key,
    promise_facts.form_no,
    promise_facts.promise_kind,
    promise_facts.promised_at,
    promise_facts.due_at,
    promise_facts.followed_at,
    promise_facts.followed_by,
    promise_facts.is_kept
FROM promise_facts
INNER JOIN session_facts ON promise_facts.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON promise_facts.account_no = accounts.account_no;
COMMENT ON VIEW promises IS 'A human''s promise with a deadline, and whether something was done in time';
COMMENT ON COLUMN promises.session_no IS 'The session';
COMMENT ON COLUMN promises.session_id IS 'The export''s own id, else customer@start';
COMMENT ON COLUMN promises.shop_id IS 'The shop';
COMMENT ON COLUMN promises.channel IS 'The channel';
COMMENT ON COLUMN promises.agent_id IS 'Who promised; NULL where the export does not name him';
COMMENT ON COLUMN promises.customer_id IS 'The customer';
COMMENT ON COLUMN promises.started_at IS 'When the session began';
COMMENT ON COLUMN promises.row_key IS 'The message, as in message_forms';
COMMENT ON COLUMN promises.form_no IS 'Its normalised text, as in message_signals';
COMMENT ON COLUMN promises.promise_kind IS 'ship (the goods go out), refund (money) or answer (anything else that is to be done)';
COMMENT ON COLUMN promises.promised_at IS 'When';
COMMENT ON COLUMN promises.due_at IS 'Until when';
COMMENT ON COLUMN promises.followed_at IS 'The first thing done after it, in time or late; NULL where nothing is known of';
COMMENT ON COLUMN promises.followed_by IS 'What that was: message, refund, reship, ship or ticket';
COMMENT ON COLUMN promises.is_kept IS 'It was done in time; NULL where the data end before the deadline, the customer had no order to ship, or money was promised and no refunds are loaded';

CREATE TABLE late_order_facts (
    shop_id VARCHAR NOT NULL,
    order_id VARCHAR NOT NULL,
    customer_no INTEGER NOT NULL,
    channel VARCHAR,
    paid_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP NOT NULL,
    shipped_at TIMESTAMP,
    asked_at TIMESTAMP,
    told_at TIMESTAMP,
    session_no BIGINT,
    account_no INTEGER
);
COMMENT ON TABLE late_order_facts IS 'Orders shipped late or not at all, with numbers in place of names; read the view late_orders';
COMMENT ON COLUMN late_order_facts.shop_id IS 'The shop';
COMMENT ON COLUMN late_order_facts.order_id IS 'The order';
COMMENT ON COLUMN late_order_facts.customer_no IS 'The customer of the chats who placed it';
COMMENT ON COLUMN late_order_facts.channel IS 'The channel of the order';
COMMENT ON COLUMN late_order_facts.paid_at IS 'When it was paid';
COMMENT ON COLUMN late_order_facts.due_at IS 'Until when it should have been shipped (setting talk.ship_hours)';
COMMENT ON COLUMN late_order_facts.shipped_at IS 'When it was; NULL where it was not';
COMMENT ON COLUMN late_order_facts.asked_at IS 'The customer''s first message about delivery between payment and shipping';
COMMENT ON COLUMN late_order_facts.told_at IS 'A human''s first message to him about delivery in that time';
COMMENT ON COLUMN late_order_facts.session_no IS 'The session of that message, else of his asking';
COMMENT ON COLUMN late_order_facts.account_no IS 'Who told him, else who was asked; NULL also where the export does not name him';

CREATE VIEW late_orders AS
SELECT
    late_order_facts.shop_id,
    late_order_facts.order_id,
    late_order_facts.session_no,
    accounts.agent_id,
    late_order_facts.channel,
    customers.customer_id,
    late_order_facts.paid_at,
    late_order_facts.due_at,
    late_order_facts.shipped_at,
    late_order_facts.asked_at,
    late_order_facts.told_at,
    coalesce(late_order_facts.told_at < late_order_facts.asked_at, late_order_facts.told_at IS NOT NULL)
        AS is_told_first
FROM late_order_facts
INNER JOIN customers ON late_order_facts.customer_no = customers.customer_no
LEFT JOIN accounts ON late_order_facts.account_no = accounts.account_no;
COMMENT ON VIEW late_orders IS 'An order shipped late or not at all, and who spoke of it first: the shop or the customer';
COMMENT ON COLUMN late_orders.shop_id IS 'The shop';
COMMENT ON COLUMN late_orders.order_id IS 'The order';
COMMENT ON COLUMN late_orders.session_no IS 'The session in which the customer was told, else in which he asked';
COMMENT ON COLUMN late_orders.agent_id IS 'Who told him, else who was asked; NULL where the export does not name him or nobody spoke';
COMMENT ON COLUMN late_orders.channel IS 'The channel of the order';
COMMENT ON COLUMN late_orders.customer_id IS 'The customer';
COMMENT ON COLUMN late_orders.paid_at IS 'When it was paid';
COMMENT ON COLUMN late_orders.due_at IS 'Until when it should have been shipped (setting talk.ship_hours)';
COMMENT ON COLUMN late_orders.shipped_at IS 'When it was; NULL where it was not';
COMMENT ON COLUMN late_orders.asked_at IS 'The customer''s first message about delivery between payment and shipping';
COMMENT ON COLUMN late_orders.told_at IS 'A human''s first message to him about delivery in that time';
COMMENT ON COLUMN late_orders.is_told_first IS 'A human told him before he asked';
