"""The tokens of HEC: stanzas `http://<name>` of the app that Splunk keeps its HTTP inputs in."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from splreplay.knowledge.conf import split_list
from splreplay.serve.state.layers import EditableLayers
from splreplay.spl.booleans import truth

HTTP_INPUTS = "splunk_httpinput"
DEFAULT_TOKEN = "splunk_hec_token"  # the name that Splunk's container gives it


@dataclass(frozen=True)
class HecToken:
    """An HEC input: where its events go when they do not say, and where they may go."""

    name: str
    value: str
    index: str = ""
    indexes: tuple[str, ...] = ()  # empty: any
    sourcetype: str = ""
    source: str = ""
    host: str = ""
    acks: bool = False
    disabled: bool = False


def read_tokens(layers: EditableLayers) -> list[HecToken]:
    stanzas = layers.own(HTTP_INPUTS, "inputs").items()
    return [_token(name[len("http://") :], values) for name, values in stanzas if name.startswith("http://")]


def find_token(layers: EditableLayers, value: str) -> HecToken | None:
    """The token of that value, compared in constant time."""
    given = value.encode()
    return next((token for token in read_tokens(layers) if hmac.compare_digest(token.value.encode(), given)), None)


def add_token(layers: EditableLayers, name: str, values: Mapping[str, str]) -> None:
    """Write an input; a value is made up where none is given."""
    kept = {"token": str(uuid.uuid4()), "disabled": "0", **values}
    layers.write(HTTP_INPUTS, "inputs", f"http://{name}", kept)


def _token(name: str, values: Mapping[str, str]) -> HecToken:
    return HecToken(
        name,
        values.get("token", ""),
        values.get("index", ""),
        tuple(split_list(values.get("indexes", ""))),
        values.get("sourcetype", ""),
        values.get("source", ""),
        values.get("host", ""),
        acks=truth(values.get("useACK", "0"), unclear=False),
        disabled=truth(values.get("disabled", "0"), unclear=False),
    )
