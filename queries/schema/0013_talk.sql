-- What agents said and how customers felt: facts over the signals of messages.
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

CREATE TABLE form_emotions (
    form_no INTEGER NOT NULL,
    emotion_level TINYINT NOT NULL
);
COMMENT ON TABLE form_emotions IS 'One row a normalised text with words: the emotion that is counted';
COMMENT ON COLUMN form_emotions.form_no IS 'The text, as in message_signals';
COMMENT ON COLUMN form_emotions.emotion_level IS '0 pleased, 1 calm, 2 asking, 3 anxious, 4 disappointed, 5 angry; negative from 3; anxious and disappointed only where the score is clear (setting talk.negative_below)';

CREATE TABLE emotion_lines (
    session_no BIGINT NOT NULL,
    turn_no INTEGER NOT NULL,
    row_key BIGINT NOT NULL,
    is_customer BOOLEAN NOT NULL,
    account_no INTEGER,
    occurred_at TIMESTAMP NOT NULL,
    order_key DECIMAL(38, 0) NOT NULL,
    form_no INTEGER,
    emotion_level TINYINT,
    is_empathy BOOLEAN NOT NULL
);
COMMENT ON TABLE emotion_lines IS 'Messages of customer and humans in sessions in which the customer was negative at least once';
COMMENT ON COLUMN emotion_lines.session_no IS 'The session';
COMMENT ON COLUMN emotion_lines.turn_no IS 'The customer''s turn: consecutive messages no human wrote between; on a human''s row the turn it follows, 0 before the first';
COMMENT ON COLUMN emotion_lines.row_key IS 'The message, as in message_forms';
COMMENT ON COLUMN emotion_lines.is_customer IS 'The customer wrote it, else a human agent';
COMMENT ON COLUMN emotion_lines.account_no IS 'As in message_forms';
COMMENT ON COLUMN emotion_lines.occurred_at IS 'When';
COMMENT ON COLUMN emotion_lines.order_key IS 'Time, then place in the file, as one number';
COMMENT ON COLUMN emotion_lines.form_no IS 'Its normalised text';
COMMENT ON COLUMN emotion_lines.emotion_level IS '0 pleased, 1 calm, 2 asking, 3 anxious, 4 disappointed, 5 angry; negative from 3; NULL without words';
COMMENT ON COLUMN emotion_lines.is_empathy IS 'A human soothes or shows understanding';

CREATE TABLE emotion_turn_facts (
    session_no BIGINT NOT NULL,
    turn_no INTEGER NOT NULL,
    row_key BIGINT NOT NULL,
    form_no INTEGER,
    occurred_at TIMESTAMP NOT NULL,
    emotion_level TINYINT NOT NULL,
    level_before TINYINT,
    level_after TINYINT,
    reply_key BIGINT,
    reply_form_no INTEGER,
    reply_account_no INTEGER,
    answering_account_no INTEGER,
    is_answered BOOLEAN NOT NULL,
    is_soothed BOOLEAN NOT NULL
);
COMMENT ON TABLE emotion_turn_facts IS 'Emotion turn by turn with numbers in place of names; read the view emotion_turns';
COMMENT ON COLUMN emotion_turn_facts.session_no IS 'The session; only those in which the customer was negative at least once';
COMMENT ON COLUMN emotion_turn_facts.turn_no IS 'The customer''s turns from 1';
COMMENT ON COLUMN emotion_turn_facts.row_key IS 'The message of the turn that decides its emotion';
COMMENT ON COLUMN emotion_turn_facts.form_no IS 'Its normalised text';
COMMENT ON COLUMN emotion_turn_facts.occurred_at IS 'When it was written';
COMMENT ON COLUMN emotion_turn_facts.emotion_level IS 'The turn''s emotion, as in emotion_lines: the worst negative one, else pleased, else asking, else calm';
COMMENT ON COLUMN emotion_turn_facts.level_before IS 'The same of the turn before; NULL on the first';
COMMENT ON COLUMN emotion_turn_facts.level_after IS 'The same of the next turn; NULL on the last';
COMMENT ON COLUMN emotion_turn_facts.reply_key IS 'The last human message between the turn before and this one';
COMMENT ON COLUMN emotion_turn_facts.reply_form_no IS 'Its normalised text';
COMMENT ON COLUMN emotion_turn_facts.reply_account_no IS 'Who wrote it; NULL also where the export does not name him';
COMMENT ON COLUMN emotion_turn_facts.answering_account_no IS 'Who answered this turn first; NULL also where the export does not name him';
COMMENT ON COLUMN emotion_turn_facts.is_answered IS 'A human wrote after it';
COMMENT ON COLUMN emotion_turn_facts.is_soothed IS 'A human soothed or showed understanding before the customer wrote again';

CREATE VIEW emotion_turns AS
SELECT
    emotion_turn_facts.session_no,
    session_facts.session_id,
    shops.shop_id,
    channels.channel,
    accounts.agent_id,
    emotion_turn_facts.turn_no,
    emotion_turn_facts.occurred_at,
    session_facts.started_at,
    CASE emotion_turn_facts.level_before
        WHEN 0 THEN 'pleased'
        WHEN 1 THEN 'calm'
        WHEN 2 THEN 'asking'
        WHEN 3 THEN 'anxious'
        WHEN 4 THEN 'disappointed'
        WHEN 5 THEN 'angry'
    END AS emotion_before,
    CASE emotion_turn_facts.emotion_level
        WHEN 0 THEN 'pleased'
        WHEN 1 THEN 'calm'
        WHEN 2 THEN 'asking'
        WHEN 3 THEN 'anxious'
        WHEN 4 THEN 'disappointed'
        WHEN 5 THEN 'angry'
    END AS emotion,
    emotion_turn_facts.emotion_level,
    emotion_turn_facts.level_before,
    emotion_turn_facts.level_after,
    emotion_turn_facts.row_key,
    emotion_turn_facts.form_no,
    emotion_turn_facts.reply_key,
    emotion_turn_facts.reply_form_no,
    emotion_turn_facts.is_answered,
    emotion_turn_facts.is_soothed
FROM emotion_turn_facts
INNER JOIN session_facts ON emotion_turn_facts.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON emotion_turn_facts.reply_account_no = accounts.account_no;
COMMENT ON VIEW emotion_turns IS 'A customer''s turn in a session in which he was negative at least once, with his emotion before and what the agent had said';
COMMENT ON COLUMN emotion_turns.session_no IS 'The session';
COMMENT ON COLUMN emotion_turns.session_id IS 'The export''s own id, else customer@start';
COMMENT ON COLUMN emotion_turns.shop_id IS 'The shop';
COMMENT ON COLUMN emotion_turns.channel IS 'The channel';
COMMENT ON COLUMN emotion_turns.agent_id IS 'Who wrote the message before this turn; NULL where the export does not name him, and on the first turn';
COMMENT ON COLUMN emotion_turns.turn_no IS 'The customer''s turns from 1: consecutive messages no human wrote between';
COMMENT ON COLUMN emotion_turns.occurred_at IS 'When the message was written that decides its emotion';
COMMENT ON COLUMN emotion_turns.started_at IS 'When the session began';
COMMENT ON COLUMN emotion_turns.emotion_before IS 'The emotion of the turn before; NULL on the first';
COMMENT ON COLUMN emotion_turns.emotion IS 'The worst negative emotion of its messages, else pleased, else asking, else calm';
COMMENT ON COLUMN emotion_turns.emotion_level IS '0 pleased, 1 calm, 2 asking, 3 anxious, 4 disappointed, 5 angry; negative from 3';
COMMENT ON COLUMN emotion_turns.level_before IS 'The same of the turn before; NULL on the first';
COMMENT ON COLUMN emotion_turns.level_after IS 'The same of the next turn; NULL on the last';
COMMENT ON COLUMN emotion_turns.row_key IS 'The message of the turn that decides its emotion';
COMMENT ON COLUMN emotion_turns.form_no IS 'Its normalised text, as in message_signals';
COMMENT ON COLUMN emotion_turns.reply_key IS 'The last human message between the turn before and this one';
COMMENT ON COLUMN emotion_turns.reply_form_no IS 'Its normalised text, as in message_signals';
COMMENT ON COLUMN emotion_turns.is_answered IS 'A human wrote after it';
COMMENT ON COLUMN emotion_turns.is_soothed IS 'A human soothed or showed understanding before the customer wrote again';

CREATE TABLE session_emotion_facts (
    session_no BIGINT NOT NULL,
    topic VARCHAR,
    peak_level TINYINT NOT NULL,
    last_level TINYINT NOT NULL,
    turn_count INTEGER NOT NULL,
    is_escalated BOOLEAN NOT NULL,
    escalating_account_no INTEGER,
    first_negative_at TIMESTAMP,
    answering_account_no INTEGER,
    is_answered BOOLEAN NOT NULL,
    is_soothed BOOLEAN NOT NULL
);
COMMENT ON TABLE session_emotion_facts IS 'The customer''s emotion in a session with numbers in place of names; read the view session_emotions';
COMMENT ON COLUMN session_emotion_facts.session_no IS 'A session in which the customer wrote words';
COMMENT ON COLUMN session_emotion_facts.topic IS 'The issue most of his messages name, of equals the first by name; NULL where none names any';
COMMENT ON COLUMN session_emotion_facts.peak_level IS 'His worst emotion, as in emotion_lines';
COMMENT ON COLUMN session_emotion_facts.last_level IS 'The emotion of his last turn; in sessions never negative of his last message';
COMMENT ON COLUMN session_emotion_facts.turn_count IS 'His turns: consecutive messages no human wrote between';
COMMENT ON COLUMN session_emotion_facts.is_escalated IS 'Some turn after a human''s message is negative and worse than the turn before';
COMMENT ON COLUMN session_emotion_facts.escalating_account_no IS 'Who wrote the message before the first such turn';
COMMENT ON COLUMN session_emotion_facts.first_negative_at IS 'His first negative turn; NULL without one';
COMMENT ON COLUMN session_emotion_facts.answering_account_no IS 'The first human to answer at or after it, before the next negative turn';
COMMENT ON COLUMN session_emotion_facts.is_answered IS 'A human answered his first negative turn before the next negative one, or at all';
COMMENT ON COLUMN session_emotion_facts.is_soothed IS 'A human showed empathy after his first negative turn and before the next negative one';

CREATE VIEW session_emotions AS
SELECT
    session_emotion_facts.session_no,
    session_facts.session_id,
    shops.shop_id,
    channels.channel,
    session_facts.customer_id,
    owners.agent_id,
    coalesce(escalating.agent_id, owners.agent_id) AS escalating_agent_id,
    coalesce(answering.agent_id, owners.agent_id) AS answering_agent_id,
    session_facts.started_at,
    session_facts.ended_at,
    session_facts.has_human_message,
    session_emotion_facts.topic,
    session_emotion_facts.peak_level,
    session_emotion_facts.last_level,
    CASE session_emotion_facts.peak_level
        WHEN 0 THEN 'pleased'
        WHEN 1 THEN 'calm'
        WHEN 2 THEN 'asking'
        WHEN 3 THEN 'anxious'
        WHEN 4 THEN 'disappointed'
        WHEN 5 THEN 'angry'
    END AS peak_emotion,
    CASE session_emotion_facts.last_level
        WHEN 0 THEN 'pleased'
        WHEN 1 THEN 'calm'
        WHEN 2 THEN 'asking'
        WHEN 3 THEN 'anxious'
        WHEN 4 THEN 'disappointed'
        WHEN 5 THEN 'angry'
    END AS last_emotion,
    session_emotion_facts.peak_level >= 3 AS is_negative,
    session_emotion_facts.last_level >= 3 AS ends_negative,
    session_emotion_facts.turn_count,
    session_emotion_facts.is_escalated,
    session_emotion_facts.first_negative_at,
    session_emotion_facts.is_answered,
    session_emotion_facts.is_soothed
FROM session_emotion_facts
INNER JOIN session_facts ON session_emotion_facts.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN accounts AS owners ON session_facts.owner_account_no = owners.account_no
LEFT JOIN accounts AS escalating
    ON session_emotion_facts.escalating_account_no = escalating.account_no
LEFT JOIN accounts AS answering
    ON session_emotion_facts.answering_account_no = answering.account_no;
COMMENT ON VIEW session_emotions IS 'The customer''s emotion in each session in which he wrote words; negative is anxious, disappointed or angry';
COMMENT ON COLUMN session_emotions.session_no IS 'The session';
COMMENT ON COLUMN session_emotions.session_id IS 'The export''s own id, else customer@start';
COMMENT ON COLUMN session_emotions.shop_id IS 'The shop';
COMMENT ON COLUMN session_emotions.channel IS 'The channel';
COMMENT ON COLUMN session_emotions.customer_id IS 'The customer';
COMMENT ON COLUMN session_emotions.agent_id IS 'The owner of the session';
COMMENT ON COLUMN session_emotions.escalating_agent_id IS 'Who wrote the message before his emotion first turned worse; without that the owner';
COMMENT ON COLUMN session_emotions.answering_agent_id IS 'Who answered his first negative turn; without that the owner';
COMMENT ON COLUMN session_emotions.started_at IS 'When the session began';
COMMENT ON COLUMN session_emotions.ended_at IS 'Its last message';
COMMENT ON COLUMN session_emotions.has_human_message IS 'A human wrote in it';
COMMENT ON COLUMN session_emotions.topic IS 'The issue most of his messages name; NULL where none names any';
COMMENT ON COLUMN session_emotions.peak_level IS '0 pleased, 1 calm, 2 asking, 3 anxious, 4 disappointed, 5 angry; negative from 3';
COMMENT ON COLUMN session_emotions.last_level IS 'The same of his last turn';
COMMENT ON COLUMN session_emotions.peak_emotion IS 'His worst emotion';
COMMENT ON COLUMN session_emotions.last_emotion IS 'The emotion of his last turn';
COMMENT ON COLUMN session_emotions.is_negative IS 'He was anxious, disappointed or angry at some turn';
COMMENT ON COLUMN session_emotions.ends_negative IS 'He was so at his last turn';
COMMENT ON COLUMN session_emotions.turn_count IS 'His turns: consecutive messages no human wrote between';
COMMENT ON COLUMN session_emotions.is_escalated IS 'Some turn after a human''s message is negative and worse than the turn before';
COMMENT ON COLUMN session_emotions.first_negative_at IS 'His first negative turn; NULL without one';
COMMENT ON COLUMN session_emotions.is_answered IS 'A human answered his first negative turn before the next negative one, or at all';
COMMENT ON COLUMN session_emotions.is_soothed IS 'A human showed empathy after his first negative turn and before the next negative one';

CREATE TABLE soothing_facts (
    session_no BIGINT NOT NULL,
    turn_no INTEGER NOT NULL,
    form_no INTEGER NOT NULL,
    account_no INTEGER,
    occurred_at TIMESTAMP NOT NULL,
    topic VARCHAR,
    is_recovered BOOLEAN NOT NULL
);
COMMENT ON TABLE soothing_facts IS 'One row a negative turn and a soothing text a human answered it with, where the customer wrote again';
COMMENT ON COLUMN soothing_facts.session_no IS 'The session';
COMMENT ON COLUMN soothing_facts.turn_no IS 'The customer''s negative turn';
COMMENT ON COLUMN soothing_facts.form_no IS 'The normalised text, as in message_signals';
COMMENT ON COLUMN soothing_facts.account_no IS 'Who wrote it; NULL where the export does not name him';
COMMENT ON COLUMN soothing_facts.occurred_at IS 'When';
COMMENT ON COLUMN soothing_facts.topic IS 'The issue of the session, as in session_emotion_facts';
COMMENT ON COLUMN soothing_facts.is_recovered IS 'The customer''s next turn is not negative';

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
