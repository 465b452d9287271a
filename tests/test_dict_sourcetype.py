"""An event given as a dict says its sourcetype itself, and so which field rules of an add-on count."""

from __future__ import annotations

from pathlib import Path

import pytest

import splreplay

ADDON = str(Path(splreplay.__file__).parent / "addons" / "aws_cloudtrail")


@pytest.mark.parametrize("reads", ["", " sourcetype"])
@pytest.mark.parametrize(("sourcetype", "derived"), [("aws:cloudtrail", "198.51.100.7"), ("stash", None)])
def test_its_own_sourcetype_counts_whether_the_search_reads_it_or_not(reads, sourcetype, derived):
    event = {"eventName": "a", "sourceIPAddress": "198.51.100.7", "sourcetype": sourcetype}
    [row] = splreplay.query(f"* | table src{reads}", [event], addon=ADDON)
    assert row.get("src") == derived
