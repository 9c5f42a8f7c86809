"""The tutorials run from top to bottom, say what they promise, and are the same in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

TUTORIALS = Path(__file__).resolve().parents[2] / "notebooks" / "tutorials"
NAMES = ("1_first_budget", "2_my_register", "3_a_reform", "4_why_this_enterprise", "5_how_sure")
SHOWN = {  # what a reader sees at the end, in Chinese and in English
    "1_first_budget": ("办公用房租金补助", "Office rent support"),
    "2_my_register": ("预算安排", "appropriation"),
    "3_a_reform": ("是否应为", "did you mean"),
    "4_why_this_enterprise": ("√", "√"),
    "5_how_sure": ("Counter", "Counter"),
}


def cells(name: str, lang: str) -> list[dict]:
    return json.loads((TUTORIALS / f"{name}.{lang}.ipynb").read_text(encoding="utf-8"))["cells"]


def code(name: str, lang: str) -> list[str]:
    return ["".join(cell["source"]) for cell in cells(name, lang) if cell["cell_type"] == "code"]


def test_every_tutorial_is_there_in_both_languages():
    assert {p.name for p in TUTORIALS.glob("*.ipynb")} == {f"{name}.{lang}.ipynb" for name in NAMES for lang in ("zh", "en")}


@pytest.mark.parametrize("name", NAMES)
def test_the_code_is_the_same_and_every_link_leads_somewhere(name):
    zh, en = code(name, "zh"), code(name, "en")
    assert zh[0] != en[0] and zh[1:] == en[1:]
    for lang in ("zh", "en"):
        text = "".join("".join(cell["source"]) for cell in cells(name, lang) if cell["cell_type"] == "markdown")
        assert bool(re.search(r"[\u4e00-\u9fff]{8}", text)) == (lang == "zh")
        assert all((TUTORIALS / link).is_file() for link in re.findall(r"\]\(([^)]+)\)", text))


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_from_top_to_bottom(name, tmp_path, monkeypatch):
    """The Chinese one whole; of the English one, whose code is the same, what is said at the end."""
    monkeypatch.chdir(tmp_path)
    for k, lang in enumerate(("zh", "en") if name == "1_first_budget" else ("zh",)):
        shell = InteractiveShell()
        with capture_output() as said:
            for number, source in enumerate(code(name, lang)):
                source = f"draws, lang = 60, '{lang}'" if number == 0 else source
                result = shell.run_cell(source, silent=False)
                assert result.success, f"{name} {lang}: {source}\n{result.error_in_exec or result.error_before_exec}"
        shown = said.stdout + "".join(str(output) for output in said.outputs)
        assert SHOWN[name][k] in shown
