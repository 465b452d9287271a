"""The page in a browser: it loads nothing, is read by everybody, moves by keyboard, and prints whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from splreplay.page.model import Detection, First, Page
from splreplay.page.render import FINDINGS, render
from tests.page.filled import page as filled
from tests.page.test_hostile import NASTY

pytestmark = pytest.mark.browser
Show = Callable[..., Any]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
# Elements with text of their own that are not seen, whatever keeps them from it; a narrow page has fewer ticks and
# columns.
UNSEEN = """() => [...document.querySelectorAll("main *")].filter((each) =>
  [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
  && !each.matches("button, title, .tick + text, .extra, [hidden], [hidden] *")
  && !each.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})).map((each) => each.outerHTML)"""
SHAPE = """() => [...document.querySelectorAll("*")].map((each) =>
  [each.tagName, ...[...each.attributes].map((attribute) => `${attribute.name}=${attribute.value}`)].join(" "))"""


def many(count: int) -> str:
    """A page of so many findings."""
    one = filled("word").detections[0]
    finding = one.findings.items[0]
    found = First(tuple(replace(finding, title=f"Finding no-{number}.") for number in range(count)), count)
    return render(Page("many", [replace(one, findings=found)], 0))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_it_fits_its_window_and_has_no_barrier(
    show: Show, example: Path, number: int, size: dict[str, int], scheme: str
) -> None:
    """The example, then a page with a part of every kind, by itself and with an overview."""
    from axe_playwright_python.sync_playwright import Axe

    shown = show(render(filled("a long word " * 9, number)) if number else example, viewport=size, color_scheme=scheme)
    shown.keyboard.press("e")
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert shown.evaluate(UNSEEN) == []
    found = Axe().run(shown, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found] == []


@pytest.mark.parametrize("alone", [True, False], ids=["one detection", "an overview"])
def test_hostile_texts_make_no_element(show: Show, alone: bool) -> None:
    """Each by itself is in tests/page; here a browser's own parser reads them, and its script would run."""

    def shape(*texts: str) -> Any:
        detections = [filled(text).detections[0] for text in texts]
        return show(render(replace(filled(texts[0]), detections=detections))).evaluate(SHAPE)

    if alone:
        assert shape("".join(NASTY)) == shape("harmless")
    else:
        assert shape(*NASTY) == shape(*["harmless"] * len(NASTY))


def test_a_script_that_got_in_would_not_run(show: Show, example: Path) -> None:
    shown = show(example, quiet=False)
    blocked: list[str] = []
    shown.on("console", lambda message: blocked.append(message.text))
    for name, text in (("script", "window.ran = 1"), ("style", "body { color: red }")):
        add = "document.body.append(Object.assign(document.createElement(name), {textContent}))"
        shown.evaluate(f"([name, textContent]) => {add}", [name, text])
    shown.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/'}))")
    assert shown.evaluate("window.ran") is None
    assert len([each for each in blocked if "Content Security Policy" in each]) == 3


# --- by keyboard -----------------------------------------------------------------------------------------
def focused(shown: Any) -> str:
    return str(shown.evaluate("document.activeElement.querySelector('h2')?.textContent ?? document.activeElement.id"))


def test_keys_move_between_findings_and_open_them(show: Show) -> None:
    shown = show(many(5))
    for key, title in [("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0), ("k", 0)]:
        shown.keyboard.press(key)
        assert focused(shown) in (f"Finding no-{title}.", f"d1f{title + 1}")
    opened = "document.activeElement.querySelector('details').open"
    assert shown.evaluate(opened)
    shown.keyboard.press("Enter")
    assert not shown.evaluate(opened)
    assert shown.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_filter_leaves_what_holds_all_the_words(show: Show) -> None:
    shown = show(many(5))
    cards = shown.locator("article:visible")
    shown.keyboard.press("/")
    shown.keyboard.type("no-3 finding")
    assert cards.count() == 1
    assert shown.locator("#found").text_content() == "1 of 5 left"
    shown.locator("#find").fill("nothing holds this")
    assert cards.count() == 0
    assert shown.locator("#none").is_visible()
    shown.keyboard.press("Escape")
    assert cards.count() == 5
    shown.keyboard.press("j")
    assert cards.first.evaluate("(card) => card === document.activeElement")


def test_the_theme_is_the_systems_until_it_is_chosen(show: Show, example: Path) -> None:
    shown = show(example, color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = shown.evaluate(paper)
    shown.keyboard.press("t")
    light = shown.evaluate(paper)
    assert dark != light
    shown.reload()
    assert shown.evaluate(paper) == light


def test_a_search_is_copied(show: Show, example: Path) -> None:
    shown = show(example)
    shown.context.grant_permissions(["clipboard-read", "clipboard-write"])
    drilldown = shown.locator("details.drilldown").first
    drilldown.locator("summary").click()
    drilldown.locator("button").click()
    assert drilldown.locator("button").text_content() == "Copied"
    assert shown.evaluate("navigator.clipboard.readText()") == drilldown.locator("code").text_content()


def test_a_link_of_the_overview_opens_its_detection(show: Show) -> None:
    quiet = Detection("quiet", "fired", expected=True, reason="at the end")
    shown = show(render(Page("many", [replace(quiet, name=f"quiet {number}") for number in range(9)], 0)))
    assert not shown.locator("#d9 .reason").is_visible()
    shown.locator("a[href='#d9']").click()
    assert shown.locator("#d9 .reason").is_visible()


# --- on paper, and without the script --------------------------------------------------------------------
@pytest.mark.parametrize("script", [True, False], ids=["with the script", "without"])
@pytest.mark.parametrize("number", [1, 5])
def test_paper_has_everything(show: Show, script: bool, number: int) -> None:
    shown = show(render(filled("a word", number)), java_script_enabled=script)
    shown.emulate_media(media="print")
    assert shown.evaluate(UNSEEN) == []


def test_without_the_script_all_is_there_but_what_needs_it(show: Show, example: Path) -> None:
    shown = show(example, java_script_enabled=False)
    assert not shown.locator("#tools").is_visible()
    assert shown.locator(".copy:visible").count() == 0
    drilldown = shown.locator("details.drilldown").first
    assert not drilldown.locator("code").is_visible()
    drilldown.locator("summary").click()
    assert drilldown.locator("code").is_visible()


def test_many_findings_are_shown_and_filtered_without_a_wait(show: Show) -> None:
    shown = show(many(FINDINGS))
    took = shown.evaluate("""() => { const find = document.getElementById("find"); find.value = "no-77.";
      const begun = performance.now(); find.dispatchEvent(new Event("input")); return performance.now() - begun; }""")
    assert shown.locator("article:visible").count() == 1
    assert took < 1000
