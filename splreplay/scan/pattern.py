"""A needle as byte patterns: every way in which JSON may write a text that equals it without case.

A character stands for itself, for its escape (`\\u004a`), with a backslash before a slash, or as one of the
few characters beyond ASCII that become it when case is ignored. `re` and hyperscan read the patterns alike.
"""

from __future__ import annotations

import re
from functools import cached_property

from splreplay.scan.model import Needle

# The characters beyond ASCII whose lower, upper or folded form is ASCII:
# https://www.unicode.org/Public/UNIDATA/CaseFolding.txt
PARTNERS = {"i": "\u0130\u0131", "k": "\u212a", "s": "\u017f"}


class Pattern:
    """`direct` matches a needle without escapes; `escaped` an escape of one of a needle's characters."""

    def __init__(self, needle: Needle) -> None:
        self.literals = [literal.decode("ascii").lower() for literal in needle.literals]

    @cached_property
    def direct(self) -> list[bytes]:
        return ["".join(map(_char, literal)).encode() for literal in self.literals]

    @cached_property
    def escaped(self) -> bytes:
        codes = sorted({f"{ord(form):04x}" for char in set("".join(self.literals)) for form in _forms(char)})
        return rb"\\u(?i:" + "|".join(codes).encode() + rb")"

    @cached_property
    def escape_prefixes(self) -> list[bytes]:
        """Plain literals, one of which every match of `escaped` begins with."""
        return sorted({rb"\\u" + code[:2] for code in re.findall(rb"[0-9a-f]{4}", self.escaped)})

    @cached_property
    def cores(self) -> list[bytes]:
        """Of each literal the longest run that can only be written as it is, in lower case."""
        return [max(re.split(r"[iks/]", literal), key=len).encode() for literal in self.literals]


def _forms(char: str) -> str:
    return char + char.upper() + PARTNERS.get(char, "")


def _char(char: str) -> str:
    if char == "/":
        return r"\\?/"
    partners = PARTNERS.get(char, "")
    return f"(?:{'|'.join([char, *partners])})" if partners else _quoted(char)


def _quoted(char: str) -> str:
    return char if char.isalnum() else f"\\x{ord(char):02x}"
