"""The sections on targets and growth, as a report of its own."""

from __future__ import annotations

from simulator.report import making, outlook, page, returns
from simulator.report.page import Part
from simulator.report.wording import load
from simulator.store.record import RunFolder

__all__ = ["cover", "targets", "growth", "ratios", "made", "end"]
end = making.end
_CONTENTS = {"targets": "targets.short", "growth": "growth.short", "ratios": "ratios.short", "made": "made.plain"}


def cover(run: RunFolder, lang: str) -> Part:
    """Title and what run this is."""
    words = load(lang)
    shown = {anchor: key for anchor, key in _CONTENTS.items() if anchor != "targets" or run.targets}
    return making.front(
        run, words, words.say("targets.kicker"), making.policy_name(run, words), making.run_facts(run, words), sections=shown
    )


def targets(run: RunFolder, lang: str) -> Part:
    """How likely the policy's targets are reached."""
    return outlook.targets(run, lang, "targets.short", chart=True)


def growth(run: RunFolder, lang: str) -> Part:
    """Cost beside the growth of online retail and the tax it brings."""
    return outlook.growth(run, lang, "growth.short")


def ratios(run: RunFolder, lang: str) -> Part:
    """Cost per result, whose the tax is, the back-test, other readings of the targets and what would have to be true."""
    words = load(lang)
    parts = (returns.ratios, returns.by_government, returns.backtest, returns.alternatives, returns.conditions)
    return page.section("ratios", words.say("ratios.short"), words.tag, *(part(run, words) for part in parts))


def made(run: RunFolder, lang: str) -> Part:
    """What is needed to make the numbers again."""
    return making.made(run, lang, "made.plain")
