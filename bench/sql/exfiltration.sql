-- The detection as somebody would write it who knows DuckDB and this file: a row a job, the same columns,
-- but for those that only fill titles and drilldowns.
WITH jobs AS (
    SELECT sourceIPAddress AS src_ip, recipientAccountId AS aws_account_id, 'JobCreated' AS eventName,
        coalesce(errorCode, 'success') AS errorCode, userAgent,
        serviceEventDetails.jobArn AS s3_job, count(*) AS count,
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
