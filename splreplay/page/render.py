"""The page as text: one file that loads nothing, works without its script and takes nothing for markup.

Safe by construction, in three layers. Jinja2 escapes whatever a template puts into the page, and before that every
value goes through `_shown`, so that nothing which does not print reaches a browser; no template makes a URL, a script
or a style of a value; and the page's Content-Security-Policy allows the two texts of html/ by their hash and else
nothing: no other script or style, no address.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from functools import cache
from math import log1p
from pathlib import Path
from typing import TYPE_CHECKING, Any

from splreplay.page.model import Page
from splreplay.page.timeline import drawn
from splreplay.values.moments import plain
from splreplay.values.printable import printable

if TYPE_CHECKING:
    from jinja2 import Environment, Template

HTML = Path(__file__).parent / "html"
CHARACTERS = 10_000  # of one value
VALUES = 50  # of one list
FINDINGS = 200  # on the whole page; each detection shows some
LEAST = 3
EVENTS = 100  # in the table beside a time line


def render(page: Page) -> str:
    """The whole page: what a reader must see comes first."""
    most = max(LEAST, FINDINGS // max(len(page.detections), 1))
    page = replace(page, detections=sorted(page.detections, key=lambda of: (of.expected is not False, not of.bad)))
    return _template().render(page=page, most=most, most_events=EVENTS, when=lambda time: plain(str(time), page.tz))


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HTML),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(lines=_lines, number=_number, width=_width, log=_log)
    _bring(environment)
    return environment.get_template("page.html")


def _bring(environment: Environment) -> None:
    """Our own style and script, which alone are not escaped, and the policy that lets these two in."""
    from markupsafe import Markup

    texts = {name: (HTML / f"page.{kind}").read_text("utf-8") for name, kind in (("style", "css"), ("script", "js"))}
    allowed = [f"{name}-src 'sha256-{_hash(text)}'" for name, text in texts.items()]
    policy = ["default-src 'none'", *allowed, "img-src data:", "base-uri 'none'", "form-action 'none'"]
    environment.globals.update({name: Markup(text) for name, text in texts.items()})
    environment.globals.update(policy="; ".join(policy), drawn=drawn)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _shown(value: Any) -> Any:
    """Each value on its way into the page; what the templates have made of values already is left alone."""
    if hasattr(value, "__html__"):
        return value
    text = value if isinstance(value, str) else str(value)
    if len(text) > CHARACTERS:
        text = f"{text[:CHARACTERS]} ... and {len(text) - CHARACTERS:,} more characters"
    return printable(text, "\n\t")


# --- filters ---------------------------------------------------------------------------------------------
def _lines(value: Any) -> list[Any]:
    """The values of a field; of a long list the first, and how many there are more."""
    values = list(value) if isinstance(value, list | tuple) else [value]
    return values if len(values) <= VALUES else [*values[:VALUES], f"... and {len(values) - VALUES:,} more values"]


def _number(value: Any) -> str:
    """With commas, and fractions only where there are some."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if value == int(value) else f"{value:,.3g}"


def _width(value: float, most: float) -> str:
    """A share of the widest bar in percent; what is little is seen, and nothing is not."""
    share = max(value, 0) / most * 100 if most > 0 else 0
    return f"{max(share, 1 if value > 0 else 0):.1f}%"


def _log(value: float) -> float:
    """For bars of which one stands for a million and another for one."""
    return log1p(max(value, 0))
