"""What is done with a policy file at the desk: written, checked, read back, turned into cases and tested; reported line by line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator import resources
from simulator.engine import casebook, casemaking, policycases
from simulator.engine.explain import OUTCOMES
from simulator.errors import LawError, Problem, SimulatorError
from simulator.files import put
from simulator.law import policybook, policytext
from simulator.law.explanation import RANKED_OUT
from simulator.law.policy import Settlement
from simulator.law.policyfile import document_of, examine, law_of
from simulator.law.shipped import law_at, policy_path, shipped_policies
from simulator.law.steps import EXCLUSIVE, FIRST, POT, Step
from simulator.law.terms import Law
from simulator.messages import line
from simulator.regular import bytes_of
from simulator.report import policy_in_words
from simulator.scenario import policy_file


@dataclass(frozen=True)
class Asked:
    """What is asked: the action, the files it names ("" for none), the language; say: tells a line."""

    action: str
    file: str
    to: str
    model: str
    cases: str
    out: str
    zh: bool
    say: Callable[[str], None]

    def tell(self, zh: str, en: str) -> None:
        """Say it in the language asked for."""
        self.say(zh if self.zh else en)


def act(asked: Asked) -> int:
    """Do what is asked; the exit code. Raises SimulatorError."""
    acts = {"list": _list, "new": _new, "check": _check, "show": _show, "cases": _cases, "test": _test, "convert": _convert}
    if not asked.file and asked.action != "list":
        raise _wrong(
            f"policy {asked.action}",
            "names no file",
            f"simulator policy {asked.action} FILE",
            "没有写文件名",
            f"simulator policy {asked.action} 文件",
        )
    return acts[asked.action](asked)


def _wrong(place: str, cause: str, remedy: str, cause_zh: str, remedy_zh: str) -> LawError:
    return LawError(Problem(place, cause, remedy, "error", cause_zh, remedy_zh))


def _list(asked: Asked) -> int:
    for name in shipped_policies():
        law = law_at(policy_path(name))
        asked.say(f"{name:24} {law.zh if asked.zh else law.en}")
    asked.tell(
        "\n另起一份：simulator policy new 政策.xlsx；各命令用 --policy 名称或文件",
        "\nbegin one of your own: simulator policy new FILE.xlsx; every verb takes --policy NAME or FILE",
    )
    return 0


def _may_write(path: Path) -> None:
    if path.exists():
        raise _wrong(
            str(path), "is there already", "choose another name; nothing is written over", "文件已存在", "请换一个文件名，不会覆盖已有文件"
        )
    if path.suffix.lower() not in (".xlsx", ".yaml", ".yml"):
        raise _wrong(
            str(path), "is neither .xlsx nor .yaml", "name it FILE.xlsx or FILE.yaml", "不是 .xlsx 或 .yaml", "请以 .xlsx 或 .yaml 结尾"
        )


def _write(data: Any, path: Path, text: str | None = None) -> None:
    if path.suffix.lower() == ".xlsx":
        policybook.save(data, path)
    else:
        content = text if text is not None else policytext.as_yaml(data)
        put(path, lambda p: p.write_text(content, encoding="utf-8"), LawError)


def _new(asked: Asked) -> int:
    path = Path(asked.file)
    _may_write(path)
    model = policy_file(asked.model) if asked.model else resources.folder("data") / "policies" / "form.yaml"
    text = bytes_of(model).decode("utf-8") if model.suffix in (".yaml", ".yml") else None
    _write(document_of(model).data, path, text)
    asked.say(f"→ {path}")
    asked.tell(f"填好后：simulator policy check {path}", f"then: simulator policy check {path}")
    return 0


def _check(asked: Asked) -> int:
    law, problems = examine(document_of(policy_file(asked.file)))
    errors = [p for p in problems if p.severity == "error"]
    for zh, en, group in (("须更正", "errors", errors), ("请看一看", "worth a look", [p for p in problems if p.severity != "error"])):
        if group:
            asked.tell(f"{zh}（{len(group)}）：", f"{en} ({len(group)}):")
            asked.say("\n".join(f"  {line(p, 'zh' if asked.zh else 'en')}" for p in group))
    if law is not None:
        clauses, numbers, readings = (len(part) for part in (law.policy.clauses, law.policy.number_paths, law.policy.readings))
        asked.tell(
            f"{law.zh}：{clauses} 条，{numbers} 个数，{readings} 处解读，可以使用",
            f"{law.en}: {clauses} clauses, {numbers} numbers, {readings} readings; it can be used",
        )
    return SimulatorError.exit_code if errors else 0


def _show(asked: Asked) -> int:
    document, lang = document_of(policy_file(asked.file)), "zh" if asked.zh else "en"
    parts = policy_in_words.in_words(law_of(document), document.data, lang)
    if asked.out:
        policy_in_words.save(parts, Path(asked.out), lang)
    else:
        asked.say(policy_in_words.markdown(parts))
    return 0


def _cases(asked: Asked) -> int:
    law = law_at(policy_file(asked.file))
    policy, (cases, missed) = law.policy, casemaking.make(law)
    if asked.out:
        casebook.save(policy, cases, Path(asked.out), "zh" if asked.zh else "en")
    for case in [] if asked.out else cases:
        given, unit = {year: casebook.written(policy, case, value) for year, value in case.gives.items()}, casebook.unit_of(policy, case)
        asked.tell(
            f"{_named(case)}  {case.zh}  " + "，".join(f"{year}：{amount}{unit[0]}" for year, amount in given.items()),
            f"{_named(case)}  {case.en}  " + ", ".join(f"{year}: {amount} {unit[1]}" for year, amount in given.items()),
        )
    asked.tell(f"共 {len(cases)} 个例子", f"{len(cases)} cases")
    if missed:
        asked.tell(
            "未找到能得到以下条款的企业，请手工写例子：" + "、".join(missed),
            "no enterprise was found that gets these, write cases by hand: " + ", ".join(missed),
        )
    if asked.out:
        asked.tell(
            f"请在“确认”列核对，然后：simulator policy test 政策 --cases {asked.out}",
            f"confirm them in the column 确认 (confirmed), then: simulator policy test FILE --cases {asked.out}",
        )
    return 0


def _named(case: policycases.Case) -> str:
    """A case, and which of its enterprises."""
    return f"{case.name} {case.member}" if case.member else case.name


def _link(rules: Settlement, step: Step) -> tuple[str, str]:
    """What took something of an amount: Chinese, English."""
    if step.kind == FIRST:
        return OUTCOMES[RANKED_OUT]
    if step.kind == POT:
        return rules.pots[step.at].zh, rules.pots[step.at].en
    link = rules.exclusive[step.at].when if step.kind == EXCLUSIVE else rules.caps[step.at].most
    return link.zh, link.en


def _why(law: Law, case: policycases.Case, year: int, side: int) -> str:
    """Why a case's clause gives nothing, or less than its formula, in a year; "" where it gives all."""
    explained = policycases.explained_of(law, case).get(year)
    if explained is None or 0 < explained.award == explained.due:
        return ""
    failing = [(finding.evidence.zh, finding.evidence.en)[side] for finding in explained.findings if not finding.held]
    if failing:
        return f"（不符合：{'、'.join(failing)}）" if side == 0 else f" (does not hold: {', '.join(failing)})"
    rules = law.policy.settlement
    said = ("、" if side == 0 else ", ").join(_link(rules, step)[side] for step in explained.steps if step.after < step.before)
    said = said or OUTCOMES[explained.outcome][side]
    return f"（{said}）" if side == 0 else f" ({said})"


def _test(asked: Asked) -> int:
    path = policy_file(asked.file)
    law = law_at(path)
    kept = Path(asked.cases) if asked.cases else casebook.beside(path)
    if kept is None:
        raise _wrong(
            str(path),
            "has no cases beside it",
            "simulator policy cases FILE --out cases.xlsx, confirm them, then --cases cases.xlsx",
            "旁边没有案例文件",
            "先用 simulator policy cases 文件 --out 例.xlsx 生成并核对，再用 --cases 例.xlsx",
        )
    cases = casebook.load(law.policy, kept)
    confirmed = sum(case.confirmed for case in cases)
    wrong = list(policycases.differences(law, cases))
    for case, year, said, now in wrong:
        was, found = (casebook.written(law.policy, case, v) for v in (said, now))
        asked.tell(
            f"{_named(case)}（{case.zh}）{year} 年：核对数 {was}，现算得 {found}{_why(law, case, year, 0)}",
            f"{_named(case)} ({case.en}), {year}: confirmed {was}, now {found}{_why(law, case, year, 1)}",
        )
    differ, rest = len({case.name for case, *_ in wrong}), len(cases) - confirmed
    asked.tell(
        f"核对过的 {confirmed} 个例子中 {differ} 个不符；未核对 {rest} 个",
        f"of {confirmed} confirmed cases {differ} differ; {rest} are not confirmed",
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


def _convert(asked: Asked) -> int:
    if not asked.to:
        raise _wrong(
            "policy convert",
            "names no file to write",
            "simulator policy convert FILE.xlsx FILE.yaml",
            "没有写目标文件",
            "simulator policy convert 政策.xlsx 政策.yaml",
        )
    path = Path(asked.to)
    _may_write(path)
    document = document_of(policy_file(asked.file))
    errors = [p for p in document.problems if p.severity == "error"]
    if errors:
        raise LawError(errors)
    _write(document.data, path)
    asked.say(f"→ {path}")
    return 0
