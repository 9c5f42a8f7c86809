"""Make the page: check the run, run the notebook, convert it, look it over, only then put it in its place."""

from __future__ import annotations

import tempfile
from html.parser import HTMLParser
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from simulator import resources
from simulator.errors import Problem, ReportError
from simulator.files import put
from simulator.report import launcher
from simulator.report.record import RunFolder
from simulator.report.sections import policy_name
from simulator.report.wording import load

NOTEBOOK = "budget_report.ipynb"
_TEMPLATES = Path(__file__).with_name("templates")


def publish(
    run_dir: Path | str,
    *,
    lang: str = "zh",
    out: Path | str | None = None,
    notebook: Path | str | None = None,
) -> Path:
    """Make the report of the run in `run_dir` and return its path.

    lang: zh or en. out: where to; by default `budget_report.<lang>.html` in the run's folder. notebook:
    another notebook with the parameters run_dir and lang, ending in `sections.end`. Raises ReportError, and
    leaves an older page alone, when the run cannot be read, the notebook fails, or the page does not pass;
    what there is of it goes to `failed/`.
    """
    words = load(lang)
    run = RunFolder.open(Path(run_dir).resolve())
    target = Path(out).resolve() if out is not None else run.path / f"budget_report.{lang}.html"
    source = Path(notebook) if notebook is not None else resources.folder("notebooks") / NOTEBOOK
    with tempfile.TemporaryDirectory(prefix="report-", ignore_cleanup_errors=True) as work:
        execution = launcher.run(source, {"run_dir": str(run.path), "lang": lang}, Path(work))
    scenario = words.pick(run.record["title"])
    page_text = {
        "lang": words.tag,
        "run_id": run.run_id,
        "page_of": words.say("page.page_of"),
        "title": words.say("page.title", policy=policy_name(run, words), scenario=scenario),
        "footer": _css_text(words.say("page.footer", run_id=run.run_id)),
        "incomplete": words.say("page.incomplete") if execution.problem else "",
    }
    problems = [execution.problem] if execution.problem else []
    text = ""
    try:
        text = to_html(execution.notebook, page_text)
    except Exception as e:  # a template or converter at fault must not hide what went wrong before it
        problems.append(Problem(source.name, f"cannot be converted ({type(e).__name__}: {e})"))
    problems = problems or faults(text, run.run_id)
    if problems:
        kept = _keep_failed(target, text, execution.notebook)
        hint = Problem(str(kept), "holds what there is of the page", "look there", severity="warning")
        raise ReportError([*problems, hint])
    _put(target, text)
    return target


def to_html(notebook: NotebookNode, page_text: dict[str, str]) -> str:
    """A run notebook as one page without code; page_text fills the template's head."""
    exporter = HTMLExporter(template_name="fiscal", extra_template_basedirs=[str(_TEMPLATES)])
    return exporter.from_notebook_node(notebook, resources={"report": page_text})[0]


def faults(text: str, run_id: str) -> list[Problem]:
    """Why a page must not be published: an error in it, no end or another run's, a foreign resource."""
    look = _Look()
    look.feed(text)
    look.close()
    found = [Problem("page", cause) for cause in look.causes]
    if look.ended is None:
        found.append(Problem("page", "does not reach its last line", "end the notebook with sections.end"))
    elif look.ended != run_id:
        found.append(Problem("page", f"is of the run {look.ended}, not {run_id}", "make the report again"))
    return found


class _Look(HTMLParser):
    """Reads a page for what it must not have, and for its last line."""

    def __init__(self) -> None:
        super().__init__()
        self.causes: list[str] = []
        self.ended: str | None = None
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in_style = tag == "style"
        if tag in ("script", "iframe", "object", "embed", "link"):
            self.causes.append(f"holds a <{tag}>")
        if "data-error" in given:
            self.causes.append("holds an error")
        if given.get("id") == "report-end":
            self.ended = given.get("data-run-id")
        for name in ("src", "href", "srcset", "poster", "action"):
            value = (given.get(name) or "").strip()
            if value and not value.startswith(("#", "data:")):
                self.causes.append(f"refers to something outside ({value[:60]})")
        self._style(given.get("style") or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._style(data)

    def _style(self, text: str) -> None:
        if "@import" in text or "url(" in text.replace("url(data:", "").replace("url(#", ""):
            self.causes.append("has a style that refers to something outside")


def _put(target: Path, text: str) -> None:
    """Write beside the target and move over it, so that a reader finds the old page or the new one, whole."""
    put(target, lambda p: p.write_text(text, encoding="utf-8", newline="\n"), ReportError,
        "close the page where it is open, or choose another place")


def _keep_failed(target: Path, text: str, notebook: NotebookNode) -> Path:
    """Keep what there is of a failed page, as page and as notebook, in `failed/` beside the target."""
    folder = target.parent / "failed"
    if text:
        _put(folder / target.name, text)
    _put(folder / f"{target.stem}.ipynb", nbformat.writes(notebook))
    return folder


def _css_text(text: str) -> str:
    """Text for inside a CSS string in a <style>."""
    return "".join(c if c.isalnum() or c in " .-_:" else f"\\{ord(c):x} " for c in text)
