"""Text of logs on its way to a terminal: what could drive or deceive one is shown as an escape.

Control characters move the cursor, format characters (bidi, zero width) reorder or hide what is read:
https://trojansource.codes. An escape such as `\\x1b` or `\\u202e` says which one stood there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

_SUSPECT = re.compile(r"[^ -~]")


def printable(text: str, keep: str = "") -> str:
    """The text with every character that does not print as an escape; those in `keep` stay."""
    if text.isprintable():
        return text
    return _SUSPECT.sub(lambda match: _shown(match[0], keep, lambda char: ascii(char)[1:-1]), text)


def printable_json(text: str) -> str:
    """JSON, which means the same, without characters that do not print: in JSON they can all be escaped.

    Of JSON in ASCII, where control characters are escapes, only DEL does not print.
    """
    if "\x7f" not in text if text.isascii() else text.isprintable():
        return text
    return _SUSPECT.sub(lambda match: _shown(match[0], "\n", lambda char: json.dumps(char)[1:-1]), text)


def _shown(char: str, keep: str, escape: Callable[[str], str]) -> str:
    return char if char.isprintable() or char in keep else escape(char)
