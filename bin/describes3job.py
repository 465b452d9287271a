"""The search command `describes3job`: options, and a few lines between row_command.py and describing.py."""

from __future__ import annotations

import describing
import job_arn
import splunkd
from aws_credentials import Accounts
from row_command import Configuration, Option, RowCommand, dispatch


@Configuration(distributed=False)
class DescribeS3JobCommand(RowCommand):
    """Says what an S3 Batch Operations job does, as AWS knows it for 90 days: DescribeJob, once a job.

    ##Syntax

    describes3job [field=<name>]

    ##Example

    | describes3job field=job_arn
    """

    OPTIONS = ("field",)
    field = Option(default="job_arn", doc="The field that holds the job's ARN.")

    def option_errors(self):
        return job_arn.option_errors("describes3job field=<name>", self.fieldnames, self.field, describing.FIELDS)

    def chunk_function(self):
        describe = describing.asking(Accounts(splunkd.of_search(self.metadata.searchinfo)))
        return describing.describer(self.field, describe, self.warn)


dispatch(DescribeS3JobCommand, module_name=__name__)
