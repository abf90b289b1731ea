-- Sales: what counts as a sale, who talked before it, and who is credited under every rule.
CREATE TABLE sale_orders (
    order_no INTEGER NOT NULL,
    shop_id VARCHAR NOT NULL,
    order_id VARCHAR NOT NULL,
    customer_no INTEGER,
    customer_id VARCHAR,
    buyer_id VARCHAR,
    channel VARCHAR,
    created_at TIMESTAMP,
    paid_at TIMESTAMP,
    next_paid_at TIMESTAMP,
    paid_amount DECIMAL(18, 2),
    sale_amount DECIMAL(18, 2),
    net_amount DECIMAL(18, 2),
    item_count DECIMAL(18, 3),
    has_clock BOOLEAN NOT NULL,
    is_refunded BOOLEAN NOT NULL,
    left_out VARCHAR
);
COMMENT ON TABLE sale_orders IS 'One row an order, with all that decides whether and with what amount it is a sale';
COMMENT ON COLUMN sale_orders.order_no IS 'Small number standing for shop and order';
COMMENT ON COLUMN sale_orders.customer_no IS 'The customer of the chats who placed it; NULL where no chat is his';
COMMENT ON COLUMN sale_orders.customer_id IS 'The customer of the chats, else as the order names him';
COMMENT ON COLUMN sale_orders.buyer_id IS 'The same where it tells two people apart; NULL for masked and missing names';
COMMENT ON COLUMN sale_orders.next_paid_at IS 'When this buyer next paid, later than this payment';
COMMENT ON COLUMN sale_orders.paid_amount IS 'What the customer paid for the whole order';
COMMENT ON COLUMN sale_orders.sale_amount IS 'paid_amount; without freight where the setting sales.include_freight is off';
COMMENT ON COLUMN sale_orders.net_amount IS 'sale_amount less what was refunded, never below 0';
COMMENT ON COLUMN sale_orders.item_count IS 'Pieces in the order: its own count, else the sum over its lines where every line has one';
COMMENT ON COLUMN sale_orders.has_clock IS 'Its times were exported, not read from the order id';
COMMENT ON COLUMN sale_orders.is_refunded IS 'Cancelled or refunded in full, as far as refunds are loaded';
COMMENT ON COLUMN sale_orders.left_out IS 'Why it is no sale: flag, own_account or cancelled (settings); NULL where it is one';

CREATE TABLE product_mentions (
    order_no INTEGER NOT NULL,
    row_key BIGINT NOT NULL,
    session_no BIGINT NOT NULL,
    account_no INTEGER,
    is_customer BOOLEAN NOT NULL,
    is_recommendation BOOLEAN NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    answered_at TIMESTAMP
);
COMMENT ON TABLE product_mentions IS 'One row a message that names a product of an order (its id or full title), in the window before the order or its payment';
COMMENT ON COLUMN product_mentions.row_key IS 'The message, as in session_messages';
COMMENT ON COLUMN product_mentions.account_no IS 'Who wrote, or on a customer row the human who answered next in the session';
COMMENT ON COLUMN product_mentions.answered_at IS 'When a human answered the customer''s message; NULL where none did, and on human rows';
COMMENT ON COLUMN product_mentions.is_recommendation IS 'A human names it before the order and before the customer did';

CREATE TABLE order_candidates (
    order_no INTEGER NOT NULL,
    occasion VARCHAR NOT NULL,
    account_no INTEGER,
    session_no BIGINT NOT NULL,
    last_chat_at TIMESTAMP NOT NULL,
    last_chat_key BIGINT NOT NULL,
    turn_count INTEGER NOT NULL,
    product_at TIMESTAMP
);
COMMENT ON TABLE order_candidates IS 'One row an order, an occasion and a human who replied to the customer in its window';
COMMENT ON COLUMN order_candidates.occasion IS 'created and paid: the window before it; followed: the first minutes after a payment';
COMMENT ON COLUMN order_candidates.account_no IS 'NULL where the export does not name him';
COMMENT ON COLUMN order_candidates.session_no IS 'The session of his last message';
COMMENT ON COLUMN order_candidates.turn_count IS 'Turns he answered in the window (回合数)';
COMMENT ON COLUMN order_candidates.product_at IS 'When he last answered a message of the customer that names a product of the order';

CREATE TABLE order_credits (
    order_no INTEGER NOT NULL,
    rule VARCHAR NOT NULL,
    basis VARCHAR NOT NULL,
    credited_for VARCHAR NOT NULL,
    account_no INTEGER,
    session_no BIGINT NOT NULL,
    channel_no INTEGER,
    last_chat_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE order_credits IS 'Who is credited with an order under each rule and basis; silent orders are not here; read the view order_attribution';

DROP TABLE order_attribution;
CREATE VIEW order_attribution AS
SELECT
    sale_orders.shop_id,
    sale_orders.order_id,
    rules.rule,
    rules.basis,
    accounts.agent_id,
    order_credits.credited_for,
    order_credits.last_chat_at,
    order_credits.session_no,
    sale_orders.customer_id,
    sale_orders.buyer_id,
    coalesce(sale_orders.channel, channels.channel) AS channel,
    sale_orders.created_at,
    sale_orders.paid_at,
    sale_orders.next_paid_at,
    sale_orders.paid_amount,
    sale_orders.sale_amount,
    sale_orders.net_amount,
    sale_orders.item_count,
    sale_orders.is_refunded
FROM sale_orders
CROSS JOIN (
    VALUES
    ('created', 'last'),
    ('paid', 'last'),
    ('created_first', 'last'),
    ('created', 'most'),
    ('paid', 'most'),
    ('created_first', 'most')
) AS rules (rule, basis)
LEFT JOIN order_credits
    ON
        sale_orders.order_no = order_credits.order_no
        AND rules.rule = order_credits.rule
        AND rules.basis = order_credits.basis
LEFT JOIN channels ON order_credits.channel_no = channels.channel_no
LEFT JOIN accounts ON order_credits.account_no = accounts.account_no
WHERE sale_orders.left_out IS NULL;
COMMENT ON VIEW order_attribution IS 'An order under one crediting rule and basis; silent orders are rows without agent; orders left out by setting are not here';
COMMENT ON COLUMN order_attribution.rule IS 'created (下单判定), paid (付款判定) or created_first (下单优先判定)';
COMMENT ON COLUMN order_attribution.basis IS 'last (who talked last) or most (who answered most turns; of equals who talked last)';
COMMENT ON COLUMN order_attribution.agent_id IS 'NULL for a silent order, and where the export does not name the agent';
COMMENT ON COLUMN order_attribution.credited_for IS 'created or paid: which event the chat preceded; followed: a chat soon after a silent payment (setting); NULL for a silent order';
COMMENT ON COLUMN order_attribution.session_no IS 'The session of his last message in the window';

CREATE TABLE payment_chases (
    order_no INTEGER NOT NULL,
    account_no INTEGER,
    session_no BIGINT NOT NULL,
    chased_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE payment_chases IS 'An order that stood unpaid when a human wrote to its customer (settings sales.chase_*), and his first message';

CREATE TABLE contact_purchase_facts (
    customer_no INTEGER NOT NULL,
    contact_on DATE NOT NULL,
    channel_no INTEGER,
    account_no INTEGER,
    session_no BIGINT,
    topic VARCHAR,
    first_asked_at TIMESTAMP NOT NULL,
    is_aftersale BOOLEAN NOT NULL,
    ordered_at TIMESTAMP,
    paid_at TIMESTAMP,
    bought_before BOOLEAN NOT NULL,
    next_contact_on DATE
);
COMMENT ON TABLE contact_purchase_facts IS 'Customer-days and what was bought after them, with numbers in place of names; read the view contact_purchases';

CREATE VIEW contact_purchases AS
SELECT
    customers.shop_id,
    customers.customer_id,
    contact_purchase_facts.contact_on,
    channels.channel,
    accounts.agent_id,
    contact_purchase_facts.session_no,
    contact_purchase_facts.topic,
    contact_purchase_facts.first_asked_at,
    contact_purchase_facts.is_aftersale,
    contact_purchase_facts.ordered_at,
    contact_purchase_facts.paid_at,
    contact_purchase_facts.bought_before,
    contact_purchase_facts.next_contact_on
FROM contact_purchase_facts
INNER JOIN customers ON contact_purchase_facts.customer_no = customers.customer_no
LEFT JOIN channels ON contact_purchase_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON contact_purchase_facts.account_no = accounts.account_no;
COMMENT ON VIEW contact_purchases IS 'A customer-day and what the customer bought after it; the team''s own accounts are not here';
COMMENT ON COLUMN contact_purchases.agent_id IS 'As in contacts: the first human who replied; without one, who was addressed first';
COMMENT ON COLUMN contact_purchases.session_no IS 'The last session in which the customer wrote that day';
COMMENT ON COLUMN contact_purchases.topic IS 'The issue type the help desk gave that session; NULL where none is exported';
COMMENT ON COLUMN contact_purchases.ordered_at IS 'When the customer placed his first order after the first message of the day';
COMMENT ON COLUMN contact_purchases.paid_at IS 'When he first paid an order placed after that message';
COMMENT ON COLUMN contact_purchases.bought_before IS 'He had paid an order before that message';
COMMENT ON COLUMN contact_purchases.next_contact_on IS 'The next day on which he wrote to the shop';
