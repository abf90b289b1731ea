/* check
label    = { zh = "装入的行数对不上", en = "rows of a load do not add up" }
severity = "fail"
*/
SELECT
    path AS subject,
    concat(
        rows_read, ' <> ', rows_accepted, ' + ', rows_duplicate, ' + ', rows_rejected
    ) AS detail
FROM import_files
WHERE rows_read <> rows_accepted + rows_duplicate + rows_rejected
ORDER BY path
