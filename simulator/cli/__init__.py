"""The command line: a verb per job, each a few lines on the public door."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any, NoReturn

from simulator.audit import DONE, WRONG, Act
from simulator.audit import act as in_the_log
from simulator.cli.language import asked_for, environment_language, told
from simulator.cli.options import workforce
from simulator.errors import PopulationError, SimulatorError

DESCRIPTIONS = {"en": """\
What an enterprise-subsidy policy costs, year by year, how sure that is, and what it brings.

  simulator report baseline                       the budget report of the 2013 policy, as one HTML page
  simulator report baseline --format html,pdf,xlsx,docx --lang zh,en
                                                  all of it, to file; also --notebook compare, clause, targets, check
  simulator batch FILE.yaml                       reports of several scenarios and languages, with an index page
  simulator verify DIR --rerun                    that runs and reports are as they were made
  simulator purge DIR                             deletes what its records list, and names what is left
  simulator run baseline --set law.tax_rebate.high_rate=0.4
                                                  a Monte Carlo budget with one number of the law changed
  simulator run baseline --precision 1% --of p95  as many draws as that takes
  simulator budget baseline --mode pro_rata       overrun and reserve, who is paid and who waits, the legal maximum
  simulator assess REGISTER --out 兑现名单.xlsx      what the law gives each enterprise of a register, to the fen
  simulator explain REGISTER ENTERPRISE_ID        which clause, which condition, which threshold
  simulator check REGISTER --out 检查.xlsx         everything wrong with a register, and a copy with the cells marked
  simulator template --out 名册模板.xlsx            an empty register to fill in
  simulator indicators REGISTER --out 统计指标.xlsx  the statistical tables of 三（十） by year
  simulator synthesize baseline --enterprises 400 --seed 7 --out DIR
                                                  an invented register, and how well it fits published figures
  simulator compare baseline cautious             what a reform changes, on common luck
  simulator design baseline --budget 25000000 --free law.office_rent.max_area,law.tax_rebate.high_rate
                                                  the most generous terms that fit a budget at a confidence
  simulator loopholes baseline                    known ways round the text: what it stops, what the rest costs
  simulator whatif                                the same as a page of sliders, answered at once
  simulator lab                                   the notebooks in JupyterLab, for this machine only
  simulator attribute baseline                    whose cost it is: clauses alone, last-in, Shapley; and each reading
  simulator sensitivity baseline                  which assumptions matter: tornado and Sobol indices
  simulator notches baseline --within 0.1         who stands near the edges of the law, and what reaching them gains
  simulator terms                                 everything that can be set, with unit, range and source
  simulator audit verify                          that the log of who made what, SIMULATOR_AUDIT, is whole
  simulator completion bash                       what makes the shell complete verbs and options

SCENARIO is a shipped name (baseline, cautious, generous, rebate_suspended) or the path of a YAML file.
REGISTER is a folder with enterprises and annual (企业, 年度) as .csv, .xlsx, .xls or .parquet, one workbook with these
sheets, a .duckdb file, or env:NAME: a database whose address is in the environment variable NAME.
""", "zh": """\
一项企业扶持政策要花多少钱、各年各多少、有几成把握、带来什么。

  simulator report baseline                       2013年政策的预算报告，一个网页文件
  simulator report baseline --format html,pdf,xlsx,docx --lang zh,en
                                                  全部格式、中英文；另有 --notebook compare、clause、targets、check
  simulator batch FILE.yaml                       多个情景、多种语言的报告，附目录页
  simulator verify DIR --rerun                    核验结果与报告是否与生成时一致
  simulator purge DIR                             删除生成记录所列的文件，并列出留下的文件
  simulator run baseline --set law.tax_rebate.high_rate=0.4
                                                  改动一个条款数值后的预算测算
  simulator budget baseline --mode pro_rata       超支与预备金、先付谁后付谁、政策最大支出
  simulator assess REGISTER --out 兑现名单.xlsx      逐户核算应享金额，精确到分
  simulator explain REGISTER ENTERPRISE_ID        依据哪条、哪个条件、哪道门槛
  simulator check REGISTER --out 检查.xlsx         名册中的全部问题，另存一份标出单元格
  simulator template --out 名册模板.xlsx            供填报的空白名册
  simulator indicators REGISTER --out 统计指标.xlsx  三（十）所列分年统计指标
  simulator synthesize baseline --enterprises 400 --seed 7 --out DIR
                                                  合成名册，及其与公布数据的吻合程度
  simulator compare baseline cautious             同一随机条件下，改一项政策变多少
  simulator design baseline --budget 25000000 --free law.office_rent.max_area,law.tax_rebate.high_rate
                                                  有把握不超预算的最优惠条件
  simulator loopholes baseline                    已知规避手法：条文堵住了什么，剩下的代价多大
  simulator whatif                                调参页面，结果即时显示
  simulator lab                                   在 JupyterLab 中打开各笔记本，仅限本机
  simulator attribute baseline                    支出归因：单独、末位、沙普利值；各种条文理解
  simulator sensitivity baseline                  哪些假设最要紧：龙卷风图与 Sobol 指数
  simulator notches baseline --within 0.1         哪些企业临近门槛，够到门槛得多少
  simulator terms                                 全部可调设定，附单位、范围与来源
  simulator audit verify                          核验操作日志（SIMULATOR_AUDIT）是否完整
  simulator completion bash                       命令行自动补全脚本

SCENARIO 为随附情景名（baseline、cautious、generous、rebate_suspended）或 YAML 文件路径。
REGISTER 为含 enterprises、annual（企业、年度）两表的文件夹（.csv、.xlsx、.xls 或 .parquet），或各表各一页的一个工作簿，
或 .duckdb 文件，或 env:NAME：地址写在环境变量 NAME 里的数据库。
English: simulator --help --lang en
"""}
EPILOGS = {
    "en": "Exit codes: 0 done · 1 something is not as it should be (verify, purge, batch, audit) · "
          "2 the input cannot be used (every problem is listed, nothing done) · 3 not as precise as asked (run) · "
          "130 interrupted · 143 told to end.",
    "zh": "退出码：0 完成 · 1 有不符（verify、purge、batch、audit） · 2 输入不可用（列出全部问题，未做任何处理） · "
          "3 未达到要求的精度（run） · 130 中断 · 143 被要求结束。",
}
VERBS = ("assess", "budget", "check", "template", "indicators", "synthesize", "explain", "run", "report", "batch", "verify", "purge",
         "compare", "design", "loopholes", "whatif", "attribute", "sensitivity", "notches", "terms", "audit",
         "lab", "completion")  # a module each
WORDS = {  # of the frame around every verb; causes and remedies of settings and files stay English, a register's are translated
    "en": {"one": "1 problem, nothing done:", "many": "{count} problems, nothing done:", "interrupted": "interrupted",
           "usage": "usage: ", "options": "options", "arguments": "arguments"},
    "zh": {"one": "共 1 处问题，未做任何处理：", "many": "共 {count} 处问题，未做任何处理：", "interrupted": "已中断",
           "usage": "用法：", "options": "选项", "arguments": "参数"},
}


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):  # a GBK console lacks some signs: print a ? there rather than fail
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    argv = sys.argv[1:] if argv is None else argv
    lang = asked_for(argv)
    arguments = parser(lang).parse_args(argv)
    try:
        with _terminable(), entered(arguments.name) as act, workforce(arguments):
            code = arguments.verb(arguments)
            act.result = WRONG if code else DONE
    except SimulatorError as e:
        print(_refusal(e, arguments, lang), file=sys.stderr)
        return e.exit_code
    except KeyboardInterrupt as e:
        print(WORDS[lang]["interrupted"], file=sys.stderr)
        return 143 if isinstance(e, Terminated) else 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        return 0
    return code or 0


def entered(verb: str) -> contextlib.AbstractContextManager[Act]:
    """The verb in the audit log, where one is kept; not those that touch neither data nor files."""
    return contextlib.nullcontext(Act(verb)) if verb in ("terms", "audit", "completion") else in_the_log(verb)


class Terminated(KeyboardInterrupt):
    """Asked to end by SIGTERM: as Ctrl+C, so that what is finished is kept."""


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM raises Terminated, where the system and the thread can be told so."""
    def end(number: int, frame: Any) -> None:
        raise Terminated

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _refusal(e: SimulatorError, arguments: argparse.Namespace, lang: str) -> str:
    """Every problem, place: cause → remedy; those of a register translated, with the command that marks its cells."""
    if isinstance(e, PopulationError):
        from simulator.report import register_screens

        register = None if arguments.name == "check" else getattr(arguments, "population", None)
        return refused(len(e.problems), register_screens.refusal(e.problems, lang, register), lang)
    return refused(len(e.problems), [f"  {problem}" for problem in e.problems], lang)


def refused(count: int, lines: list[str], lang: str) -> str:
    """The frame of every refusal: how many problems there are, and what is said of each."""
    return "\n".join([WORDS[lang]["one" if count == 1 else "many"].format(count=count), *lines])


class Parser(argparse.ArgumentParser):
    """argparse's in the language asked for, with the house's frame around what it refuses; its own sentences stay English."""

    lang = "en"

    def format_usage(self) -> str:
        return super().format_usage().replace("usage: ", WORDS[self.lang]["usage"], 1)

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", WORDS[self.lang]["usage"], 1)

    def error(self, message: str) -> NoReturn:
        said = refused(1, [f"  {message}"], self.lang)
        self.exit(SimulatorError.exit_code, f"{self.format_usage()}{said}\n")

    def verbs(self) -> dict[str, Parser]:
        """The parser of each verb."""
        return next(a.choices for a in self._actions if isinstance(a, argparse._SubParsersAction))

    def translate(self, lang: str) -> None:
        """Headings and the help of every option in this language."""
        self.lang = lang
        self._positionals.title, self._optionals.title = WORDS[lang]["arguments"], WORDS[lang]["options"]
        for action in self._actions:
            action.help = told(action.help, lang) if action.help else action.help


def parser(lang: str | None = None) -> Parser:
    """All verbs, each from the module of its name: HELP, `add` (its arguments) and `do`; help in the language asked for."""
    lang = lang or environment_language()
    top = Parser("simulator", description=DESCRIPTIONS[lang], epilog=EPILOGS[lang],
                 formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = top.add_subparsers(metavar="VERB", dest="name", required=True)
    for name in VERBS:
        verb = import_module(f"simulator.cli.{name}")
        line = told(verb.HELP, lang)
        p = verbs.add_parser(name, help=line, description=line[0].upper() + line[1:] + ("。" if lang == "zh" else "."),
                             epilog=EPILOGS[lang])
        verb.add(p)
        p.translate(lang)
        p.set_defaults(verb=verb.do)
    top.translate(lang)
    return top
