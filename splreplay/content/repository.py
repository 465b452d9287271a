"""Where detections, macros and lookups lie: a repository in contentctl's layout, or an app's folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from splreplay.content.detections import Detection, of_document
from splreplay.content.documents import Document, DocumentError, Loader, Problem, read_document
from splreplay.content.schema import problems
from splreplay.content.sidecar import Sidecar, read_sidecar
from splreplay.knowledge.app import App, SavedSearch
from splreplay.knowledge.conf import Stanzas, Value
from splreplay.spl.errors import RunError, nearest

DETECTIONS, MACROS, LOOKUPS, DEPLOYMENTS = "detections", "macros", "lookups", "deployments"
# The folders whose files all searches share, and the kind in schema.yml that each must be.
SHARED = {MACROS: "macro", LOOKUPS: "lookup", DEPLOYMENTS: "deployment of a type"}
ELSEWHERE = Path(__file__).parent / "elsewhere.yml"
# What makes a saved search of an app a detection, where there is no YAML.
DETECTS = ("action.correlationsearch.enabled", "action.notable", "action.risk")
LOOKUP_SETTINGS = ("filename", "collection", "match_type", "default_match", "min_matches", "max_matches",
                   "case_sensitive_match", "fields_list")  # fmt: skip


@dataclass(frozen=True)
class Repository:
    """A folder of content. `sidecars` is where tests/<detection>.yml lie."""

    root: Path
    sidecars: Path

    def shown(self, path: Path) -> str:
        """A file's name as it is told: from where we stand on, if the repository lies there, else from its root on."""
        path, here = path.absolute(), Path.cwd()
        start = here if self.root.is_relative_to(here) else self.root
        return str(path.relative_to(start)) if path.is_relative_to(start) else str(path)

    # --- what all searches share ---------------------------------------------------------------------------
    @cached_property
    def app(self) -> App:
        """The folder as an app: its conf files, and over them the macros and lookups of its YAML."""
        below = App.at(self.root)
        macros = dict(_macro(document) for document in self._documents(MACROS))
        lookups = dict(self._lookup(document) for document in self._documents(LOOKUPS))
        known = below.conf("macros")
        given = {name: keys for name, keys in {**_elsewhere(), **self._filters()}.items() if name not in known}
        return below.edited({"macros": {**given, **macros}, "transforms": lookups})

    @cached_property
    def deployments(self) -> Mapping[str, Mapping[str, Any]]:
        """The deployment of each type, where the repository says so."""
        return {document.value["type"]: document.value for document in self._documents(DEPLOYMENTS)}

    @property
    def problems(self) -> Iterator[Problem]:
        """What is wrong with the files that all searches share."""
        for folder in SHARED:
            yield from self._shared[folder][1]

    def _documents(self, folder: str) -> list[Document]:
        return self._shared[folder][0]

    @cached_property
    def _shared(self) -> dict[str, tuple[list[Document], list[Problem]]]:
        return {folder: self._sound(folder, kind) for folder, kind in SHARED.items()}

    def _sound(self, folder: str, kind: str) -> tuple[list[Document], list[Problem]]:
        sound, wrong = [], []
        for path in _files(self.root / folder):
            try:
                document = read_document(path, self.shown(path))
                found = list(problems(document, kind))
            except DocumentError as error:
                found = list(error.problems)
            if found:
                wrong += found
            else:
                sound.append(document)
        return sound, wrong

    def _filters(self) -> Stanzas:
        """Each detection's filter macro, which contentctl makes where nobody has written it."""
        stems = (f"{path.stem}_filter" for path in self.paths())
        return {stem: _stanza(definition="search *") for stem in stems}

    def _lookup(self, document: Document) -> tuple[str, dict[str, Value]]:
        """A stanza of transforms.conf. contentctl 5 names no file: it has the lookup's own name."""
        given = dict(document.value)
        if given.get("lookup_type", "csv") == "csv" and "collection" not in given:
            given.setdefault("filename", Path(document.file).with_suffix(".csv").name)
        if given.get("lookup_type") == "kvstore":
            given.setdefault("collection", given["name"])
        given.setdefault("fields_list", given.get("fields"))
        keys = {key: _text(given[key]) for key in LOOKUP_SETTINGS if given.get(key) is not None}
        if "collection" in keys:
            keys["external_type"] = "kvstore"
        return str(given["name"]), _stanza(**keys)

    def clones(self) -> list[Path]:
        """Where contentctl keeps its clone of attack_data, if it is there."""
        places = (self.root / "external_repos" / "attack_data", self.root / "attack_data")
        return [place for place in places if place.is_dir()]

    # --- the detections ------------------------------------------------------------------------------------
    def paths(self, below: Path | None = None) -> Iterator[Path]:
        """The files of all detections, or of those at or below a path."""
        all_of_them = self.root / DETECTIONS
        folder = below or all_of_them
        if not folder.is_dir():
            return iter([folder])
        return _files(folder) if folder.is_relative_to(all_of_them) else iter(())

    def has_yaml(self) -> bool:
        return (self.root / DETECTIONS).is_dir()

    def detection(self, path: Path) -> Detection:
        """One that cannot be read has problems, and no search."""
        try:
            document = read_document(path, self.shown(path))
        except DocumentError as error:
            nothing = Value("", self.shown(path))
            saved = SavedSearch(path.stem, nothing, {})
            return Detection(path.stem, nothing.file, nothing, saved, problems=error.problems)
        return of_document(document, self.root, self.deployments, self._conf_stanza(document))

    def _conf_stanza(self, document: Document) -> SavedSearch | None:
        """The stanza that the app ships for it: what it says of actions goes before what the YAML says."""
        name = document.value.get("name") if isinstance(document.value, dict) else None
        endings = (f"- {name} - Rule", f"- {name}")
        found = (saved for title, saved in self._searches.items() if name and title.endswith(endings))
        return next(found, None)

    @cached_property
    def _searches(self) -> Mapping[str, SavedSearch]:
        return App.at(self.root).saved_searches

    def saved(self) -> Iterator[Detection]:
        """The detections of an app that has no YAML: its saved searches with an action of Enterprise Security's."""
        for name, saved in self._searches.items():
            if any(saved.settings.get(key, "0") not in ("", "0", "false") for key in DETECTS):
                yield Detection(name, saved.search.file, saved.search, saved, line=saved.search.line)

    def orphans(self) -> Iterator[Problem]:
        """Sidecars whose detection is not there: what nobody runs should not look as if it were tested."""
        stems = {path.stem for path in self.paths()} if self.has_yaml() else set(map(slug, self._searches))
        for path in sorted(self.sidecars.glob("*.yml")):
            if path.stem not in stems:
                yield from self._orphan(path, stems)

    def _orphan(self, path: Path, stems: Iterable[str]) -> Iterator[Problem]:
        """Other YAML may lie there too; what has cases is meant for a detection."""
        try:
            document = read_document(path, self.shown(path))
        except DocumentError:
            return
        if isinstance(document.value, dict) and "cases" in document.value:
            advice = nearest(path.stem, stems) or "a sidecar has the name of its detection's file"
            yield document.problem((), f"there is no detection {path.stem}", advice)

    def sidecar_path(self, detection: Detection) -> Path:
        stem = Path(detection.file).stem if detection.file.endswith(".yml") else slug(detection.name)
        return self.sidecars / f"{stem}.yml"

    def sidecar(self, detection: Detection) -> Sidecar | None:
        """DocumentError where there is one that cannot be taken."""
        path = self.sidecar_path(detection)
        return read_sidecar(path, self.shown(path)) if path.is_file() else None


def slug(name: str) -> str:
    """The name of a saved search as that of a file."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def repository_of(path: Path, sidecars: Path | None = None) -> Repository:
    """The repository that a path is, or lies in; RunError where it is none."""
    path = path.absolute()
    if not path.exists():
        raise RunError(f"{path.name or path}: no such file or folder")
    for folder in (path, *path.parents):
        if folder.name == DETECTIONS:
            return Repository(folder.parent, sidecars or folder.parent / "tests")
        if is_content(folder):
            return Repository(folder, sidecars or folder / "tests")
    advice = "name a folder with detections/ or default/savedsearches.conf, or a detection in one"
    raise RunError(f"{path.name or path} is no repository of detections, and lies in none", advice=advice)


def is_content(folder: Path) -> bool:
    """Whether it is a repository of detections, or an app."""
    return (
        (folder / DETECTIONS).is_dir()
        or (folder / "contentctl.yml").is_file()
        or any((folder / layer / "savedsearches.conf").is_file() for layer in ("default", "local"))
    )


def _files(folder: Path) -> Iterator[Path]:
    """YAML files in a stable order. A link that leads out of the folder is not followed; one that leads nowhere, or
    what is no file, is told by whoever reads it."""
    inside = folder.resolve()
    for path in sorted(folder.rglob("*.yml")):
        if not path.is_dir() and (not path.is_file() or path.resolve().is_relative_to(inside)):
            yield path


def _macro(document: Document) -> tuple[str, dict[str, Value]]:
    given = document.value
    arguments = given.get("arguments") or []
    name = f"{given['name']}({len(arguments)})" if arguments else given["name"]
    keys: dict[str, Value] = {"definition": document.written("definition")}
    return name, {**keys, **_stanza(args=", ".join(arguments))} if arguments else keys


def _elsewhere() -> Stanzas:
    """The macros of other apps whose definition is known here."""
    table = yaml.load(ELSEWHERE.read_text("utf-8"), Loader)["macros"]
    return {
        name: _stanza(definition=entry["definition"], args=entry["args"])
        for name, entry in table.items()
        if "definition" in entry
    }


def owner(kind: str, name: str) -> str:
    """The app that brings a macro or lookup which content need not bring, or nothing."""
    table: Mapping[str, Mapping[str, str]] = yaml.load(ELSEWHERE.read_text("utf-8"), Loader)[kind]
    return next((entry["app"] for known, entry in table.items() if known.partition("(")[0] == name), "")


def _stanza(**keys: str) -> dict[str, Value]:
    return {key: Value(text) for key, text in keys.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, Iterable) and not isinstance(value, str) else str(value)
