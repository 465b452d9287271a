"""The search command `matchapproval`: options, and a few lines between row_command.py and approvals.py."""

from __future__ import annotations

import approvals
from row_command import Configuration, Option, RowCommand, dispatch

MOST_TOLD = 5  # messages of a search


@Configuration(distributed=False)
class MatchApprovalCommand(RowCommand):
    """Says whether a job is approved, and until when.

    ##Syntax

    matchapproval [time=<field>]

    ##Example

    | matchapproval time=_time
    """

    OPTIONS = ("time",)
    time = Option(default="_time", doc="The field that holds the job's time, in epoch seconds.")

    def option_errors(self):
        return approvals.option_errors(self.time, self.fieldnames)

    def chunk_function(self):
        match = approvals.matcher(self.time, self.ask, self.warn)
        return lambda records: map(self.noted, match(records))

    def noted(self, record):
        """Tell of the first few jobs of a search which approval they have: a search may drop them without a word."""
        if record["approval_state"] == "approved" and len(self.told) < MOST_TOLD:
            [job, *_] = approvals.told(record, "job") or ["a job without a name"]
            key, ends = record["approval_key"], record["approval_expires"]
            self.inform(f"matchapproval: {job} is approved until {ends} by the approval {key}")
        return record

    def ask(self):
        searchinfo = self.metadata.searchinfo
        if getattr(searchinfo, "splunkd_uri", "") is None:  # so says splreplay without --kv DIR: its store is empty
            return []
        import splunkd  # and with it the client of HTTP: only where there is one to ask

        home = splunkd.of_search(searchinfo)
        if not home.uri:
            self.warn("matchapproval approves no job: the search names no splunkd to ask")
            return []
        return home.ask("GET", splunkd.in_app(approvals.APP, *approvals.COLLECTION))


dispatch(MatchApprovalCommand, module_name=__name__)
