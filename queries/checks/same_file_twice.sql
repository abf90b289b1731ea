/* check
label    = { zh = "同一个文件装入了两份（通常是换了 --shop）：请用新的数据库重新装入", en = "a file was loaded as two copies (usually another --shop): load it into a new database" }
severity = "warn"
*/
SELECT
    min(path) AS subject,
    concat(kind, ': ', string_agg(rows_accepted, ' + ' ORDER BY file_id)) AS detail
FROM import_files
WHERE rows_accepted > 0 AND kind NOT IN ('agents', 'agent_aliases')
GROUP BY sha256, sheet, kind, source
HAVING count(*) > 1
ORDER BY subject, detail
