"""A report's sections without a kernel: what its notebook's cells give, one after the other."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from types import ModuleType

from simulator.document import Document
from simulator.report import sections, whole, workbook
from simulator.report.page import Part
from simulator.store.folder import Recorded

MODULES = {
    "budget": "sections",
    "compare": "comparison_sections",
    "clause": "clause_sections",
    "targets": "target_sections",
    "check": "check_sections",
}


def module_of(name: str) -> ModuleType:
    """The functions that the notebook of a report calls, a cell each."""
    return import_module(f"simulator.report.{MODULES[name]}")


def parts(folder: Recorded, lang: str, module: ModuleType = sections, clause: str = "tax_rebate") -> list[Part]:
    """All sections. clause: of a report on one."""
    functions = [getattr(module, name) for name in module.__all__]
    return [f(folder, *((clause,) if "clause" in inspect.signature(f).parameters else ()), lang) for f in functions]


def document(folder: Recorded, lang: str, module: ModuleType = sections) -> Document:
    """The report as a document."""
    return whole.document(folder, parts(folder, lang, module), lang)


def write_workbook(run: Recorded, lang: str, path: Path, beside: str = "") -> None:
    """The report as a workbook."""
    workbook.write(run, lang, path, document(run, lang), beside)
