/* model
target = "privacy_leaks"
needs = ["message_signals WHERE has_mobile OR has_id_number OR has_bank_card OR has_email OR has_address"]
[params]
own_contact_customers = "talk.own_contact_customers"
*/
-- A number, mail or address told to several customers is the shop's own, and so is one that the
-- message itself calls the shop's or the carrier's (where to send goods back, the courier's phone):
-- those are no customer's data. An address is told back in other words than the customer's, so any
-- address he wrote himself covers it; of numbers and mails the characters must be the same.
WITH personal AS (
    SELECT
        form_no,
        has_mobile,
        has_id_number,
        has_bank_card,
        has_email,
        has_address,
        regexp_matches(
            form,
            '退货地址|退货信息|寄回|退回|寄给我们|仓库|门店|自提|快递员|派件员|派送员|配送员|骑手'
        )
        OR regexp_matches(
            form, '(?:售后|客服|官方|服务|店铺)(?:电话|热线)|快递小哥|司机|师傅|安装|网点|驿站'
        )
        -- Where a parcel goes to the customer it is his address.
        OR (
            regexp_matches(form, '寄到|寄至')
            AND NOT regexp_matches(form, '(?:给|为|帮)[您你亲](?:寄|发|送)(?:到|至)')
        ) AS is_service
    FROM message_signals
    WHERE has_mobile OR has_id_number OR has_bank_card OR has_email OR has_address
),

candidates AS (
    SELECT
        message_forms.row_key,
        message_forms.session_no,
        message_forms.shop_no,
        message_forms.customer_no,
        message_forms.account_no,
        message_forms.actor,
        CAST(
            coalesce(message_forms.occurred_ms, epoch_ms(message_forms.occurred_at))
            AS DECIMAL(38, 0)
        ) * 1000000000000000000 + message_forms.row_key AS order_key,
        personal.has_mobile,
        personal.has_id_number,
        personal.has_bank_card,
        personal.has_email,
        personal.has_address,
        personal.is_service
    FROM message_forms
    INNER JOIN personal ON message_forms.form_no = personal.form_no
    WHERE message_forms.actor IN (1, 2)
),

told AS (
    SELECT
        candidates.*,
        translate(messages.text, '０１２３４５６７８９＠．', '0123456789@.') AS plain_text
    FROM candidates
    INNER JOIN messages
        ON candidates.row_key = messages.source_row * 1000000 + messages.file_id
),

items AS (
    SELECT
        row_key,
        'mobile' AS leak_kind,
        unnest(
            regexp_extract_all(
                plain_text,
                '(?:^|[^0-9])(?:[+]?86[ -]?)?(1[3-9][0-9](?:[ -]?[0-9]){8})(?:[^0-9]|$)',
                1
            )
        ) AS item
    FROM told
    WHERE has_mobile
    UNION ALL
    SELECT
        row_key,
        'id_number' AS leak_kind,
        unnest(regexp_extract_all(plain_text, '[0-9](?:[ -]?[0-9]){16}[ -]?[0-9Xx]')) AS item
    FROM told
    WHERE has_id_number
    UNION ALL
    SELECT
        row_key,
        'bank_card' AS leak_kind,
        unnest(regexp_extract_all(plain_text, '[0-9](?:[ -]?[0-9]){12,18}')) AS item
    FROM told
    WHERE has_bank_card
    UNION ALL
    SELECT
        row_key,
        'email' AS leak_kind,
        unnest(regexp_extract_all(plain_text, '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+')) AS item
    FROM told
    WHERE has_email
    UNION ALL
    SELECT
        row_key,
        'address' AS leak_kind,
        unnest(regexp_extract_all(plain_text, '[省市区县镇乡].*[号室栋幢楼层村园仓厦弄]')) AS item
    FROM told
    WHERE has_address
),

flagged AS (
    SELECT
        row_key,
        'mobile' AS leak_kind
    FROM told
    WHERE has_mobile
    UNION ALL
    SELECT
        row_key,
        'id_number' AS leak_kind
    FROM told
    WHERE has_id_number
    UNION ALL
    SELECT
        row_key,
        'bank_card' AS leak_kind
    FROM told
    WHERE has_bank_card
    UNION ALL
    SELECT
        row_key,
        'email' AS leak_kind
    FROM told
    WHERE has_email
    UNION ALL
    SELECT
        row_key,
        'address' AS leak_kind
    FROM told
    WHERE has_address
),

-- What cannot be read out again is compared by kind alone.
named AS (
    SELECT DISTINCT
        told.row_key,
        told.session_no,
        told.shop_no,
        told.customer_no,
        told.account_no,
        told.actor,
        told.order_key,
        told.is_service,
        flagged.leak_kind,
        coalesce(lower(regexp_replace(items.item, '[ -]', '', 'g')), '?') AS item
    FROM told
    INNER JOIN flagged ON told.row_key = flagged.row_key
    LEFT JOIN items
        ON flagged.row_key = items.row_key AND flagged.leak_kind = items.leak_kind
),

own_contacts AS (
    SELECT
        shop_no,
        leak_kind,
        item
    FROM named
    WHERE actor = 2 AND item <> '?'
    GROUP BY shop_no, leak_kind, item
    HAVING count(DISTINCT coalesce(customer_no, -session_no)) >= $own_contact_customers
),

given AS (
    SELECT
        session_no,
        leak_kind,
        item,
        min(order_key) AS order_key
    FROM named
    WHERE actor = 1
    GROUP BY session_no, leak_kind, item
),

given_kinds AS (
    SELECT
        session_no,
        leak_kind,
        min(order_key) AS order_key
    FROM given
    GROUP BY session_no, leak_kind
),

-- `kind_alone` stands in a column: a join on nothing but columns is a hundred times quicker.
said AS (
    SELECT
        row_key,
        session_no,
        shop_no,
        account_no,
        order_key,
        leak_kind,
        item,
        CASE WHEN leak_kind = 'address' OR item = '?' THEN leak_kind END AS kind_alone
    FROM named
    WHERE actor = 2 AND NOT (is_service AND leak_kind IN ('mobile', 'email', 'address'))
)

SELECT DISTINCT
    said.row_key,
    said.session_no,
    said.account_no,
    said.leak_kind
FROM said
LEFT JOIN own_contacts
    ON
        said.shop_no = own_contacts.shop_no
        AND said.leak_kind = own_contacts.leak_kind
        AND said.item = own_contacts.item
LEFT JOIN given
    ON
        said.session_no = given.session_no
        AND said.leak_kind = given.leak_kind
        AND said.item = given.item
        AND said.order_key > given.order_key
LEFT JOIN given_kinds
    ON
        said.session_no = given_kinds.session_no
        AND said.kind_alone = given_kinds.leak_kind
        AND said.order_key > given_kinds.order_key
WHERE
    own_contacts.item IS NULL
    AND given.item IS NULL
    AND given_kinds.leak_kind IS NULL
