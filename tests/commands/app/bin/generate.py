"""Makes 5 rows, 2 a request, as a generating command of splunklib makes 50,000."""

import wire

wire.begin(generating=True, type="stateful")
for start in (0, 2, 4):
    wire.read()
    wire.write({"finished": start == 4}, [{"n": n} for n in range(start, min(start + 2, 5))])
