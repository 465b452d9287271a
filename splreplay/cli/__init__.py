"""`splreplay`: a Splunk app's searches over CloudTrail files, without Splunk."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from splreplay.spl.errors import SplError

# verb -> its module, which has add_arguments(parser) and run(args) -> exit status; its docstring is the help
VERBS = {
    "run": "splreplay.cli.run",
    "query": "splreplay.cli.query",
    "explain": "splreplay.cli.explain",
    "replay": "splreplay.cli.replay",
    "serve": "splreplay.cli.serve",
}
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; 0 is well, 1 a failure that was explained, 2 wrong usage, 130 ended by Ctrl-C."""
    argv = list(sys.argv[1:] if argv is None else argv)
    args = _parser(argv[0] if argv else "").parse_args(argv)
    try:
        return int(args.run(args))
    except SplError as error:
        for warning in error.warnings:
            print(f"warn: {warning}", file=sys.stderr)
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def _parser(wanted: str) -> argparse.ArgumentParser:
    """Only the module of the verb that was asked for is imported: start-up time is felt on every run."""
    parser = argparse.ArgumentParser(prog="splreplay", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name in [wanted] if wanted in VERBS else VERBS:
        module = importlib.import_module(VERBS[name])
        doc = (module.__doc__ or "").strip()
        verb = verbs.add_parser(name, help=doc.splitlines()[0], description=doc,
                                formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
        module.add_arguments(verb)
        verb.set_defaults(run=module.run)
    return parser
