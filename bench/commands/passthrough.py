"""A search command that does nothing: what splunklib alone costs."""

from __future__ import annotations

import os
import sys

APP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(APP, "lib"))

from splunklib.searchcommands import Configuration, StreamingCommand, dispatch


@Configuration(distributed=False)
class PassthroughCommand(StreamingCommand):
    def stream(self, records):
        return records


dispatch(PassthroughCommand, module_name=__name__)
