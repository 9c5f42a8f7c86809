"""A policy read back in words, article by article beside its formulas: what a lawyer compares with the text and signs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator import facts
from simulator.document import Block, Cell, Document, Paragraph, Section, Table, Title
from simulator.errors import Problem, ReportError
from simulator.files import put
from simulator.law.policychecks import FROM_PAYS
from simulator.law.policytext import canonical
from simulator.law.terms import UNITS, Law
from simulator.law.words import Words
from simulator.report.wording import LANGUAGE_TAGS

Part = tuple[str, Any]  # ("h1", text), ("h2", text), ("p", text) or ("table", rows with the header first)
_KIND = {"one_off": ("一次性", "one-off"), "recurrent": ("按年", "each year"), "in_kind": ("实物", "in kind")}
_FOLLOW = {
    "each_highest": ("各档各一次，当年取所达最高档", "each tier once, the highest reached in the year"),
    "each": ("所达各档分别给", "every tier reached"),
    "top_up": ("补足至所达最高档", "topped up to the highest tier"),
    "step_up": ("升档给差额，封顶或资金池削减的以后不补", "the difference to the tier before; what was cut is not made up"),
    "first_only": ("终身一次", "one award ever"),
}
_SHARE = {
    "pro_rata": ("按比例兑付", "each gets the same share"),
    "first_come": ("先到先得（按申报日期）", "first come, first served (by day of application)"),
}


def in_words(law: Law, given: Mapping[Any, Any], lang: str) -> list[Part]:
    """The policy in words. given: the data of its file, for the formulas as written."""
    zh, data, policy = lang == "zh", canonical(given), law.policy
    side = 0 if zh else 1
    end = law.end.isoformat() if law.end else ("无期限" if zh else "without end")
    parts: list[Part] = [
        ("h1", law.zh if zh else law.en),
        ("p", f"政策期：{law.start} 至 {end}" if zh else f"Term: {law.start} to {end}"),
    ]
    said = ((("出处", "Source"), data.get("source")), (("备注", "Note"), data.get("notes")))
    parts += [("p", f"{name[side]}{'：' if zh else ': '}{text}") for name, text in said if text]
    shared = Words(law, "", lang)
    if data.get("let"):
        parts += [("h2", "共用的定义" if zh else "Shared definitions"), ("table", _formulas(data["let"], shared, zh))]
    for slug in policy.text_order:
        clause, block, words = policy.clauses[policy.index(slug)], data["clauses"][slug], Words(law, slug, lang)
        unit = "" if clause.cash else f"，{UNITS[clause.unit.name].zh}" if zh else f", {clause.unit.name}"
        parts.append(
            (
                "h2",
                f"{clause.article}　{clause.zh}（{_KIND[clause.kind][0]}{unit}）"
                if zh
                else f"{clause.article}  {clause.en} ({_KIND[clause.kind][1]}{unit})",
            )
        )
        numbers = [(p, n) for p, n in law.numbers.items() if p.startswith(f"{slug}.")]
        if numbers:
            head = ("数", "数值", "文号") if zh else ("number", "value", "article")
            parts.append(("table", [head, *((n.zh if zh else n.en, _value(n, lang), n.article) for _, n in numbers)]))
        rows: list[tuple[str, ...]] = [("内容", "文字", "公式") if zh else ("what", "in words", "formula")]
        for name, text in (block.get("let") or {}).items():
            rows.append((("其中：" if zh else "where ") + words.labels.get(name, name), words.of(_text(text)), _text(text)))
        for name, condition in (block.get("where") or {}).items():
            label = _under(condition.get("article"), str(condition.get("zh" if zh else "en") or name))
            rows.append((("条件：" if zh else "condition: ") + label, words.of(_text(condition)), _text(condition)))
        asked = {c.name: c for c in clause.conditions}
        for name in FROM_PAYS:
            if name in asked and name not in (block.get("where") or {}):
                rows.append(
                    (
                        ("条件：" if zh else "condition: ") + (asked[name].zh if zh else asked[name].en),
                        words.of(asked[name].text),
                        asked[name].text,
                    )
                )
        if "tiers" in block:
            rows += _tiers(block["tiers"], words, zh)
        else:
            rows.append(("金额" if zh else "amount", words.of(block["amount"]), str(block["amount"])))
        if "first" in block:
            by, places = (words.of(block["first"][key]) for key in ("by", "n"))
            stays = clause.first is not None and clause.first.stays
            vacant = ("空出的名额不递补" if stays else "空出的名额递补") if zh else f"a vacant place {'stays' if stays else 'passes on'}"
            rows.append(
                (
                    f"名额（{clause.article}）" if zh else f"only the first ({clause.article})",
                    f"按{by}取前{places}名，{vacant}" if zh else f"{places} by {by}; {vacant}",
                    f"{block['first']['n']} / {block['first']['by']}",
                )
            )
        for key, called in (("data_error", ("缺数据", "facts missing")), ("ends", ("到期", "support ends"))):
            if key in block:
                rows.append((called[side], words.of(_text(block[key])), _text(block[key])))
        for name, condition in (block.get("remember") or {}).items():
            rows.append(
                (
                    f"记下首个年度：{name}" if zh else f"remembers the first year: {name}",
                    words.of(_text(condition)),
                    _text(condition),
                )
            )
        if len(clause.parts) > 1:
            shares = [f"{100 * part / sum(clause.parts):g}%" for part in clause.parts]
            equal = len(set(clause.parts)) == 1
            rows.append(
                (
                    "兑现" if zh else "payment",
                    (f"分{len(shares)}年等额兑现" if equal else f"分{len(shares)}年兑现：" + "、".join(shares))
                    if zh
                    else (f"in {len(shares)} equal yearly parts" if equal else f"in {len(shares)} yearly parts: " + ", ".join(shares)),
                    str(len(shares)) if equal else ", ".join(shares),
                )
            )
        parts.append(("table", rows))
        if block.get("notes"):
            parts.append(("p", f"{'备注：' if zh else 'Note: '}{block['notes']}"))
    parts += [*_readings(law, zh), *_measures(law, zh)]
    parts += _settlement(law, data, shared, zh)
    parts += _asked(law, zh)
    return parts


def _text(given: Any) -> str:
    return str(given.get("if", given.get("is", "")) if isinstance(given, Mapping) else given).replace("\n", " ")


def _under(article: Any, name: str) -> str:
    """A name with the article it comes from, where the file says one."""
    return f"{article} {name}" if article else name


def _value(number: Any, lang: str) -> str:
    if len(number.values) == 1:
        return str(number.shown(next(iter(number.values)), lang))
    return "；".join(f"{year}：{number.shown(year, lang)}" for year in number.values)


def _formulas(lets: Mapping[str, Any], words: Words, zh: bool) -> list[tuple[str, ...]]:
    return [
        ("名称", "文字", "公式") if zh else ("name", "in words", "formula"),
        *((words.labels.get(name, name), words.of(_text(text)), _text(text)) for name, text in lets.items()),
    ]


def _tiers(tiers: Mapping[str, Any], words: Words, zh: bool) -> list[tuple[str, ...]]:
    edge = tiers.get("edge", "at_least")
    word = {"at_least": ("达到", "at least"), "more_than": ("超过", "above")}.get(str(edge), ("达到", "at least"))[0 if zh else 1]
    rows = []
    for key, award in (tiers.get("steps") or {}).items():
        said = str(key).lstrip(">=≥ ")
        own = ("超过" if zh else "above") if str(key).strip().startswith(">") and "=" not in str(key)[:2] else word
        rows.append(
            (
                "分档" if zh else "tier",
                f"{words.of(tiers['of'])}{own}{words.of(said)}：{words.of(award)}"
                if zh
                else f"{words.of(tiers['of'])} {own} {words.of(said)}: {words.of(award)}",
                f"{tiers['of']} {key}: {award}",
            )
        )
    follow = str(tiers.get("follow", "each_highest"))
    said = _FOLLOW[follow][0 if zh else 1] if follow in _FOLLOW else words.labels.get(follow, follow)
    return [*rows, ("各档衔接" if zh else "how tiers follow", said, follow)]


def _readings(law: Law, zh: bool) -> list[Part]:
    if not law.policy.readings:
        return []
    rows = [
        ("文号", "何处可作不同理解", "各种理解（默认在前）")
        if zh
        else ("article", "what can be read in several ways", "readings, the default first")
    ]
    for switch in law.policy.readings.values():
        names = sorted(switch.names, key=switch.code)
        rows.append(
            (
                switch.article,
                switch.zh if zh else switch.en,
                "；".join(f"{n}：{switch.meanings[n][0]}" for n in names)
                if zh
                else "; ".join(f"{n}: {switch.meanings[n][1]}" for n in names),
            )
        )
    return [("h2", "解读" if zh else "Readings"), ("table", rows)]


def _measures(law: Law, zh: bool) -> list[Part]:
    rows = [(promise.article, promise.zh if zh else promise.en, f"levers.{name}") for name, promise in law.policy.measures.items()]
    head = ("文号", "措施", "杠杆") if zh else ("article", "measure", "lever")
    return [("h2", "没有数额的措施" if zh else "Measures without an amount"), ("table", [head, *rows])] if rows else []


def _settlement(law: Law, data: Mapping[str, Any], words: Words, zh: bool) -> list[Part]:
    rules, given = law.policy.settlement, data.get("settlement") or {}
    rows = [("内容", "文字", "公式") if zh else ("what", "in words", "formula")]
    for name, text in (given.get("let") or {}).items():
        rows.append((("其中：" if zh else "where ") + name, words.of(_text(text)), _text(text)))
    for condition in rules.conduct:
        rows.append(
            (
                ("行为要求：" if zh else "conduct: ") + _under(condition.article, condition.zh if zh else condition.en),
                words.of(condition.text),
                condition.text,
            )
        )
    if rules.clawback:
        rows.append(
            (
                ("追回：" if zh else "due back: ") + _under(rules.clawback.article, rules.clawback.zh if zh else rules.clawback.en),
                words.of(rules.clawback.text),
                rules.clawback.text,
            )
        )
    rows.append(
        (
            "已有同类支持" if zh else "existing support",
            ("就高不重复" if rules.weighs_existing else "不比较")
            if zh
            else ("the higher of both, not both" if rules.weighs_existing else "not weighed"),
            str(given.get("existing_support") or "none"),
        )
    )
    names, comma = [(c.zh if zh else c.en) for c in law.policy.clauses], "、" if zh else ", "
    for group in rules.exclusive:
        always, when = group.when.text == "true", words.of(group.when.text)
        only = "" if always else f"（限：{when}）" if zh else f" (if {when})"
        rows.append(
            (
                ("互斥：" if zh else "exclusive: ") + _under(group.when.article, group.when.zh if zh else group.when.en),
                ("只给最高一项：" if zh else "only the highest of: ") + comma.join(names[k] for k in group.clauses) + only,
                "" if always else group.when.text,
            )
        )
    for cap in rules.caps:
        per = ("累计" if cap.lifetime else "每年") if zh else ("over all years" if cap.lifetime else "a year")
        rows.append(
            (
                ("封顶：" if zh else "cap: ") + _under(cap.most.article, cap.most.zh if zh else cap.most.en),
                (comma.join(names[k] for k in cap.clauses) + (f"，{per}合计至多" if zh else f": {per} at most ")) + words.of(cap.most.text),
                cap.most.text,
            )
        )
    for pot in rules.pots:
        rows.append(
            (
                ("资金池：" if zh else "pot: ") + _under(pot.article, pot.zh if zh else pot.en),
                comma.join(names[k] for k in pot.clauses)
                + ("，每年合计" if zh else ": together a year ")
                + words.of(pot.amount.removeprefix("numbers."))
                + ("，不足时" if zh else "; where that is too little, ")
                + _SHARE[pot.share][0 if zh else 1],
                pot.amount.removeprefix("numbers."),
            )
        )
    return [("h2", "结算与条款之间" if zh else "Settlement and links"), ("table", rows)]


def _asked(law: Law, zh: bool) -> list[Part]:
    own = {f.name: f for f in law.policy.facts}
    rows = [("数据", "代号", "用于") if zh else ("fact", "name", "needed by")]
    for name, slugs in law.policy.needed_facts().items():
        if name == "present":
            continue
        label = (own[name].zh if zh else own[name].en) if name in own else facts.KINDS[name][1] if zh else name.replace("_", " ")
        rows.append((label, name, ("、" if zh else ", ").join(law.blocks[s].zh if zh else law.blocks[s].en for s in slugs)))
    return [("h2", "要求企业提供的数据" if zh else "Facts asked of enterprises"), ("table", rows)]


def markdown(parts: list[Part]) -> str:
    """As Markdown."""
    lines = []
    for kind, content in parts:
        if kind == "table":
            head, *rows = content
            lines += [
                "| " + " | ".join(_cell(c) for c in head) + " |",
                "|" + " --- |" * len(head),
                *("| " + " | ".join(_cell(c) for c in row) + " |" for row in rows),
                "",
            ]
        else:
            lines += [{"h1": "# ", "h2": "## ", "p": ""}[kind] + content, ""]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def save(parts: list[Part], path: Path, lang: str) -> Path:
    """As FILE.docx, FILE.md or FILE.html. Raises ReportError."""
    kind = path.suffix.lower()
    if kind == ".docx":
        from simulator.render import docx

        return put(path, lambda p: docx.write(_document(parts, lang), p), ReportError)
    if kind in (".md", ".html"):
        text = markdown(parts) if kind == ".md" else _html(_document(parts, lang))
        return put(path, lambda p: p.write_text(text, encoding="utf-8"), ReportError)
    raise ReportError(
        Problem(
            str(path),
            "is neither .docx, .md nor .html",
            "write --out FILE.docx",
            "error",
            "不是 .docx、.md 或 .html",
            "请写 --out 文件.docx",
        )
    )


def _document(parts: list[Part], lang: str) -> Document:
    """The same as a document, with a line to be signed by whoever compared it with the text."""
    found: list[tuple[str, list[Block]]] = [("", [])]
    for kind, content in parts:
        if kind == "h2":
            found.append((content, []))
        elif kind == "table":
            head, *rows = content
            found[-1][1].append(Table("", head, [[Cell(str(text)) for text in row] for row in rows], "formulas"))
        else:
            found[-1][1].append(Title(content) if kind == "h1" else Paragraph(content))
    found[-1][1].append(Paragraph("核对人：　　　　　　日期：" if lang == "zh" else "Compared with the text by:                    Date:"))
    sections = [
        Section(f"part_{place}", title, LANGUAGE_TAGS[lang], blocks, "section" if title else "cover")
        for place, (title, blocks) in enumerate(found)
    ]
    return Document(parts[0][1], "", lang, "", parts[0][1], ("", ""), sections)


def _html(whole: Document) -> str:
    from html import escape

    from simulator.render.html import section

    return (
        f'<!doctype html><html lang="{whole.lang}"><meta charset="utf-8"><title>{escape(whole.title)}</title>'
        f'<body class="report">{"".join(map(section, whole.sections))}</body></html>'
    )
