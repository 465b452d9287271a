"""A reporting command without a first phase; splunklib names one all the same, and it does not stream."""

import wire

wire.begin(type="reporting", streaming_preop='once phase="map"')
_, rows = wire.read()
wire.write({"finished": True}, [{"n": len(rows)}])
