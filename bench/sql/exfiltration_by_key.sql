-- The detection as somebody would write it who knows CloudTrail's keys, and no types: a row a job, the same columns,
-- but for those that only fill titles and drilldowns.
WITH jobs AS (
    SELECT json->>'sourceIPAddress' AS src_ip, json->>'recipientAccountId' AS aws_account_id,
        'JobCreated' AS eventName, coalesce(json->>'errorCode', 'success') AS errorCode,
        json->>'userAgent' AS userAgent,
        json->>'$.serviceEventDetails.jobArn' AS s3_job, count(*) AS count,
        min(json->>'eventTime') AS firstTime, max(json->>'eventTime') AS lastTime,
        list_sort(list(DISTINCT json->>'$.serviceEventDetails.jobArn')) AS job_arn,
        list_sort(list(DISTINCT json->>'$.serviceEventDetails.status')) AS status
    FROM read_ndjson_objects(?, ignore_errors = true)
    WHERE lower(json->>'eventName') = 'jobcreated'
    GROUP BY ALL
)
