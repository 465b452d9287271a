"""The committed confs and views are those that the YAML renders to."""

from __future__ import annotations

import pytest

from tools.render import ROOT, render

RENDERED = {path.relative_to(ROOT).as_posix(): text for path, text in render()}


@pytest.mark.parametrize("name", RENDERED)
def test_what_is_rendered_is_up_to_date(name):
    assert (ROOT / name).read_text("utf-8") == RENDERED[name], f"{name} is stale: run `make build` and commit it"
