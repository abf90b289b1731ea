/* model
target = "session_outcome_facts"
[params]
auto_close_words = "resolution.auto_close_words"
*/
-- Where both issues are known and differ, two sessions are about different things; where one is not
-- known, they may be the same, and both answers are kept apart. A mark of the help desk stands for
-- the last session of a conversation, and only if no machine closed it: a customer who fell silent
-- was not helped. The customer's own mark goes before it.
WITH closed AS (
    SELECT
        shop_id,
        conversation_id,
        topic,
        is_resolved,
        regexp_matches(
            lower(coalesce(close_reason, '')),
            coalesce(
                nullif(
                    trim(
                        regexp_replace(
                            regexp_replace(lower($auto_close_words), '[^\p{L}\p{N}| ]+', '', 'g'),
                            '\|+', '|', 'g'
                        ),
                        '| '
                    ),
                    ''
                ),
                '^='
            )
        ) AS by_machine
    FROM exported_sessions
    WHERE topic IS NOT NULL OR is_resolved IS NOT NULL OR close_reason IS NOT NULL
),

listed AS (
    SELECT
        shop_id,
        conversation_id,
        min(topic) AS topic,
        min(CASE
            WHEN NOT is_resolved THEN 0
            WHEN is_resolved AND NOT by_machine THEN 1
        END) AS resolved_mark,
        max(CASE WHEN by_machine THEN 1 ELSE 0 END) AS machine_mark
    FROM closed
    GROUP BY shop_id, conversation_id
),

ticket_kinds AS (
    SELECT
        shop_id,
        conversation_id,
        min(ticket_kind) AS topic
    FROM tickets
    WHERE conversation_id IS NOT NULL
    GROUP BY shop_id, conversation_id
    HAVING min(ticket_kind) = max(ticket_kind)
),

said AS (
    SELECT
        session_ratings.session_no,
        ratings.is_resolved
    FROM session_ratings
    INNER JOIN ratings ON session_ratings.rating_key = ratings.rating_key
    WHERE ratings.is_resolved IS NOT NULL
    QUALIFY
        row_number() OVER (
            PARTITION BY session_ratings.session_no
            ORDER BY ratings.rated_at DESC, ratings.source_row DESC, ratings.file_id DESC
        ) = 1
),

asked AS (
    SELECT
        session_no,
        min(customer_no) AS customer_no
    FROM session_runs
    WHERE customer_no IS NOT NULL
    GROUP BY session_no
),

last_sessions AS (
    SELECT max(session_no) AS session_no
    FROM session_facts
    WHERE is_customer_session
    GROUP BY CAST(floor(session_no / 1000000) AS INTEGER)
),

visits AS (
    SELECT
        session_facts.session_no,
        asked.customer_no,
        NOT contains(session_facts.customer_id, '*') AS is_identified,
        session_facts.started_at,
        session_facts.ended_at,
        coalesce(listed.topic, ticket_kinds.topic) AS topic,
        CASE WHEN last_sessions.session_no IS NOT NULL THEN listed.resolved_mark END
            AS resolved_mark,
        last_sessions.session_no IS NOT NULL
        AND coalesce(listed.machine_mark = 1, FALSE) AS is_auto_closed
    FROM session_facts
    INNER JOIN asked ON session_facts.session_no = asked.session_no
    INNER JOIN shops ON session_facts.shop_no = shops.shop_no
    LEFT JOIN listed
        ON
            shops.shop_id = listed.shop_id
            AND session_facts.conversation_id = listed.conversation_id
    LEFT JOIN ticket_kinds
        ON
            shops.shop_id = ticket_kinds.shop_id
            AND session_facts.conversation_id = ticket_kinds.conversation_id
    LEFT JOIN last_sessions ON session_facts.session_no = last_sessions.session_no
    WHERE session_facts.has_clock
),

-- Most customers come once: only the others need a closer look.
regulars AS (
    SELECT customer_no
    FROM visits
    WHERE is_identified
    GROUP BY customer_no
    HAVING count(*) > 1
),

revisits AS (
    SELECT
        visits.session_no,
        visits.customer_no,
        visits.topic,
        visits.started_at,
        visits.ended_at
    FROM visits
    INNER JOIN regulars ON visits.customer_no = regulars.customer_no
),

earlier AS (
    SELECT
        session_no,
        topic,
        max(ended_at) OVER (
            PARTITION BY customer_no
            ORDER BY started_at, session_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS any_before_at,
        max(CASE WHEN topic IS NULL THEN ended_at END) OVER (
            PARTITION BY customer_no
            ORDER BY started_at, session_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS untold_before_at
    FROM revisits
),

earlier_told AS (
    SELECT
        session_no,
        max(ended_at) OVER (
            PARTITION BY customer_no, topic
            ORDER BY started_at, session_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS told_before_at
    FROM revisits
    WHERE topic IS NOT NULL
),

-- At one moment: what ends there, then sessions of a single moment, then what starts there.
edges AS (
    SELECT
        session_no,
        customer_no,
        topic,
        started_at AS edge_at,
        started_at,
        CASE WHEN ended_at = started_at THEN 1 ELSE 2 END AS place,
        0 AS is_end
    FROM revisits
    UNION ALL
    SELECT
        session_no,
        customer_no,
        topic,
        ended_at AS edge_at,
        CAST(NULL AS TIMESTAMP) AS started_at,
        CASE WHEN ended_at = started_at THEN 1 ELSE 0 END AS place,
        1 AS is_end
    FROM revisits
),

followed AS (
    SELECT
        session_no,
        topic,
        is_end,
        lead(started_at IGNORE NULLS) OVER (
            PARTITION BY customer_no ORDER BY edge_at, place, session_no, is_end
        ) AS any_after_at,
        lead(CASE WHEN topic IS NULL THEN started_at END IGNORE NULLS) OVER (
            PARTITION BY customer_no ORDER BY edge_at, place, session_no, is_end
        ) AS untold_after_at
    FROM edges
),

followed_told AS (
    SELECT
        session_no,
        is_end,
        lead(started_at IGNORE NULLS) OVER (
            PARTITION BY customer_no, topic ORDER BY edge_at, place, session_no, is_end
        ) AS told_after_at
    FROM edges
    WHERE topic IS NOT NULL
),

complainers AS (
    SELECT
        customers.customer_no,
        counted_complaints.filed_at
    FROM counted_complaints
    INNER JOIN customers
        ON
            counted_complaints.shop_id = customers.shop_id
            AND counted_complaints.customer_id = customers.customer_id
    WHERE
        NOT contains(counted_complaints.customer_id, '*')
        OR contains(counted_complaints.customer_id, '@')
),

complained AS (
    SELECT
        visits.session_no,
        min(complainers.filed_at) AS complained_at
    FROM visits
    INNER JOIN complainers ON visits.customer_no = complainers.customer_no
    WHERE complainers.filed_at >= visits.started_at
    GROUP BY visits.session_no
)

SELECT
    visits.session_no,
    visits.customer_no,
    visits.is_identified,
    visits.topic,
    earlier_told.told_before_at AS same_before_at,
    CASE
        WHEN earlier.topic IS NULL THEN earlier.any_before_at
        ELSE earlier.untold_before_at
    END AS unknown_before_at,
    followed_told.told_after_at AS same_after_at,
    CASE
        WHEN followed.topic IS NULL THEN followed.any_after_at
        ELSE followed.untold_after_at
    END AS unknown_after_at,
    complained.complained_at,
    coalesce(said.is_resolved, visits.resolved_mark = 1) AS is_marked_resolved,
    visits.is_auto_closed
FROM visits
LEFT JOIN earlier ON visits.session_no = earlier.session_no
LEFT JOIN followed ON visits.session_no = followed.session_no AND followed.is_end = 1
LEFT JOIN earlier_told ON visits.session_no = earlier_told.session_no
LEFT JOIN followed_told
    ON visits.session_no = followed_told.session_no AND followed_told.is_end = 1
LEFT JOIN complained ON visits.session_no = complained.session_no
LEFT JOIN said ON visits.session_no = said.session_no
