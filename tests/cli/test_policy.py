"""simulator policy: a file from its form to its confirmed cases, as a person does it."""

from __future__ import annotations

import re

import openpyxl
import pytest

from simulator.cli import main


@pytest.fixture
def form(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["policy", "new", "政策.xlsx", "--lang", "zh"]) == 0
    capsys.readouterr()
    return tmp_path / "政策.xlsx"


def test_without_arguments_the_shipped_policies(capsys):
    assert main(["policy", "--lang", "en"]) == 0
    assert re.search(r"^jiulongpo_2013 +Jiulongpo district", capsys.readouterr().out, re.MULTILINE)


def test_new_never_writes_over_a_file(form, capsys):
    before = form.read_bytes()
    assert main(["policy", "new", str(form), "--lang", "en"]) == 2
    assert "nothing is written over" in capsys.readouterr().err and form.read_bytes() == before
    assert main(["policy", "new", "p.txt", "--lang", "zh"]) == 2


def test_the_form_is_a_workbook_with_drop_downs_that_can_be_used_as_it_is(form, capsys):
    book = openpyxl.load_workbook(form)
    assert book.sheetnames == ["基本信息", "条款", "条件", "数字", "指标", "解读", "定义", "关联", "结算", "其他", "填表说明"]
    lists = [rule.formula1 for rule in book["条款"].data_validations.dataValidation]
    assert any("一次性,按年,实物" in text for text in lists)
    assert main(["policy", "check", str(form), "--lang", "zh"]) == 0
    assert "可以使用" in capsys.readouterr().out


def test_a_typo_in_a_cell_is_reported_with_its_cell_and_a_caret(form, capsys):
    book = openpyxl.load_workbook(form)
    sheet = book["条款"]
    column = next(cell.column for cell in sheet[1] if cell.value == "金额公式")
    sheet.cell(2, column).value = "min(steps(online_sale - last_year.online_sales, step) * award, cap)"
    book.save(form)
    assert main(["policy", "check", str(form), "--lang", "zh"]) == 2
    said = capsys.readouterr().out
    assert f"条款!{sheet.cell(2, column).coordinate}" in said and "是否应为“online_sales”？" in said
    lines = said.splitlines()
    where = next(i for i, line in enumerate(lines) if "online_sale -" in line)
    assert lines[where].index("online_sale -") == lines[where + 1].index("^")


def test_cases_are_confirmed_and_a_changed_number_is_reported(form, tmp_path, capsys):
    assert main(["policy", "cases", str(form), "--out", "例.xlsx", "--lang", "zh"]) == 0
    book = openpyxl.load_workbook("例.xlsx")
    sheet = book["例"]
    head = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        if sheet.cell(row, head["计算金额"]).value is not None:
            sheet.cell(row, head["确认"]).value = "是"
    book.save("例.xlsx")
    assert main(["policy", "test", str(form), "--cases", "例.xlsx", "--lang", "en"]) == 0
    assert main(["policy", "convert", str(form), "p.yaml"]) == 0
    text = (tmp_path / "p.yaml").read_text(encoding="utf-8")
    (tmp_path / "p.yaml").write_text(text.replace("value: 1万元, zh: 每档奖励", "value: 2万元, zh: 每档奖励"), encoding="utf-8")
    capsys.readouterr()
    assert main(["policy", "test", "p.yaml", "--cases", "例.xlsx", "--lang", "zh"]) == 1
    said = capsys.readouterr().out
    assert "核对数 10000，现算得 20000" in said and "rent_support" not in said


def test_an_amount_worked_out_by_hand_counts_against_the_computed_one(form, capsys):
    main(["policy", "cases", str(form), "--out", "例.xlsx"])
    book = openpyxl.load_workbook("例.xlsx")
    sheet = book["例"]
    head = {cell.value: cell.column for cell in sheet[1]}
    row = next(row for row in range(2, sheet.max_row) if sheet.cell(row, head["计算金额"]).value is not None)
    sheet.cell(row, head["确认"]).value = 123  # the other years of the case stay unconfirmed, and are not asked
    book.save("例.xlsx")
    capsys.readouterr()
    assert main(["policy", "test", str(form), "--cases", "例.xlsx", "--lang", "en"]) == 1
    assert "confirmed 123, now " in capsys.readouterr().out


def own_row(form, **cells):
    """The workbook of cases with a row of one's own below."""
    (form.parent / "例.xlsx").unlink(missing_ok=True)
    assert main(["policy", "cases", str(form), "--out", "例.xlsx"]) == 0
    book = openpyxl.load_workbook("例.xlsx")
    sheet, row = book["例"], book["例"].max_row + 1
    head = {str(cell.value).partition("（")[0]: cell.column for cell in sheet[1]}
    for name, value in {"案例": "自拟", "条款": "courier", "年度": 2016, "快递件数": 30_000, **cells}.items():
        sheet.cell(row, head[name]).value = value
    book.save("例.xlsx")
    return row


def test_a_case_of_ones_own_needs_no_computed_amount(form, capsys):
    own_row(form, 确认=15_000)
    capsys.readouterr()
    assert main(["policy", "test", str(form), "--cases", "例.xlsx", "--lang", "zh"]) == 0
    assert "核对过的 1 个例子中 0 个不符" in capsys.readouterr().out
    own_row(form, 确认="14999.99")
    capsys.readouterr()
    assert main(["policy", "test", str(form), "--cases", "例.xlsx", "--lang", "zh"]) == 1
    assert "自拟（" in (said := capsys.readouterr().out) and "核对数 14999.99，现算得 15000" in said


@pytest.mark.parametrize("lang, reported", [("zh", "写的是“是”，但该行没有计算金额可供核对"), ("en", "the row has no computed amount")])
def test_a_case_of_ones_own_that_says_only_yes_is_reported_what_is_missing(form, lang, reported, capsys):
    row = own_row(form, 确认="是")
    capsys.readouterr()
    assert main(["policy", "test", str(form), "--cases", "例.xlsx", "--lang", lang]) == 2
    assert reported in (said := capsys.readouterr().err) and f"例!A{row}, 确认" in said


def test_two_rows_of_a_case_for_one_year_are_reported(form, capsys):
    row = own_row(form, 确认=15_000)
    book = openpyxl.load_workbook("例.xlsx")
    book["例"].append([cell.value for cell in book["例"][row]])
    book.save("例.xlsx")
    capsys.readouterr()
    assert main(["policy", "test", str(form), "--cases", "例.xlsx", "--lang", "zh"]) == 2
    assert f"“自拟”2016年重复，另见第{row}行" in capsys.readouterr().err


def test_a_confirmed_case_without_amounts_is_reported(form, tmp_path, capsys):
    case = "cases:\n  own: {clause: courier, confirmed: true, years: {2016: {parcels: 30000}}}\n"
    (tmp_path / "c.yaml").write_text(case, encoding="utf-8")
    assert main(["policy", "test", str(form), "--cases", "c.yaml", "--lang", "zh"]) == 2
    assert "没有 gives" in capsys.readouterr().err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_read_back_in_words_beside_the_formulas(form, lang, capsys, tmp_path):
    assert main(["policy", "show", str(form), "--lang", lang]) == 0
    said = capsys.readouterr().out
    assert {"zh": "网络零售额超过第一档（5,000,000 元）", "en": "online sales above first tier (5,000,000 CNY)"}[lang] in said
    assert "min(steps(online_sales - last_year.online_sales, step) * award, cap)" in said
    for ending in ("docx", "md", "html"):
        assert main(["policy", "show", str(form), "--lang", lang, "--out", f"s.{ending}"]) == 0
        assert (tmp_path / f"s.{ending}").stat().st_size > 1000


def test_what_cannot_be_done_is_reported_and_done_with_code_2(form, capsys):
    for wrong in (
        ["policy", "check"],
        ["policy", "check", "nowhere.xlsx"],
        ["policy", "convert", str(form)],
        ["policy", "test", str(form)],
        ["policy", "show", str(form), "--out", "s.pdf"],
        ["policy", "cases", str(form), "--out", "c.txt"],
    ):
        assert main([*wrong, "--lang", "en"]) == 2, wrong
        assert "→" in capsys.readouterr().err


def test_what_a_whole_case_does_not_name_gives_nothing(form, tmp_path, capsys):
    case = "cases:\n  - {case: 自拟, annual: {2016: {parcels: 30000, online_sales: 6000000}}, expected: {2016: {%s}}}\n"
    for expected, code in (("courier: 15000, first_sales: 50000, training: 20", 0), ("courier: 15000, training: 20", 1)):
        (tmp_path / "c.yaml").write_text(case % expected, encoding="utf-8")
        capsys.readouterr()
        assert main(["policy", "test", str(form), "--cases", "c.yaml", "--lang", "zh"]) == code
    assert "核对数 0，现算得 50000" in capsys.readouterr().out
