/*
Cells as text -> cells as values. `*_form` brings a cell to the one spelling its type has, `*_value`
reads that spelling; a form that is not NULL and has no value is a fault. Each step is a layer of
its own (cells.py), because DuckDB evaluates a macro's argument once per mention.
`$local_time`, `$nulls` and `$serials` are filled by cells.py.
*/
CREATE OR REPLACE TEMP MACRO half_width(cell) AS translate(
    cell,
    '０１２３４５６７８９：／－．，＋（）％　＝ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ￥−',
    '0123456789:/-.,+()% =ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz¥-'
);

-- Word: what two spellings of a label share; for enumerations and summary labels.
CREATE OR REPLACE TEMP MACRO word_form(cell) AS lower(
    regexp_replace(half_width(cell), '[\s\p{P}\p{Z}\p{Cf}\p{S}]+', '', 'g')
);

-- Without invisible characters, `="…"`, a leading apostrophe and surrounding space.
CREATE OR REPLACE TEMP MACRO bare_form(cell) AS regexp_replace(
    regexp_replace(
        regexp_replace(cell, '[\x{feff}\x{200b}\x{200e}\x00]', '', 'g'),
        '(?s)^[\s\x{3000}\x{a0}]*=(?:"(.*)"|(.*?))[\s\x{3000}\x{a0}]*$', '\1\2'
    ),
    '(?s)^[\s\x{3000}\x{a0}]*''?[\s\x{3000}\x{a0}]*(.*?)[\s\x{3000}\x{a0}]*$', '\1'
);

CREATE OR REPLACE TEMP MACRO present(form) AS CASE
    WHEN form = '' OR lower(form) IN ($nulls) THEN NULL ELSE form
END;

CREATE OR REPLACE TEMP MACRO label_form(cell) AS bare_form(cell);

CREATE OR REPLACE TEMP MACRO text_form(cell) AS regexp_replace(
    regexp_replace(cell, '[\x{feff}\x{200b}\x00]', '', 'g'), '\r\n?', chr(10), 'g'
);

-- DuckDB's own hash costs next to nothing, but a number that stands twice in a text can cancel itself out
-- of it: 退款150元 … id=150 and 退款140元 … id=140. Moved by a byte and by three it does not.
CREATE OR REPLACE TEMP MACRO text_hash_of(words) AS CASE
    WHEN words IS NOT NULL THEN hash(words, '#' || words, '###' || words)
END;

CREATE OR REPLACE TEMP MACRO id_form(cell) AS regexp_replace(
    regexp_replace(bare_form(cell), '^(?:ID|id|Id)[:：]\s*', ''), '^(\d{1,15})\.0+$', '\1'
);
CREATE OR REPLACE TEMP MACRO id_is_lost(form) AS regexp_full_match(
    form, '[+-]?\d(?:\.\d+)?[eE]\+?\d{1,2}|\d\.\d+[eE]\+\d+|\d{16,}\.0+|\d{15}0{2,}'
);
CREATE OR REPLACE TEMP MACRO id_is_rounded(form) AS id_is_lost(form)
    OR regexp_full_match(form, '\d{15}0');
-- Plain: an id of this spelling is its own form. Without `.` and `+` it is no floating point, and
-- digits are only lost where it ends in zeros.
CREATE OR REPLACE TEMP MACRO id_is_plain(cell) AS (
    (strlen(cell) < 17 OR NOT suffix(cell, '00')) AND regexp_full_match(cell, '[0-9A-Za-z_-]+')
);

CREATE OR REPLACE TEMP MACRO number_form(cell) AS regexp_replace(
    regexp_replace(
        half_width(bare_form(cell)), '(?:CNY|RMB|cny|rmb|[¥$,\s元件个])', '', 'g'
    ),
    '^\((.*)\)$', '-\1'
);
CREATE OR REPLACE TEMP MACRO number_is_plain(cell) AS regexp_full_match(
    cell, '-?[0-9]{1,12}(?:\.[0-9]{1,6})?'
);
CREATE OR REPLACE TEMP MACRO decimal_text(form) AS CASE
    WHEN regexp_full_match(form, '[+-]?(?:\d+\.?\d*|\.\d+)') THEN form
END;

CREATE OR REPLACE TEMP MACRO boolean_form(cell) AS lower(bare_form(cell));
CREATE OR REPLACE TEMP MACRO boolean_value(form) AS CASE
    WHEN form IN ('1', '1.0', 'true', 't', 'yes', 'y', '是', '有', '√', '已转接', '已解决') THEN TRUE
    WHEN form IN ('0', '0.0', 'false', 'f', 'no', 'n', '否', '没有', '×', '未转接', '未解决') THEN FALSE
END;

-- Duration: `1天2小时3分4秒`, `2h 3m`, `1:02:03`, `9秒`, or a number in the unit of its header; seconds.
CREATE OR REPLACE TEMP MACRO duration_form(cell) AS regexp_replace(
    regexp_replace(
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    regexp_replace(
                        lower(half_width(bare_form(cell))), '^1899-12-3[01] |^1900-01-0[01] |[,\s]', '', 'g'
                    ),
                    '(\d)(?:days?|d)', '\1天'
                ),
                '(\d)(?:hours?|hrs?|h|小时)', '\1时'
            ),
            '(\d)(?:minutes?|mins?|m|分钟)', '\1分'
        ),
        '(\d)(?:seconds?|secs?|s|秒钟)', '\1秒'
    ),
    '^(\d+时)?(\d+分)(\d+)$', '\1\2\3秒'
);
CREATE OR REPLACE TEMP MACRO part_of(form, pattern) AS coalesce(
    TRY_CAST(nullif(regexp_extract(form, pattern, 1), '') AS DOUBLE), 0
);
CREATE OR REPLACE TEMP MACRO duration_value(form, unit) AS CASE
    WHEN regexp_full_match(form, '(?:\d+(?:\.\d+)?天)?(?:\d+(?:\.\d+)?时)?(?:\d+(?:\.\d+)?分)?(?:\d+(?:\.\d+)?秒)?')
        THEN 86400 * part_of(form, '([\d.]+)天') + 3600 * part_of(form, '([\d.]+)时')
            + 60 * part_of(form, '([\d.]+)分') + part_of(form, '([\d.]+)秒')
    WHEN regexp_full_match(form, '\d+:[0-5]?\d:[0-5]?\d(?:\.\d+)?')
        THEN 3600 * part_of(form, '^(\d+):') + 60 * part_of(form, '^\d+:(\d+)')
            + part_of(form, '^\d+:\d+:([\d.]+)')
    WHEN regexp_full_match(form, '\d+:[0-5]?\d')
        THEN 60 * part_of(form, '^(\d+):') + part_of(form, '^\d+:(\d+)')
    ELSE unit * TRY_CAST(decimal_text(form) AS DOUBLE)
END;

-- Percentage: with its sign a hundredth; without, what the whole column says (`scale`).
CREATE OR REPLACE TEMP MACRO percent_form(cell) AS regexp_replace(
    half_width(bare_form(cell)), '[,\s]', '', 'g'
);
CREATE OR REPLACE TEMP MACRO percent_value(form, scale) AS CASE
    WHEN suffix(form, '%') THEN TRY_CAST(decimal_text(rtrim(form, '%')) AS DOUBLE) / 100
    ELSE TRY_CAST(decimal_text(form) AS DOUBLE) * scale
END;

-- Time: `Y-M-D H:M:S[.f][±HH:MM]`, digits only (compact or epoch), or an English weekday form.
CREATE OR REPLACE TEMP MACRO time_is_plain(cell) AS (
    cell LIKE '____-__-__ __:__:__' AND cell >= '1971' AND cell < '21'
    AND TRY_CAST(cell AS TIMESTAMP) IS NOT NULL
);
CREATE OR REPLACE TEMP MACRO time_form(cell) AS regexp_replace(
    regexp_replace(
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(
                            regexp_replace(
                                regexp_replace(
                                    half_width(bare_form(cell)),
                                    '\s*(?:星期|周|礼拜)[一二三四五六日天]\s*', ' '
                                ),
                                '^(\d{2,4})年(\d{1,2})月(\d{1,2})日?\s*', '\1-\2-\3 '
                            ),
                            '(\d)[时点](\d)', '\1:\2'
                        ),
                        '(\d)分(\d)', '\1:\2'
                    ),
                    '(\d)[秒分]?\s*$', '\1'
                ),
                '^(\d{2}|\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[T\s]+|$)', '\1-\2-\3 '
            ),
            '^(\d{2}-\d{1,2}-\d{1,2}(?:\s|$))', '20\1'
        ),
        '(:\d{1,2}(?:\.\d+)?)\s*(?:Z|UTC|GMT)$', '\1+00:00'
    ),
    '(:\d{1,2}(?:\.\d+)?)\s*(?:UTC|GMT)?([+-]\d{2}):?(\d{2})?\s*$', '\1\2:\3'
);
CREATE OR REPLACE TEMP MACRO time_shape(form) AS CASE
    WHEN form LIKE '____-__-__ __:__:__' AND form >= '19' AND form < '21' THEN 'second'
    WHEN regexp_full_match(form, '(?:19|20)\d{2}-\d{1,2}-\d{1,2}\s+\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{1,9})?')
        THEN 'second'
    WHEN regexp_full_match(form, '(?:19|20)\d{2}-\d{1,2}-\d{1,2}\s+\d{1,2}:\d{1,2}') THEN 'minute'
    WHEN regexp_full_match(form, '(?:19|20)\d{2}-\d{1,2}-\d{1,2}\s*') THEN 'date'
    WHEN regexp_full_match(
        form, '(?:19|20)\d{2}-\d{1,2}-\d{1,2}\s+\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d{1,9})?)?[+-]\d{2}:(?:\d{2})?'
    ) THEN 'offset'
    WHEN regexp_full_match(
        form, '(?:19|20)\d{2}-\d{1,2}-\d{1,2}\s+(?:(?:上午|下午|中午|晚上|凌晨)\s*\d{1,2}:\d{1,2}(?::\d{1,2})?|\d{1,2}:\d{1,2}(?::\d{1,2})?\s*[AaPp][Mm])'
    ) THEN 'half_day'
    WHEN regexp_full_match(form, '1[0-9]{12}|[2-3][0-9]{12}') THEN 'epoch_ms'
    WHEN regexp_full_match(form, '[1-3][0-9]{9}(?:\.\d+)?') THEN 'epoch_s'
    WHEN regexp_full_match(form, '(?:19|20)\d{12}') THEN 'compact_second'
    WHEN regexp_full_match(form, '(?:19|20)\d{10}') THEN 'compact_minute'
    WHEN regexp_full_match(form, '(?:19|20)\d{6}') THEN 'compact_date'
    WHEN $serials AND regexp_full_match(form, '[2-7]\d{4}(?:\.\d+)?') THEN 'serial'
    WHEN regexp_full_match(
        form, '[A-Z][a-z]{2} [A-Z][a-z]{2} \d{1,2} \d{1,2}:\d{2}:\d{2} [+-]\d{4} \d{4}'
    ) THEN 'weekday'
END;
-- `2026-5-3 下午1:03`: twelve is noon after 中午 and 下午, midnight after 上午 and 凌晨.
CREATE OR REPLACE TEMP MACRO half_day_time(form) AS TRY_CAST(
    regexp_extract(form, '^\S+') || ' ' || regexp_extract(form, '\d{1,2}:\d{1,2}(?::\d{1,2})?')
    || CASE WHEN regexp_matches(form, '\d:\d{1,2}:\d') THEN '' ELSE ':00' END AS TIMESTAMP
) + to_hours(CASE
    WHEN regexp_matches(form, '下午|晚上|中午|[Pp][Mm]')
        AND CAST(regexp_extract(form, '(\d{1,2}):', 1) AS INTEGER) < CASE
            WHEN contains(form, '中午') THEN 11 ELSE 12 END THEN 12
    WHEN regexp_matches(form, '上午|凌晨|[Aa][Mm]')
        AND CAST(regexp_extract(form, '(\d{1,2}):', 1) AS INTEGER) = 12 THEN -12
    ELSE 0
END);
-- `shop` chooses the zone where shops have zones of their own.
CREATE OR REPLACE TEMP MACRO local_time(instant, shop) AS $local_time;
CREATE OR REPLACE TEMP MACRO instant_of_shape(form, shape) AS CASE shape
    WHEN 'offset' THEN TRY_CAST(
        regexp_replace(rtrim(form, ':'), '^(\S+\s+\d{1,2}:\d{1,2})([+-])', '\1:00\2') AS TIMESTAMPTZ
    )
    WHEN 'epoch_ms' THEN to_timestamp(TRY_CAST(form AS BIGINT) / 1000.0)
    WHEN 'epoch_s' THEN to_timestamp(TRY_CAST(form AS DOUBLE))
    WHEN 'weekday' THEN try_strptime(form, '%a %b %d %H:%M:%S %z %Y')
END;
CREATE OR REPLACE TEMP MACRO time_of_shape(form, shape, shop) AS CASE shape
    WHEN 'second' THEN TRY_CAST(form AS TIMESTAMP)
    WHEN 'minute' THEN TRY_CAST(form || ':00' AS TIMESTAMP)
    WHEN 'date' THEN TRY_CAST(trim(form) AS TIMESTAMP)
    WHEN 'half_day' THEN half_day_time(form)
    WHEN 'compact_second' THEN try_strptime(form, '%Y%m%d%H%M%S')
    WHEN 'compact_minute' THEN try_strptime(form, '%Y%m%d%H%M')
    WHEN 'compact_date' THEN try_strptime(form, '%Y%m%d')
    WHEN 'serial' THEN TIMESTAMP '1899-12-30 00:00:00'
        + to_seconds(CAST(round(TRY_CAST(form AS DOUBLE) * 86400) AS BIGINT))
    ELSE local_time(instant_of_shape(form, shape), shop)
END;
CREATE OR REPLACE TEMP MACRO has_naive_clock(shape) AS shape IN (
    'second', 'minute', 'half_day', 'compact_second', 'compact_minute', 'serial'
);
-- A date alone has no instant to move.
CREATE OR REPLACE TEMP MACRO time_in_zone(moment, shape, zone, shop) AS CASE
    WHEN has_naive_clock(shape) THEN local_time(timezone(zone, moment), shop)
    ELSE moment
END;
CREATE OR REPLACE TEMP MACRO time_present(form) AS CASE
    WHEN form IN ('0', '0.0', '1970-01-01 08:00:00', '1970-01-01 00:00:00', '0000-00-00 00:00:00')
        THEN NULL
    ELSE present(form)
END;
CREATE OR REPLACE TEMP MACRO time_precision_of(form, shape) AS CASE coalesce(
    shape, CASE WHEN regexp_full_match(form, '(?:次日)?\d{1,2}:\d{1,2}') THEN 'minute' END
)
    WHEN 'minute' THEN 'minute'
    WHEN 'compact_minute' THEN 'minute'
    WHEN 'date' THEN 'date'
    WHEN 'compact_date' THEN 'date'
    WHEN 'serial' THEN CASE WHEN contains(form, '.') THEN 'second' ELSE 'date' END
    ELSE 'second'
END;

-- A time of day, as rosters write it beside a date: microseconds since midnight.
CREATE OR REPLACE TEMP MACRO clock_microseconds(form) AS (
    CASE WHEN form LIKE '次日%' OR form LIKE '%+1' THEN 86400000000 ELSE 0 END
    + CAST(regexp_extract(form, '(\d{1,2}):\d{1,2}', 1) AS BIGINT) * 3600000000
    + CAST(regexp_extract(form, '\d{1,2}:(\d{1,2})', 1) AS BIGINT) * 60000000
    + CAST(coalesce(
        nullif(regexp_extract(form, '\d{1,2}:\d{1,2}:(\d{1,2})', 1), ''), '0'
    ) AS BIGINT) * 1000000
);
CREATE OR REPLACE TEMP MACRO clock_is_given(form) AS regexp_full_match(
    form, '(?:1899-12-3[01]\s+|1900-01-0[01]\s+|次日\s*)?(?:[01]?\d|2[0-4]):[0-5]?\d(?::[0-5]?\d(?:\.\d+)?)?(?:\s*\+1)?'
);
