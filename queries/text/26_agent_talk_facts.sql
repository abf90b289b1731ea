/* model
target = "agent_talk_facts"
*/
WITH flags AS (
    SELECT
        form_no,
        CAST(is_empathy AS INTEGER) AS empathy,
        CAST(is_apology AS INTEGER) AS apology,
        CAST(is_refusal AND NOT offers_alternative AS INTEGER) AS refusal,
        CAST(is_referral AS INTEGER) AS referral,
        CAST(is_diversion AS INTEGER) AS diversion,
        CAST(is_superlative AS INTEGER) AS superlative,
        CAST(is_perfunctory AS INTEGER) AS perfunctory,
        CAST(is_insult AS INTEGER) AS insult,
        CAST(is_false_claim AS INTEGER) AS false_claim,
        CAST(
            is_diversion OR is_superlative OR is_perfunctory OR is_insult OR is_false_claim
            AS INTEGER
        ) AS banned,
        CAST(
            is_insult
            OR is_perfunctory
            OR (is_refusal AND NOT offers_alternative)
            OR coalesce(emotion = 'angry', FALSE)
            AS INTEGER
        ) AS cold
    FROM message_signals
),

said AS (
    SELECT
        message_forms.session_no,
        message_forms.account_no,
        CAST(count(*) AS INTEGER) AS message_count,
        CAST(sum(flags.empathy) AS INTEGER) AS empathy_count,
        CAST(sum(flags.apology) AS INTEGER) AS apology_count,
        CAST(sum(flags.refusal) AS INTEGER) AS refusal_count,
        CAST(sum(flags.referral) AS INTEGER) AS referral_count,
        CAST(sum(flags.diversion) AS INTEGER) AS diversion_count,
        CAST(sum(flags.superlative) AS INTEGER) AS superlative_count,
        CAST(sum(flags.perfunctory) AS INTEGER) AS perfunctory_count,
        CAST(sum(flags.insult) AS INTEGER) AS insult_count,
        CAST(sum(flags.false_claim) AS INTEGER) AS false_claim_count,
        CAST(sum(flags.banned) AS INTEGER) AS banned_count,
        CAST(sum(flags.cold) AS INTEGER) AS cold_count
    FROM message_forms
    INNER JOIN flags ON message_forms.form_no = flags.form_no
    WHERE message_forms.actor = 2
    GROUP BY message_forms.session_no, message_forms.account_no
),

found AS (
    SELECT
        session_no,
        account_no,
        row_key,
        'stiff' AS kind
    FROM stiff_messages
    UNION ALL
    SELECT
        session_no,
        account_no,
        row_key,
        'leak' AS kind
    FROM privacy_leaks
    UNION ALL
    SELECT
        session_no,
        account_no,
        row_key,
        'personal' AS kind
    FROM personal_messages
),

counted AS (
    SELECT
        session_no,
        coalesce(account_no, 0) AS account_no,
        count(DISTINCT CASE WHEN kind = 'stiff' THEN row_key END) AS stiff_count,
        count(DISTINCT CASE WHEN kind = 'leak' THEN row_key END) AS leak_count,
        count(DISTINCT CASE WHEN kind = 'personal' THEN row_key END) AS personal_count
    FROM found
    GROUP BY session_no, coalesce(account_no, 0)
)

SELECT
    said.*,
    CAST(coalesce(counted.stiff_count, 0) AS INTEGER) AS stiff_count,
    CAST(coalesce(counted.leak_count, 0) AS INTEGER) AS leak_count,
    CAST(coalesce(counted.personal_count, 0) AS INTEGER) AS personal_count
FROM said
LEFT JOIN counted
    ON
        said.session_no = counted.session_no
        AND coalesce(said.account_no, 0) = counted.account_no
