"""Draws docs/page.png: the page of the bundled example in a browser. `make test-browser` installs what it needs."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from splreplay.cli import main as splreplay

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    os.chdir(ROOT)
    unboxed = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        file = Path(folder) / "page.html"
        splreplay(["run", "examples/cloudtrail.ndjson", "--html", str(file)])
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=unboxed)
        page = chromium.new_page(viewport={"width": 1200, "height": 860}, color_scheme="light")
        page.goto(file.as_uri())
        page.screenshot(path=ROOT / "docs" / "page.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
