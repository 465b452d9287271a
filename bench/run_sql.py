"""A peer of the benchmark, in a process of its own: a query for DuckDB, whose `?` is the file; prints NDJSON.

    python bench/run_sql.py bench/sql/exfiltration.sql trail.ndjson
"""

import json
import sys
from pathlib import Path

import duckdb

result = duckdb.execute(Path(sys.argv[1]).read_text("utf-8"), [sys.argv[2]])
names = [column[0] for column in result.description]
for row in result.fetchall():
    print(json.dumps(dict(zip(names, row, strict=True)), default=str))
