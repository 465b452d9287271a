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
SELECT *,
    list_transform(job_arn, lambda arn: split_part(arn, '/', -1)) AS job_id,
    list_transform(job_arn, lambda arn: split_part(arn, ':', 2)) AS job_partition,
    list_transform(job_arn, lambda arn: split_part(arn, ':', 4)) AS job_region,
    list_transform(job_arn, lambda arn: split_part(arn, ':', 5)) AS job_account_id,
    list_transform(job_arn, lambda arn: split_part(arn, ':', 5) <> aws_account_id) AS job_account_mismatch,
    list_transform(job_arn, lambda arn: 'https://' || split_part(arn, ':', 4) || '.console.aws.amazon.com/s3/jobs/'
        || split_part(arn, '/', -1) || '?region=' || split_part(arn, ':', 4)) AS job_console_url
FROM jobs
ORDER BY ALL
