"""Fills lib/splunklib with the parts of the Splunk SDK that bin/ imports, byte for byte as published.

The archive is fetched by pip, pinned by hash in vendor.txt, and kept under .cache/. Modules that a search
command never imports are left out, and with them the SDK's only dependency.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "tools" / "vendor.txt"
DOWNLOADS = ROOT / ".cache" / "vendor"
LIB = ROOT / "lib"  # where the app's own package stands, too

SDK = "splunk-sdk-2.1.1"
LEFT_OUT = ("splunklib/modularinput/", "splunklib/results.py", "splunklib/six.py")


def download() -> Path:
    """The SDK's source archive, fetched once."""
    archive = DOWNLOADS / f"{SDK}.tar.gz"
    if not archive.exists():
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", ":all:"]
        pip = [sys.executable, "-m", "pip", "download", *options, "--require-hashes"]
        subprocess.run([*pip, "-r", str(PINS), "-d", str(DOWNLOADS)], check=True)
    return archive


def destination(member: str) -> Path | None:
    """Where a file of the archive goes, or None where the command does not need it."""
    inside = PurePosixPath(member).relative_to(SDK).as_posix()
    if inside.startswith("splunklib/") and inside.endswith(".py") and not inside.startswith(LEFT_OUT):
        return LIB / inside
    return None


def unpack(archive: Path) -> None:
    """Write the wanted files below lib/splunklib."""
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            target = destination(member.name) if member.isfile() else None
            source = tar.extractfile(member) if target else None
            if target and source:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read())


def main() -> None:
    shutil.rmtree(LIB / "splunklib", ignore_errors=True)
    unpack(download())
    # The archive names its licence (Apache-2.0) without its text, which is the text of ours.
    shutil.copyfile(ROOT / "LICENSE", LIB / "splunklib" / "LICENSE.txt")


if __name__ == "__main__":
    main()
