"""A table as data: the page lays it out, and gives it away as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def table(
    title: str,
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    name: str,
    unit: str = "",
    note: str = "",
    strong: Sequence[int] = (),
) -> dict[str, Any]:
    """For the page. rows: texts, or (text, note) with a smaller note; the first cell heads its row. strong: rows set off. name: of
    its CSV file."""
    cells = [
        [{"text": cell[0], "note": cell[1]} if isinstance(cell, tuple) else {"text": cell, "note": ""} for cell in row] for row in rows
    ]
    marked = sorted({i % len(rows) for i in strong}) if rows else []
    return {"title": title, "header": list(header), "rows": cells, "unit": unit, "note": note, "strong": marked, "name": name}
