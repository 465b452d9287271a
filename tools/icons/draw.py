"""Draws static/*.png from the SVGs beside it, at the sizes that Splunk asks for (needs resvg-py)."""

from __future__ import annotations

from pathlib import Path

import resvg_py

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent.parent / "static"

# https://dev.splunk.com/enterprise/docs/developapps/createapps/addnavsplunkapp/
PICTURES = {
    "appIcon.png": ("icon.svg", 36, 36),
    "appIcon_2x.png": ("icon.svg", 72, 72),
    "appIconAlt.png": ("icon_alt.svg", 36, 36),
    "appIconAlt_2x.png": ("icon_alt.svg", 72, 72),
    "appLogo.png": ("logo.svg", 160, 40),
    "appLogo_2x.png": ("logo.svg", 320, 80),
}


def main() -> None:
    for name, (source, width, height) in PICTURES.items():
        svg = (HERE / source).read_text("utf-8")
        (STATIC / name).write_bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height))


if __name__ == "__main__":
    main()
