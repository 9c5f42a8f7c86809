"""The command line: a verb per job, each a few lines on the public door."""

from __future__ import annotations

import argparse
import contextlib
import errno
import gc
import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from simulator.audit import DONE, WRONG, Act
from simulator.audit import act as in_the_log
from simulator.cli.language import asked_for, environment_language, translated
from simulator.cli.options import lang_option, notices, overwrite_option, workforce, writing
from simulator.cli.parsing import WORDS, Formatter, Parser, Version, refused
from simulator.console import say
from simulator.errors import PopulationError, Problem, SimulatorError
from simulator.messages import line
from simulator.notices import shown
from simulator.phrases import phrase

EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
DESCRIPTIONS = {
    "en": """\
What an enterprise-subsidy policy costs, year by year, how sure that is, and what it brings. Begin with:

  simulator run baseline          the budget of the example, on the screen
  simulator report baseline       the same as a report with charts (HTML)
  simulator terms law             the numbers of the law; --set changes them
  simulator policy                policies: list, write, check, read back, test
  simulator VERB --help           what a command takes, with an example
""",
    "zh": """\
一项企业扶持政策要花多少钱、各年各多少、有几成把握、带来什么。先试：

  simulator run baseline          随附示例政策的预算测算，显示在屏幕上
  simulator report baseline       同样内容的图文报告，一个网页文件
  simulator terms law             各项条款数值，均可用 --set 改动
  simulator policy                政策文件：列出、编写、检查、读回、测试
  simulator VERB --help           某个命令的用法与示例
""",
}
TERMS = {
    "en": """\
SCENARIO is a shipped name (baseline, cautious, generous, hindsight, rebate_suspended) or the path of a YAML file. REGISTER is a folder \
with enterprises and annual (企业, 年度) as .csv, .xlsx, .xls or .parquet, one workbook with these sheets, a .duckdb file, or env:NAME: \
a database whose address is in the environment variable NAME.
""",
    "zh": """\
SCENARIO 为随附情景名（baseline、cautious、generous、hindsight、rebate_suspended）或 YAML 文件路径。REGISTER 为含 enterprises、\
annual（企业、年度）两表的文件夹（.csv、.xlsx、.xls 或 .parquet），或各表各一页的一个工作簿，或 .duckdb 文件，\
或 env:NAME：地址写在环境变量 NAME 里的数据库。
English: simulator --help --lang en
""",
}
EPILOGS = {
    "en": "Exit codes: 0 done · 1 something is not as it should be (verify, purge, batch, audit) · "
    "2 the input cannot be used (every problem is listed, nothing done) · 3 not as precise as asked (run) · "
    "130 interrupted · 143 ended by the system.",
    "zh": "退出码：0 完成 · 1 有不符（verify、purge、batch、audit） · 2 输入不可用（列出全部问题，未做任何处理） · "
    "3 未达到要求的精度（run） · 130 中断 · 143 系统要求结束。",
}
VERBS = (
    "run",
    "report",
    "compare",
    "budget",
    "design",
    "loopholes",
    "attribute",
    "sensitivity",
    "notches",
    "whatif",
    "template",
    "check",
    "assess",
    "explain",
    "indicators",
    "synthesize",
    "terms",
    "policy",
    "batch",
    "verify",
    "purge",
    "audit",
    "lab",
    "guide",
    "completion",
)  # a module each
UNLOGGED = ("audit", "guide", "completion")  # audit reads a log that may not be writable; the others read no data


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    gc.set_threshold(50_000)  # what start-up makes stays: looking for waste in it every 700 objects took a twentieth of a short run
    for stream in (sys.stdout, sys.stderr):  # a GBK console lacks some signs: print a ? there rather than fail
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    argv = sys.argv[1:] if argv is None else argv
    lang = asked_for(argv)
    arguments = (verbs := parser(lang)).parse_args(argv)
    if arguments.name is None:
        verbs.print_help()
        return 0
    try:
        with _terminable(), shown(notices(arguments)), writing(arguments), entered(arguments.name) as act, workforce(arguments):
            code = arguments.verb(arguments)
            act.result = WRONG if code else DONE
    except SimulatorError as e:
        say(_refusal(e, arguments, lang), aside=True)
        return e.exit_code
    except KeyboardInterrupt as e:
        say(WORDS[lang]["interrupted"], aside=True)
        return 143 if isinstance(e, Terminated) else 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        return 0
    except (MemoryError, OSError) as e:
        refusal = _exhausted(arguments.name, e)
        say(_refusal(refusal, arguments, lang), aside=True)
        return refusal.exit_code
    return code or 0


def entered(verb: str) -> contextlib.AbstractContextManager[Act]:
    """The verb in the audit log, where one is kept."""
    return contextlib.nullcontext(Act(verb)) if verb in UNLOGGED else in_the_log(verb)


class Terminated(KeyboardInterrupt):
    """Asked to end by SIGTERM: as Ctrl+C, so that what is finished is kept."""


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM raises Terminated, where the system and the thread can be asked for that."""

    def end(_signal: int, _frame: Any) -> None:
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


def _exhausted(verb: str, e: MemoryError | OSError) -> SimulatorError:
    """What is said where memory, descriptors or room ran out where nobody looks for it; any other error is raised: it is a defect."""
    if isinstance(e, OSError) and e.errno not in EXHAUSTED:
        raise e
    cause = phrase("the system refuses ({})", e.strerror) if isinstance(e, OSError) else "needs more memory than this machine has free"
    return SimulatorError(Problem(verb, cause, "close other programs; make room on the disk"))


def _refusal(e: SimulatorError, arguments: argparse.Namespace, lang: str) -> str:
    """Every problem, place: cause → remedy; after those of a register the command that marks its cells."""
    if isinstance(e, PopulationError):
        from simulator.report import refusals

        register = None if arguments.name == "check" else getattr(arguments, "population", None)
        return refused(len(e.problems), refusals.refusal(e.problems, lang, register), lang)
    return refused(len(e.problems), [f"  {line(problem, lang)}" for problem in e.problems], lang)


def parser(lang: str | None = None) -> Parser:
    """All verbs, each from the module of its name: HELP, EXAMPLE, `add` (its arguments) and `do`; help in the language asked for."""
    lang = lang or environment_language()
    top = Parser("simulator", description=DESCRIPTIONS[lang], epilog=f"{TERMS[lang]}\n{EPILOGS[lang]}", formatter_class=Formatter)
    top.add_argument("--version", action=Version, nargs=0, help="show the version and exit")
    lang_option(top, "language of what is said (default: what LANG says, else zh)")
    verbs = top.add_subparsers(title="commands", metavar="VERB", dest="name")
    for name in VERBS:
        verb = import_module(f"simulator.cli.{name}")
        does, words = translated(verb.HELP, lang), WORDS[lang]
        p = verbs.add_parser(
            name,
            help=does,
            description=f"{does[0].upper()}{does[1:]}{words['stop']}",
            formatter_class=Formatter,
            epilog=f"{words['example']}{verb.EXAMPLE}\n\n{EPILOGS[lang]}",
        )
        verb.add(p)
        overwrite_option(p)
        p.translate(lang)
        p.set_defaults(verb=verb.do)
    top.translate(lang)
    return top
