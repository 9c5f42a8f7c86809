"""What a notebook opens: the folder it is given, or, opened by hand without one, an example of its own making."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from simulator import resources
from simulator.budget.result import BudgetRun
from simulator.engine.run import play
from simulator.scenario import load_scenario
from simulator.store import kinds
from simulator.store.comparisons import ComparisonFolder, write_comparison
from simulator.store.folder import RECORD, Recorded
from simulator.store.record import RunFolder
from simulator.store.register_checks import CheckFolder, write_check

EXAMPLES = Path("out") / "notebooks"  # beside where the notebook runs
EXAMPLE_DRAWS = 500
REFORM = "cautious"


def open_run(folder: str, profile: str = "internal") -> RunFolder:
    """The run in `folder`; where that is blank, the baseline's, played once. Raises ReportError."""
    folder, profile = kinds.folder_of(folder), kinds.profile_of(profile)
    where = Path(folder) if folder else EXAMPLES / "baseline"
    if not folder and not (where / RECORD).is_file():
        played = _played("baseline")
        played.write(where, played.analyses())
    return RunFolder.open(where, profile)


def open_comparison(folder: str, profile: str = "internal") -> ComparisonFolder:
    """The comparison in `folder`; where that is blank, of the baseline with the cautious scenario. Raises ReportError."""
    folder, profile = kinds.folder_of(folder), kinds.profile_of(profile)
    where = Path(folder) if folder else EXAMPLES / "comparison"
    if not folder and not (where / RECORD).is_file():
        write_comparison(where, _played("baseline"), _played(REFORM))
    return ComparisonFolder.open(where, profile)


def open_check(folder: str, profile: str = "internal") -> CheckFolder:
    """The check in `folder`; where that is blank, of the sample register. Raises ReportError."""
    folder, profile = kinds.folder_of(folder), kinds.profile_of(profile)
    where = Path(folder) if folder else EXAMPLES / "check"
    if not folder and not (where / RECORD).is_file():
        write_check(where, resources.folder("data") / "sample")
    return CheckFolder.open(where, profile)


OPEN: Mapping[str, Callable[[Path, str], Recorded]] = {
    "run": RunFolder.open,
    "comparison": ComparisonFolder.open,
    "check": CheckFolder.open,
}


def _played(name: str) -> BudgetRun:
    scenario = load_scenario(name).set({"draws": EXAMPLE_DRAWS})
    return BudgetRun(scenario, play(scenario, None))
