"""A page with one and the same text wherever it may hold one: a field that is added to the model is filled too."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping, Sequence
from typing import Any, Union, get_args, get_origin, get_type_hints

from splreplay.page import model


def page(text: str, number: int = 1) -> model.Page:
    """`number` of detections: one, or an overview of several."""
    one = filled(model.Page, text)
    return dataclasses.replace(one, tz="UTC", detections=one.detections * number)


def filled(kind: Any, text: str) -> Any:
    """A value of that type."""
    if kind in PLAIN:
        return PLAIN[kind](text)
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: filled(hints[field.name], text) for field in dataclasses.fields(kind)})
    return MADE[get_origin(kind)](get_args(kind), text)


PLAIN = {
    str: lambda text: text,
    Any: lambda text: [text, text],
    int: lambda text: 3,
    float: lambda text: 1772442690.0,
    bool: lambda text: False,
}
MADE = {
    Union: lambda args, text: filled(args[0], text),
    types.UnionType: lambda args, text: filled(args[0], text),
    model.First: lambda args, text: model.First((filled(args[0], text),), 2),
    tuple: lambda args, text: tuple(filled(arg, text) for arg in args),
    Mapping: lambda args, text: {text: [text]},
    Sequence: lambda args, text: (filled(args[0], text),),
}
