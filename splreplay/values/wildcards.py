r"""`*` as Splunk has it in names of fields, in values and in lookups: any text, also none. Nothing else is special.

>>> regex("request*.*").fullmatch("requestParameters.name").groups()
('Parameters', 'name')
>>> renamed("requestParameters.name", "request*.*", "*_*")
'Parameters_name'
>>> like("50%_*")
'50\\%\\_%'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator


def expression(text: str, star: str = "(.*)") -> str:
    """The text as a regular expression for `re` and RE2; `star` is what a `*` becomes."""
    return star.join(map(re.escape, text.split("*")))


def regex(text: str, ignore_case: bool = False) -> re.Pattern[str]:
    """For `fullmatch`, with one group a star."""
    return re.compile(expression(text), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def like(text: str) -> str:
    r"""For SQL: `LIKE ... ESCAPE '\'`."""
    return re.sub(r"([\\%_])", r"\\\1", text).replace("*", "%")


def matching(name: str, known: Iterable[str], hidden: bool = False) -> Iterator[str]:
    """The fields that a name with wildcards means; a lone star does not reach names that begin with `_`."""
    if "*" not in name:
        yield name
        return
    wanted = regex(name)
    for field in known:
        if (hidden or name.startswith("_") or not field.startswith("_")) and wanted.fullmatch(field):
            yield field


def renamed(text: str, old: str, new: str) -> str:
    """`new`, each of its stars what the same star of `old` stands for in the text."""
    if "*" not in old:
        return new
    return filled(new, regex(old).fullmatch(text))


def filled(new: str, match: re.Match[str] | None) -> str:
    parts = iter(match.groups() if match else ())
    return re.sub(r"\*", lambda _: next(parts, ""), new)
