-- Resolution: what came before and after a session, who passed it on, and how the bot did.
CREATE TABLE transfer_facts (
    session_no BIGINT NOT NULL,
    from_account_no INTEGER,
    to_account_no INTEGER
);
COMMENT ON TABLE transfer_facts IS 'Sessions passed on, with numbers in place of names; read the view transfers';
COMMENT ON COLUMN transfer_facts.session_no IS 'The session';
COMMENT ON COLUMN transfer_facts.from_account_no IS 'The first human addressed or writing';
COMMENT ON COLUMN transfer_facts.to_account_no IS 'The next other account; NULL where the export only marks the transfer';

CREATE VIEW transfers AS
SELECT
    transfer_facts.session_no,
    session_facts.session_id,
    shops.shop_id,
    channels.channel,
    owners.agent_id,
    receivers.agent_id AS to_agent_id,
    session_facts.started_at
FROM transfer_facts
INNER JOIN session_facts ON transfer_facts.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN accounts AS owners ON transfer_facts.from_account_no = owners.account_no
LEFT JOIN accounts AS receivers ON transfer_facts.to_account_no = receivers.account_no;
COMMENT ON VIEW transfers IS 'A session with a human that was passed on: from its first owner to whom';
COMMENT ON COLUMN transfers.session_no IS 'The session';
COMMENT ON COLUMN transfers.session_id IS 'The export''s own id, else customer@start';
COMMENT ON COLUMN transfers.shop_id IS 'The shop';
COMMENT ON COLUMN transfers.channel IS 'The channel of the session';
COMMENT ON COLUMN transfers.agent_id IS 'The first owner (首问), who passed on';
COMMENT ON COLUMN transfers.to_agent_id IS 'The next other human addressed or writing; NULL where the export does not name him';
COMMENT ON COLUMN transfers.started_at IS 'When the session began';

CREATE TABLE contact_outcome_facts (
    customer_no INTEGER NOT NULL,
    contact_on DATE NOT NULL,
    refund_requested_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE contact_outcome_facts IS 'Customer-days followed by a refund request; read the view contact_outcomes';
COMMENT ON COLUMN contact_outcome_facts.customer_no IS 'The customer';
COMMENT ON COLUMN contact_outcome_facts.contact_on IS 'The day';
COMMENT ON COLUMN contact_outcome_facts.refund_requested_at IS 'His first refund request at or after the first message of that day';

CREATE VIEW contact_outcomes AS
SELECT
    customers.shop_id,
    customers.customer_id,
    contact_facts.contact_on,
    channels.channel,
    accounts.agent_id,
    contact_facts.first_asked_at,
    contact_facts.has_clock,
    contact_outcome_facts.refund_requested_at
FROM contact_facts
INNER JOIN customers ON contact_facts.customer_no = customers.customer_no
LEFT JOIN channels ON contact_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON contact_facts.account_no = accounts.account_no
LEFT JOIN contact_outcome_facts
    ON
        contact_facts.customer_no = contact_outcome_facts.customer_no
        AND contact_facts.contact_on = contact_outcome_facts.contact_on;
COMMENT ON VIEW contact_outcomes IS 'A customer-day and what followed it';
COMMENT ON COLUMN contact_outcomes.shop_id IS 'The shop';
COMMENT ON COLUMN contact_outcomes.customer_id IS 'The customer';
COMMENT ON COLUMN contact_outcomes.contact_on IS 'The day';
COMMENT ON COLUMN contact_outcomes.channel IS 'The channel';
COMMENT ON COLUMN contact_outcomes.agent_id IS 'The first human who replied that day; without one, who was addressed first';
COMMENT ON COLUMN contact_outcomes.first_asked_at IS 'The customer''s first message of that day';
COMMENT ON COLUMN contact_outcomes.has_clock IS 'Times of day are known';
COMMENT ON COLUMN contact_outcomes.refund_requested_at IS 'The customer''s first refund request at or after it, however late; exchanges, reshipments, repairs and price protection are none';

CREATE TABLE session_outcome_facts (
    session_no BIGINT NOT NULL,
    customer_no INTEGER NOT NULL,
    is_identified BOOLEAN NOT NULL,
    topic VARCHAR,
    same_before_at TIMESTAMP,
    unknown_before_at TIMESTAMP,
    same_after_at TIMESTAMP,
    unknown_after_at TIMESTAMP,
    complained_at TIMESTAMP,
    is_marked_resolved BOOLEAN,
    is_auto_closed BOOLEAN NOT NULL
);
COMMENT ON TABLE session_outcome_facts IS 'What came before and after a customer''s session, with numbers in place of names; read the view session_outcomes';
COMMENT ON COLUMN session_outcome_facts.session_no IS 'The session; only those with times of day';
COMMENT ON COLUMN session_outcome_facts.customer_no IS 'The customer';
COMMENT ON COLUMN session_outcome_facts.is_identified IS 'He is known beyond the conversation: no masked nick';
COMMENT ON COLUMN session_outcome_facts.topic IS 'Issue type: the help desk''s, else the kind of the ticket opened from the conversation';
COMMENT ON COLUMN session_outcome_facts.same_before_at IS 'Latest end of an earlier session on the same known issue';
COMMENT ON COLUMN session_outcome_facts.unknown_before_at IS 'Latest end of an earlier session where one of the two issues is not known';
COMMENT ON COLUMN session_outcome_facts.same_after_at IS 'Start of the next session on the same known issue';
COMMENT ON COLUMN session_outcome_facts.unknown_after_at IS 'Start of the next session where one of the two issues is not known';
COMMENT ON COLUMN session_outcome_facts.complained_at IS 'The customer''s first complaint at or after the session''s start';
COMMENT ON COLUMN session_outcome_facts.is_marked_resolved IS 'What customer or help desk said; NULL where neither did';
COMMENT ON COLUMN session_outcome_facts.is_auto_closed IS 'The help desk says a machine closed it (setting resolution.auto_close_words)';

CREATE VIEW session_outcomes AS
SELECT
    session_facts.session_no,
    session_facts.session_id,
    shops.shop_id,
    channels.channel,
    session_facts.customer_id,
    owners.agent_id,
    session_facts.started_at,
    session_facts.ended_at,
    session_facts.has_human_reply,
    session_facts.is_transferred,
    session_outcome_facts.is_identified,
    session_outcome_facts.topic,
    session_outcome_facts.same_before_at,
    session_outcome_facts.unknown_before_at,
    session_outcome_facts.same_after_at,
    session_outcome_facts.unknown_after_at,
    session_outcome_facts.complained_at,
    session_outcome_facts.is_marked_resolved,
    session_outcome_facts.is_auto_closed
FROM session_outcome_facts
INNER JOIN session_facts ON session_outcome_facts.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN accounts AS owners ON session_facts.owner_account_no = owners.account_no;
COMMENT ON VIEW session_outcomes IS 'A customer''s session with times of day, and what came before and after it';
COMMENT ON COLUMN session_outcomes.session_no IS 'The session';
COMMENT ON COLUMN session_outcomes.session_id IS 'The export''s own id, else customer@start';
COMMENT ON COLUMN session_outcomes.shop_id IS 'The shop';
COMMENT ON COLUMN session_outcomes.channel IS 'The channel';
COMMENT ON COLUMN session_outcomes.customer_id IS 'The customer';
COMMENT ON COLUMN session_outcomes.agent_id IS 'The owner of the session';
COMMENT ON COLUMN session_outcomes.started_at IS 'Its first message';
COMMENT ON COLUMN session_outcomes.ended_at IS 'Its last message';
COMMENT ON COLUMN session_outcomes.has_human_reply IS 'A human wrote after the customer''s first message';
COMMENT ON COLUMN session_outcomes.is_transferred IS 'It was passed from one human to another';
COMMENT ON COLUMN session_outcomes.is_identified IS 'The customer is known beyond the conversation: no masked nick; otherwise nobody knows whether he came back';
COMMENT ON COLUMN session_outcomes.topic IS 'Issue type: the help desk''s, else the kind of the ticket opened from the conversation';
COMMENT ON COLUMN session_outcomes.same_before_at IS 'Latest end of an earlier session of the customer on the same known issue';
COMMENT ON COLUMN session_outcomes.unknown_before_at IS 'Latest end of an earlier session of the customer where one of the two issues is not known';
COMMENT ON COLUMN session_outcomes.same_after_at IS 'Start of the customer''s next session on the same known issue, begun at or after the end of this one';
COMMENT ON COLUMN session_outcomes.unknown_after_at IS 'Start of the customer''s next session where one of the two issues is not known';
COMMENT ON COLUMN session_outcomes.complained_at IS 'The customer''s first complaint at or after the session''s start, however late';
COMMENT ON COLUMN session_outcomes.is_marked_resolved IS 'The customer''s own mark in a rating, else the help desk''s; a mark set by an automatic closing is none';
COMMENT ON COLUMN session_outcomes.is_auto_closed IS 'The help desk says a machine closed it (setting resolution.auto_close_words)';

CREATE TABLE bot_stage_facts (
    session_no BIGINT NOT NULL,
    bot_account_no INTEGER,
    human_account_no INTEGER,
    bot_ms BIGINT,
    handoff_at TIMESTAMP,
    handoff_ms BIGINT,
    waiting_at TIMESTAMP,
    waiting_ms BIGINT,
    human_at TIMESTAMP,
    human_ms BIGINT,
    bot_message_count INTEGER NOT NULL,
    bot_turn_count INTEGER NOT NULL,
    has_bot_reply BOOLEAN NOT NULL,
    has_request BOOLEAN NOT NULL,
    has_transfer_mark BOOLEAN NOT NULL,
    has_human BOOLEAN NOT NULL,
    is_context_repeated BOOLEAN
);
COMMENT ON TABLE bot_stage_facts IS 'Bot stages with numbers in place of names; read the view bot_stages';
COMMENT ON COLUMN bot_stage_facts.session_no IS 'A customer''s session in which a bot wrote before any human';
COMMENT ON COLUMN bot_stage_facts.bot_account_no IS 'The bot that wrote first';
COMMENT ON COLUMN bot_stage_facts.human_account_no IS 'The first human after it; NULL also where the export does not name him';
COMMENT ON COLUMN bot_stage_facts.bot_ms IS 'The bot''s first message, in milliseconds';
COMMENT ON COLUMN bot_stage_facts.handoff_at IS 'The customer''s first request for a human or the export''s transfer mark, whichever came first';
COMMENT ON COLUMN bot_stage_facts.handoff_ms IS 'The same in milliseconds; NULL where only the day is known';
COMMENT ON COLUMN bot_stage_facts.waiting_at IS 'The customer''s first message the bot left unanswered before the human came, else the bot''s last message';
COMMENT ON COLUMN bot_stage_facts.waiting_ms IS 'The same in milliseconds; NULL where only the day is known';
COMMENT ON COLUMN bot_stage_facts.human_at IS 'The first human message';
COMMENT ON COLUMN bot_stage_facts.human_ms IS 'The same in milliseconds; NULL where only the day is known';
COMMENT ON COLUMN bot_stage_facts.bot_message_count IS 'Messages of the bot before the first human message';
COMMENT ON COLUMN bot_stage_facts.bot_turn_count IS 'How often the bot answered before the first human message; consecutive messages are one';
COMMENT ON COLUMN bot_stage_facts.has_bot_reply IS 'The bot wrote after the customer''s first message, before any human';
COMMENT ON COLUMN bot_stage_facts.has_request IS 'The customer asked for a human before one wrote (setting bot.handoff_words)';
COMMENT ON COLUMN bot_stage_facts.has_transfer_mark IS 'The export marks a transfer between the bot''s first and the first human message (a marked row, or a system message with a word of bot.transfer_words)';
COMMENT ON COLUMN bot_stage_facts.has_human IS 'A human wrote';
COMMENT ON COLUMN bot_stage_facts.is_context_repeated IS 'After the handoff the customer told something again; NULL where no human came';

CREATE VIEW bot_stages AS
SELECT
    bot_stage_facts.session_no,
    session_facts.session_id,
    shops.shop_id,
    channels.channel,
    session_facts.customer_id,
    bots.agent_id AS bot_agent_id,
    humans.agent_id,
    session_facts.started_at,
    bot_stage_facts.handoff_at,
    bot_stage_facts.waiting_at,
    bot_stage_facts.human_at,
    (bot_stage_facts.human_ms - bot_stage_facts.handoff_ms) / 1000.0 AS handoff_seconds,
    (bot_stage_facts.human_ms - bot_stage_facts.waiting_ms) / 1000.0 AS waiting_seconds,
    bot_stage_facts.bot_message_count,
    bot_stage_facts.bot_turn_count,
    bot_stage_facts.has_bot_reply,
    bot_stage_facts.has_request,
    bot_stage_facts.has_transfer_mark,
    bot_stage_facts.has_human,
    bot_stage_facts.is_context_repeated
FROM bot_stage_facts
INNER JOIN session_facts ON bot_stage_facts.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN accounts AS bots ON bot_stage_facts.bot_account_no = bots.account_no
LEFT JOIN accounts AS humans ON bot_stage_facts.human_account_no = humans.account_no;
COMMENT ON VIEW bot_stages IS 'A customer''s session that a fully automatic bot opened: it wrote before any human; welcome texts and auto-replies are no bot';
COMMENT ON COLUMN bot_stages.session_no IS 'The session';
COMMENT ON COLUMN bot_stages.session_id IS 'The export''s own id, else customer@start';
COMMENT ON COLUMN bot_stages.shop_id IS 'The shop';
COMMENT ON COLUMN bot_stages.channel IS 'The channel';
COMMENT ON COLUMN bot_stages.customer_id IS 'The customer';
COMMENT ON COLUMN bot_stages.bot_agent_id IS 'The account of the bot; NULL where the export does not name it';
COMMENT ON COLUMN bot_stages.agent_id IS 'The first human after the bot; NULL where none came or the export does not name him';
COMMENT ON COLUMN bot_stages.started_at IS 'When the session began';
COMMENT ON COLUMN bot_stages.handoff_at IS 'The customer''s first request for a human or the export''s transfer mark, whichever came first';
COMMENT ON COLUMN bot_stages.waiting_at IS 'The customer''s first message the bot left unanswered before the human came, else the bot''s last message';
COMMENT ON COLUMN bot_stages.human_at IS 'The first human message';
COMMENT ON COLUMN bot_stages.handoff_seconds IS 'Request for a human or transfer mark, whichever came first, to the first human message';
COMMENT ON COLUMN bot_stages.waiting_seconds IS 'The customer''s first message the bot left unanswered (else the bot''s last) to the first human message';
COMMENT ON COLUMN bot_stages.bot_message_count IS 'Messages of the bot before the first human message';
COMMENT ON COLUMN bot_stages.bot_turn_count IS 'How often the bot answered before the first human message; consecutive messages are one';
COMMENT ON COLUMN bot_stages.has_bot_reply IS 'The bot wrote after the customer''s first message, before any human';
COMMENT ON COLUMN bot_stages.has_request IS 'The customer asked for a human before one wrote (setting bot.handoff_words)';
COMMENT ON COLUMN bot_stages.has_transfer_mark IS 'The export marks a transfer between the bot''s first and the first human message (a marked row, or a system message with a word of bot.transfer_words)';
COMMENT ON COLUMN bot_stages.has_human IS 'A human wrote';
COMMENT ON COLUMN bot_stages.is_context_repeated IS 'After the handoff the customer told something again: the same text, or the same order number; NULL where no human came';

CREATE VIEW ticket_closings AS
WITH told AS (
    SELECT
        row_key,
        min(try_cast(json_extract_string(body, '$.closed_at') AS TIMESTAMP)) AS first_closed_at
    FROM row_versions
    WHERE table_name = 'tickets'
    GROUP BY row_key
)

SELECT
    tickets.shop_id,
    tickets.ticket_id,
    coalesce(agent_names.agent_id, tickets.agent_id) AS agent_id,
    tickets.channel,
    tickets.ticket_kind,
    tickets.created_at,
    CASE
        WHEN told.first_closed_at < tickets.closed_at - INTERVAL 1 MINUTE THEN told.first_closed_at
        ELSE tickets.closed_at
    END AS first_closed_at,
    tickets.closed_at,
    coalesce(told.first_closed_at < tickets.closed_at - INTERVAL 1 MINUTE, FALSE)
    OR coalesce(tickets.reopen_count > 0, FALSE) AS is_reopened,
    tickets.reopen_count
FROM tickets
LEFT JOIN told
    ON concat_ws(chr(31), tickets.shop_id, tickets.ticket_id) = told.row_key
LEFT JOIN agent_names
    ON
        tickets.shop_id = agent_names.shop_id
        AND tickets.agent_id = agent_names.alias
        AND tickets.created_at >= agent_names.starts_at
        AND tickets.created_at < agent_names.ends_at;
COMMENT ON VIEW ticket_closings IS 'A ticket, its first and its last closing as far as exports tell';
COMMENT ON COLUMN ticket_closings.shop_id IS 'The shop';
COMMENT ON COLUMN ticket_closings.ticket_id IS 'The ticket';
COMMENT ON COLUMN ticket_closings.agent_id IS 'Whose account it was on the day the ticket was created';
COMMENT ON COLUMN ticket_closings.channel IS 'The channel';
COMMENT ON COLUMN ticket_closings.ticket_kind IS 'Its kind';
COMMENT ON COLUMN ticket_closings.created_at IS 'When it was opened';
COMMENT ON COLUMN ticket_closings.first_closed_at IS 'The earliest closing any export gives; the last one where exports give one closing only';
COMMENT ON COLUMN ticket_closings.closed_at IS 'The closing the latest export gives';
COMMENT ON COLUMN ticket_closings.is_reopened IS 'The export counts reopenings, or a later export gives a closing more than a minute later than an earlier one';
COMMENT ON COLUMN ticket_closings.reopen_count IS 'Reopenings as the export counts them; NULL where it does not';
