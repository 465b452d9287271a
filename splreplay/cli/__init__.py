"""Runs a Splunk app's searches over CloudTrail files, without Splunk."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from splreplay import __version__
from splreplay.cli import interrupts
from splreplay.cli.status import Status, TimeUp, filled, in_columns, listed, of_verb
from splreplay.spl.errors import SplError, nearest
from splreplay.values.printable import printable

# verb -> its module, which has add_arguments(parser) and run(args) -> exit status; its docstring is the help.
# The engine is imported by run() alone: help and completion do without it.
VERBS = {
    "run": "splreplay.cli.run",
    "query": "splreplay.cli.query",
    "explain": "splreplay.cli.explain",
    "test": "splreplay.cli.test",
    "replay": "splreplay.cli.replay",
    "serve": "splreplay.cli.serve",
}
COMPLETION = 'completion in bash and zsh: eval "$(register-python-argcomplete splreplay)"'
Ending = tuple[str, Status]
_TIMES = ("--earliest", "--latest")
_RELATIVE = re.compile(r"-[\d@a-zA-Z]")  # -24h is a time, and no option


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; the status is one of cli.status."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # closed, or a test's
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    return int(_ended(lambda: _run(words)))


def _run(words: list[str]) -> int:
    _flush()  # where it is closed, nothing is begun
    if "_ARGCOMPLETE" in os.environ:
        _complete()
    if not words or words[0] not in VERBS:
        return _top(words)
    parser = _verb_parser(words[0])
    args = parser.parse_intermixed_args(_joined(words[1:]))
    args.words = words  # for whoever shows how to ask again
    return int(args.run(args))


def _ended(run: Callable[[], int]) -> int:
    """The status of a run, however it ends; what went wrong is said on standard error, never as a traceback."""
    try:
        status = run()
        _flush()
    except SystemExit as end:  # argparse has said why
        return int(end.code or 0)
    except BaseException as error:
        if os.environ.get("SPLREPLAY_TRACEBACK"):
            raise
        words, status = next(ending(error) for kind, ending in _ENDINGS if isinstance(error, kind))
        _say(words)
    return status


def _of_search(error: SplError) -> Ending:
    said = "\n".join([*(f"warn: {warning}" for warning in error.warnings), str(error)])
    return said, Status.UNREAD if error.lost else Status.USAGE


def _of_limit(_: BaseException) -> Ending:
    return "run error: the time limit was reached before there was an answer", Status.UNREAD


def _of_system(error: OSError) -> Ending:
    place = f"{error.filename}: " if error.filename is not None else ""
    return f"run error: {place}{error.strerror or error}", Status.UNREAD


def _of_us(error: BaseException) -> Ending:
    if signal.SIGINT in interrupts.came:
        return _INTERRUPTED
    advice = "this is a fault of splreplay; SPLREPLAY_TRACEBACK=1 shows where"
    return f"internal error: {type(error).__name__}: {error}\n  help: {advice}", Status.UNREAD


_INTERRUPTED: Ending = ("interrupted", Status.INTERRUPTED)
# The first that fits: what is said, and the status.
_ENDINGS: tuple[tuple[type[BaseException], Callable[[Any], Ending]], ...] = (
    (SplError, _of_search),
    (BrokenPipeError, lambda _: ("", Status.CLOSED_PIPE)),
    (TimeUp, _of_limit),
    (KeyboardInterrupt, lambda _: _INTERRUPTED),
    (
        MemoryError,
        lambda _: ("run error: out of memory\n  help: narrow the search, or name fewer files", Status.UNREAD),
    ),
    (OSError, _of_system),
    (BaseException, _of_us),
)


def _flush() -> None:
    """What is left of the output, while it can still be said that it could not be written."""
    if sys.stdout is None or sys.stdout.closed:
        raise OSError("standard output is closed")
    sys.stdout.flush()


def _say(words: str) -> None:
    with suppress(OSError, ValueError, AttributeError):  # nobody reads it, or it is closed
        print(printable(words, "\n"), end="\n" if words else "", file=sys.stderr)


# --- the words -------------------------------------------------------------------------------------------
class Parser(argparse.ArgumentParser):
    """Names the option that was meant, and shows nothing of a hostile file name but what prints."""

    def error(self, message: str) -> NoReturn:
        unknown = re.search(r"unrecognized arguments: (--\S+)", message)
        known = [option for action in self._actions for option in action.option_strings]
        meant = nearest(unknown[1].partition("=")[0], known) if unknown else ""
        super().error(printable(message + (f"; {meant}" if meant else "")))


def _top(words: Sequence[str]) -> int:
    """No verb yet: help, the version, or what was meant."""
    parser = _top_parser()
    if not words:
        parser.print_help(sys.stderr)
        return Status.USAGE
    if words[0].startswith("-"):
        parser.parse_args(words)
    advice = nearest(words[0], VERBS) or f"write splreplay VERB, where VERB is one of {', '.join(VERBS)}"
    _say(f"splreplay: there is no verb '{words[0][:60]}'\n  help: {advice}")
    return Status.USAGE


def _top_parser() -> Parser:
    verbs = in_columns((f"{name:<7}", _doc(name).splitlines()[0]) for name in VERBS)
    parser = Parser(
        prog="splreplay",
        usage="splreplay VERB ... (each VERB has its --help)",
        description=__doc__,
        epilog=f"verbs:\n{verbs}\n\n{listed()}\n\n{COMPLETION}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"splreplay {__version__}", help="show the version")
    return parser


def _verb_parser(name: str) -> Parser:
    parser = Parser(prog=f"splreplay {name}", allow_abbrev=False, description=_described(name),
                    formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    _add(parser, name)
    parser.epilog = parser.epilog or listed(of_verb("--fail-on-finding" in parser.format_usage()))
    return parser


def _add(parser: argparse.ArgumentParser, name: str) -> None:
    module = importlib.import_module(VERBS[name])
    module.add_arguments(parser)
    parser.set_defaults(run=module.run)


def _doc(name: str) -> str:
    """The docstring of a verb's module, which is read and not run: to import all of them takes longer than help."""
    spec = importlib.util.find_spec(VERBS[name])
    code = spec.loader.get_code(VERBS[name])  # type: ignore[union-attr]
    return next(const for const in code.co_consts if isinstance(const, str)).strip()


def _described(name: str) -> str:
    """The docstring, each paragraph as wide as the terminal; an example is one line, to be copied."""
    parts = (part if part.startswith("Example: ") else filled(part) for part in _doc(name).split("\n\n"))
    return "\n\n".join(parts)


def _joined(words: Sequence[str]) -> list[str]:
    """`--earliest -24h` as `--earliest=-24h`, since argparse takes what begins with a dash for an option."""
    found: list[str] = []
    for word in words:
        if found and found[-1] in _TIMES and _RELATIVE.match(word):
            found[-1] += f"={word}"
        else:
            found.append(word)
    return found


def _complete() -> None:
    """Answers the shell, and ends the process."""
    import argcomplete

    parser = argparse.ArgumentParser(prog="splreplay")
    parser.add_argument("--version", action="store_true")
    verbs = parser.add_subparsers()
    for name in VERBS:
        _add(verbs.add_parser(name), name)
    argcomplete.autocomplete(parser)
