"""The dashboard's definition, and its data sources answered by splreplay: all that needs no browser."""

from __future__ import annotations

import json
import re
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

from splreplay import engine
from splreplay.cli.kvstore import kept
from splreplay.engine import Result
from splreplay.knowledge.app import load_app
from splreplay.scan.source import DictSource
from splreplay.spl.times import modifier
from tests.app.shipped import ROOT, with_macros
from tests.dashboard.data import DATA, NOW, Data

VIEW = ROOT / "default" / "data" / "ui" / "views" / "s3_batch_exfiltration.xml"
TOKEN = re.compile(r"\$([\w.]+)(\|s)?\$")
DEFAULTS = {"account": "*", "region": "*", "job": "%", "time.earliest": "-7d@d", "time.latest": "now"}


@cache
def definition() -> dict[str, Any]:
    """The JSON that the view holds."""
    return json.loads(ElementTree.parse(VIEW).getroot().findtext("definition") or "")


def filled(text: str, tokens: Mapping[str, str]) -> str:
    """A text with its tokens, as Dashboard Studio puts them in: `|s` is JSON's way to quote."""
    return TOKEN.sub(lambda at: json.dumps(tokens[at[1]], ensure_ascii=False) if at[2] else tokens[at[1]], text)


def base_of(name: str) -> str:
    """The search that a data source begins with: itself, or what it extends."""
    options = definition()["dataSources"][name]["options"]
    return base_of(options["extend"]) if "extend" in options else name


def whole_query(name: str) -> str:
    """A data source's search, behind that which it extends."""
    options = definition()["dataSources"][name]["options"]
    return f"{whole_query(options['extend'])}\n| {options['query']}" if "extend" in options else options["query"]


def time_range(name: str, tokens: Mapping[str, str]) -> dict[str, float]:
    defaults = definition()["defaults"]["dataSources"]["ds.search"]["options"]
    asked = {**defaults, **definition()["dataSources"][base_of(name)]["options"]}["queryParameters"]
    return {key: modifier(filled(text, tokens), NOW) for key, text in asked.items()}


@contextmanager
def prepared(data: Data) -> Iterator[dict[str, Any]]:
    """Options of the engine: the app without what asks a running Splunk, and the approvals."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "app").mkdir()
        (folder / "kv").mkdir()
        (folder / "kv" / "s3_batch_approvals.json").write_text(json.dumps(data.approvals))
        app = load_app(str(with_macros(folder / "app", cloudtrail_arrival_settings="search *")))
        with kept(Namespace(kv=str(folder / "kv")), app) as options:
            yield {"app": app, "now": NOW, **options}


def answered(data: Data, tokens: Mapping[str, str] | None = None) -> dict[str, Result]:
    """What each data source has to say. As in Splunk, a chain works on the rows of what it extends."""
    chosen = {**DEFAULTS, **(tokens or {})}
    found: dict[str, Result] = {}
    with prepared(data) as options:
        for name, source in definition()["dataSources"].items():
            times = time_range(name, chosen)
            rows = found[source["options"]["extend"]].rows if "extend" in source["options"] else []
            if rows:
                spl = "| inputlookup extended | " + filled(source["options"]["query"], chosen)
                told = {**options, "lookups": {"extended": rows}}
                found[name] = engine.answer(spl, DictSource([]), **told, **times)
            else:
                found[name] = engine.answer(
                    filled(whole_query(name), chosen), DictSource(data.events), **options, **times
                )
    return found


@cache
def answers(name: str) -> dict[str, Result]:
    """The same over one of DATA, all of it shown."""
    return answered(DATA[name]())
