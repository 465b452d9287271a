"""What one client may take from the server. Everything that a request can make grow has a row here."""

from __future__ import annotations

BODY_BYTES = 64 << 20  # of one request, as sent and again once inflated
BODIES_BYTES = 256 << 20  # of all requests in flight
CONNECTIONS = 128
IDLE_SECONDS = 30.0  # between two requests on one connection, and for the TLS handshake
REQUEST_SECONDS = 60.0  # from a request's first byte to its last
SESSION_SECONDS = 3600.0  # a session that is not used ends
SESSIONS = 10_000
JOBS = 500  # finished searches kept for their results
JOB_SECONDS = 600.0
SEARCHES = 4  # running at once; more wait
WAITING_SEARCHES = 200
ACK_CHANNELS = 1_000
ACKS_A_CHANNEL = 100_000
NAME_CHARS = 1_024
RESULT_ROWS = 50_000  # of one oneshot or export, as maxresultrows
