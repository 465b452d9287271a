SELECT eventName, count(*) AS count
FROM read_json(?, format = 'newline_delimited', records = true, ignore_errors = true, columns = {eventName: 'VARCHAR'})
WHERE eventName IS NOT NULL
GROUP BY ALL
ORDER BY ALL
