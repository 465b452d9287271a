"""The text that a record must contain to match a search, derived from the search by rule.

A record without it is passed over unread, so each rule must be safe: what it cannot prove gives nothing, and
then every record is read. How JSON may write that text (escapes, case) is the business of scan/forms.py.

AND    any one of its parts will do: the one that fewest records are likely to contain
OR     every part must give something; the record contains one of them
NOT, !=, <, >    nothing: they also match records without the value
f=v, IN, words   the longest run of the value that a record can only hold as it is
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from splreplay.scan.model import Needle
from splreplay.spl import ast

IsRaw = Callable[[str], bool]

SHORTEST = 3
# What ends a run: wildcards; quotes and backslashes, which JSON escapes; what is not printable ASCII, which
# has other forms and cases; the question mark, which also stands for half a surrogate pair.
_RUN = re.compile(r"[ !#-)+->@-\[\]-~]+")
# In _raw a run ends at what JSON itself is made of, too.
_RAW_RUN = re.compile(r"[!#-)+\--9;->@-Z^-z|~]+")
_NETWORK = re.compile(r"[0-9a-fA-F.:]+/[0-9.]+")
# In nearly every record, so a poor choice where there is another.
_COMMON = re.compile(
    r".*amazonaws.*|aws(api|service|mfa).*|assumedrole|iamuser|root|management|[a-z]{2}(-[a-z]+)+-\d|[\d.]{1,8}"
    r"|true|false|null",
    re.IGNORECASE,
)


class Implied(NamedTuple):
    """One of these texts is in every record that matches; with none, `reason` says why."""

    literals: tuple[str, ...] = ()
    reason: str = ""


def needle_for(node: ast.Node, is_raw: IsRaw) -> tuple[Needle | None, str]:
    """What to scan for, and that in words. `is_raw`: whether a field's values stand in the record itself."""
    found = _implied(node, is_raw)
    if not found.literals:
        return None, f"every record is read: {found.reason}"
    needle = Needle(tuple(literal.encode("ascii") for literal in found.literals))
    listed = " or ".join(f'"{literal}"' for literal in found.literals[:5])
    more = f" or {len(found.literals) - 5:,} others" if len(found.literals) > 5 else ""
    return needle, f"records without {listed}{more}, in any case or escaped, are passed over unread"


def _implied(node: ast.Node, is_raw: IsRaw) -> Implied:
    rule = _RULES.get(type(node))
    return rule(node, is_raw) if rule else Implied(reason=f"{type(node).__name__} implies no text")


def _and(node: ast.And, is_raw: IsRaw) -> Implied:
    parts = [_implied(item, is_raw) for item in node.items]
    found = [part for part in parts if part.literals]
    if found:
        return max(found, key=_rarity)
    return parts[0] if parts else Implied(reason="the search has no condition")


def _or(node: ast.Or, is_raw: IsRaw) -> Implied:
    parts = [_implied(item, is_raw) for item in node.items]
    for part in parts:
        if not part.literals:
            return part
    literals = dict.fromkeys(literal for part in parts for literal in part.literals)
    return Implied(tuple(literals), "" if literals else "an OR without parts")


def _not(_node: ast.Not, _is_raw: IsRaw) -> Implied:
    return Implied(reason="NOT also matches records without the value")


def _compare(node: ast.Compare, is_raw: IsRaw) -> Implied:
    if node.op != "=":
        return Implied(reason=f"{node.field}{node.op} also matches records without the value")
    return _value(node.field, node.value, is_raw)


def _in_list(node: ast.InList, is_raw: IsRaw) -> Implied:
    return _or(ast.Or(tuple(ast.Compare(node.field, "=", value) for value in node.values)), is_raw)


def _value(field: str, value: str, is_raw: IsRaw) -> Implied:
    if field == "_raw":
        return _longest(_RAW_RUN, value)
    if not is_raw(field):
        return Implied(reason=f"{field} is not written in the record as it is")
    if _NETWORK.fullmatch(value):
        return Implied(reason=f"{value} matches a range of addresses")
    return _longest(_RUN, value)


def _term(node: ast.Term, _is_raw: IsRaw) -> Implied:
    return _longest(_RAW_RUN, node.text)


def _longest(run: re.Pattern[str], text: str) -> Implied:
    literal = max(run.findall(text), key=len, default="").strip(" ")
    if len(literal) < SHORTEST:
        return Implied(reason=f'"{text}" has no plain text of {SHORTEST} letters or more')
    return Implied((literal,))


def _rarity(found: Implied) -> tuple[bool, int, int]:
    """Greater for what fewer records are likely to contain."""
    common = any(_COMMON.fullmatch(literal) for literal in found.literals)
    return not common, -len(found.literals), min(map(len, found.literals))


_RULES: dict[type, Callable[..., Implied]] = {
    ast.And: _and,
    ast.Or: _or,
    ast.Not: _not,
    ast.Compare: _compare,
    ast.InList: _in_list,
    ast.Term: _term,
}
