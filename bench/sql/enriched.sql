-- What follows WITH jobs AS (...): the columns that enrichjobarn adds.
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
