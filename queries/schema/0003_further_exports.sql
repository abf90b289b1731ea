-- Exports of every platform: sessions and numbers other systems computed, identity, and history.
ALTER TABLE messages ALTER message_key TYPE UHUGEINT USING md5_number(message_key);
ALTER TABLE messages ALTER sender_role
TYPE ENUM('customer', 'agent', 'bot', 'assist_bot', 'auto_reply', 'system');
ALTER TABLE messages ALTER time_precision TYPE ENUM('second', 'minute', 'date');
COMMENT ON COLUMN messages.text_hash IS 'Equal texts share it; for joining, not for keeping elsewhere';

CREATE TABLE exported_sessions (
    shop_id VARCHAR NOT NULL,
    conversation_id VARCHAR NOT NULL,
    customer_id VARCHAR,
    agent_id VARCHAR,
    agent_group VARCHAR,
    channel VARCHAR,
    started_at TIMESTAMP,
    ended_at TIMESTAMP,
    queue_seconds DOUBLE,
    first_response_seconds DOUBLE,
    average_response_seconds DOUBLE,
    duration_seconds DOUBLE,
    customer_message_count INTEGER,
    agent_message_count INTEGER,
    opened_by VARCHAR,
    close_reason VARCHAR,
    is_valid BOOLEAN,
    is_transfer BOOLEAN,
    is_resolved BOOLEAN,
    topic VARCHAR,
    tags VARCHAR,
    order_id VARCHAR,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE exported_sessions IS 'One row a session as a help desk lists it, with its own counts and clocks; never mixed with facts made from messages';
COMMENT ON COLUMN exported_sessions.topic IS 'The issue type the help desk or the agent gave the session';

CREATE TABLE agent_metrics (
    shop_id VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    scope VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    metric VARCHAR NOT NULL,
    metric_value DOUBLE,
    unit VARCHAR,
    value_raw VARCHAR,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE agent_metrics IS 'One row a number a platform computed itself, kept apart from our own';
COMMENT ON COLUMN agent_metrics.scope IS 'agent, shop_total, shop_average or peer';
COMMENT ON COLUMN agent_metrics.agent_id IS 'As the report writes it; the label of the row where it is no agent''s';
COMMENT ON COLUMN agent_metrics.period_end IS 'The last day of the period';
COMMENT ON COLUMN agent_metrics.metric_value IS 'Seconds, ratio 0..1, money or count, as unit says';

CREATE TABLE agent_aliases (
    shop_id VARCHAR NOT NULL,
    alias VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE agent_aliases IS 'One row another name of an agent: an account, a nickname, a display name';
COMMENT ON COLUMN agent_aliases.valid_to IS 'The last day on which the name was his; NULL where it still is';

CREATE TABLE customer_links (
    shop_id VARCHAR NOT NULL,
    alias VARCHAR NOT NULL,
    customer_id VARCHAR NOT NULL,
    extra VARCHAR,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL
);
COMMENT ON TABLE customer_links IS 'One row another name of a customer: what orders call alias is customer_id in chats';

CREATE TABLE row_versions (
    table_name VARCHAR NOT NULL,
    row_key VARCHAR NOT NULL,
    file_id INTEGER NOT NULL,
    source_row BIGINT NOT NULL,
    body VARCHAR NOT NULL
);
COMMENT ON TABLE row_versions IS 'What each export said of a row that exports do not agree on; the row itself holds what the latest export says';
COMMENT ON COLUMN row_versions.body IS 'JSON of the columns as this export gives them';

ALTER TABLE import_files ADD COLUMN exported_at TIMESTAMP;
COMMENT ON COLUMN import_files.exported_at IS 'The newest time in the file, which decides whose values are later';
ALTER TABLE import_files ADD COLUMN rows_summary BIGINT;
COMMENT ON COLUMN import_files.rows_summary IS 'Summary rows among the rejected';
ALTER TABLE import_files ADD COLUMN remarks VARCHAR;
COMMENT ON COLUMN import_files.remarks IS 'JSON: what the import noted, by key';

ALTER TABLE orders ADD COLUMN goods_amount DECIMAL(18, 2);
ALTER TABLE orders ADD COLUMN received_amount DECIMAL(18, 2);
ALTER TABLE orders ADD COLUMN refund_amount DECIMAL(18, 2);
ALTER TABLE orders ADD COLUMN aftersale_status_raw VARCHAR;
ALTER TABLE orders ADD COLUMN currency VARCHAR;
ALTER TABLE orders ADD COLUMN time_inferred BOOLEAN;
COMMENT ON COLUMN orders.time_inferred IS 'The day of created_at or paid_at was read from the order id, its time of day is unknown';

ALTER TABLE refunds ADD COLUMN item_key VARCHAR;
ALTER TABLE refunds ADD COLUMN refund_kind VARCHAR;
COMMENT ON COLUMN refunds.refund_kind IS 'refund_only, return_refund, exchange, reship, price_protect, repair or unknown';
ALTER TABLE refunds ADD COLUMN refund_kind_raw VARCHAR;
ALTER TABLE refunds ADD COLUMN refund_stage_raw VARCHAR;
ALTER TABLE refunds ADD COLUMN reason_tag VARCHAR;
ALTER TABLE refunds ADD COLUMN description VARCHAR;
ALTER TABLE refunds ADD COLUMN agreed_at TIMESTAMP;
ALTER TABLE refunds ADD COLUMN returned_at TIMESTAMP;
ALTER TABLE refunds ADD COLUMN finished_at TIMESTAMP;
ALTER TABLE refunds ADD COLUMN due_at TIMESTAMP;
ALTER TABLE refunds ADD COLUMN goods_status_raw VARCHAR;
ALTER TABLE refunds ADD COLUMN platform_involved_raw VARCHAR;
COMMENT ON COLUMN refunds.platform_involved_raw IS 'Whether the platform decided (客服介入, 仲裁): such refunds are disputes';
ALTER TABLE refunds ADD COLUMN responsible_party VARCHAR;
ALTER TABLE refunds ADD COLUMN is_auto BOOLEAN;

ALTER TABLE complaints ADD COLUMN origin VARCHAR;
COMMENT ON COLUMN complaints.origin IS 'imported, or from_refund where a refund export names a dispute';
ALTER TABLE complaints ADD COLUMN refund_id VARCHAR;

ALTER TABLE tickets ADD COLUMN description VARCHAR;
ALTER TABLE tickets ADD COLUMN agent_group VARCHAR;
ALTER TABLE tickets ADD COLUMN tags VARCHAR;
ALTER TABLE tickets ADD COLUMN reply_count INTEGER;
ALTER TABLE tickets ADD COLUMN reopen_count INTEGER;
ALTER TABLE tickets ADD COLUMN score_raw VARCHAR;

CREATE TABLE order_customers (
    shop_id VARCHAR NOT NULL,
    order_id VARCHAR NOT NULL,
    customer_no INTEGER,
    matched_by VARCHAR NOT NULL
);
COMMENT ON TABLE order_customers IS 'One row an order: which customer of the chats placed it';
COMMENT ON COLUMN order_customers.matched_by IS 'customer (same id or nick), link (the link table), order_id (the order id stands in the chat) or none';
