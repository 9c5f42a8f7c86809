"""Builds the guide: one static site of both languages, with a search that needs no network. python guide/build.py [FOLDER]

The pages lie in guide/zh and guide/en; the READMEs, SECURITY.md, CONTRIBUTING.md and data/reference join them. Without FOLDER it is
put where the wheel takes it along and `simulator guide` finds it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "simulator" / "_guide"
TITLES = {"zh": "这项扶持政策要花多少钱？", "en": "What will the subsidy cost?"}
LANGUAGES = {"zh": "中文", "en": "English"}
FIRST = (
    "index",
    "scenarios",
    "policy-files",
    "register",
    "reports",
    "what-if",
    "confidentiality",
    "accuracy",
    "long-runs",
    "performance",
    "extending",
    "desk",
)
CONFIG = {
    "site_name": f"{TITLES['zh']} {TITLES['en']}",
    "use_directory_urls": False,
    "theme": {
        "name": "material",
        "font": False,
        "language": "zh",
        "features": ["navigation.tabs", "navigation.sections", "search.highlight", "content.code.copy"],
    },
    # each Chinese sign is a word of its own to the search: there is nothing to learn words from
    "plugins": [
        {"search": {"separator": r"[\s\-_,:!=\[\]()\"`/.（）、。，：；“”]+|(?=[\u4e00-\u9fff])", "lang": ["en"], "pipeline": []}},
        "offline",
    ],
    "markdown_extensions": ["tables", "toc", "pymdownx.superfences"],
}


def relinked(text: str, depth: int) -> str:
    """A page with its links as they are in the site. depth: folders between it and the checkout's top."""
    up = "../" * depth
    text = re.sub(rf"\]\({up}data/reference/([\w-]+)\.(zh|en)\.md\)", r"](../\2/reference/\1.md)", text)
    text = re.sub(rf"\]\({up}data/pictures/", "](../pictures/", text)
    text = re.sub(rf"\]\({up}(SECURITY|CONTRIBUTING)\.md\)", r"](../en/\1.md)", text)
    text = re.sub(r"\]\(guide/(zh|en)/", r"](../\1/", text)
    return re.sub(r"\]\(README(\.zh)?\.md\)", lambda to: f"](../{'zh' if to[1] else 'en'}/index.md)", text)


def gather(pages: Path) -> None:
    """All pages of the site, in a folder for each language."""
    shutil.copytree(ROOT / "data" / "pictures", pages / "pictures")
    for lang in LANGUAGES:
        (pages / lang / "reference").mkdir(parents=True)
        readme = (ROOT / ("README.md" if lang == "en" else "README.zh.md")).read_text("utf-8")
        (pages / lang / "index.md").write_text(relinked(readme, 0), "utf-8")
        for page in (ROOT / "guide" / lang).glob("*.md"):
            (pages / lang / page.name).write_text(relinked(page.read_text("utf-8"), 2), "utf-8")
        for page in (ROOT / "data" / "reference").glob(f"*.{lang}.md"):
            text = page.read_text("utf-8").replace(f".{lang}.md", ".md")
            (pages / lang / "reference" / page.name.replace(f".{lang}.", ".")).write_text(text, "utf-8")
    for name in ("SECURITY.md", "CONTRIBUTING.md"):
        (pages / "en" / name).write_text(relinked((ROOT / name).read_text("utf-8"), 0), "utf-8")
    shutil.copy(pages / "zh" / "index.md", pages / "index.md")
    (pages / "index.md").write_text("# 财政影响测算 · fiscal impact\n\n[中文](zh/index.md) · [English](en/index.md)\n", "utf-8")


def contents(pages: Path) -> list[dict[str, object]]:
    """The site's contents: a language, its pages in their order (those that are there), its reference."""
    made: list[dict[str, object]] = []
    for lang, name in LANGUAGES.items():
        there = sorted((pages / lang).glob("*.md"), key=lambda page: (FIRST.index(page.stem) if page.stem in FIRST else 99, page.stem))
        reference = [f"{lang}/reference/{page.name}" for page in sorted((pages / lang / "reference").glob("*.md"))]
        made.append({name: [*(f"{lang}/{page.name}" for page in there), {"参考表" if lang == "zh" else "Reference": reference}]})
    return made


def build(site: Path) -> None:
    """Write the site. Raises CalledProcessError where a link leads nowhere."""
    with tempfile.TemporaryDirectory() as where:
        pages = Path(where) / "pages"
        pages.mkdir()
        gather(pages)
        config = CONFIG | {"docs_dir": str(pages), "site_dir": str(site), "nav": ["index.md", *contents(pages)]}
        (Path(where) / "mkdocs.yml").write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), "utf-8")
        subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--config-file", str(Path(where) / "mkdocs.yml")],
            check=True,
            env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        )

    shutil.copy(ROOT / "guide" / "offline.js", site / "assets")
    for page in site.rglob("*.html"):  # the theme would fetch this one from the network
        text, up = page.read_text("utf-8"), "../" * (len(page.relative_to(site).parts) - 1)
        page.write_text(text.replace("https://unpkg.com/iframe-worker/shim", f"{up}assets/offline.js"), "utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else SITE)
