"""Its stanza names no file, so the file has the stanza's name."""

import wire

wire.begin()
wire.stream(lambda row: {"here": "1"})
