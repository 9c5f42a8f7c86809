"""simulator policy."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from simulator.cli.options import lang_option
from simulator.errors import LawError, Problem, SimulatorError

HELP = "write, check, read back and test a policy file; without arguments: the policies that come with the program"
EXAMPLE = "simulator policy check 政策.xlsx"
ACTIONS = ("list", "new", "check", "show", "cases", "test", "convert")


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument(
        "action",
        metavar="ACTION",
        nargs="?",
        default="list",
        choices=ACTIONS,
        help="new: a form to fill in; check: everything wrong with a file; show: the policy in words; cases: worked cases at every edge; "
        "test: run the confirmed cases; convert: workbook to YAML or back",
    )
    p.add_argument(
        "file", metavar="FILE", nargs="?", help="the policy: FILE.xlsx, FILE.yaml or the name of a shipped one"
    )
    p.add_argument("to", metavar="FILE2", nargs="?", help="convert: the file to write")
    p.add_argument("--from", dest="model", metavar="NAME", help="new: begin with this policy instead of the example")
    p.add_argument(
        "--cases",
        metavar="FILE",
        help="test: the cases (default: NAME.cases.yaml or cases.yaml beside the policy, or .xlsx)",
    )
    p.add_argument("--out", metavar="FILE", help="show: FILE.docx, FILE.md or FILE.html; cases: FILE.xlsx or FILE.yaml")
    lang_option(p)


def do(arguments: argparse.Namespace) -> int:
    """Do what is asked with a policy file."""
    if arguments.action == "list":
        return _list(arguments.lang)
    if not arguments.file:
        raise _wrong(
            f"policy {arguments.action}",
            "names no file",
            f"simulator policy {arguments.action} FILE",
            "没有写文件名",
            f"simulator policy {arguments.action} 文件",
        )
    acts: dict[str, Any] = {
        "new": _new,
        "check": _check,
        "show": _show,
        "cases": _cases,
        "test": _test,
        "convert": _convert,
    }
    return int(acts[arguments.action](arguments) or 0)


def _wrong(place: str, cause: str, remedy: str, cause_zh: str, remedy_zh: str) -> LawError:
    return LawError(Problem(place, cause, remedy, "error", cause_zh, remedy_zh))


def _list(lang: str) -> int:
    from simulator.law.shipped import law_at, policy_path, shipped_policies

    for name in shipped_policies():
        law = law_at(policy_path(name))
        print(f"{name:24} {law.zh if lang == 'zh' else law.en}")
    print(
        "\n"
        + (
            "另起一份：simulator policy new 政策.xlsx；各命令用 --policy 名称或文件"
            if lang == "zh"
            else "begin one of your own: simulator policy new FILE.xlsx; every verb takes --policy NAME or FILE"
        )
    )
    return 0


def _path(given: str) -> Path:
    """A policy file, or that of a shipped policy's name."""
    from simulator.scenario import policy_file

    return policy_file(given)


def _may_write(path: Path) -> None:
    if path.exists():
        raise _wrong(
            str(path),
            "is there already",
            "choose another name; nothing is written over",
            "文件已存在",
            "请换一个文件名，不会覆盖已有文件",
        )
    if path.suffix.lower() not in (".xlsx", ".yaml", ".yml"):
        raise _wrong(
            str(path),
            "is neither .xlsx nor .yaml",
            "name it FILE.xlsx or FILE.yaml",
            "不是 .xlsx 或 .yaml",
            "请以 .xlsx 或 .yaml 结尾",
        )


def _write(data: Any, path: Path, text: str | None = None) -> None:
    from simulator.files import put
    from simulator.law import policybook, policytext

    if path.suffix.lower() == ".xlsx":
        policybook.save(data, path)
    else:
        content = text if text is not None else policytext.as_yaml(data)
        put(path, lambda p: p.write_text(content, encoding="utf-8"), LawError)


def _new(arguments: argparse.Namespace) -> None:
    from simulator import resources
    from simulator.law.policyfile import document_of

    path = Path(arguments.file)
    _may_write(path)
    model = _path(arguments.model) if arguments.model else resources.folder("data") / "policies" / "form.yaml"
    text = model.read_text(encoding="utf-8") if model.suffix in (".yaml", ".yml") else None
    _write(document_of(model).data, path, text)
    print(f"→ {path}")
    print(
        "填好后：simulator policy check " + str(path)
        if arguments.lang == "zh"
        else f"then: simulator policy check {path}"
    )


def _check(arguments: argparse.Namespace) -> int:
    from simulator.law.policyfile import document_of, examine
    from simulator.messages import line

    law, problems = examine(document_of(_path(arguments.file)))
    zh = arguments.lang == "zh"
    errors = [p for p in problems if p.severity == "error"]
    for title, group in (
        (("须更正" if zh else "errors"), errors),
        (("请看一看" if zh else "worth a look"), [p for p in problems if p.severity != "error"]),
    ):
        if group:
            print(f"{title}（{len(group)}）：" if zh else f"{title} ({len(group)}):")
            print("\n".join(f"  {line(p, arguments.lang)}" for p in group))
    if law is not None:
        clauses = law.policy.clauses
        said = (
            f"{law.zh}：{len(clauses)} 条，{len(law.policy.number_paths)} 个数，{len(law.policy.readings)} 处解读，可以使用"
            if zh
            else f"{law.en}: {len(clauses)} clauses, {len(law.policy.number_paths)} numbers, "
            f"{len(law.policy.readings)} readings; it can be used"
        )
        print(said)
    return SimulatorError.exit_code if errors else 0


def _show(arguments: argparse.Namespace) -> None:
    from simulator.cli.options import saved
    from simulator.law.policyfile import document_of, law_of
    from simulator.report import policy_in_words

    document = document_of(_path(arguments.file))
    told = policy_in_words.told(law_of(document), document.data, arguments.lang)
    if not arguments.out:
        print(policy_in_words.markdown(told))
        return
    policy_in_words.save(told, Path(arguments.out), arguments.lang)
    saved(arguments.out)


def _cases(arguments: argparse.Namespace) -> None:
    from simulator.cli.options import saved
    from simulator.engine import casebook, policycases
    from simulator.law.shipped import law_at

    law, zh = law_at(_path(arguments.file)), arguments.lang == "zh"
    cases, missed = policycases.make(law)
    if arguments.out:
        casebook.save(law.policy, cases, Path(arguments.out), arguments.lang)
    else:
        for case in cases:
            unit = (
                ("元" if zh else "CNY")
                if law.policy.clauses[law.policy.index(case.clause)].cash
                else law.policy.clauses[law.policy.index(case.clause)].unit.name
            )
            given = (
                "，".join(f"{y}：{casebook.written(law.policy, case, v)}{unit}" for y, v in case.gives.items())
                if zh
                else ", ".join(f"{y}: {casebook.written(law.policy, case, v)} {unit}" for y, v in case.gives.items())
            )
            print(f"{case.name}  {case.zh if zh else case.en}  {given}")
    print(f"共 {len(cases)} 个例子" if zh else f"{len(cases)} cases")
    if missed:
        print(
            (
                "未找到能得到以下条款的企业，请手工写例子："
                if zh
                else "no enterprise was found that gets these, write cases by hand: "
            )
            + ", ".join(missed)
        )
    saved(arguments.out)
    if arguments.out:
        print(
            "请在“确认”列核对，然后：simulator policy test 政策 --cases " + arguments.out
            if zh
            else f"confirm them in the column 确认 (confirmed), then: simulator policy test FILE --cases {arguments.out}"
        )


def _test(arguments: argparse.Namespace) -> int:
    from simulator.engine import casebook, policycases
    from simulator.law.shipped import law_at

    path, zh = _path(arguments.file), arguments.lang == "zh"
    law = law_at(path)
    kept = Path(arguments.cases) if arguments.cases else casebook.beside(path)
    if kept is None:
        raise _wrong(
            str(path),
            "has no cases beside it",
            "simulator policy cases FILE --out cases.xlsx, confirm them, then --cases cases.xlsx",
            "旁边没有案例文件",
            "先用 simulator policy cases 文件 --out 例.xlsx 生成并核对，再用 --cases 例.xlsx",
        )
    cases = casebook.load(law.policy, kept)
    confirmed = [case for case in cases if case.confirmed]
    wrong = list(policycases.differences(law, cases))
    for case, year, said, now in wrong:
        was, found = (casebook.written(law.policy, case, v) for v in (said, now))
        print(
            f"{case.name}（{case.zh}）{year} 年：核对数 {was}，现算得 {found}"
            if zh
            else f"{case.name} ({case.en}), {year}: confirmed {was}, now {found}"
        )
    print(
        f"核对过的 {len(confirmed)} 个例子中 {len({c.name for c, *_ in wrong})} 个不符；未核对 {len(cases) - len(confirmed)} 个"
        if zh
        else f"of {len(confirmed)} confirmed cases {len({c.name for c, *_ in wrong})} differ; "
        f"{len(cases) - len(confirmed)} are not confirmed"
    )
    if not confirmed:
        raise _wrong(
            str(kept),
            "no case is confirmed",
            "write 是 in the column 确认, or confirmed: true",
            "没有核对过的例子",
            "请在“确认”列写“是”，或写 confirmed: true",
        )
    return 1 if wrong else 0


def _convert(arguments: argparse.Namespace) -> None:
    from simulator.law.policyfile import document_of

    if not arguments.to:
        raise _wrong(
            "policy convert",
            "names no file to write",
            "simulator policy convert FILE.xlsx FILE.yaml",
            "没有写目标文件",
            "simulator policy convert 政策.xlsx 政策.yaml",
        )
    path = Path(arguments.to)
    _may_write(path)
    document = document_of(_path(arguments.file))
    errors = [p for p in document.problems if p.severity == "error"]
    if errors:
        raise LawError(errors)
    _write(document.data, path)
    print(f"→ {path}")
