"""The room every chart is drawn in: its style, its Chinese glyphs, its axes, and how a figure joins a page.

Charts are `matplotlib.figure.Figure`s, never pyplot's, so nothing is kept alive between calls. On the page a
chart is an SVG whose letters are outlines: it prints sharply and needs no font on the reader's machine.
"""

from __future__ import annotations

import base64
import html
import io
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib import font_manager, ft2font, style
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import Formatter, MaxNLocator

from simulator import packages
from simulator.errors import Problem, ReportError
from simulator.report.wording import Wording

# the charts' families, under names that no font of the machine has; see `font_files`
FAMILIES = ("report Chinese", "report signs")
FONT_PACKAGE = "pylopdf-fonts-zh-cn"
INK, MUTED, BLUE, RED, GREEN, ORANGE = "#1c2733", "#66727e", "#0072B2", "#D55E00", "#009E73", "#E69F00"
DARK_BLUE, DARK_GREEN = "#00507d", "#00664b"  # for words in the colour of a line
WIDE, HALF = (8.0, 3.3), (3.9, 2.8)  # inches: the width of the page, and of half of it
BAND: dict[str, Any] = {"alpha": 0.16, "linewidth": 0}
DASHED = (0, (4, 2))
_STYLE = Path(__file__).with_name("fiscal.mplstyle")


def font_files() -> tuple[Path, Path]:
    """The files charts are written with: the Chinese font that is installed with this program, and matplotlib's own, which has
    Latin and mathematical signs. They are named by path: what fonts the machine has, or a program's list of them says, changes
    no report. Raises ReportError where one is missing."""
    package = find_spec(FONT_PACKAGE.replace("-", "_"))
    folder = (package.submodule_search_locations or [""])[0] if package else f"{FONT_PACKAGE} is not installed"
    found = Path(folder) / "NotoSansSC-Regular.otf", Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    missing = [(file.name, owner) for file, owner in zip(found, (FONT_PACKAGE, "matplotlib"), strict=True) if not file.is_file()]
    if missing:
        raise ReportError([Problem("font", f"{name} of the package {owner} is missing",
                                   packages.install(owner, "--force-reinstall", "--no-deps")) for name, owner in missing])
    return found


def _add_fonts() -> None:
    """Tell matplotlib of the report's fonts, wherever its list has lost them: it makes that list anew at times."""
    manager = font_manager.fontManager
    for family, file in zip(FAMILIES, font_files(), strict=True):
        if [entry.fname for entry in manager.ttflist if entry.name == family] != [str(file)]:
            manager.ttflist[:] = [entry for entry in manager.ttflist if entry.name != family]
            known = len(manager.ttflist)
            manager.addfont(str(file))  # under all names the file has, of which none is kept
            manager.ttflist[known:] = [replace(manager.ttflist[known], name=family)]


@cache
def _written() -> frozenset[int]:
    """Code points that the report's fonts can write."""
    return frozenset(code for file in font_files() for code in ft2font.FT2Font(str(file)).get_charmap())


def missing_glyphs(text: str) -> set[str]:
    """The characters of a text that none of the report's fonts can write; blanks and marks of layout apart.

    >>> missing_glyphs("预算 (万元) −5"), missing_glyphs("a\U0010fffd") == {"\U0010fffd"}
    (set(), True)
    """
    return {c for c in set(text) if ord(c) not in _written() and not c.isspace() and unicodedata.category(c) != "Cf"}


@contextmanager
def drawing() -> Iterator[None]:
    """Draw, and render, inside this: the report's style, and a missing glyph is an error instead of a box."""
    _add_fonts()
    with style.context(str(_STYLE)), warnings.catch_warnings():
        matplotlib.rcParams["font.family"] = list(FAMILIES)
        warnings.filterwarnings("error", message=r"Glyph .* missing")
        try:
            yield
        except UserWarning as e:
            raise ReportError(Problem("chart", f"has a character that no font of the report can write ({e})",
                                      "write it in another way")) from e


def svg(figure: Figure) -> str:
    """The figure as SVG text, the same bytes for the same figure."""
    buffer = io.StringIO()
    with drawing():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


_PICTURES: ContextVar[str] = ContextVar("pictures", default="svg")
DOTS = 200  # per inch, of pictures in documents that cannot hold drawings


@contextmanager
def pictures(form: str) -> Iterator[None]:
    """Inside this, `image` makes pictures of this form: svg (for a page) or png (for a Word document)."""
    token = _PICTURES.set(form)
    try:
        yield
    finally:
        _PICTURES.reset(token)


def png(figure: Figure) -> bytes:
    """The figure as a PNG, the same bytes for the same figure."""
    buffer = io.BytesIO()
    with drawing():
        figure.savefig(buffer, format="png", dpi=DOTS, metadata={"Software": None})
    return buffer.getvalue()


def image(figure: Figure, alt: str) -> str:
    """The figure as an <img> that carries everything with it; `alt` says what it shows."""
    form = _PICTURES.get()
    raw, kind = (png(figure), "image/png") if form == "png" else (svg(figure).encode("utf-8"), "image/svg+xml")
    return f'<img alt="{html.escape(alt)}" src="data:{kind};base64,{base64.b64encode(raw).decode("ascii")}">'


def write(
    axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **look: Any
) -> None:
    """A word beside a point of the chart, `offset` points away, legible on lines and bands."""
    halo = [withStroke(linewidth=2.5, foreground="white")]
    chosen: dict[str, Any] = {"fontsize": 8.5, "color": INK} | look
    axes.annotate(text, at, offset, textcoords="offset points", path_effects=halo, **chosen)


def error_bars(axes: Axes, bands: pd.DataFrame, column: str, scale: float, color: str = INK) -> None:
    """The 95 % interval of a quantile that a number of draws leaves, year by year, where the table says it.

    bands: `column`, and its ends `column`_low and _high, indexed by year.
    """
    if not {f"{column}_low", f"{column}_high"} <= set(bands.columns):
        return
    known = bands[[column, f"{column}_low", f"{column}_high"]].dropna() / scale
    ends = np.clip([known[column] - known[f"{column}_low"], known[f"{column}_high"] - known[column]], 0, None)
    axes.errorbar(known.index, known[column], ends, fmt="none", ecolor=color, elinewidth=0.9, capsize=2.2, capthick=0.9)


def years_axis(axes: Axes, years: Iterable[int], words: Wording) -> None:
    """A tick a year."""
    axes.set_xticks([int(year) for year in years])
    axes.set_xlabel(words.say("risk.year_axis"))


def money_axis(axes: Axes, label: str, *, from_zero: bool = True) -> None:
    """Amounts upwards."""
    axes.set_ylabel(label)
    if from_zero:
        axes.set_ylim(bottom=0)
    number_ticks(axes.yaxis)


def number_ticks(axis: Axis, count: int = 5) -> None:
    """Round steps, neatly written."""
    axis.set_major_locator(_steps(count))
    axis.set_major_formatter(_Numbers())


def round_ticks(low: float, high: float, count: int = 5) -> tuple[list[float], list[str]]:
    """Round steps between the ends of an axis, and how they are written, for a chart that is not matplotlib's.

    >>> round_ticks(0, 104)
    ([0.0, 25.0, 50.0, 75.0, 100.0], ['0', '25', '50', '75', '100'])
    """
    values = [float(value) for value in _steps(count).tick_values(low, high) if low <= value <= high]
    return values, _Numbers().format_ticks(values)


def _steps(count: int) -> MaxNLocator:
    return MaxNLocator(count, steps=[1, 2, 2.5, 5, 10])


class _Numbers(Formatter):
    """Thousands commas, and as many decimals on every tick of an axis as the finest of them needs."""

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        decimals = max((len(f"{tick:.4f}".rstrip("0").partition(".")[2]) for tick in values), default=0)
        return [f"{value:,.{decimals}f}".replace("-", "\u2212") for value in values]

    def __call__(self, value: float, position: int | None = None) -> str:
        return self.format_ticks([value])[0]


def wrapped(text: str, width: int = 40) -> str:
    """Text in lines of at most `width` half-width characters, broken at spaces or between Chinese characters.

    >>> wrapped("Industry-leading online retailers (number)", 36)
    'Industry-leading online retailers\\n(number)'
    """
    if "\n" in text:
        return "\n".join(wrapped(line, width) for line in text.split("\n"))
    lines, used = [""], 0
    for part in re.findall(r"[\u2e80-\uffef]\s*|[^\s\u2e80-\uffef]+\s*", text):
        ends = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in part.rstrip())
        if used and used + ends > width and part.rstrip() not in "，。、；：）」”":
            lines, used = [*lines[:-1], lines[-1].rstrip(), ""], 0
        lines[-1] += part
        used += ends + len(part) - len(part.rstrip())
    return "\n".join(lines)
