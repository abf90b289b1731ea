-- What the facts were built from, so that a new day adds to them instead of building all anew.
ALTER TABLE _cskpi_model ADD COLUMN recipe VARCHAR;
COMMENT ON COLUMN _cskpi_model.recipe IS 'Digest of settings, SQL and told names: all the facts depend on but the rows';

CREATE TABLE _cskpi_built (
    file_id INTEGER NOT NULL,
    message_count BIGINT NOT NULL,
    place_sum HUGEINT NOT NULL
);
COMMENT ON TABLE _cskpi_built IS 'The messages the facts were built from, by file';
COMMENT ON COLUMN _cskpi_built.place_sum IS 'Sum of source_row: with the count it tells whether the file''s messages are still the same';
