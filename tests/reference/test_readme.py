"""The READMEs and the guide say the same in both languages, name what is there, and show what the program prints."""

from __future__ import annotations

import re

import pytest

from simulator import cli
from tests.reference.readme import PAGES, PICTURES, READMES, blocks, printed, text_of, typed
from tests.reference.tables import ROOT

TEXT = {lang: text_of(lang) for lang in READMES}
FEWEST_LINES, MOST_LINES = 60, 120  # of a README: one look
CALLED = {"政策": "policy", "兑现名单": "payout", " 例": " cases", " 名册": " register"}
SLOW = re.compile(r"simulator (run|compare) ")


def outside_blocks(lang: str) -> str:
    return re.sub(r"^```.*?^```", "", TEXT[lang], flags=re.M | re.S)


def test_the_readme_is_one_look_and_the_rest_is_in_pages():
    for path in READMES.values():
        assert FEWEST_LINES < len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    names = {lang: [path.name for path in pages[1:]] for lang, pages in PAGES.items()}
    assert names["en"] == names["zh"] and len(names["en"]) >= 10
    for lang, path in READMES.items():  # every page is one click away
        assert [name for name in names[lang] if f"](guide/{lang}/{name})" not in path.read_text(encoding="utf-8")] == []


def test_the_readme_names_every_verb():
    for path in READMES.values():
        table = "\n".join(re.findall(r"^\| `.*$", path.read_text(encoding="utf-8"), re.M))
        assert [verb for verb in cli.VERBS if f"`{verb}`" not in table] == []


def commands(lang: str) -> list[str]:
    """Every command without its language; files of a reader's own go by the English name."""
    plain = [re.sub(r" --lang (en|zh)$", "", command) for command in typed(lang)]
    return [re.sub("|".join(CALLED), lambda name: CALLED[name[0]], command) for command in plain]


def test_both_have_the_same_headings_in_the_same_order():
    levels = {lang: re.findall(r"^(#+) ", outside_blocks(lang), re.M) for lang in TEXT}
    assert levels["en"] == levels["zh"] and len(levels["en"]) >= 12
    places = {lang: re.findall(r"\]\((?!README)([^)]+)\)", TEXT[lang].replace(f".{lang}.", ".").replace(f"/{lang}/", "/")) for lang in TEXT}
    assert places["en"] == places["zh"]


def test_every_section_is_as_long_in_both():
    """As many paragraphs, lists and tables: what is added to one is added to the other."""
    sections = {
        lang: [len(re.findall(r"\n\n(?=\S)", section.strip())) for section in re.split(r"^##? ", outside_blocks(lang), flags=re.M)]
        for lang in TEXT
    }
    assert sections["en"] == sections["zh"]


def test_both_show_the_same_commands_and_rows():
    assert commands("en") == commands("zh") and len(commands("en")) > 25
    rows = {lang: len(re.findall(r"^\|", TEXT[lang], re.M)) for lang in TEXT}
    assert rows["en"] == rows["zh"] > 20


@pytest.mark.parametrize("lang", READMES)
def test_every_path_it_names_is_there(lang):
    for path in PAGES[lang]:
        for place in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / place).exists(), (path.name, place)
    for place in re.findall(r"`((?:data|notebooks|scenarios|tests)/[\w/.]+)`", TEXT[lang]):
        assert (ROOT / place).exists(), place
    assert (PICTURES / f"baseline.{lang}.svg").read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize("command", [c for c in commands("en") if c.startswith("simulator ")])
def test_every_command_is_one_the_program_understands(command):
    arguments = cli.parser("en").parse_args(command.replace('"', "").split()[1:])
    assert arguments.name in cli.VERBS


@pytest.mark.parametrize(
    "lang, command, output", [(lang, *block) for lang in READMES for block in blocks(lang) if lang == "zh" or not SLOW.match(block[0])]
)
def test_an_output_is_what_is_printed_now(lang, command, output, monkeypatch):
    """Those that play draws in Chinese only: the numbers are the same ones."""
    monkeypatch.chdir(ROOT)
    assert printed(command) == output, "run: make readme"


@pytest.mark.parametrize("lang, first", [("en", "In a thousand possible futures"), ("zh", "按政策原文模拟一千种可能")])
def test_the_answer_in_a_sentence_is_that_of_the_table(lang, first):
    """Mean, P5, P95 and the chance of an overrun of all years together."""
    [sentence] = [paragraph for paragraph in TEXT[lang].split("\n\n") if paragraph.startswith(first)]
    said = re.findall(r"(?<![\d.])[\d,]*\d(?:\.\d+)?%?", sentence)
    total = next(row for row in blocks(lang)[0][1].splitlines() if re.match(r"(All years|各年合计) +\d", row))
    mean, low, _, _, high, _, overrun = re.findall(r"[\d,]*\d(?:\.\d+)?%?", total)
    assert [text for text in said if text != "95%"] == [mean, low, high, overrun]
