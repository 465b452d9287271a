"""Writes dist/<app>-<version>.spl: the app as Splunk installs it.

The same commit gives the same bytes: files in order, owned by root, dated by the commit. Only what SHIPPED
names goes in, so nothing of the developer tool, the tests or the YAML sources can slip into the package.
Needs nothing but Python's own library.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

SHIPPED = (
    "app.manifest",
    "LICENSE",
    "NOTICE",
    "README.md",
    "README/*.conf.spec",
    "bin/*.py",
    "default/**/*.conf",
    "default/**/*.html",
    "default/**/*.xml",
    "lib/s3batchjobs/*.py",
    "lib/splunklib/**/*.py",
    "lib/splunklib/LICENSE.txt",
    "metadata/default.meta",
    "static/*.png",
)
# The repository's own README is mostly about the developer tool, and links what is not in the package.
WRITTEN_FOR_THE_PACKAGE = {"README.md": "docs/package.md"}
# tools/vendor.py writes the licence last: where it is, the SDK is whole.
VENDORED = "lib/splunklib/LICENSE.txt"


def manifest_id() -> tuple[str, str]:
    """The app's name and version."""
    identity = json.loads((ROOT / "app.manifest").read_text("utf-8"))["info"]["id"]
    return identity["name"], identity["version"]


def commit_time() -> int:
    """When the packaged commit was made; outside a git checkout SOURCE_DATE_EPOCH, or the epoch."""
    git = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        return int(subprocess.run(git, capture_output=True, check=True, text=True).stdout)
    except (OSError, subprocess.CalledProcessError):
        return int(os.environ.get("SOURCE_DATE_EPOCH", "0"))


def shipped_files() -> list[Path]:
    """The files of the package, relative to the root, in order."""
    found = {path for pattern in SHIPPED for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(path.relative_to(ROOT) for path in found)


def unready() -> str:
    """Why the checkout cannot be packed; empty where it can."""
    if (ROOT / VENDORED).is_file():
        return ""
    return f"{VENDORED} is missing, so the search command would not run: `make package` fetches it, then packs."


def content(path: Path) -> bytes:
    return (ROOT / WRITTEN_FOR_THE_PACKAGE.get(path.as_posix(), path)).read_bytes()


def folders(files: list[Path]) -> list[Path]:
    """Every folder that holds one of the files, parents first; the first is the root itself."""
    return sorted({parent for path in files for parent in path.parents})


def entry(name: str, mtime: int, kind: bytes, mode: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.mtime, info.type, info.mode = mtime, kind, mode
    info.uname = info.gname = "root"
    return info


def archive(app: str, mtime: int) -> bytes:
    """The package's bytes."""
    files = shipped_files()
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=mtime, filename="") as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for folder in folders(files):
            tar.addfile(entry((Path(app) / folder).as_posix(), mtime, tarfile.DIRTYPE, 0o755))
        for path in files:
            data = content(path)
            info = entry((Path(app) / path).as_posix(), mtime, tarfile.REGTYPE, 0o644)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def write_package(folder: Path) -> Path:
    """Write the package into a folder and say where it is; SystemExit where the checkout is not whole."""
    if problem := unready():
        raise SystemExit(problem)
    app, version = manifest_id()
    folder.mkdir(parents=True, exist_ok=True)
    package = folder / f"{app}-{version}.spl"
    package.write_bytes(archive(app, commit_time()))
    return package


def main() -> None:
    package = write_package(ROOT / "dist")
    print(f"{package.relative_to(ROOT)}: {package.stat().st_size:,} bytes, {len(shipped_files())} files")


if __name__ == "__main__":
    main()
