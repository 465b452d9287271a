"""The engine seam: the only file here that runs SPL. It gives the engine the stored events as its source.

Metadata (index, host, source, sourcetype, _time) is matched in the store's own SQL where a search says it
plainly, so that a search for one host does not read them all.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from splreplay import ast
from splreplay.engine import search as run_search
from splreplay.errors import RunError, SplError
from splreplay.events import Event, Needs
from splreplay.macros import expand
from splreplay.parser.pipeline import parse
from splreplay.serve.metadata import condition, names_index
from splreplay.serve.store import EventStore, StoredEvent, Where
from splreplay.source import Source as Text
from splreplay.times import modifier

if TYPE_CHECKING:
    from splreplay.app import App
