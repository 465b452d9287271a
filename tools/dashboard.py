"""Draws docs/dashboard-*.png: the dashboard over made-up data, by Splunk's own components.

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

WIDTH = 1440
# Of each picture its data, the colour scheme, and how wide it is kept: those of odd days need not be read in full.
PICTURES = {
    "dark": ("a day of all", "dark", WIDTH),
    "light": ("a day of all", "light", WIDTH),
    "empty": ("empty", "light", WIDTH // 2),
    "one": ("one job", "dark", WIDTH // 2),
    "many": ("ten thousand jobs", "dark", WIDTH // 2),
}
COLOURS = 64  # those farthest apart: the most frequent are all greys, and green would become one of them


def main() -> int:
    image = import_module("PIL.Image")  # of the extra `browser`, which lint does without

    unboxed = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=unboxed)
        for name, (data, scheme, width) in PICTURES.items():
            file = ROOT / "docs" / f"dashboard-{name}.png"
            draw(chromium, answers(data), scheme, width=WIDTH).page.screenshot(path=file)
            drawn = image.open(file).convert("RGB")
            kept = drawn.resize((width, drawn.height * width // WIDTH), image.Resampling.LANCZOS)
            few = kept.quantize(COLOURS, method=image.Quantize.MAXCOVERAGE, dither=image.Dither.NONE)
            few.save(file, optimize=True)
            print(f"{file.relative_to(ROOT)}: {file.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
