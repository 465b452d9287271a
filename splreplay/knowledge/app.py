"""A Splunk app as searches see it: macros, saved searches, lookups, commands, field rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from splreplay.knowledge.commands import CommandFile, command_file
from splreplay.knowledge.conf import NOT_SET, Stanza, Stanzas, Value
from splreplay.knowledge.layers import COMMON, EVERY, Folder, Layers, VisibleStanza
from splreplay.knowledge.props import Rules, read_rules
from splreplay.spl.errors import RunError, nearest


@dataclass(frozen=True)
class Macro:
    """A stanza of macros.conf; `name` without the number of arguments."""

    name: str
    args: tuple[str, ...]
    definition: Value
    iseval: Value = NOT_SET
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
    """The app named `name`, and what the apps beside it in `layers` export. Everything is read when first asked for.

    `over` are stanzas by conf, which go before those of its files.
    """

    layers: Layers = field(default_factory=lambda: Layers({}))
    name: str = ""
    over: Mapping[str, Stanzas] = field(default_factory=dict)

    @classmethod
    def at(cls, root: Path) -> App:
        """An app by itself."""
        return cls(Layers({"": Folder.at(root)}))

    def edited(self, over: Mapping[str, Stanzas]) -> App:
        """The same app with these stanzas over its own, key by key."""
        confs = {conf: _over(self.over.get(conf, {}), over.get(conf, {})) for conf in {*self.over, *over}}
        return replace(self, over=confs)

    @property
    def root(self) -> Path | None:
        """Its folder; None for no app."""
        folder = self.layers.apps.get(self.name)
        return folder.root if folder else None

    def conf(self, name: str) -> Mapping[str, Stanza]:
        """The stanzas of `<name>.conf`, those of [default] in each."""
        return {stanza.name: stanza.keys for stanza in self._stanzas(name)}

    def origin(self, conf: str, stanza: str) -> str:
        """The name of the app that a stanza comes from."""
        return next((found.app for found in self._stanzas(conf) if found.name == stanza), self.name)

    def _stanzas(self, conf: str) -> Sequence[VisibleStanza]:
        if conf not in self._read:
            found: dict[str, VisibleStanza] = {}
            for stanza in (*self._edits(conf), *self.layers.visible(self.name, conf)):
                first = found.get(stanza.name, stanza)
                found[stanza.name] = replace(first, keys={**stanza.keys, **first.keys})
            self._read[conf] = [stanza for stanza in found.values() if stanza.name != COMMON]
        return self._read[conf]

    def _edits(self, conf: str) -> Iterator[VisibleStanza]:
        folder = self.layers.apps.get(self.name) or Folder.at(Path())
        for name, keys in self.over.get(conf, {}).items():
            yield VisibleStanza(name, folder, keys, exported=False)

    @cached_property
    def _read(self) -> dict[str, Sequence[VisibleStanza]]:
        return {}

    @property
    def warnings(self) -> Iterator[str]:
        """What is odd in the files that were read so far."""
        for folder in self.layers.apps.values():
            yield from folder.oddities()

    @cached_property
    def macros(self) -> dict[tuple[str, int], Macro]:
        found = {}
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
        return read_rules(self.conf("props"), self.transforms)

    @cached_property
    def commands(self) -> dict[str, CommandFile]:
        """Name in small letters to the command, also where it does not run here."""
        found = self._stanzas("commands")
        return {each.name.lower(): command_file(each.name, each.keys, each.folder.root / "bin") for each in found}

    @cached_property
    def lookup_files(self) -> dict[str, Path]:
        """File name to the nearest file of that name."""
        found: dict[str, Path] = {}
        for _, path in self.layers.lookup_files(self.name):
            found.setdefault(path.name, path)
        return found

    def saved_search(self, name: str) -> SavedSearch:
        if name not in self.saved_searches:
            listed = "".join(f"\n    {known}" for known in self.saved_searches) or " none"
            advice = nearest(name, self.saved_searches) or f"the app has:{listed}"
            raise RunError(f"no saved search '{name[:100]}'", advice=advice)
        return self.saved_searches[name]


def _macro(stanza: str, keys: Stanza) -> Macro | None:
    match = re.fullmatch(r"(.*?)(?:\((\d+)\))?", stanza, re.DOTALL)
    if match is None or "definition" not in keys:
        return None
    args = tuple(arg.strip() for arg in keys["args"].text.split(",")) if "args" in keys and match.group(2) else ()
    errormsg = keys["errormsg"].text if "errormsg" in keys else ""
    return Macro(
        match.group(1), args, keys["definition"], keys.get("iseval", NOT_SET), keys.get("validation"), errormsg
    )


def _over(below: Stanzas, above: Stanzas) -> Stanzas:
    return {name: {**below.get(name, {}), **above.get(name, {})} for name in {**below, **above}}


def load_app(path: str | Path | None) -> App:
    """The app in a folder; RunError where there is none."""
    if path is None:
        return App()
    return App.at(_folder(path))


def load_apps(paths: Sequence[str | Path]) -> App:
    """Several add-ons as one: of a setting that two of them have, that of the one named first counts."""
    if len(paths) < 2:
        return load_app(paths[0] if paths else None)
    folders = [Folder.at(_folder(path), f"{len(paths) - place:05}") for place, path in enumerate(paths)]
    return App(Layers({folder.name: folder for folder in folders}), EVERY)


def _folder(path: str | Path) -> Path:
    root = Path(path)
    if not (root / "default").is_dir() and not (root / "local").is_dir():
        raise RunError(f"{root} is no Splunk app: it has neither default/ nor local/", advice="name an app's folder")
    return root
