"""Every public CloudTrail search compiles and runs over real records, or is refused by name for its reason.

The searches and the records are not part of this repository; without them the module is skipped.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from splreplay.engine import search
from splreplay.knowledge.app import App, load_app
from splreplay.scan.source import DictSource
from splreplay.spl.errors import CompileError
from tests.parts import ARCHIVE, SEARCHES, SHARED

ADDON = Path(__file__).resolve().parents[1] / "splreplay" / "addons" / "aws_cloudtrail"

pytestmark = pytest.mark.corpus(SEARCHES, ARCHIVE)

# What only a Splunk deployment, or a file that the user must name, can give.
REFUSED = {
    "apply": re.compile(r"\|\s*apply\b"),
    "anomalydetection": re.compile(r"\|\s*anomalydetection\b"),
    "iplocation": re.compile(r"\|\s*iplocation\b"),
}
_LOOKUP = re.compile(r"\|\s*(?:input|output)lookup\s+(?:append=\w+\s+)?([\w.]+)")


def _searches() -> list[dict[str, Any]]:
    path = SHARED / SEARCHES
    return json.loads(path.read_text()) if path.is_file() else []


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in sorted((SHARED / ARCHIVE).glob("*.json.gz")):
        found += json.loads(gzip.decompress(path.read_bytes())).get("Records", [])
    return found


@pytest.fixture(scope="module")
def addon() -> App:
    return load_app(ADDON)


def _app(folder: Path, entry: dict[str, Any]) -> App:
    """An app with the search's macros and with its lookups, empty as on the first day."""
    (folder / "default").mkdir()
    (folder / "lookups").mkdir()
    (folder / "default" / "macros.conf").write_text("\n".join(_macros(entry["macros"])))
    names = set(_LOOKUP.findall(entry["search"]))
    for name in names:
        (folder / "lookups" / (name if name.endswith(".csv") else f"{name}.csv")).write_text("seen\n")
    stanzas = [f"[{name}]\nfilename = {name}.csv\n" for name in names if not name.endswith(".csv")]
    (folder / "default" / "transforms.conf").write_text("\n".join(stanzas))
    return load_app(folder)


def _macros(macros: dict[str, Any]) -> Iterator[str]:
    for name, macro in macros.items():
        args = macro.get("arguments") or []
        yield f"[{name}({len(args)})]\nargs = {', '.join(args)}" if args else f"[{name}]"
        yield "definition = " + macro["definition"].replace("\n", "\\\n") + "\n"


def _refusal(text: str) -> str | None:
    return next((name for name, pattern in REFUSED.items() if pattern.search(text)), None)


@pytest.mark.parametrize("entry", _searches(), ids=lambda entry: entry["name"])
def test_public_search_runs_or_is_refused(
    entry: dict[str, Any], records: list[dict[str, Any]], addon: App, tmp_path: Path
) -> None:
    app = _app(tmp_path, entry)
    name = _refusal(entry["search"])
    if name is None:
        result = search(entry["search"], DictSource(records), app=app, addon=addon)
        assert not [message for message in result.messages if "not derived" in message.text]
    else:
        with pytest.raises(CompileError, match=f"'{name}'"):
            search(entry["search"], DictSource(records), app=app, addon=addon)
    assert not list(tmp_path.glob("local/*")), "a search wrote into the app"


def test_most_live_searches_run() -> None:
    live = [entry for entry in _searches() if not entry["deprecated"]]
    refused = [entry["name"] for entry in live if _refusal(entry["search"])]
    assert len(live) == 55
    assert len(refused) <= 2
