"""One version, wherever it stands."""

from __future__ import annotations

import pytest

from tools import versions
from tools.package import manifest_id

VERSION = manifest_id()[1]


def test_all_files_state_one_version(capsys):
    files = [name for name, _ in versions.stated()]
    assert {"app.manifest", "contentctl.yml", "splreplay/__init__.py", "README.md"} <= set(files)
    assert files.count("default/app.conf") == 2
    assert versions.disagreements(VERSION) == []
    assert versions.main([]) == 0
    assert versions.main([f"v{VERSION}"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("tag", ["v9.9.9", f"v{VERSION}-rc1", "nightly"])
def test_a_tag_of_another_version_is_refused(tag, capsys):
    assert versions.main([tag]) == 1
    assert f"splreplay/__init__.py says {VERSION}, not" in capsys.readouterr().err


def test_a_file_that_was_forgotten_is_named(tmp_path, monkeypatch, capsys):
    (tmp_path / "default").mkdir()
    (tmp_path / "app.manifest").write_text('"version": "2.0.0"')
    (tmp_path / "default" / "app.conf").write_text("[id]\nversion = 2.0.0\n[launcher]\nversion = 1.9.0\n")
    monkeypatch.setattr(versions, "ROOT", tmp_path)
    assert versions.main([]) == 1
    assert capsys.readouterr().err == "default/app.conf says 1.9.0, not 2.0.0\n"
