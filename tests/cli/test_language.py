"""One language a call: --lang, else LANG; every word of help in both; a GBK console is written to without failing."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import unicodedata
from importlib import import_module

import pytest

from simulator import cli
from simulator.cli import options
from simulator.cli.language import CHINESE
from tests.cli.running import ROOT, SAMPLE, call, done, in_a_process
from tests.faults import english_in

CHARACTERS = re.compile(r"[\u4e00-\u9fff]")


def words_of_help() -> set[str]:
    """Every sentence of help, in English."""
    top = cli.parser("en")
    lines = {p.description[:1].lower() + p.description[1:].rstrip(".") for p in top.verbs().values()}
    return lines | {action.help for p in (top, *top.verbs().values()) for action in p._actions if action.help}


def test_every_word_of_help_has_its_chinese_and_no_chinese_is_left_over():
    said = words_of_help()
    assert sorted(said - set(CHINESE)) == []
    assert sorted(set(CHINESE) - said) == []


@pytest.mark.parametrize("verb", cli.VERBS)
def test_help_is_in_the_language_asked_for(verb):
    chinese, english = done(verb, "--help", "--lang", "zh"), done(verb, "--lang", "en", "--help")
    assert chinese.startswith("用法：simulator") and "退出码" in chinese
    assert english.startswith("usage: simulator") and "Exit codes" in english


def test_lang_of_the_environment_is_heard_and_the_option_is_heard_first(monkeypatch):
    for said, lang in (("zh_CN.UTF-8", "zh"), ("en_GB.UTF-8", "en"), ("C", "zh"), ("", "zh")):
        monkeypatch.setenv("LANG", said)
        assert bool(CHARACTERS.search(done("terms", "policy.start").splitlines()[0])) == (lang == "zh")
        assert call("run", "nowhere").err.startswith({"zh": "共 1 处问题，", "en": "1 problem, "}[lang])
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert not CHARACTERS.search(done("terms", "policy.start").replace("二 judgement", ""))
    assert CHARACTERS.search(done("terms", "policy.start", "--lang", "zh"))


def test_the_program_alone_shows_its_first_page():
    for lang in ("zh", "en"):
        outcome = call("--lang", lang)
        assert outcome.code == 0 and not outcome.err and outcome.out == done("--help", "--lang", lang)


def test_an_option_that_cannot_be_read_is_refused_like_everything_else():
    outcome = call("run", "--draws", "many", "--lang", "zh")
    assert outcome.code == 2 and "Traceback" not in outcome.err
    assert outcome.err.splitlines() == ["共 1 处问题，未做任何处理：", "  --draws：'many' 不是整数 → 用法见 simulator run --help"]


@pytest.mark.parametrize(
    "words, zh, en",
    [
        (
            ["synthesize"],
            "缺少必填参数：--out → 用法见 simulator synthesize --help",
            "the following arguments are required: --out → see simulator synthesize --help",
        ),
        (["--drwas"], "不能识别的参数：--drwas → 用法见 simulator --help", "unrecognized arguments: --drwas → see simulator --help"),
        (["rnu"], "VERB：没有 'rnu'", "VERB: there is no 'rnu'"),
        (["rnu"], " → 是否应为“run”？", " → did you mean run?"),
        (
            ["run", "baseline", "--drwas"],
            "不能识别的参数：--drwas → 是否应为“--draws”？",
            "unrecognized arguments: --drwas → did you mean --draws?",
        ),
        (
            ["notches", "baseline", "--mode", "x"],
            "--mode：simulator notches 没有此选项 → 有此选项的命令：run, report",
            "--mode: is no option of simulator notches → run, report",
        ),
        (
            ["notches", "--drwas", "2", "--clase", "x"],
            "不能识别的参数：--drwas → 是否应为“--draws”？",
            "unrecognized arguments: --drwas → did you mean --draws?",
        ),
        (
            ["run", "--draws"],
            "--draws：后面要有一个值 → 用法见 simulator run --help",
            "--draws: expected one argument → see simulator run --help",
        ),
        (["report", "--format", "doc"], "--format：没有 'doc' → 是否应为“docx”？", "--format: there is no 'doc' → did you mean docx?"),
        (["report", "--lang", "fr"], "--lang：没有 'fr' → 可选：zh, en", "--lang: there is no 'fr' → one of zh, en"),
        (["run", "--precision", "x"], "--precision：'x' 不是比例，请写 1% 或 0.01 → ", "--precision: 'x' is no share: 1% or 0.01 → "),
        (["run", "--new", "--resume"], "--resume：不能与 --new 同用 → ", "--resume: not allowed with argument --new → "),
        (["run", "--workers", "0"], "--workers 0：至少要有一个线程", "--workers 0: at least one thread is needed"),
        (["run", "--set", "sede=5"], "sede：不是可调设定 → 是否应为“seed”？", "sede: is no setting → did you mean seed?"),
    ],
)
def test_what_a_command_line_is_refused_with_in_both_languages(words, zh, en, monkeypatch):
    for lang, head, said in (("zh", "共 1 处问题，未做任何处理：\n  ", zh), ("en", "1 problem, nothing done:\n  ", en)):
        monkeypatch.setenv("LC_ALL", {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}[lang])
        outcome = call(*words)
        head = head if "--clase" not in words else {"zh": "共 2 处问题，未做任何处理：\n  ", "en": "2 problems, nothing done:\n  "}[lang]
        assert outcome.code == 2 and outcome.err.startswith(head) and said in outcome.err, outcome.err
        assert lang == "en" or not english_in(outcome.err.replace("VERB", "").splitlines()[1])


GBK = """
import sys
import unicodedata
from importlib import import_module
from simulator import cli
for words in [line.split("|") for line in sys.argv[1].splitlines()]:
    try:
        code = cli.main(words)
    except SystemExit as e:
        code = e.code
    print("=====", words[0], code or 0)
"""


def test_nothing_fails_on_a_gbk_console(tmp_path):
    """Help of every verb and the screens that test_cli does not ask there; what GBK lacks becomes ?."""
    lines = [
        ["--help"],
        *([verb, "--help"] for verb in cli.VERBS),
        ["terms", "--lang", "en"],
        ["check", str(SAMPLE)],
        ["indicators", str(SAMPLE)],
        ["budget", "--draws", "3"],
        ["template", "--out", str(tmp_path / "名册.xlsx")],
        ["run", "不存在"],
        ["verify", str(tmp_path)],
        ["completion", "bash"],
    ]
    finished = subprocess.run(
        [sys.executable, "-c", GBK, "\n".join("|".join(line) for line in lines)],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "gbk", "PYTHONPATH": str(ROOT)},
        timeout=600,
        cwd=tmp_path,
    )
    out, err = finished.stdout.decode("gbk"), finished.stderr.decode("gbk")
    assert finished.returncode == 0 and "Traceback" not in err, err[-2000:]
    codes = re.findall(r"^===== (\S+) (\d)$", out, re.M)
    assert len(codes) == len(lines)
    assert [(verb, code) for verb, code in codes if code != "0"] == [("run", "2"), ("verify", "2")]
    assert "年度" in out and "用法：simulator" in out
    assert out.count("?") < 200


def test_a_shell_completes_verbs_options_and_scenarios(need, tmp_path):
    script = tmp_path / "completion.bash"
    script.write_text(done("completion", "bash"), encoding="utf-8")
    asked = """
complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _shtab_simulator; printf '%s ' "${COMPREPLY[@]}"; echo; }
complete_words simulator attr
complete_words simulator run --workers 2 --dra
complete_words simulator run cau
"""
    found = subprocess.run([need("bash"), "-c", f'source "{script}"\n{asked}'], capture_output=True, text=True, timeout=60)
    assert found.stdout.split() == ["attribute", "--draws", "cautious"], found.stderr
    assert "#compdef simulator" in done("completion", "zsh")


def test_a_process_of_its_own_ends_with_the_code_said():
    finished = in_a_process("explain", SAMPLE, "NOBODY", "--lang", "en")
    assert finished.returncode == 2 and finished.stderr.startswith(b"1 problem, nothing done:")


@pytest.mark.parametrize("verb", cli.VERBS)
def test_the_example_of_a_verb_s_help_is_understood(verb):
    example = import_module(f"simulator.cli.{verb}").EXAMPLE
    words = shlex.split(re.sub(r'^eval "\$\((.*)\)"$', r"\1", example))
    assert words[:2] == ["simulator", verb] and cli.parser().parse_args(words[1:]).name == verb


def test_the_version_is_reported_and_the_language_may_be_said_first():
    assert re.fullmatch(r"simulator \d+\.\d+\.\d+\n", done("--version"))
    assert done("--lang", "en", "terms", "policy.start") == done("terms", "policy.start", "--lang", "en")
    assert "Exit codes" in done("--lang", "en", "report", "--help")


def test_help_is_filled_to_the_screen_whatever_the_language(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for lang in ("zh", "en"):
        for words in ([], ["run"], ["report"]):
            said = done(*words, "--help", "--lang", lang).splitlines()
            assert max(sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text) for text in said) <= 80


@pytest.mark.parametrize("lang, said", [("zh", "报告：已完成 50%，还需约 0 秒"), ("en", "the report: 50% done, about 0 s left")])
def test_how_far_a_report_is_is_said_in_lines_where_there_is_no_terminal(lang, said, monkeypatch, capsys):
    monkeypatch.setattr(options, "QUIET", 0)
    with options.course(lang) as at:
        at(0.01, "…")  # too early to say how long the rest takes
        at(0.5, "…")
    assert capsys.readouterr().err.splitlines() == [said]
