"""Make a report: check the request and the folder, run the notebook, look the page over, make the other formats from it,
and only then put everything in its place."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from simulator import resources
from simulator.disclosure.releases import admit, enter, no_ledger
from simulator.errors import Problem, ReportError
from simulator.files import change, make_folder, ready, temporary
from simulator.locks import held
from simulator.phrases import phrase
from simulator.render import html as of_html
from simulator.render.look import faults
from simulator.report import launcher, whole
from simulator.report.launcher import without_words
from simulator.report.making import title
from simulator.report.opening import OPEN
from simulator.report.wording import Wording, load
from simulator.store import artefact, kinds
from simulator.store.folder import Recorded
from simulator.store.record import read_contributions

if TYPE_CHECKING:
    from nbformat import NotebookNode

OUTSIDE = "external"  # folder of reports for readers outside
_REMEDY = "close it where it is open, or choose another --out"


def publish(
    folder: Path | str,
    *,
    notebook: str = "budget",
    lang: str = "zh",
    formats: Sequence[str] = ("html",),
    profile: str = "internal",
    clause: str = "",
    out: Path | str | None = None,
    source: Path | str | None = None,
    releases: Path | str | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    kernel: launcher.Kernel | None = None,
) -> list[Path]:
    """Make one report of the run (or comparison, or check) in `folder` and return its files' paths.

    notebook: a name of `kinds.KINDS`. clause: which one, for the notebook `clause`. out: folder of the report, by default
    that of the run (a report for outside: `external` in it); names are `NOTEBOOK.LANG.FORMAT`, and with a workbook goes one of all
    tables, `NOTEBOOK.LANG.tables.xlsx`. source: another notebook with
    the same parameters, ending in `end`.
    releases: folder of the ledger of releases, which a report for outside on a register of real enterprises needs.
    progress: called with the name of each section and file before it is made, its number and how many there are. kernel: where several
    reports are made; by default one for this report. Raises ReportError, and leaves
    older files alone, when the folder cannot be read, the notebook fails, or the page does not pass; what there is of it
    goes to `failed/`.
    """
    kinds.check(notebook, formats, (lang,), profile, clause, 2 if notebook == "compare" else 1)
    kind, words, profile = kinds.KINDS[notebook], load(lang), kinds.profile_of(profile)
    opened = OPEN[kind.folder](Path(folder).resolve(), profile)
    if notebook == "clause":  # that the run has no such clause is said before a kernel starts
        import_module("simulator.report.clause_sections").clause_of(opened, clause)
    admitted = _admitted(opened, releases)
    place = Path(out).resolve() if out is not None else opened.path
    if opened.external:  # apart from the run's own files, so that the folder can be handed on as it is
        place /= OUTSIDE
    stem = "-".join(filter(None, (notebook, clause, "" if profile == "internal" else profile)))
    files = [file for form in formats for file in filter(None, (form, kinds.BESIDE.get(form)))]
    targets = {form: _inside(place, kinds.slug(stem), f"{lang}.{form}") for form in files}
    ready(place, [name for target in targets.values() for name in (target.name, f"{artefact.RECORDS}/{target.name}.json")], ReportError)
    parameters = {"folder": str(opened.path), "lang": lang, "profile": profile} | ({"clause": clause} if clause else {})
    source = Path(source) if source is not None else resources.folder("notebooks") / f"{notebook}.ipynb"
    told = _Told(progress or (lambda *_: None), len(targets))
    with temporary("report") as work:
        with nullcontext(kernel) if kernel else launcher.Kernel() as running:
            execution = launcher.run(source, parameters, running, told.section, whole.hand_over(work))
        if opened.controlled:  # what an exception says may hold what stands in a register
            execution = without_words(execution)
        problems = [execution.problem] if execution.problem else []
        text = to_html(execution.notebook, opened, words, incomplete=bool(problems))
        problems = problems or faults(text, opened.run_id)
        made = {} if problems else _made(opened, targets, text, lang, work, problems, told)
        if problems:
            text = to_html(execution.notebook, opened, words, incomplete=True)  # what is kept says on its face that it is not to be used
            kept = _keep_failed(opened.path if opened.external else place, f"{stem}.{lang}", text, execution.notebook)
            hint = Problem(str(kept), "holds what there is of the report", "look there", severity="warning")
            raise ReportError([*problems, hint])
        with change(place, ReportError, _REMEDY) as changing:
            for form, file in made.items():
                name = targets[form].name
                digest = changing.put(name, partial(shutil.copyfile, file))
                changing.text(f"{artefact.RECORDS}/{name}.json", artefact.record_of(opened, name, digest, notebook, clause, lang))
            if admitted and releases is not None:  # `_admitted` asks for them
                _release(opened, Path(releases), {targets[form].name: file for form, file in made.items()})
    return list(targets.values())


def to_html(notebook: NotebookNode, opened: Recorded, words: Wording, incomplete: bool) -> str:
    """What a run notebook shows as one page, without code; where it broke off, the page says so."""
    shown = [of_html.failed(words.say("page.incomplete"))] if incomplete else []
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        if output.output_type == "error":
            shown.append(of_html.failed(f"{output.ename}: {output.evalue}", error=True))
        elif output.output_type != "stream":
            shown.append("".join(output.data.get("text/html", "")))
    meta, footer = artefact.identity(opened), words.say("page.footer", run_id=opened.run_id)
    page_of = words.say("page.page_of", page="{page}", pages="{pages}")
    return of_html.page("\n".join(shown), title(opened, words), words.tag, meta, footer, page_of)


def _admitted(opened: Recorded, releases: Path | str | None) -> list[tuple[dict[str, object], pd.DataFrame]]:
    """The ledger's lines for what is about to be released, one a run or check; none where nothing needs to be withheld."""
    if not opened.controlled or not (shown := opened.published()):
        return []
    if releases is None:
        raise no_ledger()
    lines = []
    for run in getattr(opened, "runs", (opened,)):
        behind = read_contributions(run.path, run.record)
        lines.append((admit(Path(releases), run.record, behind, shown), behind))
    return lines


def _release(opened: Recorded, releases: Path, files: Mapping[str, Path]) -> None:
    """Enter what was made in the ledger before it is put in its place; asked once more, for the ledger may have grown."""
    make_folder(releases)
    with held(releases / "lock", ReportError):
        for line, contributions in _admitted(opened, releases):
            enter(releases, line, contributions, files)


class _Told:
    """Turns the sections of a notebook and the files after them into parts of one whole."""

    def __init__(self, tell: Callable[[str, int, int], object], files: int):
        self.tell, self.files, self.cells, self.made = tell, files, 0, 0

    def section(self, name: str, number: int, count: int) -> None:
        self.cells = count
        self.tell(name, number, count + self.files)

    def file(self, form: str) -> None:
        self.made += 1
        self.tell(form.partition(".")[0], self.cells + self.made, self.cells + self.files)


def _made(
    opened: Recorded, targets: Mapping[str, Path], text: str, lang: str, work: Path, problems: list[Problem], told: _Told
) -> dict[str, Path]:
    """Every format as a file in the working folder; what goes wrong is added to `problems`. targets: where each will lie."""
    made, report = {}, cache(lambda: whole.document(opened, whole.handed_over(work), lang))
    for form in targets:
        told.file(form)
        file = work / f"made.{form}"
        try:
            if form == "html":
                file.write_text(text, encoding="utf-8", newline="\n")
            elif form == "xlsx":
                import_module("simulator.report.workbook").write(opened, lang, file, report(), targets[kinds.BESIDE[form]].name)
            elif form == kinds.BESIDE["xlsx"]:
                import_module("simulator.report.workbook").write_tables(opened, lang, file)
            elif form == "txt":
                file.write_text(import_module("simulator.render.text").document(report()), encoding="utf-8", newline="\n")
            else:
                import_module(f"simulator.render.{form}").write(report(), file)
            made[form] = file
        except ReportError as e:
            problems += e.problems
        except OSError as e:
            problems.append(Problem(str(file), phrase("cannot be written ({})", e.strerror or e), "make room for temporary files"))
    return made


def _inside(folder: Path, stem: str, ending: str) -> Path:
    """A file of the folder itself: its name cannot lead out of it, nor can a link that lies there."""
    target = folder / f"{stem}.{ending}"
    if target.is_symlink() or not target.resolve().is_relative_to(folder.resolve()):
        raise ReportError(Problem(str(target), "leads out of the report's folder", "remove the link"))
    return target


def _keep_failed(place: Path, stem: str, text: str, notebook: NotebookNode) -> Path:
    """Keep what there is of a failed report, as page and as notebook, in `failed/`."""
    folder = place / "failed"
    with change(folder, ReportError, _REMEDY) as changing:
        changing.text(f"{stem}.html", text)
        changing.text(f"{stem}.ipynb", launcher.written(notebook))
    return folder
