-- What was said: unique texts with their signals, and which message says which.
CREATE TABLE text_forms (
    text_hash UBIGINT NOT NULL,
    form_no INTEGER NOT NULL
);
COMMENT ON TABLE text_forms IS 'Which normalised form a text has; many texts share one';
COMMENT ON COLUMN text_forms.text_hash IS 'messages.text_hash';

CREATE TABLE message_signals (
    form_no INTEGER NOT NULL,
    form VARCHAR NOT NULL,
    language VARCHAR,
    topic VARCHAR,
    sentiment DOUBLE,
    emotion VARCHAR,
    is_greeting BOOLEAN NOT NULL,
    is_closing BOOLEAN NOT NULL,
    is_filler BOOLEAN NOT NULL,
    is_question BOOLEAN NOT NULL,
    is_empathy BOOLEAN NOT NULL,
    is_apology BOOLEAN NOT NULL,
    is_refusal BOOLEAN NOT NULL,
    offers_alternative BOOLEAN NOT NULL,
    is_referral BOOLEAN NOT NULL,
    asks_human BOOLEAN NOT NULL,
    refers_to_order BOOLEAN NOT NULL,
    is_promise BOOLEAN NOT NULL,
    promise_seconds INTEGER,
    promise_days INTEGER,
    is_diversion BOOLEAN NOT NULL,
    is_superlative BOOLEAN NOT NULL,
    is_perfunctory BOOLEAN NOT NULL,
    is_insult BOOLEAN NOT NULL,
    is_false_claim BOOLEAN NOT NULL,
    has_mobile BOOLEAN NOT NULL,
    has_landline BOOLEAN NOT NULL,
    has_id_number BOOLEAN NOT NULL,
    has_bank_card BOOLEAN NOT NULL,
    has_email BOOLEAN NOT NULL,
    has_social_account BOOLEAN NOT NULL,
    has_address BOOLEAN NOT NULL,
    has_parcel_number BOOLEAN NOT NULL
);
COMMENT ON TABLE message_signals IS 'One row a normalised text, with all that is read from it alone';
COMMENT ON COLUMN message_signals.form IS 'Width, case, emoji codes, links and numbers made alike; personal data as {mobile} and the like';
COMMENT ON COLUMN message_signals.language IS 'zh, en, other, or NULL where there are no words';
COMMENT ON COLUMN message_signals.topic IS 'Issue type by the topic lexicon; NULL where none is named';
COMMENT ON COLUMN message_signals.sentiment IS 'Untrained score, -1 (negative) to 1 (positive)';
COMMENT ON COLUMN message_signals.emotion IS 'calm, asking, anxious, disappointed, angry or pleased';
COMMENT ON COLUMN message_signals.is_filler IS 'Nothing but greetings, courtesies, emoji or acknowledgements';
COMMENT ON COLUMN message_signals.is_refusal IS 'A blunt refusal; kind ones and questions are none';
COMMENT ON COLUMN message_signals.offers_alternative IS 'Names another way, so that a refusal beside it is not blunt';
COMMENT ON COLUMN message_signals.is_referral IS 'Sends the customer elsewhere: the platform, the carrier, another account';
COMMENT ON COLUMN message_signals.is_promise IS 'Says that the shop will do something by a time it names; delivery estimates and policies are none';
COMMENT ON COLUMN message_signals.refers_to_order IS 'Names an order or parcel, by number or in words';
COMMENT ON COLUMN message_signals.promise_seconds IS 'A promise''s deadline counted from the message; NULL where it is none or counts days';
COMMENT ON COLUMN message_signals.promise_days IS 'A promise due by the end of the day so many days after the message: today 0, tomorrow 1; working days count as days';
COMMENT ON COLUMN message_signals.is_diversion IS 'Banned: draws the customer off the platform (引流)';
COMMENT ON COLUMN message_signals.is_superlative IS 'Banned: superlatives of the advertising law (极限词)';
COMMENT ON COLUMN message_signals.is_perfunctory IS 'Banned: brushes the customer off (敷衍)';
COMMENT ON COLUMN message_signals.is_insult IS 'Banned: abuse (辱骂)';
COMMENT ON COLUMN message_signals.is_false_claim IS 'Banned: promises nobody can keep (虚假宣传)';
COMMENT ON COLUMN message_signals.has_mobile IS 'A mobile number; not one that a shop gives for sending goods back, nor a masked one';
COMMENT ON COLUMN message_signals.has_address IS 'An address down to the house number; not one that a shop gives for sending goods back';
COMMENT ON COLUMN message_signals.has_id_number IS 'An ID number whose checksum holds';
COMMENT ON COLUMN message_signals.has_bank_card IS 'A card number that passes Luhn';

CREATE TABLE message_forms (
    row_key BIGINT NOT NULL,
    session_no BIGINT NOT NULL,
    shop_no INTEGER NOT NULL,
    customer_no INTEGER,
    account_no INTEGER,
    actor TINYINT NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    occurred_ms BIGINT,
    form_no INTEGER
);
COMMENT ON TABLE message_forms IS 'One row a message, with its session and its normalised text';
COMMENT ON COLUMN message_forms.actor IS '1 customer, 2 human agent, 3 bot, 4 auto-reply, 5 system, as in session_messages';

CREATE TABLE _cskpi_text (
    stage VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL
);
COMMENT ON TABLE _cskpi_text IS 'What each stage of the text work was done from';

CREATE TABLE _cskpi_text_rules (
    forms_code VARCHAR NOT NULL,
    signals_code VARCHAR NOT NULL
);
COMMENT ON TABLE _cskpi_text_rules IS 'Digests of the code that the stored forms and signals were read with';

CREATE TABLE _cskpi_text_words (
    line VARCHAR NOT NULL,
    word VARCHAR NOT NULL
);
COMMENT ON TABLE _cskpi_text_words IS 'The word lists the stored signals were read with';
COMMENT ON COLUMN _cskpi_text_words.line IS 'File, class and line';
COMMENT ON COLUMN _cskpi_text_words.word IS 'The word of the line; empty for a pattern or the class itself';
