/* check
label    = { zh = "消息时间晚于装入时间", en = "messages later than the moment they were loaded" }
severity = "warn"
*/
SELECT
    import_files.path AS subject,
    CAST(import_files.last_at AS VARCHAR) AS detail
FROM import_files
WHERE
    import_files.kind = 'messages'
    AND import_files.last_at > import_files.loaded_at + INTERVAL 1 DAY
ORDER BY import_files.path
