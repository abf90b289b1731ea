-- How customers felt: facts over the signals of messages.
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
