"""What-ifs side by side on the same random numbers, and who gains and who loses between two of them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from simulator.budget.result import BudgetRun
from simulator.budget.summary import TOTAL
from simulator.dashboard import pictures, views
from simulator.dashboard.gains import gains
from simulator.dashboard.host import Host
from simulator.dashboard.ideas import REPLICATE
from simulator.dashboard.table import table
from simulator.dashboard.worker import Play
from simulator.document.numbers import UNITS, percent, shown
from simulator.engine.synthesize import synthesize
from simulator.errors import SimulatorError
from simulator.population.register import Population
from simulator.report.tables import between
from simulator.report.wording import Wording
from simulator.scenario import Scenario

PRESENT = "*"  # the settings on the page, as they are
BASELINE = ""
INVENTED = 2000  # enterprises shown where the page has no register


class Together:
    """Plays and tells comparisons."""

    def __init__(self, page: Host):
        self._page = page
        self._invented: Population | None = None

    def scenarios(self, names: Sequence[str]) -> list[tuple[str, Scenario]]:
        """Name on the page and scenario of each what-if, on the page's chance; the baseline first. names: of those kept, BASELINE,
        PRESENT; all there are if empty."""
        page, words = self._page, self._page.words
        shown = page.shown.run.scenario if page.shown else page.state.scenario.set({"draws": page.quick})
        chance = {name: shown.plain[name] for name in REPLICATE}
        wanted = list(names) or [BASELINE, *page.shelf.kept, *([PRESENT] if not self._kept() else [])]
        found = []
        for name in dict.fromkeys([BASELINE, *wanted]):
            if name == PRESENT:
                label = page.name or words.say("ideas.present")
                same = page.shelf.kept.get(label) == {p: v for p, v in page.state.changes.items() if p not in REPLICATE}
                found.append((label if same or not page.name else words.say("ideas.changed", name=label), page.state.scenario.set(chance)))
            elif name in page.shelf.kept:
                found.append((name, page.state.base.set({**page.shelf.kept[name], **chance})))
            elif name == BASELINE:
                found.append((words.say("ideas.baseline"), page.state.base.set(chance)))
        return found

    def ask(self, message: dict[str, Any]) -> None:
        """Compare the what-ifs named with the one named as reference (the baseline if none)."""
        found = self.scenarios([str(name) for name in message.get("names", [])])
        against = str(message.get("against", ""))
        labels = [label for label, _ in found]
        reference = labels.index(against) if against in labels else 0
        self._page.send({"type": "comparing"})
        self.play(
            found,
            lambda runs: self._page.send(
                {"type": "compared", "labels": labels, "against": labels[reference], **tables_of(runs, reference, self._page.words)}
            ),
        )

    def play(self, scenarios: Sequence[tuple[str, Scenario]], then: Any) -> None:
        """Have scenarios played at idle priority, and do something with the runs (name, run)."""

        def do(play: Play) -> None:
            try:
                then([(label, play(scenario)) for label, scenario in scenarios])
            except SimulatorError as e:
                self._page.refuse(e, "message.failed")

        self._page.worker.errand(do)

    def gains(self, message: dict[str, Any]) -> None:
        """Who gains and who loses between two what-ifs, by size and kind; in a thread of its own."""
        (before, first), *_ = self.scenarios([str(message.get("from", BASELINE))])[::-1]
        (after, last), *_ = self.scenarios([str(message.get("to", PRESENT))])[::-1]

        def work() -> None:
            page = self._page
            try:
                register = page.population
                if register is None:
                    self._invented = register = self._invented or synthesize(page.state.base, INVENTED)
                tables = gains(register, first, last, page.words)
                page.send(
                    {
                        "type": "gains",
                        "tables": tables,
                        "labels": [before, after],
                        "note": page.words.say(
                            "gains.invented" if page.population is None else "gains.register", enterprises=f"{len(register):,}"
                        ),
                    }
                )
            except SimulatorError as e:
                page.refuse(e, "message.failed")

        threading.Thread(target=work, daemon=True).start()

    def _kept(self) -> bool:
        """Whether the settings on the page are those of a what-if that is kept, or the baseline's."""
        changes = {p: v for p, v in self._page.state.changes.items() if p not in REPLICATE}
        return not changes or changes in self._page.shelf.kept.values()


def tables_of(runs: Sequence[tuple[str, BudgetRun]], reference: int, words: Wording) -> dict[str, Any]:
    """The picture, the table of headlines and that of the clauses. Differences are paired: run by run on the same draws."""
    unit, money = UNITS[words.lang]["money"], words.say("unit.table", unit=words.say("unit.money"))
    against = runs[reference][1]
    apart = [views.paired(run, against) for _, run in runs]

    def difference(k: int, clause: str) -> Any:
        if k == reference:
            return "—", words.say("compare_page.reference")
        mean, error = apart[k][clause]
        if not mean and not error:
            return "0"
        return unit.text(mean, error, signed=True), f"± {unit.text(error, digits=unit.finest)}"

    rows: list[list[Any]] = []
    for k, (name, run) in enumerate(runs):
        yearly, figures = views.any_overrun(run), views.Figures(run)
        rows.append(
            [
                name,
                *(shown(figures("paid"), unit, q) for q in views.QUANTILES),
                (percent(yearly["probability"]), between(yearly, words)) if yearly else "—",
                shown(figures("net_impact"), unit),
                difference(k, TOTAL),
            ]
        )
    header = [words.say(f"compare_page.{key}") for key in ("name", "p50", "p80", "p95", "overrun", "net", "difference")]
    blocks = against.scenario.law.blocks
    slugs = [*against.result.slugs[: against.result.cash]]
    others = [k for k in range(len(runs)) if k != reference]
    clauses = [
        [
            words.say("costs.total") if s == TOTAL else f"{blocks[s].article} {blocks[s].zh if words.lang == 'zh' else blocks[s].en}",
            *(difference(k, s) for k in others),
        ]
        for s in [*slugs, TOTAL]
    ]
    tables = [table(words.say("compare_page.title"), header, rows, name="what-ifs", unit=money, note=words.say("compare_page.note"))]
    if others:
        tables.append(
            table(
                words.say("compare_page.clauses", reference=runs[reference][0]),
                [words.say("costs.clause"), *(runs[k][0] for k in others)],
                clauses,
                name="what-ifs-by-clause",
                unit=money,
                strong=[-1],
            )
        )
    return {"picture": pictures.side_by_side(runs, words), "tables": tables}
