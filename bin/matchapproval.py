"""The search command `matchapproval`: options, and a few lines between row_command.py and approvals.py."""

from __future__ import annotations

import approvals
from row_command import Configuration, Option, RowCommand, dispatch


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
        return approvals.matcher(self.time, self.ask, self.warn)

    def ask(self):
        searchinfo = self.metadata.searchinfo
        if getattr(searchinfo, "splunkd_uri", "") is None:  # so says splreplay without --kv DIR: its store is empty
            return []
        import splunkd  # and with it http.client and ssl, a quarter of the start: only where there is one to ask

        home = splunkd.of_search(searchinfo)
        if not home.uri:
            self.warn("matchapproval approves no job: the search names no splunkd to ask")
            return []
        return home.ask("GET", splunkd.in_app(approvals.APP, *approvals.COLLECTION))


dispatch(MatchApprovalCommand, module_name=__name__)
