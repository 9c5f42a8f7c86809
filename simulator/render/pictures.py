"""Drawings as pictures: in the report's style, with its Chinese glyphs, the same bytes for the same figure.

Charts are `matplotlib.figure.Figure`s, never pyplot's, so nothing is kept alive between calls. A chart is drawn once, as an SVG whose
letters are outlines: it prints sharply and needs no font on the reader's machine. Where a document cannot hold drawings, dots are made
of that SVG.
"""

from __future__ import annotations

import io
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import matplotlib
import typst
from matplotlib import font_manager, ft2font, style
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from simulator import packages
from simulator.document import Picture
from simulator.errors import Problem, ReportError
from simulator.files import temporary
from simulator.phrases import phrase

# the charts' families, under names that no font of the machine has; see `font_files`
FAMILIES = ("report Chinese", "report signs")
FONT_PACKAGE = "pylopdf-fonts-zh-cn"
DOTS = 200  # per inch, of pictures in documents that cannot hold drawings
_PAGE = b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
_NO_FONTS = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False)
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
        raise ReportError(
            [
                Problem(
                    "font",
                    phrase("{} of the package {} is missing", name, owner),
                    packages.install(owner, "--force-reinstall", "--no-deps"),
                )
                for name, owner in missing
            ]
        )
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
            raise ReportError(
                Problem("chart", phrase("has a character that no font of the report can write ({})", e), "write it in another way")
            ) from e


def pictured(figure: Figure, alt: str) -> Picture:
    """The figure as a picture of a document. alt: what it shows in words."""
    width, height = figure.get_size_inches()
    return Picture(svg(figure), (float(width), float(height)), alt)


def svg(figure: Figure) -> str:
    """The figure as SVG text, the same bytes for the same figure."""
    buffer, canvas = io.StringIO(), FigureCanvasSVG(figure)
    with drawing():
        figure.dpi = 72  # an SVG's
        if (layout := figure.get_layout_engine()) is not None:  # here, for `savefig` would draw all of it once more to find its places
            layout.execute(figure)
            figure.set_layout_engine("none")
        canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


@lru_cache(maxsize=64)  # Word and the workbook show the same ones
def png(picture: Picture) -> bytes:
    """The picture as a PNG, the same bytes for the same picture."""
    with temporary("dots") as nothing:  # the only folder that typst could read from
        setting = typst.Compiler(_PAGE, root=nothing, font_paths=_NO_FONTS, sys_inputs={"svg": picture.svg})
        return cast("bytes", setting.compile(format="png", ppi=DOTS))  # of one page
