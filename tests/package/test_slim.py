"""What Splunk's packaging toolkit says of the package, as shops that install by pipeline run it."""

from __future__ import annotations

import re
import shutil

import pytest
import yaml

from tests.package.checkers import ROOT, checker, run
from tools.package import write_package

WARNINGS = yaml.safe_load((ROOT / "tests" / "package" / "slim_warnings.yml").read_text("utf-8"))
SAID = re.compile(r"^slim \w+: \[(\w+)\] (.*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def validate(tmp_path_factory):
    """The exit code of `slim validate` over a package, and what it says, by severity."""
    program = checker("slim", "slim")

    def validated(package):
        done = run(program, "validate", str(package), cwd=tmp_path_factory.mktemp("slim"))
        said: dict[str, list[str]] = {}
        for severity, text in SAID.findall(done.stdout + done.stderr):
            said.setdefault(severity, []).append(text)
        return done.returncode, said

    return validated


@pytest.mark.slow
def test_it_passes_with_known_warnings_alone(validate, tmp_path):
    status, said = validate(write_package(tmp_path))
    assert (status, said.get("ERROR", [])) == (0, [])
    known = [(text, pattern) for text in said["WARNING"] for pattern in WARNINGS if re.search(pattern, text)]
    assert set(said["WARNING"]) - {text for text, _ in known} == set()
    assert set(WARNINGS) - {pattern for _, pattern in known} == set()


@pytest.mark.slow
def test_it_would_refuse_a_manifest_that_names_versions_of_splunk(validate, tmp_path):
    """Its list of releases ends at 8.0, so the manifest cannot say which ones are needed."""
    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path / "root"
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".*", "bench", "tests", "dist", "build"))
        manifest = root / "app.manifest"
        required = '"platformRequirements": {"splunk": {"Enterprise": ">=9.0"}}'
        manifest.write_text(manifest.read_text("utf-8").replace('"platformRequirements": null', required), "utf-8")
        patch.setattr("tools.package.ROOT", root)
        status, said = validate(write_package(tmp_path))
    assert status == 1
    assert "no supported version of Splunk" in said["ERROR"][0]
