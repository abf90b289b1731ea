-- Identity: whose a name is, which customer placed an order, and who asked to be forgotten.
CREATE TABLE agent_names (
    shop_id VARCHAR NOT NULL,
    alias VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    is_dated BOOLEAN NOT NULL
);
COMMENT ON TABLE agent_names IS 'One row another name of an agent and a span of time: agent_aliases settled per shop';
COMMENT ON COLUMN agent_names.agent_id IS 'Whose name it is in that span; a name that stands here not at all is its own agent';
COMMENT ON COLUMN agent_names.ends_at IS 'The end of the span, not part of it';
COMMENT ON COLUMN agent_names.is_dated IS 'The name changes hands: its spans cover all time; else one row stands for all time';

CREATE TABLE account_names (
    account_no INTEGER NOT NULL,
    shop_id VARCHAR NOT NULL,
    account_name VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    is_dated BOOLEAN NOT NULL,
    is_bot BOOLEAN NOT NULL,
    message_count BIGINT NOT NULL,
    first_at TIMESTAMP NOT NULL,
    last_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE account_names IS 'One row a name as chats write it, with the account it stands for; a name that changes hands has one row a span';
COMMENT ON COLUMN account_names.agent_id IS 'The account the name counts as: itself, or whose alias it is';
COMMENT ON COLUMN account_names.is_bot IS 'The account, under all its names, wrote as a bot and never as a human';
COMMENT ON COLUMN account_names.message_count IS 'Messages written by or addressed to the name';

COMMENT ON COLUMN accounts.agent_id IS 'All names merged by agent_aliases are one account';

CREATE TABLE purged_ids (
    shop_id VARCHAR NOT NULL,
    id_kind VARCHAR NOT NULL,
    id_hash VARCHAR NOT NULL,
    purged_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE purged_ids IS 'One row an id erased by cskpi purge: a row that names it is not loaded again';
COMMENT ON COLUMN purged_ids.shop_id IS 'Empty where it holds for every shop';
COMMENT ON COLUMN purged_ids.id_kind IS 'customer, conversation or order';
COMMENT ON COLUMN purged_ids.id_hash IS 'Keyed hash of the id; the id itself is not kept';

CREATE VIEW customer_orders AS
SELECT
    orders.shop_id,
    orders.order_id,
    customers.customer_id,
    orders.created_at,
    orders.paid_at,
    orders.paid_amount
FROM order_customers
INNER JOIN orders
    ON order_customers.shop_id = orders.shop_id AND order_customers.order_id = orders.order_id
INNER JOIN customers ON order_customers.customer_no = customers.customer_no;
COMMENT ON VIEW customer_orders IS 'An order and the customer of the chats who placed it; orders of nobody in the chats are not here';

CREATE VIEW counted_tickets AS
SELECT
    tickets.shop_id,
    tickets.ticket_id,
    tickets.order_id,
    tickets.conversation_id,
    tickets.customer_id,
    coalesce(agent_names.agent_id, tickets.agent_id) AS agent_id,
    tickets.channel,
    tickets.ticket_kind,
    tickets.priority,
    tickets.created_at,
    tickets.first_reply_at,
    tickets.closed_at,
    tickets.due_at
FROM tickets
LEFT JOIN agent_names
    ON
        tickets.shop_id = agent_names.shop_id
        AND tickets.agent_id = agent_names.alias
        AND tickets.created_at >= agent_names.starts_at
        AND tickets.created_at < agent_names.ends_at;
COMMENT ON VIEW counted_tickets IS 'Tickets with the agent they count for';
COMMENT ON COLUMN counted_tickets.agent_id IS 'Whose account it was on the day the ticket was created';

CREATE VIEW counted_complaints AS
SELECT
    complaints.shop_id,
    complaints.complaint_id,
    complaints.order_id,
    coalesce(
        CASE
            WHEN complaints.customer_id = orders.customer_id THEN customer_orders.customer_id
        END,
        complaints.customer_id,
        customer_orders.customer_id,
        orders.customer_id
    ) AS customer_id,
    coalesce(agent_names.agent_id, complaints.agent_id) AS agent_id,
    complaints.channel,
    complaints.complaint_kind,
    complaints.responsible_party,
    complaints.filed_at,
    complaints.closed_at
FROM complaints
LEFT JOIN orders
    ON complaints.shop_id = orders.shop_id AND complaints.order_id = orders.order_id
LEFT JOIN customer_orders
    ON
        complaints.shop_id = customer_orders.shop_id
        AND complaints.order_id = customer_orders.order_id
LEFT JOIN agent_names
    ON
        complaints.shop_id = agent_names.shop_id
        AND complaints.agent_id = agent_names.alias
        AND complaints.filed_at >= agent_names.starts_at
        AND complaints.filed_at < agent_names.ends_at;
COMMENT ON VIEW counted_complaints IS 'Complaints with the customer and the agent they count for';
COMMENT ON COLUMN counted_complaints.customer_id IS 'The customer of the chats who placed the order, else who complains';
COMMENT ON COLUMN counted_complaints.agent_id IS 'Whose account it was on the day of the complaint';
