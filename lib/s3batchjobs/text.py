"""Text of others, made fit to be shown: on one line, and without what is secret. Pure; Python 3.7 to 3.13."""

from __future__ import annotations

import re
from typing import Iterable
from urllib.parse import quote

# What would end a line, or steer a terminal.
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(text: str, longest: int = 1000) -> str:
    """A text fit for a field, a log or a title."""
    return CONTROLS.sub(" ", text)[:longest]


def without(text: str, secrets: Iterable[str]) -> str:
    """A text in which nothing stands that was sent as a secret, also as a form encodes it."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "(hidden)").replace(quote(secret, safe=""), "(hidden)")
    return text
