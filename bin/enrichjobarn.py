"""The search command `enrichjobarn`: options, and a few lines between row_command.py and job_arn.py."""

from __future__ import annotations

import job_arn
from row_command import Configuration, Option, RowCommand, dispatch


@Configuration(distributed=False)
class EnrichJobArnCommand(RowCommand):
    """Says which job, account, region and console page the ARN of an S3 Batch Operations job names.

    ##Syntax

    enrichjobarn [field=<name>] [prefix=<text>]

    ##Example

    | enrichjobarn field=job_arn prefix=s3_
    """

    OPTIONS = ("field", "prefix")
    field = Option(default="job_arn", doc="The field that holds the ARNs, single or multivalue.")
    prefix = Option(default="", doc="What the names of the added fields begin with.")

    def option_errors(self):
        syntax = "enrichjobarn field=<name> and prefix=<text>"
        return job_arn.option_errors(syntax, self.fieldnames, self.field, job_arn.FIELDS, self.prefix)

    def chunk_function(self):
        return job_arn.enricher(self.field, self.prefix, self.warn)


dispatch(EnrichJobArnCommand, module_name=__name__)
