"""A small chart as SVG, quick enough to follow the hand.

The report's charts take some 70 ms each, most of it to find room for their words. Here the margins are fixed and the browser
writes the words; steps and numbers of the axes are the report's. Colours are names ("blue", "red", "muted", "dark") whose light
and dark shades stand in the page's style sheet. What is read off it under the pointer goes along with it (`hover`).
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

from simulator.report.figures import round_ticks

LEFT, RIGHT, TOP, BOTTOM = 62.0, 10.0, 10.0, 46.0  # around the axes
LINE_HEIGHT = 15.0
Points = Iterable[float]


class Chart:
    """A chart in the making. size: width and height in the picture's own points; x, y: the ends of its axes, in their units."""

    def __init__(self, size: tuple[float, float], x: tuple[float, float], y: tuple[float, float]):
        (self.width, self.height), self._x, self._y = size, x, y
        self._parts: list[str] = []
        self._hover: list[dict[str, Any]] = []

    def across(self, x: float) -> float:
        """Where a value of the x axis lies, in points from the left."""
        low, high = self._x
        return LEFT + (x - low) / (high - low) * (self.width - LEFT - RIGHT)

    def up(self, y: float) -> float:
        """Where a value of the y axis lies, in points from the top."""
        low, high = self._y
        return self.height - BOTTOM - (y - low) / (high - low) * (self.height - TOP - BOTTOM)

    def axes(self, x_label: str, y_label: str, x_ticks: Sequence[int] = (), *, ticks_up: bool = True) -> None:
        """Both axes with their names; x_ticks: years, else round numbers. ticks_up: numbers at the upright axis."""
        bottom, right = self.height - BOTTOM, self.width - RIGHT
        for value, label in zip(*(round_ticks(*self._y) if ticks_up else ([], [])), strict=True):
            at = self.up(value)
            self._parts.append(f'<path class="grid" d="M{LEFT:.1f} {at:.1f}H{right:.1f}"/>')
            self._text(label, LEFT - 6, at + 4, "end", "tick")
        marks = zip(x_ticks, map(str, x_ticks), strict=True) if x_ticks else zip(*round_ticks(*self._x), strict=True)
        for value, label in marks:
            self._text(label, self.across(value), bottom + 17, "middle", "tick")
        self._parts.append(f'<path class="axis" d="M{LEFT:.1f} {TOP:.1f}V{bottom:.1f}H{right:.1f}"/>')
        self._text(x_label, (LEFT + right) / 2, self.height - 8, "middle", "tick")
        middle = (TOP + bottom) / 2
        self._parts.append(
            f'<text class="tick" text-anchor="middle" transform="translate(14 {middle:.1f}) rotate(-90)">{html.escape(y_label)}</text>'
        )

    def line(self, xs: Points, ys: Points, colour: str, width: float, dashes: str = "") -> None:
        """A line through points. dashes: lengths of strokes and gaps."""
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self._parts.append(f'<polyline class="line {colour}" points="{self._points(xs, ys)}" stroke-width="{width}"{dashed}/>')

    def area(self, xs: Sequence[float], low: Sequence[float], high: Sequence[float], colour: str) -> None:
        """What lies between two lines."""
        around = self._points([*xs, *reversed(xs)], [*low, *reversed(high)])
        self._parts.append(f'<polygon class="area {colour}" points="{around}"/>')

    def dot(self, x: float, y: float, colour: str) -> None:
        """A point."""
        self._parts.append(f'<circle cx="{self.across(x):.1f}" cy="{self.up(y):.1f}" class="dot {colour}" r="3.6"/>')

    def write(
        self, text: str, x: float, y: float, away: tuple[float, float] = (0.0, 0.0), *, anchor: str = "start", colour: str = ""
    ) -> None:
        """A word beside a point, `away` points to the right and up, legible on lines and bands; its lines go downwards."""
        for i, line in enumerate(text.split("\n")):
            self._text(line, self.across(x) + away[0], self.up(y) - away[1] + i * LINE_HEIGHT, anchor, "word", colour)

    def hover(self, x: float, text: str) -> None:
        """What is read at a place of the x axis."""
        self._hover.append({"x": round(self.across(x), 1), "text": text})

    def made(self, says: str) -> dict[str, Any]:
        """The picture, and what is read off it from left to right; says: what it shows, to those who cannot see it."""
        svg = (
            f'<svg class="chart" role="img" aria-label="{html.escape(says)}" viewBox="0 0 {self.width:g} {self.height:g}">'
            f"{''.join(self._parts)}</svg>"
        )
        return {"svg": svg, "hover": self._hover, "width": self.width, "ends": [TOP, self.height - BOTTOM]}

    def _points(self, xs: Points, ys: Points) -> str:
        return " ".join(f"{self.across(x):.1f},{self.up(y):.1f}" for x, y in zip(xs, ys, strict=True))

    def _text(self, text: str, left: float, top: float, anchor: str, kind: str, colour: str = "") -> None:
        self._parts.append(f'<text class="{kind} {colour}" x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>')
