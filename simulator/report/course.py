"""How far a report is, from the first draw to the last file: the share of the whole that is done, and what is made next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from simulator.budget.analyses import EFFORT
from simulator.report.wording import Wording

_PLAY, _SECTIONS, _FILE = 10, 40, 10  # efforts beside those of analyses: a scenario, a language's notebook, each of its files


class Course:
    """Tells of each part of a report before it is made.

    tell: called with the share done, 0 to 1, and what is made, in the language of the words. scenarios: how many are played first;
    analyses: those of a budget that are made; languages and files of each come last.
    """

    def __init__(
        self,
        tell: Callable[[float, str], object],
        words: Wording,
        scenarios: int,
        analyses: Collection[str],
        languages: Sequence[str],
        files: int,
    ):
        self._tell, self._words = tell, words
        made = {name: effort for name, effort in EFFORT.items() if name in analyses}
        parts = {"play": scenarios * _PLAY, **made, **dict.fromkeys(languages, _SECTIONS + _FILE * files)}
        self._parts: Mapping[str, float] = {part: effort for part, effort in parts.items() if effort}

    def at(self, part: str, share: float = 0.0, name: str = "") -> None:
        """Part of the way, 0 to 1, through a part; name: of what is made there, by default the part's own. What is no part takes no
        time."""
        if part in self._parts:
            places = list(self._parts)
            before = sum(self._parts[one] for one in places[: places.index(part)])
            done = (before + min(1.0, share) * self._parts[part]) / sum(self._parts.values())
            self._tell(done, self._words.term("sections", name or part))
