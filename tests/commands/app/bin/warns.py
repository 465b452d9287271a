"""Has something to say, and says it in more than one way."""

import wire

wire.begin(inspector=None)
metadata, rows = wire.read()
wire.write({"finished": True, "inspector": {"messages": [["WARN", "old data"], "odd", ["x"]]}}, rows)
