"""Runs a Splunk app's own SPL over CloudTrail files, without Splunk.

`query` runs a search over dicts or files, `search` over any source; both raise an SplError with place and advice.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from splreplay.engine import Result, query, search
    from splreplay.spl.errors import CompileError, LostError, ParseError, RunError, SplError

__all__ = ["CompileError", "LostError", "ParseError", "Result", "RunError", "SplError", "query", "search"]

__version__ = "1.1.0"
_ENGINE = ("Result", "query", "search")


def __getattr__(name: str) -> Any:
    """The engine is imported when it is first asked for: the command line's help does without."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("splreplay.engine" if name in _ENGINE else "splreplay.spl.errors"), name)
