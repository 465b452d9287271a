"""A peer of the benchmark, in a process of its own: a query for DuckDB, whose `?` is the file; prints NDJSON.

python bench/run_sql.py bench/sql/exfiltration.sql bench/sql/enriched.sql trail.ndjson
"""

import json
import sys
from pathlib import Path

import duckdb

*parts, file = sys.argv[1:]
result = duckdb.execute("".join(Path(part).read_text("utf-8") for part in parts), [file])
names = [column[0] for column in result.description]
for row in result.fetchall():
    print(json.dumps(dict(zip(names, row, strict=True)), default=str))
