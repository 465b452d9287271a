-- The detection as somebody would write it who knows CloudTrail's keys, and no types: the same rows and columns.
WITH jobs AS (
    SELECT json->>'sourceIPAddress' AS src_ip, json->>'recipientAccountId' AS aws_account_id,
        'JobCreated' AS eventName, coalesce(json->>'errorCode', 'success') AS errorCode,
        json->>'userAgent' AS userAgent, count(*) AS count,
        min(json->>'eventTime') AS firstTime, max(json->>'eventTime') AS lastTime,
        list_sort(list(DISTINCT json->>'$.serviceEventDetails.jobArn')) AS job_arn,
        list_sort(list(DISTINCT json->>'$.serviceEventDetails.status')) AS status
    FROM read_ndjson_objects(?, ignore_errors = true)
    WHERE lower(json->>'eventName') = 'jobcreated'
    GROUP BY ALL
)
