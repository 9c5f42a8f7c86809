"""What the page is sent once: every setting with its words, unit, reach and source; headings; all sentences it says itself."""

from __future__ import annotations

from typing import Any

from simulator.dashboard import display
from simulator.dashboard.controls import HEADINGS, SPREAD, Control, Value, headings
from simulator.document.numbers import MISSING
from simulator.law.rewriting import words as words_of
from simulator.law.terms import Law
from simulator.report.sources import named
from simulator.report.wording import Wording
from simulator.scenario import Scenario


def sections(scenario: Scenario, offered: list[Control], words: Wording) -> list[dict[str, Any]]:
    """The headings in the order of the page: heading, title, paths of their settings."""
    return [
        {"heading": heading, "title": title(heading, scenario.law, words), "paths": [c.path for c in offered if c.heading == heading]}
        for heading in headings(scenario, offered)
    ]


def title(heading: str, law: Law, words: Wording) -> str:
    """A heading: a clause by article and name."""
    if block := law.blocks.get(heading):
        return words.say("headings.clause", article=block.article, name=block.zh if words.lang == "zh" else block.en)
    return words.say(f"headings.{heading}")


def names(scenario: Scenario, words: Wording) -> dict[str, list[tuple[str, str]]]:
    """What the formulas under each heading may name: name, and what it is."""
    policy, side = scenario.law.policy, 0 if words.lang == "zh" else 1
    return {slug or "policy": [(name, said[side]) for name, *said in words_of(policy, slug)] for slug in ("", *policy.slugs)}


def described(control: Control, words: Wording) -> dict[str, Any]:
    """A setting for the page: all numbers in the unit shown."""
    scale, unit = display.scale_of(control, words)
    made = {
        "kind": control.kind,
        "label": control.label(words.lang),
        "unit": unit,
        "path": control.path,
        "heading": control.heading,
        "base": shown(control, control.base, words),
        "about": about(control, words),
        "other": f"{control.zh} {control.en} {control.article}",
    }
    if control.kind == "slider":
        made |= {"low": str(control.low / scale), "high": str(control.high / scale), "step": str(control.step / scale)}
    if control.kind in ("choice", "list"):
        made["choices"] = [
            display.written(control, value, words) if control.kind == "choice" else (zh if words.lang == "zh" else en)
            for value, zh, en in control.choices
        ]
    return made


def shown(control: Control, value: Value, words: Wording) -> dict[str, Any]:
    """A value for the page: its text; where the slider stands; which choice."""
    scale, _ = display.scale_of(control, words)
    made: dict[str, Any] = {"text": display.written(control, value, words)}
    if control.kind == "choice":
        known = [v for v, _, _ in control.choices]
        value = "none" if value is None and None not in known else value
        made["choice"] = known.index(value) if value in known else -1
    elif (position := control.position(value)) is not None:
        made["at"] = str(position / scale)
    return made


def about(control: Control, words: Wording) -> list[str]:
    """Where a setting comes from, what it may be, and what the command line calls it; a sentence a line."""
    lines = []
    if control.heading in HEADINGS:
        source = named(control.article, words)
        sure = words.term("confidence", control.confidence)
        lines.append(words.say("about.judgement") if source == MISSING else words.say("about.source", source=source, confidence=sure))
    elif control.article:
        lines.append(words.say("about.article", article=control.article))
    scale, unit = display.scale_of(control, words)
    if control.kind == "slider" and control.allowed:
        low, high = control.allowed
        ends = {"low": f"{low / scale:,f}", "unit": unit}
        lines.append(
            words.say("about.range", high=f"{(high / scale).normalize():,f}", **ends)
            if high is not None
            else words.say("about.least", **ends)
        )
        if isinstance(control.base, dict) and set(control.base) <= set(SPREAD):
            lines.append(words.say("about.spread"))
    lines.append(words.say("about.path", path=control.path))
    return lines
