-- What an appeal left is the session's score: the grades it revised no longer count beside it.
DROP VIEW qa_planned_sessions;

CREATE VIEW qa_planned_sessions AS
WITH graded AS (
    SELECT
        shop_id,
        session_id,
        coalesce(
            avg(CASE WHEN appeal_result = 'upheld' THEN revised_score END), avg(score)
        ) AS score,
        count(*) AS grader_count,
        max(CASE WHEN appeal_reason IS NULL THEN 0 ELSE 1 END) AS appealed,
        max(CASE WHEN appeal_result = 'upheld' THEN 1 ELSE 0 END) AS upheld
    FROM qa_grades
    GROUP BY shop_id, session_id
)

SELECT
    qa_plan_sessions.week,
    session_facts.session_no,
    qa_plan_sessions.session_id,
    qa_plan_sessions.shop_id,
    owners.agent_id,
    channels.channel,
    session_facts.started_at,
    qa_plan_sessions.stratum,
    qa_plan_sessions.inclusion,
    1.0 / qa_plan_sessions.inclusion AS weight,
    graded.score,
    coalesce(graded.grader_count, 0) AS grader_count,
    coalesce(graded.appealed, 0) = 1 AS is_appealed,
    coalesce(graded.upheld, 0) = 1 AS is_upheld
FROM qa_plan_sessions
INNER JOIN shops ON qa_plan_sessions.shop_id = shops.shop_id
INNER JOIN session_facts
    ON
        shops.shop_no = session_facts.shop_no
        AND qa_plan_sessions.session_id = session_facts.session_id
LEFT JOIN accounts AS owners ON session_facts.owner_account_no = owners.account_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN graded
    ON
        qa_plan_sessions.shop_id = graded.shop_id
        AND qa_plan_sessions.session_id = graded.session_id;
COMMENT ON VIEW qa_planned_sessions IS 'A session of the weekly grading plan, with its mean score by people once it is graded';
COMMENT ON COLUMN qa_planned_sessions.week IS 'ISO week of the plan';
COMMENT ON COLUMN qa_planned_sessions.session_no IS 'The session';
COMMENT ON COLUMN qa_planned_sessions.session_id IS 'The export''s own id, else customer@start';
COMMENT ON COLUMN qa_planned_sessions.shop_id IS 'The shop';
COMMENT ON COLUMN qa_planned_sessions.agent_id IS 'The owner of the session';
COMMENT ON COLUMN qa_planned_sessions.channel IS 'The channel';
COMMENT ON COLUMN qa_planned_sessions.started_at IS 'Its first message';
COMMENT ON COLUMN qa_planned_sessions.stratum IS 'Why it was drawn';
COMMENT ON COLUMN qa_planned_sessions.inclusion IS 'Probability with which it was drawn';
COMMENT ON COLUMN qa_planned_sessions.weight IS 'How many sessions it stands for: 1 / inclusion';
COMMENT ON COLUMN qa_planned_sessions.score IS 'What an appeal that was upheld left, else the mean over its graders; NULL until graded';
COMMENT ON COLUMN qa_planned_sessions.grader_count IS 'How many graded it';
COMMENT ON COLUMN qa_planned_sessions.is_appealed IS 'The agent appealed against a grade';
COMMENT ON COLUMN qa_planned_sessions.is_upheld IS 'An appeal was upheld';
