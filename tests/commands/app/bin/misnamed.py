"""Asks for a command that the app does not have."""

import wire

wire.begin(type="reporting", streaming_preop='othername phase="map"')
_, rows = wire.read()
wire.write({"finished": True}, [{"n": len(rows)}])
