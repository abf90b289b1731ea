-- Satisfaction read from chats: the model learnt from rated sessions, and what is expected of each session.
CREATE TABLE satisfaction_models (
    version VARCHAR NOT NULL,
    basis VARCHAR NOT NULL,
    reason VARCHAR,
    rated_count INTEGER NOT NULL,
    satisfied_count INTEGER NOT NULL,
    dissatisfied_count INTEGER NOT NULL,
    learnt_count INTEGER NOT NULL,
    auc DOUBLE,
    auc_low DOUBLE,
    auc_high DOUBLE,
    model_auc DOUBLE,
    untrained_auc DOUBLE,
    calibration_error DOUBLE,
    content VARCHAR
);
COMMENT ON TABLE satisfaction_models IS 'One row: how the satisfaction of silent sessions is told, and how well that does on rated ones';
COMMENT ON COLUMN satisfaction_models.version IS 'Digest of content; the same ratings and texts give the same';
COMMENT ON COLUMN satisfaction_models.basis IS 'model (learnt from ratings), calibrated (untrained score, calibrated on ratings) or rule (untrained score, a fixed rule)';
COMMENT ON COLUMN satisfaction_models.reason IS 'Why it is no model: too_few (ratings) or not_better (than the untrained score)';
COMMENT ON COLUMN satisfaction_models.rated_count IS 'Rated sessions with a human reply';
COMMENT ON COLUMN satisfaction_models.satisfied_count IS 'Of these with 4 or more';
COMMENT ON COLUMN satisfaction_models.dissatisfied_count IS 'Of these with 2 or less';
COMMENT ON COLUMN satisfaction_models.learnt_count IS 'Sessions learnt from: all, or a seeded sample';
COMMENT ON COLUMN satisfaction_models.auc IS 'Of the scores in use, satisfied against dissatisfied, cross-validated by customer';
COMMENT ON COLUMN satisfaction_models.auc_low IS '95 % interval: customers drawn anew';
COMMENT ON COLUMN satisfaction_models.model_auc IS 'Of the learnt model, whether it is used or not';
COMMENT ON COLUMN satisfaction_models.untrained_auc IS 'Of the untrained score on the same sessions';
COMMENT ON COLUMN satisfaction_models.calibration_error IS 'Expected calibration error, cross-validated';
COMMENT ON COLUMN satisfaction_models.content IS 'Coefficients and calibration as JSON; NULL for the rule';

CREATE TABLE session_satisfaction (
    session_no BIGINT NOT NULL,
    basis VARCHAR NOT NULL,
    rating DOUBLE,
    score DOUBLE NOT NULL,
    expected DOUBLE NOT NULL
);
COMMENT ON TABLE session_satisfaction IS 'One row a customer''s session with a human reply: told satisfaction, or expected';
COMMENT ON COLUMN session_satisfaction.basis IS 'rated, else as in satisfaction_models';
COMMENT ON COLUMN session_satisfaction.rating IS 'The last rating of the session; NULL for silent ones';
COMMENT ON COLUMN session_satisfaction.score IS 'Untrained score, -1 to 1';
COMMENT ON COLUMN session_satisfaction.expected IS 'Chance that the customer is satisfied (4 or more), whatever was rated';
