"""What the app's search commands over rows share: splunklib, held so that no row is ever lost.

A command's file defines a subclass of `RowCommand` and hands it to `dispatch`. Where splunklib cannot be imported,
importing this module passes every row on as it is and ends the process.
"""

from __future__ import annotations

import csv
import os
import sys

import chunk_text
import lib_path
import pass_through

try:
    from splunklib.searchcommands import Configuration, Option, StreamingCommand, dispatch
except Exception as error:  # not only ImportError: half a file raises anything
    name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    pass_through.run(
        f"{name} passes every row on as it is, because splunklib cannot be imported "
        f"({type(error).__name__}: {error}): install the app's package again, whose lib/ has it",
        sys.stdin.buffer,
        sys.stdout.buffer,
    )
    sys.exit(0)

__all__ = ["Configuration", "Option", "RowCommand", "dispatch"]

# splunklib allows cells of 10 MB and ends the search at a longer one.
csv.field_size_limit(2**31 - 1)


class RowCommand(StreamingCommand):
    """Options, warnings and chunks; a subclass says in `OPTIONS`, `option_errors` and `chunk_function` what it does.

    Decorate it with `@Configuration(distributed=False)`: it needs lib/ of the search head's own app, which a knowledge
    bundle may lack, and what it reads is a handful of rows after stats.
    """

    OPTIONS = ()  # the names of the options that it knows

    def option_errors(self):
        """What is wrong with the options, each in a sentence; the search ends at them, before any row."""
        return []

    def chunk_function(self):
        """A function from the records of one chunk to the records that come out; called once a search."""
        raise NotImplementedError

    def warn(self, text):
        """Say it beside the rows, once a search."""
        self._tell(self.write_warning, text)

    def inform(self, text):
        self._tell(self.write_info, text)

    def _tell(self, write, text):
        if text not in self.told:
            write("{}", text)
        self.told.add(text)

    def _protocol_v2_option_parser(self, arg):
        # splunklib adds options of its own, logging_configuration loads any file, and breaks on braces here.
        name = arg.partition("=")[0]
        return super()._protocol_v2_option_parser(arg) if name in self.OPTIONS else [arg]

    def prepare(self):
        errors = self.option_errors()
        for error in errors:
            self.write_error("{}", error)
        if errors:
            sys.exit(1)
        self.told = set()
        self.stream_chunk = self.chunk_function()

    def _execute_chunk_v2(self, process, chunk):
        try:
            super()._execute_chunk_v2(process, chunk)
        except Exception as error:
            self._record_writer._clear()
            self._record_writer._buffer.write(chunk[1])
            self.warn(f"{self.name} passes {len(chunk[1])} characters of rows on unread: {error!r}")

    def _read_csv_records(self, ifile):
        return map(chunk_text.restored, super()._read_csv_records(chunk_text.safe_lines(ifile)))

    @staticmethod
    def _decode_list(mv):
        return chunk_text.decode_multivalue(mv)

    def stream(self, records):
        return self.stream_chunk(records)
