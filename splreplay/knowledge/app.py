"""A Splunk app on disk, as far as searches see it: macros, saved searches, lookups, commands, field rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from splreplay.knowledge.commands import CommandFile, command_file
from splreplay.knowledge.conf import Stanza, Value, read_layers
from splreplay.knowledge.props import Rules, read_rules
from splreplay.spl.errors import RunError, nearest


@dataclass(frozen=True)
class Macro:
    """A stanza of macros.conf; `name` without the number of arguments."""

    name: str
    args: tuple[str, ...]
    definition: Value
    iseval: bool = False
    validation: Value | None = None
    errormsg: str = ""


@dataclass(frozen=True)
class SavedSearch:
    """A stanza of savedsearches.conf: the search and all its settings as text."""

    name: str
    search: Value
    settings: Mapping[str, str]


@dataclass(frozen=True)
class App:
    """`root` is the app's folder, None for no app. Everything is read when it is first asked for.

    `warnings` says what is odd in the files that were read so far, each thing once.
    """

    root: Path | None = None
    extra_macros: Mapping[tuple[str, int], Macro] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict, compare=False)

    def conf(self, name: str) -> Mapping[str, Stanza]:
        return read_layers(self.root, name, self.warn) if self.root else {}

    def warn(self, message: str) -> None:
        self.warnings[message] = None

    @cached_property
    def macros(self) -> dict[tuple[str, int], Macro]:
        found = dict(self.extra_macros)
        for stanza, keys in self.conf("macros").items():
            macro = _macro(stanza, keys)
            if macro is not None:
                found[macro.name, len(macro.args)] = macro
        return found

    @cached_property
    def saved_searches(self) -> dict[str, SavedSearch]:
        return {
            name: SavedSearch(name, keys["search"], {key: value.text for key, value in keys.items()})
            for name, keys in self.conf("savedsearches").items()
            if "search" in keys
        }

    @cached_property
    def transforms(self) -> Mapping[str, Stanza]:
        return self.conf("transforms")

    @cached_property
    def field_rules(self) -> dict[str, Rules]:
        return read_rules(self)

    @cached_property
    def commands(self) -> dict[str, CommandFile]:
        """Name in small letters to the command, also where it does not run here."""
        folder = (self.root or Path()) / "bin"
        stanzas = self.conf("commands").items()
        return {name.lower(): command_file(name, keys, folder) for name, keys in stanzas if name != "default"}

    def saved_search(self, name: str) -> SavedSearch:
        if name not in self.saved_searches:
            advice = nearest(name, self.saved_searches) or f"the app has: {', '.join(self.saved_searches) or 'none'}"
            raise RunError(f"no saved search '{name[:100]}'", advice=advice)
        return self.saved_searches[name]


def _macro(stanza: str, keys: Stanza) -> Macro | None:
    match = re.fullmatch(r"(.*?)(?:\((\d+)\))?", stanza, re.DOTALL)
    if match is None or "definition" not in keys:
        return None
    args = tuple(arg.strip() for arg in keys["args"].text.split(",")) if "args" in keys and match.group(2) else ()
    iseval = keys["iseval"].text.lower() in ("1", "true") if "iseval" in keys else False
    errormsg = keys["errormsg"].text if "errormsg" in keys else ""
    return Macro(match.group(1), args, keys["definition"], iseval, keys.get("validation"), errormsg)


def load_app(path: str | Path | None) -> App:
    """The app in a folder; RunError where there is none."""
    if path is None:
        return App()
    root = Path(path)
    if not (root / "default").is_dir() and not (root / "local").is_dir():
        raise RunError(f"{root} is no Splunk app: it has neither default/ nor local/", advice="name an app's folder")
    return App(root)
