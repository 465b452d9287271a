"""Test detections: each over its data, with a verdict and what was seen.

PATHS are detections, folders of them, repositories in contentctl's layout or app folders (default: where you stand).
Their own tests are run, and the cases of tests/<detection>.yml: near misses, expected rows and fields, edits of macros.

Example: splreplay test detections/ --data ../attack_data
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from splreplay.cli.status import listed
from splreplay.spl.errors import RunError

if TYPE_CHECKING:
    from splreplay.content.documents import Problem
    from splreplay.content.repository import Repository
    from splreplay.verdicts.model import Judged
    from splreplay.verdicts.work import Job, Plan

# format -> its module, which has show(report, out)
FORMATS = {name: f"splreplay.cli.reports.{name}" for name in ("text", "json", "junit", "github", "html")}
REFUSED = "refused"
EXITS = {
    0: "all as expected",
    1: "silent where it must fire, fired where it must not, other rows than expected, or a field empty",
    2: "wrong usage, YAML or search; something refused, with --fail-on refused",
    3: "no data, a Git LFS pointer, a file that cannot be read",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    parser.epilog = listed(EXITS)
    add("paths", nargs="*", metavar="PATHS",
        help="detections, folders, repositories or apps (default: that around you)")  # fmt: skip
    add("--data", metavar="DIR", action="append", default=[], help="a local clone of attack_data; repeatable")
    add("--addon", metavar="DIR", action="append", default=[],
        help="an add-on that gives fields; repeatable; bundled is our own for CloudTrail (default: that)")  # fmt: skip
    add("--no-addon", action="store_true", help="only the fields of the events themselves")
    add("--tests", metavar="DIR", help="where tests/<detection>.yml lie (default: tests/ of the repository)")
    add("--changed", metavar="REF", help="only detections that changed since this git revision, with all they use")
    add("--mutate", action="store_true", help="say which conditions of a search no test would miss")
    add("--format", choices=FORMATS, default="text")
    add("--fail-on", choices=(REFUSED,), help="exit with 2 where a search, or one of its drilldowns, is refused")
    add("--jobs", metavar="N", type=_jobs, default=0, help="processes (default: one a core)")
    add("--maxmind", metavar="FILE", help="a MaxMind database for iplocation")


def _jobs(text: str) -> int:
    number = int(text) if text.isdecimal() and len(text) < 4 else 0
    if not number:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 999")
    return number


def run(args: argparse.Namespace) -> int:
    from splreplay.scan import processors
    from splreplay.verdicts.report import Report

    started = time.perf_counter()
    groups = list(_groups(args))
    processes = args.jobs or processors()
    judged = [found for _, plan, jobs in groups for found in _run(plan, jobs, processes, args.format)]
    problems = [problem for repository, _, _ in groups for problem in _problems(repository, args)]
    report = Report(tuple(judged), tuple(problems), time.perf_counter() - started, args.fail_on == REFUSED)
    _reporter(args.format)(report, sys.stdout)
    return int(report.status)


def _problems(repository: Repository, args: argparse.Namespace) -> Iterator[Problem]:
    """What is wrong with what all detections share; and with sidecars of none, where all are tested."""
    yield from repository.problems
    whole = {Path(path).resolve() for path in args.paths} <= {repository.root.resolve()}
    if whole and not args.tests and not args.changed:
        yield from repository.orphans()


def _reporter(name: str):  # type: ignore[no-untyped-def]
    from importlib import import_module

    return import_module(FORMATS[name]).show


def _run(plan: Plan, jobs: Sequence[Job], processes: int, form: str) -> list[Judged]:
    from splreplay.verdicts.work import run as run_jobs

    if not sys.stderr.isatty() or form != "text" or len(jobs) < 2:
        return run_jobs(plan, jobs, processes)
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("testing"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("test", total=None)
        return run_jobs(plan, jobs, processes, lambda: bar.advance(task))


# --- what is tested ---------------------------------------------------------------------------------------
def _groups(args: argparse.Namespace) -> Iterator[tuple[Repository, Plan, list[Job]]]:
    """The jobs of each repository that is named."""
    from splreplay.content.repository import repository_of
    from splreplay.verdicts.work import Plan

    clones = tuple(str(_folder("--data", path)) for path in args.data)
    addons = () if args.no_addon else tuple(_addon(path) for path in args.addon) or ("bundled",)
    sidecars = _folder("--tests", args.tests) if args.tests else None
    found: dict[Repository, dict[Job, None]] = {}
    for path in map(Path, args.paths or [_here()]):
        repository = repository_of(path, sidecars)
        found.setdefault(repository, {}).update(dict.fromkeys(_jobs_of(repository, path.absolute())))
    for repository, jobs in found.items():
        chosen = _changed(repository, list(jobs), args.changed) if args.changed else list(jobs)
        near = tuple(str(folder) for folder in repository.clones())
        plan = Plan(
            str(repository.root),
            str(repository.sidecars),
            clones + near,
            addons,
            args.maxmind,
            args.mutate,
            args.format == "html",
        )
        yield repository, plan, chosen


def _here() -> Path:
    """The folder of detections that we stand in, else the repository that we stand in."""
    from splreplay.content.repository import DETECTIONS, repository_of

    here = Path.cwd()
    root = repository_of(here).root
    return here if here.is_relative_to(root / DETECTIONS) else root


def _jobs_of(repository: Repository, path: Path) -> list[Job]:
    from splreplay.verdicts.work import Job

    if not repository.has_yaml() and path == repository.root:
        jobs = [Job(saved=detection.name) for detection in repository.saved()]
    else:
        jobs = [Job(str(file)) for file in repository.paths(None if path == repository.root else path)]
    if not jobs:
        raise RunError(f"there is no detection in {repository.shown(path)}", advice="name a folder with detections/")
    return jobs


def _changed(repository: Repository, jobs: list[Job], ref: str) -> list[Job]:
    from splreplay.verdicts.changed import since

    return since(ref, repository, jobs)


def _folder(option: str, path: str) -> Path:
    if not Path(path).is_dir():
        raise RunError(f"{option}: {path} is no folder")
    return Path(path).resolve()


def _addon(path: str) -> str:
    from splreplay.knowledge.app import load_app

    if path == "bundled":
        return path
    load_app(path)
    return str(Path(path).resolve())
