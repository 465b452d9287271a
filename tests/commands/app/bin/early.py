"""Has seen enough after the first request, and ends."""

import wire

wire.begin(type="events", maxinputs=2)
_, rows = wire.read()
wire.write({"finished": True}, rows[:1])
