-- A dispute is about one place of one message; what stands elsewhere in it keeps counting.
ALTER TABLE qa_disputes ADD COLUMN span_start INTEGER;
ALTER TABLE qa_disputes ADD COLUMN span_end INTEGER;
COMMENT ON COLUMN qa_disputes.span_start IS 'Where the disputed words begin, as in qa_findings; NULL: all that the rule finds in the message';
COMMENT ON COLUMN qa_disputes.span_end IS 'Characters up to their end';
