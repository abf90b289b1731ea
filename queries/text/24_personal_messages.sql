/* model
target = "personal_messages"
*/
-- A surname counts with a title; one that is a common word besides (适合于女士, 对方先生) or a title of one
-- sign only at the head of a clause, and nobody who is spoken of (王经理会联系您, 我是张老师). A nick counts
-- if it is a name: not masked, not digits alone, no one or two Latin letters. A short one, or a part of one
-- (奔跑的蜗牛: 蜗牛亲), is a word as well and counts only where somebody is called by it.
WITH read AS (
    SELECT
        form_no,
        CASE
            WHEN
                regexp_matches(
                    form,
                    '(?:上次|上回|以前|之前|去年|上个月).{0,6}(?:买|拍|购|下单|入手)|'
                    || '买过|光顾过|回购|又来了|再次光临|老顾客|老客户|回头客|老朋友'
                )
                THEN NOT regexp_matches(form, '过(?:吗|么|没)')
            ELSE FALSE
        END AS names_order,
        CASE
            -- Few texts hold a title, and only those are looked at closely.
            WHEN regexp_matches(form, '先生|女士|[姐哥姨叔总]|太太|妈妈|爸爸|老板|老师|同学|夫人')
                THEN
                    (
                        regexp_matches(
                            form,
                            '[王李张刘陈杨黄赵吴周徐孙马朱胡郭林郑谢罗梁宋唐许韩冯邓曹彭曾肖袁潘蒋蔡余杜程苏魏](?:先生|女士|小姐|太太|阿姨|大姐|大哥|叔叔|'
                            || '妈妈|爸爸)'
                        )
                        OR regexp_matches(
                            form,
                            '[吕丁沈姚卢姜崔钟谭陆汪范廖贾夏韦邹孟熊秦邱尹薛闫段雷侯陶黎贺顾毛郝龚邵钱覃戴孔汤](?:先生|女士|小姐|太太|阿姨|大姐|大哥|叔叔|'
                            || '妈妈|爸爸)'
                        )
                        OR regexp_matches(
                            form, '(?:欧阳|上官|司马|诸葛|皇甫|慕容|令狐|司徒|东方|尉迟)(?:先生|女士|小姐|太太|阿姨|老师)'
                        )
                        OR (
                            regexp_matches(
                                form,
                                '(?:^|[,。!?~ 亲呀嗯]|您好|你好|好的|好嘞|那行|谢谢|感谢|是|给|跟|抱歉|'
                                || '不好意思)[王李张刘陈杨黄赵吴周徐孙马朱胡郭林郑谢罗梁宋唐许韩冯邓曹彭曾肖袁潘蒋蔡余'
                                || '杜程苏魏吕丁沈姚卢姜崔钟谭陆汪范廖贾夏韦邹孟'
                                || '熊秦邱尹薛闫段雷侯陶黎贺顾毛郝龚邵钱覃戴孔汤何高方石任江田叶史康文施武洪乔温白金]('
                                || '?:姐|哥|姨|叔|总|老板|老师|同学|夫人|'
                                || '小姐姐|先生|女士|太太)(?:$|[,。!?~ 您你好请早晚吗]|是您|亲|的(?:订|单|货|快递|包裹)|支持|这边)'
                            )
                            AND NOT regexp_matches(
                                form, '(?:我是|我叫|我姓|我们|咱们|客服|师傅).{0,3}(?:姐|哥|姨|叔|总|老板|老师)'
                            )
                        )
                    )
            ELSE FALSE
        END AS names_surname
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
        lower(customer_id) AS nick,
        regexp_replace(lower(customer_id), '[-_. ]?[a-z0-9]*$', '') AS stem
    FROM customers
    WHERE
        NOT regexp_matches(customer_id, '^[0-9]*$|^[A-Za-z0-9]{1,2}$|[*]')
        AND length(customer_id) BETWEEN 2 AND 40
),

pieces AS (
    SELECT
        customer_no,
        nick AS piece,
        length(nick) > 3 AS is_whole
    FROM nicks
    UNION ALL
    SELECT
        customer_no,
        regexp_replace(nick, '[-_. ]?[0-9]+$', '') AS piece,
        FALSE AS is_whole
    FROM nicks
    UNION ALL
    SELECT
        customer_no,
        stem AS piece,
        FALSE AS is_whole
    FROM nicks
    UNION ALL
    SELECT
        nicks.customer_no,
        CASE
            WHEN sizes.size > 0 THEN substring(nicks.stem, 1, sizes.size)
            ELSE substring(nicks.stem, length(nicks.stem) + sizes.size + 1, -sizes.size)
        END AS piece,
        FALSE AS is_whole
    FROM nicks
    CROSS JOIN (VALUES (2), (3), (-2), (-3)) AS sizes (size)
    WHERE length(nicks.stem) > 3
),

names AS (
    SELECT
        customer_no,
        piece,
        bool_or(is_whole) AS is_whole
    FROM pieces
    WHERE
        length(piece) > 1
        AND NOT regexp_matches(piece, '^[0-9]*$|^[a-z0-9]{1,2}$')
        AND NOT regexp_matches(
            piece,
            '^(?:您好|你好|好的|今天|明天|现在|可以|谢谢|我们|这个|那个|是的|在的|亲爱|亲亲|抱歉|不是|没有|宝贝|宝宝|美女|帅哥|'
            || '老板|先生|小姐|女士|姐姐|小姐姐|哥哥|妈妈|宝妈|亲爱的|快乐|晚安|早安|买家|用户|会员|客户|顾客|客官|你们|大家)$'
        )
    GROUP BY customer_no, piece
),

meant AS (
    SELECT
        message_forms.row_key,
        message_forms.session_no,
        message_forms.account_no,
        names.piece,
        names.is_whole
    FROM message_forms
    INNER JOIN names ON message_forms.customer_no = names.customer_no
    WHERE message_forms.actor = 2 AND message_forms.form_no IS NOT NULL
),

called AS (
    SELECT
        meant.row_key,
        meant.session_no,
        meant.account_no,
        meant.is_whole,
        strpos(lower(messages.text), meant.piece) AS place,
        length(meant.piece) AS size,
        lower(messages.text) AS said
    FROM messages
    INNER JOIN meant
        ON messages.source_row * 1000000 + messages.file_id = meant.row_key
    WHERE contains(lower(messages.text), meant.piece)
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
SELECT DISTINCT
    row_key,
    session_no,
    account_no,
    'nick' AS personal_kind
FROM called
WHERE
    is_whole
    OR (
        (
            place = 1
            OR regexp_matches(substring(said, place - 1, 1), '[,，。!！?？~～ 亲的好嘞呀啊哦嗨]')
        )
        AND regexp_matches(
            substring(said, place + size, 2),
            '^(?:$|[,，。!！?？~～ 、:：亲您你]|姐|哥|宝|小姐|先生|女士|老师|阿姨|妈妈|麻麻|在[吗的]|早|晚上)'
        )
    )
