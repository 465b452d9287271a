"""Nothing from a log becomes markup, script, style or URL, wherever on the page it stands."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splreplay.page.model import First
from splreplay.page.render import CHARACTERS, VALUES, render
from tests.page.filled import page

NASTY = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>", "</script><script>alert(1)</script>", "</code></pre><b>", "--><b>", "]]><b>",
    '" onmouseover="alert(1)', "' onfocus='alert(1)", "javascript:alert(1)", "</svg><iframe src=//x>", "&lt;b&gt;",
    "{{ 7 * 7 }}{% raw %}", "\u202egnp.exe", "\x00\x1b[2J", "\ud800", "\u2028", "a\nb", "<svg onload=alert(1)>",
)  # fmt: skip
PLACES = 40  # at least so many texts are on a page
nasty = pytest.mark.parametrize("text", NASTY, ids=ascii)


def parsed(html: str) -> Element:
    """As a browser reads it; whatever the standard calls a parse error is one here."""
    return html5lib.HTMLParser(namespaceHTMLElements=False, strict=True).parse(html)


def skeleton(element: Element) -> Any:
    """All that is no text: elements, attributes and their values."""
    return element.tag, sorted(element.attrib.items()), [skeleton(child) for child in element]


def texts(element: Element) -> Iterator[str]:
    for part in element.iter():
        if part.tag not in ("style", "script"):
            yield from filter(None, (part.text, part.tail))


@pytest.mark.parametrize("number", [1, 2])
@nasty
def test_a_hostile_text_is_text_wherever_it_stands(text: str, number: int) -> None:
    assert skeleton(parsed(render(page(text, number)))) == skeleton(parsed(render(page("harmless", number))))


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1))
def test_so_is_any_text(text: str) -> None:
    assert skeleton(parsed(render(page(text)))) == skeleton(parsed(render(page("harmless"))))


@nasty
def test_what_does_not_print_is_shown_as_an_escape(text: str) -> None:
    html = render(page(text))
    assert [char for char in html if not char.isprintable() and char not in "\n\t"] == []
    html.encode("utf-8")


def test_every_text_is_on_the_page() -> None:
    """Else the tests above would look at little."""
    found = " ".join(texts(parsed(render(page("<needle>")))))
    assert found.count("<needle>") > PLACES


def test_the_policy_lets_in_our_own_style_and_script_alone() -> None:
    html = render(page("x"))
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', html)
    policy = policy.replace("&#39;", "'")
    for tag in ("style", "script"):
        [text] = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        allowed = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{allowed}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_no_attribute_is_an_address_or_a_style_or_a_handler() -> None:
    elements = list(parsed(render(page("x", 2))).iter())
    addresses = [value for each in elements for name, value in each.attrib.items() if name in ("href", "src", "action")]
    assert [each for each in addresses if not re.match(r"#\w+$|data:image/svg\+xml,", each)] == []
    assert [name for each in elements for name in each.attrib if name == "style" or name.startswith("on")] == []


def test_what_is_long_is_cut_and_counted() -> None:
    assert "and 7 more characters" in render(page("x" * (CHARACTERS + 7)))
    one = page("x").detections[0]
    long = replace(one.findings.items[0], fields=[("name", ["x"] * (VALUES + 7))])
    html = render(replace(page("x"), detections=[replace(one, findings=First([long], 1))]))
    assert "and 7 more values" in html
