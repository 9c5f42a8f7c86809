"""A report of each of the other policies, in both languages, names that policy alone; nothing of one place is left in the program."""

import html
import re

import pytest

import simulator
from simulator import resources
from simulator.projection.assumptions import declared
from simulator.report.wording import load
from simulator.scenario import under_policy
from tests.policies.test_others import OTHERS, foreign

PLACE = re.compile("九龙坡|Jiulongpo|重庆|Chongqing|高新区")


def words_of(page: str) -> str:
    """What a person reads of a page: text, titles of pictures, descriptions."""
    page = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r'\b(?:src|href|id|class|d|style)="[^"]*"', "", page)))


@pytest.fixture(scope="module", params=OTHERS)
def pages(request, tmp_path_factory) -> tuple[str, dict[str, str]]:
    """The policy's name, and its report by language."""
    budget = simulator.run(under_policy(request.param).set({"draws": 20}))
    made = simulator.report(budget, languages=("zh", "en"), out=tmp_path_factory.mktemp(request.param))
    return request.param, {path.name.split(".")[1]: path.read_text(encoding="utf-8") for path in made}


@pytest.mark.slow
def test_a_report_names_that_policy_alone(pages):
    name, found = pages
    policy = under_policy(name).law.policy
    # words of the projection belong to no policy
    general = "".join(f"{a.zh} {a.en} ".lower() for a in declared(policy).all) + "租金补助 税收返还"
    assert set(found) == {"zh", "en"}
    for lang, page in found.items():
        reported = words_of(page)
        assert (policy.zh if lang == "zh" else policy.en) in reported
        assert ">numbers<" not in page  # a heading in the file's words
        assert [clause.article for clause in policy.clauses if clause.article not in reported] == []
        assert [word for word in foreign(name, reported) if word.lower() not in general] == []
        assert PLACE.findall(reported) == []


@pytest.mark.slow
def test_a_report_says_what_holds_in_the_years_played(pages):
    """No section on targets that there are none of, no taxes of other years; whose the invented enterprises are."""
    name, found = pages
    law = under_policy(name).law
    for lang, page in found.items():
        told, words = words_of(page), load(lang)
        numbers = re.findall(r"<h2[^>]*>([一二三四五六七]|[1-7])[、.]", page)
        assert numbers == list("一二三四五六" if lang == "zh" else "123456") and 'href="#targets"' not in page
        assert words.say("page.elsewhere")[:20] in told
        if law.start.year > 2017:
            assert not re.search("营业税|[Bb]usiness tax", told) and "2016" not in told


def test_nothing_of_one_place_is_left_in_the_program():
    """Its names stand in the files of its policy, its scenarios and its statistics, and in the guide as an example."""
    found = {}
    for path in (resources.folder("data").parent / "simulator").rglob("*"):
        if path.suffix in (".py", ".yaml", ".js", ".css", ".mplstyle", ".ipynb") and "_guide" not in path.parts:  # the guide is built there
            text = path.read_text(encoding="utf-8").replace("Asia/Chongqing", "").replace("jiulongpo_2013", "")
            if PLACE.search(text):
                found[path.name] = PLACE.findall(text)
    assert found == {}
