"""Says in its reply what is wrong, as splunklib does with options it does not know."""

import wire

wire.read()
wire.write({"type": "streaming", "inspector": {"messages": [["ERROR", "Unrecognized option: x=1"]]}})
