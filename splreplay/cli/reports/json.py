"""For machines; docs/test.md describes the keys, which only grow."""

from __future__ import annotations

import json
from typing import IO

from splreplay.values.printable import printable_json
from splreplay.verdicts.report import Report


def show(report: Report, out: IO[str]) -> None:
    print(printable_json(json.dumps(report.plain(), indent=1, ensure_ascii=False)), file=out)
