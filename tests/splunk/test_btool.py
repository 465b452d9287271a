"""btool's check of the app: in the container the real one, everywhere what its known outputs are taken for."""

from __future__ import annotations

import os

import pytest

from tests.splunk.btool import complaints, unexpected

APP = "/opt/splunk/etc/apps/DA-ESS-AWSBatchExfiltration"
PYTHON_REQUIRED = f"""\
Checking: {APP}/default/commands.conf
\t\tInvalid key in stanza [enrichjobarn] in {APP}/default/commands.conf, line 6: python.required  (value:  3.9, 3.13).
\t\tDid you mean 'python.version'?
"""
NO_SPEC = f"No spec file for: {APP}/default/analyticstories.conf"
MISSPELT = f"\t\tInvalid key in stanza [x] in {APP}/default/savedsearches.conf, line 9: serach  (value:  *)."


@pytest.mark.splunk
def test_btool_finds_nothing_wrong() -> None:
    if "SPLUNK_IN_COMPOSE" not in os.environ:
        pytest.skip("btool runs inside the container of `make test-splunk`")
    assert complaints() == []


@pytest.mark.parametrize("output", ["", PYTHON_REQUIRED])
def test_what_is_known_is_let_through(output: str) -> None:
    assert unexpected(output) == []


@pytest.mark.parametrize("line", [NO_SPEC, MISSPELT])
def test_anything_else_is_not(line: str) -> None:
    assert unexpected(f"{PYTHON_REQUIRED}{line}\n") == [line]
