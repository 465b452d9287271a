"""The search command `describes3job`: options, and a few lines between row_command.py and describing.py."""

from __future__ import annotations

# Before all that imports from lib/: where that is damaged, it passes every row on as it is.
from row_command import Configuration, Option, RowCommand, dispatch

# isort: split
import describing
import job_arn
import splunkd
from aws_credentials import Accounts


@Configuration(distributed=False)
class DescribeS3JobCommand(RowCommand):
    """Says what an S3 Batch Operations job does, as AWS knows it for 90 days: DescribeJob, once a job.

    ##Syntax

    describes3job [field=<name>] [time=<name>] [<account, bucket or ARN that is your own>, ...]

    ##Example

    | describes3job field=job_arn time=_time 111111111111, payroll-archive
    """

    OPTIONS = ("field", "time")
    field = Option(default="job_arn", doc="The field that holds the job's ARN.")
    time = Option(default="_time", doc="The field that holds the job's time, in epoch seconds.")

    def option_errors(self):
        strays = [word for word in self.fieldnames if "=" in word]
        syntax = "describes3job field=<name>, time=<name>, and what is your own"
        return job_arn.option_errors(syntax, strays, self.field, describing.FIELDS)

    def chunk_function(self):
        describe = describing.asking(Accounts(splunkd.of_search(self.metadata.searchinfo)))
        own = describing.own_of(self.fieldnames, self.warn)
        return describing.describer(self.field, self.time, describing.Describer(describe, own), self.warn)


dispatch(DescribeS3JobCommand, module_name=__name__)
