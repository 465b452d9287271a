"""A reporting command with a first phase of its own, which Splunk runs where the events are."""

import wire

searchinfo, _ = wire.read()
is_first = "phase=map" in searchinfo["searchinfo"]["args"]
wire.write({"type": "streaming"} if is_first else {"type": "reporting", "streaming_preop": 'summed phase="map"'})
metadata, rows = wire.read()
total = sum(int(row["a"]) for row in rows)
wire.write({"finished": True}, [{"a": total, "by": "map" if is_first else rows[0]["by"] + "+reduce"}])
