/* check
label    = { zh = "文件里超过 5% 的行被拒收", en = "more than 5 % of a file's rows rejected" }
severity = "warn"
*/
SELECT
    path AS subject,
    concat(rows_rejected, ' / ', rows_read) AS detail
FROM import_files
WHERE rows_rejected * 20 > rows_read
ORDER BY path
