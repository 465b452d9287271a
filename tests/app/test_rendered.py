"""The committed confs are those that the YAML renders to."""

from __future__ import annotations

import pytest

from tools.render import CONFS, render


@pytest.mark.parametrize("name", CONFS)
def test_a_rendered_conf_is_up_to_date(name):
    path, text = next((path, text) for path, text in render() if path.name == name)
    assert path.read_text("utf-8") == text, f"default/{name} is stale: run `make build` and commit it"
