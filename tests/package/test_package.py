"""The built package: what is in it, what is not, and that its command runs from it."""

from __future__ import annotations

import ast
import hashlib
import re
import struct
import subprocess
import sys
import tarfile

import pytest

from tests.command.frames import Command, to_csv
from tools import package as packing
from tools import vendor
from tools.package import SHIPPED, commit_time, manifest_id, write_package

ARN = "arn:aws:s3:us-west-2:111111111111:job/bb54efd8-937d-4f0c-967d-aa8443998dac"
APP = manifest_id()[0]
PNG_SIZES = {
    "appIcon.png": (36, 36),
    "appIcon_2x.png": (72, 72),
    "appIconAlt.png": (36, 36),
    "appIconAlt_2x.png": (72, 72),
    "appLogo.png": (160, 40),
    "appLogo_2x.png": (320, 80),
}
MOST_BYTES = 250_000
MOST_LINES_OF_BIN = 1_500  # as `wc -l bin/*.py` counts them, whatever they hold
MOST_LINES_OF_CODE = 1_350  # of ours, in lib/ too
OURS = ("bin", "lib/s3batchjobs")
LINK = re.compile(r"\]\(([^)#\s]+)")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return write_package(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def members(package):
    with tarfile.open(package) as tar:
        return tar.getmembers()


@pytest.fixture(scope="module")
def installed(package, tmp_path_factory):
    """The app as Splunk unpacks it."""
    apps = tmp_path_factory.mktemp("apps")
    with tarfile.open(package) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)
        tar.extractall(apps)
    return apps / APP


def vendored(installed):
    """The Python files of the SDK below lib/."""
    return {path.relative_to(installed / "lib").as_posix() for path in (installed / "lib" / "splunklib").rglob("*.py")}


def test_the_same_commit_gives_the_same_bytes(package, tmp_path):
    again = write_package(tmp_path)
    assert again.name == package.name == f"{APP}-{manifest_id()[1]}.spl"
    assert again.read_bytes() == package.read_bytes()


def test_one_root_folder_with_plain_modes_owners_and_dates(members):
    assert members[0].name == APP
    assert all(member.name.startswith(f"{APP}/") for member in members[1:])
    modes = {(member.isdir(), member.isfile(), member.mode) for member in members}
    assert modes == {(True, False, 0o755), (False, True, 0o644)}
    owners = {(member.uid, member.gid, member.uname, member.gname) for member in members}
    assert owners == {(0, 0, "root", "root")}
    assert {member.mtime for member in members} == {commit_time()}


def test_only_what_splunk_needs_is_in_it(members):
    names = [member.name.removeprefix(f"{APP}/") for member in members if member.isfile()]
    strays = [name for name in names if name.endswith((".yml", ".pyc", ".svg")) or "/." in f"/{name}"]
    assert strays == []
    assert {name.split("/")[0] for name in names} == {pattern.split("/")[0] for pattern in SHIPPED}


def lines_of_code(text):
    """How many lines hold more than a comment or a docstring: what whoever vets the app has to follow."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    told = [
        each.body[0] for each in ast.walk(ast.parse(text)) if isinstance(each, documented) and ast.get_docstring(each)
    ]
    docstrings = {number for each in told for number in range(each.lineno, each.end_lineno + 1)}
    lines = [line.strip() for number, line in enumerate(text.splitlines(), 1) if number not in docstrings]
    return sum(1 for line in lines if line and not line.startswith("#"))


def test_it_stays_small(package, installed):
    assert package.stat().st_size <= MOST_BYTES
    started, imported = ([path.read_text("utf-8") for path in (installed / name).rglob("*.py")] for name in OURS)
    assert 0 < sum(len(text.splitlines()) for text in started) <= MOST_LINES_OF_BIN
    assert 0 < sum(map(lines_of_code, [*started, *imported])) <= MOST_LINES_OF_CODE


def missing_paths(installed):
    """What the texts of the package link, or name as a file of the app, that is not in it."""
    folders = "|".join(path.name for path in installed.iterdir() if path.is_dir())
    named = re.compile(rf"`((?:{folders})/[\w./-]*)`")
    texts = {path: path.read_text("utf-8") for path in installed.rglob("*.md")}
    assert texts
    for path, text in texts.items():
        local = [link for link in LINK.findall(text) if "://" not in link]
        found = [path.parent / link for link in local] + [installed / name for name in named.findall(text)]
        yield from (str(target) for target in found if not target.exists())


def test_no_text_of_the_package_leads_nowhere(installed):
    assert list(missing_paths(installed)) == []


def test_a_link_that_leads_nowhere_would_be_found(installed, tmp_path):
    (tmp_path / "lookups").mkdir()
    (tmp_path / "README.md").write_text("[a](docs/x.md) [b](https://example.com/) `lookups/gone.csv` `docs/unknown`")
    assert list(missing_paths(tmp_path)) == [f"{tmp_path}/docs/x.md", f"{tmp_path}/lookups/gone.csv"]


def test_the_readme_of_the_package_speaks_of_the_app_alone(installed):
    text = (installed / "README.md").read_text("utf-8")
    assert "splreplay" not in text
    macros = (installed / "default" / "macros.conf").read_text("utf-8")
    named = re.findall(r"macro `(\w+)`", text)
    assert len(named) == 3
    assert [name for name in named if f"[{name}]" not in macros] == []


def test_a_checkout_without_the_sdk_is_not_packed(tmp_path, monkeypatch):
    (tmp_path / "app.manifest").write_text((packing.ROOT / "app.manifest").read_text("utf-8"))
    monkeypatch.setattr(packing, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match=r"lib/splunklib.* is missing.*make package"):
        write_package(tmp_path / "dist")
    assert not (tmp_path / "dist").exists()


def test_packing_needs_no_tool_of_a_developer():
    """A Python without any package, as after a clone."""
    ask = "import runpy; print(len(runpy.run_path('tools/package.py')['archive']('app', 0)))"
    bare = [sys.executable, "-I", "-S", "-c", ask]
    assert int(subprocess.check_output(bare, cwd=packing.ROOT, text=True)) > 100_000


def test_the_sdk_is_vendored_byte_for_byte_with_its_licence(installed):
    with tarfile.open(vendor.download()) as archive:
        published = {
            member.name.removeprefix(f"{vendor.SDK}/"): archive.extractfile(member).read()
            for member in archive.getmembers()
            if member.isfile()
        }
    shipped = {name: (installed / "lib" / name).read_bytes() for name in vendored(installed)}
    assert [name for name in shipped if shipped[name] != published[name]] == []
    assert "Apache License" in (installed / "lib" / "splunklib" / "LICENSE.txt").read_text("utf-8")


def test_the_pinned_hash_is_that_of_the_archive():
    pin = vendor.PINS.read_text("utf-8").split("sha256:")[1].strip()
    assert hashlib.sha256(vendor.download().read_bytes()).hexdigest() == pin


def test_no_module_is_vendored_that_the_command_does_not_import(installed):
    ask = (
        "import sys; sys.path.insert(0, 'bin'); import enrichjobarn; "
        "print(*(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'splunklib'), sep='\\n')"
    )
    imported = subprocess.check_output([sys.executable, "-B", "-c", ask], cwd=installed, text=True)
    assert {line.split("/lib/")[1] for line in imported.splitlines()} == vendored(installed)


def test_the_command_runs_from_the_installed_app(installed):
    command = Command(script=installed / "bin" / "enrichjobarn.py")
    [row] = command.rows(to_csv([{"job_arn": ARN}], ["job_arn"]), finished=True)
    assert row["job_console_url"].startswith("https://us-west-2.console.aws.amazon.com/s3/jobs/")
    assert command.close() == (0, b"", b"")


@pytest.mark.parametrize(("name", "size"), PNG_SIZES.items())
def test_the_icons_have_the_sizes_that_splunk_shows(installed, name, size):
    head = (installed / "static" / name).read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == size
