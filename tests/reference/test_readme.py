"""The READMEs say the same in both languages, name what is there, and show what the program prints."""

from __future__ import annotations

import re

import pytest

from simulator import cli
from tests.reference.readme import PICTURES, READMES, blocks, printed, typed
from tests.reference.tables import ROOT

TEXT = {lang: path.read_text(encoding="utf-8") for lang, path in READMES.items()}
SLOW = re.compile(r"simulator (run|compare) ")


def outside_blocks(lang: str) -> str:
    return re.sub(r"^```.*?^```", "", TEXT[lang], flags=re.M | re.S)


def commands(lang: str) -> list[str]:
    """Every command without its language."""
    return [re.sub(r" --lang (en|zh)$", "", command) for command in typed(lang)]


def test_both_have_the_same_headings_in_the_same_order():
    levels = {lang: re.findall(r"^(#+) ", outside_blocks(lang), re.M) for lang in TEXT}
    assert levels["en"] == levels["zh"] and len(levels["en"]) >= 12
    places = {lang: re.findall(r"\]\((?!README)([^)]+)\)", TEXT[lang].replace(f".{lang}.", ".")) for lang in TEXT}
    assert places["en"] == places["zh"]


def test_every_section_is_as_long_in_both():
    """As many paragraphs, lists and tables: what is added to one is added to the other."""
    sections = {lang: [len(re.findall(r"\n\n(?=\S)", section.strip())) for section in re.split(r"^## ", outside_blocks(lang), flags=re.M)]
                for lang in TEXT}
    assert sections["en"] == sections["zh"]


def test_both_show_the_same_commands_and_rows():
    assert commands("en") == commands("zh") and len(commands("en")) > 25
    rows = {lang: len(re.findall(r"^\|", TEXT[lang], re.M)) for lang in TEXT}
    assert rows["en"] == rows["zh"] > 20


@pytest.mark.parametrize("lang", READMES)
def test_every_path_it_names_is_there(lang):
    for place in re.findall(r"\]\(([^)]+)\)", TEXT[lang]):
        assert (ROOT / place).exists(), place
    for place in re.findall(r"`((?:data|notebooks|scenarios|tests)/[\w/.]+)`", TEXT[lang]):
        assert (ROOT / place).exists(), place
    assert (PICTURES / f"baseline.{lang}.svg").read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize("command", [c for c in commands("en") if c.startswith("simulator ")])
def test_every_command_is_one_the_program_understands(command):
    arguments = cli.parser("en").parse_args(command.replace('"', "").split()[1:])
    assert arguments.name in cli.VERBS


@pytest.mark.parametrize("lang, command, output",
                         [(lang, *block) for lang in READMES for block in blocks(lang) if lang == "zh" or not SLOW.match(block[0])])
def test_an_output_is_what_is_printed_now(lang, command, output, monkeypatch):
    """Those that play draws in Chinese only: the numbers are the same ones."""
    monkeypatch.chdir(ROOT)
    assert printed(command) == output, "run: make readme"


@pytest.mark.parametrize("lang, first", [("en", "In a thousand possible futures"), ("zh", "按政策原文模拟一千种可能")])
def test_the_answer_in_a_sentence_is_that_of_the_table(lang, first):
    """Mean, P5, P95 and the chance of an overrun of all years together."""
    [sentence] = [paragraph for paragraph in TEXT[lang].split("\n\n") if paragraph.startswith(first)]
    said = re.findall(r"[\d,]+\.\d%?", sentence)
    total = next(row for row in blocks(lang)[0][1].splitlines() if re.match(r"(total|合计) +\d", row))
    mean, _, low, _, _, high, _, overrun = re.findall(r"[\d,]+\.\d+%?", total)
    money = [f"{float(text.replace(',', '')):,.1f}" for text in (mean, low, high)]
    assert said == [*money, overrun]
