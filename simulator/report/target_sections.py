"""The sections on targets and growth, as a report of its own."""

from __future__ import annotations

from simulator.report import making, outlook
from simulator.report.page import Block
from simulator.report.record import RunFolder
from simulator.report.wording import load

__all__ = ["cover", "targets", "growth", "made", "end"]
end = making.end
_CONTENTS = {"targets": "targets.short", "growth": "growth.short", "made": "made.short"}


def cover(run: RunFolder, lang: str) -> Block:
    """Title and what run this is."""
    words = load(lang)
    shown = {anchor: key for anchor, key in _CONTENTS.items() if anchor != "targets" or run.targets}
    return making.front(run, words, words.say("targets.kicker"), making.policy_name(run, words), making.run_facts(run, words),
                        sections=shown)


def targets(run: RunFolder, lang: str) -> Block:
    """How likely the policy's targets are reached."""
    return outlook.targets(run, lang, "targets.short")


def growth(run: RunFolder, lang: str) -> Block:
    """Cost beside the growth of online retail and the tax it brings."""
    return outlook.growth(run, lang, "growth.short")


def made(run: RunFolder, lang: str) -> Block:
    """What is needed to make the numbers again."""
    return making.made(run, lang, "made.short")
