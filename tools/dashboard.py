"""Draws docs/dashboard-dark.png and -light.png: the dashboard over made-up data, by Splunk's own components.

`make test-studio` builds what it needs.
"""

from __future__ import annotations

import os
import shutil
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bin")]

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.dashboard import answers  # noqa: E402
from tests.dashboard.rendering import draw  # noqa: E402

PICTURES = {"dark": 1440, "light": 1440}
COLOURS = 64  # a dashboard has few; so a picture stays below 150 kB


def main() -> int:
    image = import_module("PIL.Image")  # of the extra `browser`, which lint does without

    unboxed = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=unboxed)
        for scheme, width in PICTURES.items():
            file = ROOT / "docs" / f"dashboard-{scheme}.png"
            draw(chromium, answers("a day of all"), scheme, width=width).page.screenshot(path=file)
            image.open(file).convert("RGB").quantize(COLOURS).save(file, optimize=True)
            print(f"{file.relative_to(ROOT)}: {file.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
