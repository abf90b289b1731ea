-- Which run opens the first turn of its session: told where runs are in order anyway.
ALTER TABLE session_runs ADD COLUMN is_first BOOLEAN;
COMMENT ON COLUMN session_runs.is_first IS 'The first customer messages of the session';
