"""Write data/reference anew: python -m tests.reference."""

from tests.reference.tables import FOLDER, pages

FOLDER.mkdir(exist_ok=True)
made = pages()
for stale in set(FOLDER.glob("*.md")) - {FOLDER / name for name in made}:
    stale.unlink()
for name, text in made.items():
    (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
print(f"{len(made)} pages lie in data/reference/")
