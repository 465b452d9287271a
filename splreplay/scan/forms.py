"""A needle as byte patterns: every way in which JSON may write a text that equals it without case.

A character stands for itself, for its escape (`\\u004a`), with a backslash before a slash, or as one of the
few characters beyond ASCII that become it when case is ignored. native/src/text.c knows the same forms.

A string may hold JSON itself, at any depth (see opening.py). There a backslash becomes several, and what an escape is
made of may be escaped: `\\\\u004a`, `\\u005cu004a`.
"""

from __future__ import annotations

import re
from functools import cached_property

from splreplay.scan.model import Needle

# The characters beyond ASCII whose lower, upper or folded form is ASCII:
# https://www.unicode.org/Public/UNIDATA/CaseFolding.txt
PARTNERS = {"i": "\u0130\u0131", "k": "\u212a", "s": "\u017f"}

OF_ESCAPES = "\\u0123456789abcdef"


class Forms:
    """`direct` matches a needle without escapes; `escaped` an escape of one of a needle's characters."""

    def __init__(self, needle: Needle) -> None:
        self.literals = [literal.decode("ascii").lower() for literal in needle.literals]

    @cached_property
    def direct(self) -> list[bytes]:
        return ["".join(map(_char, literal)).encode() for literal in self.literals]

    @cached_property
    def letters(self) -> set[str]:
        """Every ASCII character that may stand in a match or in an escape, and so may be written as an escape."""
        return {form for char in {*"".join(self.literals), *OF_ESCAPES} for form in (char, char.upper())}

    @cached_property
    def escaped(self) -> bytes:
        others = {other for letter in self.letters for other in PARTNERS.get(letter, "")}
        codes = sorted(f"{ord(char):04x}" for char in self.letters | others)
        return rb"\\u(?i:" + "|".join(codes).encode() + rb")"

    @cached_property
    def cores(self) -> list[bytes]:
        """Of each literal the longest run that can only be written as it is, in lower case."""
        return [max(re.split(r"[iks/]", literal), key=len).encode() for literal in self.literals]


def _char(char: str) -> str:
    if char == "/":
        return r"\\*/"
    partners = PARTNERS.get(char, "")
    return f"(?:{'|'.join([char, *partners])})" if partners else _quoted(char)


def _quoted(char: str) -> str:
    return char if char.isalnum() else f"\\x{ord(char):02x}"
