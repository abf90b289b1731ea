-- DuckDB's plain hash gave a few different texts the same number, and one was read as the other.
UPDATE messages
SET text_hash = hash(text, '#' || text, '###' || text)
WHERE text IS NOT NULL;

DELETE FROM text_forms;

DELETE FROM _cskpi_text;
