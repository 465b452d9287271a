"""Draws docs/run.svg: what `make replay` shows on a terminal."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich.console import Console

from splreplay.cli import output
from splreplay.cli.options import BUNDLED_ADDON
from splreplay.cli.run import pick, report_of
from splreplay.cli.scanning import stats_of
from splreplay.engine import search
from splreplay.findings import helpers
from splreplay.knowledge.app import load_app
from splreplay.scan.files import FileSource

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    app, source = load_app(ROOT), FileSource([str(ROOT / "examples" / "cloudtrail.ndjson")])
    saved = pick(app, None)
    rows = search(saved.search, source, app=app, addon=load_app(BUNDLED_ADDON)).rows
    console = Console(record=True, width=130, file=io.StringIO(), force_terminal=True, highlight=False)
    report = report_of(saved, rows, stats_of(source.stats, 0.3))
    output.report_table(report, console, output.Told(hidden=helpers(saved)))
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="make replay"), flags=re.DOTALL)
    (ROOT / "docs" / "run.svg").write_text(drawn, encoding="utf-8")  # the reader's own monospace font will do
    return 0


if __name__ == "__main__":
    sys.exit(main())
