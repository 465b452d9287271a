"""Asks to run before itself, without end."""

import wire

wire.begin(type="streaming", streaming_preop="endless")
