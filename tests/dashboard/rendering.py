"""The dashboard in headless Chromium, drawn by Splunk's own components (tools/studio), answered by splreplay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from splreplay.engine import Result
from tests.dashboard import definition
from tests.parts import STUDIO

SHELL = """<!doctype html><meta charset="utf-8"><title>.</title><link rel="stylesheet" href="bundle.css">
<style>:root {color-scheme: light dark} ::-webkit-scrollbar {width: 0; height: 0}</style>
<body style="margin:0"><div id="page"></div><script src="bundle.js"></script>"""
# Tables that scroll, so that a row or a column is cut, and words of a header that are broken.
CUT = """() => {
  const tables = [...document.querySelectorAll('[data-test="scroll-container"]')]
    .filter((at) => at.scrollHeight > at.clientHeight || at.scrollWidth > at.clientWidth)
    .map((at) => 'cut: ' + at.innerText.replace(/\\s+/g, ' ').slice(0, 60));
  const broken = [...document.querySelectorAll('th')].flatMap((head) => {
    const found = [], walker = document.createTreeWalker(head, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      for (const word of node.textContent.matchAll(/\\S+/g)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map((at) => at.top)).size > 1) found.push('broken: ' + word[0]);
      }
    return found;
  });
  return [...tables, ...broken];
}"""
# What Splunk's components say of themselves whatever they draw.
HARMLESS = ("strict mode: ", "has no config.layoutApi", "DSL delta cannot be computed")


@dataclass
class Shown:
    """A page, and what was said and asked while it came about."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def wrong(self) -> list[str]:
        """What is no mere talk."""
        loud = [text for text in self.said if text.startswith(("error", "warning"))]
        return [text for text in loud if not any(known in text for known in HARMLESS)]

    def text(self) -> str:
        return str(self.page.locator("body").inner_text())

    def cut(self) -> list[str]:
        return list(self.page.evaluate(CUT))

    def queries(self) -> dict[str, dict[str, Any]]:
        """The options of each data source as it was last asked, its tokens filled in."""
        asked = self.page.evaluate("window.__ASKED__")
        return {each["id"]: each["options"] for each in asked}


def columns(result: Result) -> dict[str, Any]:
    """Rows as Splunk's components take them."""
    names = [name for name in result.fields if name != "_raw"] if result.rows else []
    rows = result.rows
    return {
        "fields": [{"name": name} for name in names],
        "columns": [[shown(name, row.get(name)) for row in rows] for name in names],
    }


def shown(name: str, value: Any) -> Any:
    """`_time` as REST writes it."""
    if name != "_time" or value is None:
        return value
    return datetime.fromtimestamp(float(value), timezone.utc).isoformat(timespec="milliseconds")


INPUTS = 90  # pixels that they take above the panels


def height() -> int:
    return INPUTS + max(
        block["position"]["y"] + block["position"]["h"] for block in definition()["layout"]["structure"]
    )


def draw(
    browser: Any, answers: Mapping[str, Result], scheme: str = "dark", tokens: Mapping[str, str] | None = None,
    width: int = 1440,
) -> Shown:  # fmt: skip
    page = browser.new_page(
        viewport={"width": width, "height": height()}, timezone_id="UTC", locale="en-US", color_scheme=scheme
    )
    drawn = Shown(page)
    page.on("console", lambda said: drawn.said.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: drawn.said.append(f"error: {error}"))
    page.on("request", lambda request: drawn.asked.append(request.url))
    given = {
        "__DEFINITION__": definition(),
        "__RESULTS__": {name: columns(result) for name, result in answers.items()},
        "__TOKENS__": {"default": dict(tokens or {})},
        "__SCHEME__": scheme,
    }
    page.add_init_script("".join(f"window.{name} = {json.dumps(value)};" for name, value in given.items()))
    (STUDIO / "page.html").write_text(SHELL, "utf-8")
    page.goto((STUDIO / "page.html").as_uri(), wait_until="commit")
    page.wait_for_function("window.__ASKED__?.length >= " + str(len(answers)), timeout=120_000)
    page.wait_for_timeout(3000)
    return drawn
