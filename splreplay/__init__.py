"""Runs a Splunk app's own SPL over CloudTrail files, without Splunk.

`query` runs a search over dicts, `search` over any source; both raise an SplError with place and advice.
"""

from splreplay.engine import Result, query, search
from splreplay.spl.errors import CompileError, ParseError, RunError, SplError

__all__ = ["CompileError", "ParseError", "Result", "RunError", "SplError", "query", "search"]
