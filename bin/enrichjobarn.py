"""The search command `enrichjobarn`: options, and a few lines between splunklib and job_arn.py."""

from __future__ import annotations

import csv
import os
import sys

APP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(APP, "lib"))

import chunk_text
import job_arn
import pass_through

try:
    from splunklib.searchcommands import Configuration, Option, StreamingCommand, dispatch
except Exception as error:  # not only ImportError: half a file raises anything
    reason = f"{type(error).__name__}: {error}"
    pass_through.run(
        f"enrichjobarn passes every row on as it is, because splunklib cannot be imported ({reason}): "
        "install the app's package again, whose lib/ has it",
        sys.stdin.buffer,
        sys.stdout.buffer,
    )
    sys.exit(0)

# splunklib allows cells of 10 MB and ends the search at a longer one.
csv.field_size_limit(2**31 - 1)


# Not distributed: the command needs lib/ of the search head's own app, which a knowledge bundle may lack,
# and what it reads is a handful of rows after stats.
@Configuration(distributed=False)
class EnrichJobArnCommand(StreamingCommand):
    """Says which job, account, region and console page the ARN of an S3 Batch Operations job names.

    ##Syntax

    enrichjobarn [field=<name>] [prefix=<text>]

    ##Example

    | enrichjobarn field=job_arn prefix=s3_
    """

    field = Option(default="job_arn", doc="The field that holds the ARNs, single or multivalue.")
    prefix = Option(default="", doc="What the names of the added fields begin with.")

    def _protocol_v2_option_parser(self, arg):
        # splunklib adds options of its own, logging_configuration loads any file, and breaks on braces here.
        name = arg.partition("=")[0]
        return super()._protocol_v2_option_parser(arg) if name in ("field", "prefix") else [arg]

    def prepare(self):
        errors = job_arn.option_errors(self.field, self.prefix, self.fieldnames)
        for error in errors:
            self.write_error("{}", error)
        if errors:
            sys.exit(1)
        self.told = set()
        self.stream_chunk = job_arn.enricher(self.field, self.prefix, self.warn)

    def warn(self, text):
        if text not in self.told:
            self.write_warning("{}", text)
        self.told.add(text)

    def _execute_chunk_v2(self, process, chunk):
        try:
            super()._execute_chunk_v2(process, chunk)
        except Exception as error:
            self._record_writer._clear()
            self._record_writer._buffer.write(chunk[1])
            self.warn(f"enrichjobarn passes {len(chunk[1])} characters of rows on unread: {error!r}")

    def _read_csv_records(self, ifile):
        return map(chunk_text.restored, super()._read_csv_records(chunk_text.safe_lines(ifile)))

    @staticmethod
    def _decode_list(mv):
        return chunk_text.decode_multivalue(mv)

    def stream(self, records):
        return self.stream_chunk(records)


dispatch(EnrichJobArnCommand, module_name=__name__)
