"""A policy file that is no YAML: every slip reported at once with its line, and the rest of the file checked as it was meant."""

from __future__ import annotations

import pytest
import yaml

from simulator import resources, yamlfile, yamlmending
from simulator.errors import LawError
from simulator.law.policyfile import examine
from simulator.law.policytext import canonical

FORM = (resources.folder("data") / "policies" / "form.yaml").read_text("utf-8")
PLANTED = [  # what stands in the form, what somebody wrote instead, what is said
    (
        "term: {start: 2016-01-01, end: 2018-12-31}",
        "term：｛start：2016-01-01, end: 2018-12-31｝",
        ["full-width colon after term", "the full-width sign ｛", "full-width colon after start", "the full-width sign ｝"],
    ),
    (
        "listed: {table: annual, unit: 是/否,",
        "listed: {table: annual，unit：是/否，",
        ["full-width sign ，", "full-width colon after unit"],
    ),
    ("enterprise_cap: {value: 60万元", "enterprise_cap:{value:60万元", ["no space after the colon of enterprise_cap", "colon of value"]),
    ("zh: 一档, en: a step}", "zh: 一档, en: a step", ["brace or bracket that is not closed"]),
    ("      cap: {value: 20万元", "\tcap: {value: 20万元", ["indented with a Tab"]),
    ("    amount: min(steps(", '    amount: "min(steps(', ["quote that is not closed"]),
    ("    zh: 租金补助\n", "   zh：租金补助\n", ["full-width colon after zh", "indented by 3 spaces; the lines above it by 4"]),
    ("if: settled_on in term and ecommerce,", "if: and(settled_on in term, ecommerce),", ["holds a formula with a comma between braces"]),
    ("      of: online_sales\n", "      of：online_sales\n", ["full-width colon after of"]),
    ("by: parcels}", "by: parcels}}", ["a brace or bracket too many"]),
    ("[growth, rent_support, first_sales, courier]", "[growth、rent_support，first_sales, courier", ["sign 、", "sign ，", "not closed"]),
    ("amount: each * parcels", "amount: tier(parcels >= {least: each * parcels})", ["holds a second colon"]),
    ("  growth:\n", "  growth\n", ["has no colon"]),
    ("    amount: hours", "    amount: = hours", []),
    ("  sound: {if: accounts_sound,", "  sound: {if: 'accounts_sound,", ["quote that is not closed"]),
]


def read(text):
    document = yamlfile.loads(text, "f.yaml", LawError, gather=True, quantities=True)
    return document, [p for p in examine(document)[1] if p.severity == "error"]


@pytest.mark.parametrize(("right", "wrong", "reported"), PLANTED, ids=[wrong.strip()[:24] for _, wrong, _ in PLANTED])
def test_a_slip_is_reported_with_its_line_and_read_as_it_was_meant(right, wrong, reported):
    assert FORM.count(right) == 1
    document, problems = read(FORM.replace(right, wrong))
    line = FORM[: FORM.index(right)].count("\n") + 1
    assert [p.place for p in problems] == [f"f.yaml line {line}"] * len(reported)
    assert all(said in p.cause for p, said in zip(problems, reported, strict=True))
    if "tier(" not in wrong and "and(" not in wrong and "= hours" not in wrong:
        assert canonical(document.data) == canonical(yamlfile.loads(FORM, "f.yaml", quantities=True).data)


def test_all_of_them_at_once_and_what_is_wrong_beside_them():
    text = FORM.replace("kind: in_kind", "kind: in_kin")
    for right, wrong, _ in PLANTED:
        text = text.replace(right, wrong)
    _, problems = read(text)
    assert len(problems) == sum(len(reported) for _, _, reported in PLANTED) + 1
    assert any("kind is 'in_kin'" in p.cause for p in problems)


def test_a_guess_that_is_none_is_not_built_upon():
    """What hangs on a line that nobody understands is not reported as missing."""
    broken = FORM.replace("    kind: one_off\n", "    kind one_off of a sort\n").replace("term: {", "term：{")
    with pytest.raises(LawError) as refused:
        yamlfile.loads(broken, "f.yaml", LawError, gather=True, quantities=True)
    assert [p.cause for p in refused.value.problems] == ["has a full-width colon after term", "has no colon"]


def test_nothing_is_mended_in_a_file_that_is_right():
    for file in [*resources.folder("data").rglob("*.yaml"), *resources.folder("scenarios").rglob("*.yaml")]:
        text = file.read_text("utf-8")
        node = yaml.compose(text, Loader=yamlfile._FAST)
        assert yamlmending.mend(text, node, yaml.compose, doubtful="policies" in str(file)).slips == []


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "{b: " * 5000,
        "a：1\n" + "x: [" * 3000,
        "a：1\n" * 20_000,
        "".join(f"{' ' * (i % 50)}k{i}: {{v：{i}\n" for i in range(3000)),
        "a：1\nb: !!python/x 1",
        "a：&x 1\nb: *x",
    ],
)
def test_a_text_that_means_harm_is_refused_whatever_is_mended(text):
    with pytest.raises(LawError):
        yamlfile.loads(text, "f.yaml", LawError, gather=True, quantities=True)
