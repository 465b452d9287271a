-- The detection as somebody would write it who knows DuckDB and this file: the same rows, the same columns.
WITH jobs AS (
    SELECT sourceIPAddress AS src_ip, recipientAccountId AS aws_account_id, 'JobCreated' AS eventName,
        coalesce(errorCode, 'success') AS errorCode, userAgent, count(*) AS count,
        min(eventTime) AS firstTime, max(eventTime) AS lastTime,
        list_sort(list(DISTINCT serviceEventDetails.jobArn)) AS job_arn,
        list_sort(list(DISTINCT serviceEventDetails.status)) AS status
    FROM read_json(?, format = 'newline_delimited', records = true, ignore_errors = true, columns = {
        eventTime: 'TIMESTAMP', eventName: 'VARCHAR', sourceIPAddress: 'VARCHAR', userAgent: 'VARCHAR',
        errorCode: 'VARCHAR', recipientAccountId: 'VARCHAR',
        serviceEventDetails: 'STRUCT(jobArn VARCHAR, status VARCHAR)'})
    WHERE lower(eventName) = 'jobcreated'
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
