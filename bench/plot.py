"""Curves on logarithmic axes, side by side, as an SVG of a few kilobytes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 330, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 34, 52
COLOURS = ["#0969da", "#bc4c00", "#1a7f37"]
STYLE = "text{font:12px sans-serif;fill:#1f2328} .t{font-weight:bold} path{fill:none;stroke-width:2}"

Point = tuple[float, float]


class Curve(NamedTuple):
    name: str
    points: Sequence[Point]
    computed: Sequence[Point] = ()  # dashed, and without dots: nobody measured these


class Panel(NamedTuple):
    title: str
    below: str
    ticks: Sequence[tuple[float, str]]
    curves: Sequence[Curve]


class Scale(NamedTuple):
    """From a value to a place on paper, by its logarithm."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        part = math.log(value / self.low) / math.log(self.high / self.low)
        return round(self.start + part * (self.end - self.start), 1)


def svg(panels: Sequence[Panel]) -> str:
    """All panels share the axis of seconds."""
    seconds = [second for panel in panels for curve in panel.curves for _, second in [*curve.points, *curve.computed]]
    lowest, highest = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    powers = [10.0**power for power in range(lowest, highest + 1)]
    drawn = [
        f'<g transform="translate({WIDTH * number})">{"".join(_panel(panel, powers))}</g>'
        for number, panel in enumerate(panels)
    ]
    size = f'width="{WIDTH * len(panels)}" height="{HEIGHT}" viewBox="0 0 {WIDTH * len(panels)} {HEIGHT}"'
    ground = '<rect width="100%" height="100%" fill="#fff"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{STYLE}</style>{ground}'
    return "\n".join([head, *drawn, "</svg>\n"])


def _panel(panel: Panel, powers: Sequence[float]) -> Iterator[str]:
    x = Scale(panel.ticks[0][0], panel.ticks[-1][0], LEFT, WIDTH - RIGHT)
    y = Scale(powers[0], powers[-1], HEIGHT - BOTTOM, TOP)
    yield _text(LEFT, 18, panel.title, "start", "t")
    yield _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, panel.below, "middle")
    for power in powers:
        yield f'<path d="M{LEFT} {y(power)}H{WIDTH - RIGHT}" stroke="#d1d9e0" style="stroke-width:1"/>'
        yield _text(LEFT - 6, y(power) + 4, f"{power:g} s", "end")
    for value, label in panel.ticks:
        yield _text(x(value), HEIGHT - BOTTOM + 18, label, "middle")
    for number, (curve, colour) in enumerate(zip(panel.curves, COLOURS, strict=False)):
        yield _line(curve.points, x, y, colour)
        yield _line([*curve.points[-1:], *curve.computed], x, y, colour, "4 4")
        yield from (f'<circle cx="{x(a)}" cy="{y(b)}" r="3.5" fill="{colour}"/>' for a, b in curve.points)
        yield f'<rect x="{LEFT + 8}" y="{TOP + 18 * number}" width="10" height="10" fill="{colour}"/>'
        yield _text(LEFT + 24, TOP + 9 + 18 * number, curve.name, "start")


def _line(points: Sequence[Point], x: Scale, y: Scale, colour: str, dashes: str = "none") -> str:
    way = "L".join(f"{x(a)} {y(b)}" for a, b in points)
    return f'<path d="M{way}" stroke="{colour}" stroke-dasharray="{dashes}"/>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" class="{kind}">{escape(text)}</text>'
