/* model
target = "personal_messages"
*/
-- A surname counts with a title and only if it is no common word besides (适合于女士, 对方先生); a nick
-- only if it is a name: not masked, not digits alone, no one or two Latin letters.
WITH read AS (
    SELECT
        form_no,
        (
            regexp_matches(form, '(?:上次|上回|以前|之前|去年|上个月).{0,6}(?:买|拍|购|下单|入手)')
            OR regexp_matches(form, '买过|光顾过|回购|又来了|再次光临|老顾客|老客户|回头客|老朋友')
        )
        AND NOT regexp_matches(form, '过(?:吗|么|没)') AS names_order,
        regexp_matches(form, '[王李张刘陈杨黄赵吴周徐孙马朱胡郭林郑谢罗梁宋唐许韩冯邓曹彭曾肖袁潘蒋蔡余杜程苏魏](?:先生|女士|小姐|太太)')
        OR regexp_matches(form, '[吕丁沈姚卢姜崔钟谭陆汪范廖贾夏韦邹孟熊秦邱尹薛闫段雷侯陶黎贺顾毛郝龚邵钱覃戴孔汤](?:先生|女士|小姐|太太)')
            AS names_surname
    FROM message_signals
),

addressed AS (
    SELECT
        form_no,
        CASE WHEN names_order THEN 'order' ELSE 'surname' END AS personal_kind
    FROM read
    WHERE names_order OR names_surname
),

nicks AS (
    SELECT
        customer_no,
        lower(customer_id) AS nick
    FROM customers
    WHERE
        NOT regexp_matches(customer_id, '^[0-9]*$|^[A-Za-z0-9]{1,2}$|[*]')
        AND length(customer_id) BETWEEN 2 AND 40
),

meant AS (
    SELECT
        message_forms.row_key,
        message_forms.session_no,
        message_forms.account_no,
        nicks.nick
    FROM message_forms
    INNER JOIN nicks ON message_forms.customer_no = nicks.customer_no
    WHERE message_forms.actor = 2 AND message_forms.form_no IS NOT NULL
)

SELECT
    message_forms.row_key,
    message_forms.session_no,
    message_forms.account_no,
    addressed.personal_kind
FROM message_forms
INNER JOIN addressed ON message_forms.form_no = addressed.form_no
WHERE message_forms.actor = 2
UNION ALL
SELECT
    meant.row_key,
    meant.session_no,
    meant.account_no,
    'nick' AS personal_kind
FROM messages
INNER JOIN meant
    ON messages.source_row * 1000000 + messages.file_id = meant.row_key
WHERE contains(lower(messages.text), meant.nick)
