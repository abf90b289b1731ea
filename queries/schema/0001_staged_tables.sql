-- Staged tables: what exports say, typed. Every row knows the file and row it came from.
CREATE TABLE import_files (
    file_id INTEGER NOT NULL,
    path VARCHAR NOT NULL,
    sheet VARCHAR,
    kind VARCHAR NOT NULL,
    preset VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    encoding VARCHAR,
    delimiter VARCHAR,
    header_row INTEGER,
    sha256 VARCHAR NOT NULL,
    size_bytes BIGINT NOT NULL,
    columns_used VARCHAR,
    columns_guessed VARCHAR,
    columns_ignored VARCHAR,
    rows_read BIGINT NOT NULL,
    rows_accepted BIGINT NOT NULL,
    rows_duplicate BIGINT NOT NULL,
    rows_rejected BIGINT NOT NULL,
    first_at TIMESTAMP,
    last_at TIMESTAMP,
    loaded_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE import_files IS 'The load ledger: one row a file or sheet; rows_read = rows_accepted + rows_duplicate + rows_rejected';

CREATE TABLE rejected_rows (
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL,
    column_name VARCHAR,
    raw_value VARCHAR,
    reason VARCHAR NOT NULL,
    raw_row VARCHAR
);
COMMENT ON TABLE rejected_rows IS 'Every row of an export that was not taken, with the column, the value and the reason';

CREATE TABLE messages (
    message_key VARCHAR NOT NULL,
    shop_id VARCHAR NOT NULL,
    channel VARCHAR,
    conversation_id VARCHAR,
    message_id VARCHAR,
    customer_id VARCHAR,
    agent_id VARCHAR,
    sender_role VARCHAR NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    occurred_ms BIGINT,
    time_precision VARCHAR NOT NULL,
    message_kind VARCHAR,
    is_transfer BOOLEAN,
    order_id VARCHAR,
    text VARCHAR,
    text_hash UBIGINT,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE messages IS 'One row a message, from any sender';
COMMENT ON COLUMN messages.message_key IS 'Hash of the platform id, else of the content and its ordinal among equals in the file';
COMMENT ON COLUMN messages.conversation_id IS 'The export''s own session or thread id; NULL where it has none';
COMMENT ON COLUMN messages.agent_id IS 'Who wrote (agent, bot rows) or was addressed (customer rows); NULL where the export does not say';
COMMENT ON COLUMN messages.sender_role IS 'customer, agent, bot, assist_bot, auto_reply or system';
COMMENT ON COLUMN messages.occurred_at IS 'Shop-local time without zone';
COMMENT ON COLUMN messages.occurred_ms IS 'The same instant in milliseconds, for differences; NULL where only the day is known';
COMMENT ON COLUMN messages.time_precision IS 'second, minute or date';
COMMENT ON COLUMN messages.is_transfer IS 'The export marks a handover at this message';

CREATE TABLE orders (
    shop_id VARCHAR NOT NULL,
    order_id VARCHAR NOT NULL,
    customer_id VARCHAR,
    status VARCHAR,
    status_raw VARCHAR,
    created_at TIMESTAMP,
    paid_at TIMESTAMP,
    shipped_at TIMESTAMP,
    completed_at TIMESTAMP,
    payable_amount DECIMAL(18, 2),
    paid_amount DECIMAL(18, 2),
    freight DECIMAL(18, 2),
    item_count INTEGER,
    channel VARCHAR,
    seller_flag VARCHAR,
    seller_note VARCHAR,
    close_reason VARCHAR,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE orders IS 'One row an order';
COMMENT ON COLUMN orders.status IS 'unpaid, paid, shipped, completed, closed or unknown';
COMMENT ON COLUMN orders.paid_amount IS 'What the customer paid for the whole order';

CREATE TABLE order_items (
    shop_id VARCHAR NOT NULL,
    order_id VARCHAR NOT NULL,
    item_key VARCHAR NOT NULL,
    goods_id VARCHAR,
    sku_code VARCHAR,
    title VARCHAR,
    spec VARCHAR,
    unit_price DECIMAL(18, 2),
    quantity DECIMAL(18, 3),
    amount DECIMAL(18, 2),
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE order_items IS 'One row a line of an order; item_key is the sub-order id, else order id # ordinal';

CREATE TABLE refunds (
    shop_id VARCHAR NOT NULL,
    refund_id VARCHAR NOT NULL,
    order_id VARCHAR,
    customer_id VARCHAR,
    status VARCHAR,
    status_raw VARCHAR,
    reason VARCHAR,
    refund_amount DECIMAL(18, 2),
    applied_at TIMESTAMP,
    refunded_at TIMESTAMP,
    agent_id VARCHAR,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE refunds IS 'One row a refund request';
COMMENT ON COLUMN refunds.status IS 'open, agreed, rejected, success, closed or unknown';

CREATE TABLE ratings (
    rating_key VARCHAR NOT NULL,
    shop_id VARCHAR NOT NULL,
    conversation_id VARCHAR,
    order_id VARCHAR,
    customer_id VARCHAR,
    agent_id VARCHAR,
    channel VARCHAR,
    score DECIMAL(4, 2),
    score_raw VARCHAR,
    is_resolved BOOLEAN,
    comment VARCHAR,
    rated_at TIMESTAMP NOT NULL,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE ratings IS 'One row a rating given by a customer';
COMMENT ON COLUMN ratings.score IS '1 (worst) to 5 (best)';

CREATE TABLE tickets (
    shop_id VARCHAR NOT NULL,
    ticket_id VARCHAR NOT NULL,
    order_id VARCHAR,
    conversation_id VARCHAR,
    customer_id VARCHAR,
    agent_id VARCHAR,
    channel VARCHAR,
    ticket_kind VARCHAR,
    subject VARCHAR,
    status_raw VARCHAR,
    priority VARCHAR,
    created_at TIMESTAMP NOT NULL,
    first_reply_at TIMESTAMP,
    closed_at TIMESTAMP,
    due_at TIMESTAMP,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE tickets IS 'One row a ticket (工单); closed_at is NULL while it is open';

CREATE TABLE complaints (
    shop_id VARCHAR NOT NULL,
    complaint_id VARCHAR NOT NULL,
    order_id VARCHAR,
    customer_id VARCHAR,
    agent_id VARCHAR,
    channel VARCHAR,
    complaint_kind VARCHAR,
    status_raw VARCHAR,
    result_raw VARCHAR,
    responsible_party VARCHAR,
    filed_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE complaints IS 'One row a complaint or dispute';

CREATE TABLE agents (
    shop_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    agent_name VARCHAR,
    team VARCHAR,
    job_role VARCHAR,
    hired_on DATE,
    left_on DATE,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE agents IS 'One row an account of an agent, as the shop''s own list names it';

CREATE TABLE shifts (
    shop_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    shift_on DATE NOT NULL,
    shift_no INTEGER NOT NULL,
    shift_code VARCHAR,
    shift_kind VARCHAR,
    started_at TIMESTAMP,
    ended_at TIMESTAMP,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE shifts IS 'One row a rostered shift; shift_kind is work, rest, leave or unknown';

CREATE TABLE attendance (
    shop_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    work_on DATE NOT NULL,
    shift_code VARCHAR,
    first_in_at TIMESTAMP,
    last_out_at TIMESTAMP,
    worked_minutes DOUBLE,
    late_minutes DOUBLE,
    early_minutes DOUBLE,
    missing_punches INTEGER,
    absent_days DOUBLE,
    leave_raw VARCHAR,
    result_raw VARCHAR,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE attendance IS 'One row an agent and day of the attendance system';

CREATE TABLE survey_responses (
    survey_id VARCHAR NOT NULL,
    response_id VARCHAR NOT NULL,
    shop_id VARCHAR NOT NULL,
    submitted_at TIMESTAMP,
    seconds_used DOUBLE,
    response_source VARCHAR,
    order_id VARCHAR,
    conversation_id VARCHAR,
    agent_id VARCHAR,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE survey_responses IS 'One row a filled questionnaire';

CREATE TABLE survey_answers (
    survey_id VARCHAR NOT NULL,
    response_id VARCHAR NOT NULL,
    question_no VARCHAR NOT NULL,
    option_no INTEGER NOT NULL,
    question VARCHAR,
    answer VARCHAR,
    answer_number DOUBLE,
    is_skipped BOOLEAN,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE survey_answers IS 'One row a chosen option or a given answer';

CREATE TABLE kb_entries (
    kb_id VARCHAR NOT NULL,
    category VARCHAR,
    question VARCHAR,
    variants VARCHAR,
    answer VARCHAR,
    conditions VARCHAR,
    keywords VARCHAR,
    goods_id VARCHAR,
    updated_at TIMESTAMP,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE kb_entries IS 'One row a knowledge-base entry';

CREATE TABLE visitors (
    shop_id VARCHAR NOT NULL,
    visit_on DATE NOT NULL,
    channel VARCHAR,
    visitor_count BIGINT,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE visitors IS 'One row a day, shop and channel: unique visitors (UV)';
