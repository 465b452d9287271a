"""Compares the versions that the app states; given a tag, also with that.

One release has one version, and it stands in several files because each belongs to another tool. Run by the
tests, and before a release is made of a tag: `python tools/versions.py v1.1.0`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Which files, and the version in them.
STATED = (
    ("app.manifest", r'"version": "(.*)"'),
    ("default/app.conf", r"(?m)^version = (.*)$"),
    ("contentctl.yml", r"(?m)^  version: (.*)$"),
    ("splreplay/__init__.py", r'(?m)^__version__ = "(.*)"$'),
    ("README.md", r"DA-ESS-AWSBatchExfiltration-([\d.]+)\.spl"),
    ("docs/*.md", r"DA-ESS-AWSBatchExfiltration-([\d.]+)\.spl"),
)


def stated() -> Iterator[tuple[str, str]]:
    """Each version that is stated, with the file that states it."""
    for files, pattern in STATED:
        for path in sorted(ROOT.glob(files)):
            for version in re.findall(pattern, path.read_text("utf-8")):
                yield path.relative_to(ROOT).as_posix(), version


def disagreements(version: str) -> list[str]:
    """The files that state another version than this."""
    return [f"{name} says {other}, not {version}" for name, other in stated() if other != version]


def main(arguments: list[str]) -> int:
    """Exit code 0 where all agree, else 1."""
    version = arguments[0].removeprefix("v") if arguments else next(stated())[1]
    for problem in (problems := disagreements(version)):
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
