"""Write data/reference, and the guide's example of a policy, anew: python -m tests.reference."""

from tests.reference.tables import FOLDER, POLICY_PAGES, pages, with_the_form

FOLDER.mkdir(exist_ok=True)
made = pages()
for stale in set(FOLDER.glob("*.md")) - {FOLDER / name for name in made}:
    stale.unlink()
for name, text in made.items():
    (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
print(f"{len(made)} pages lie in data/reference/")
for page in POLICY_PAGES:
    page.write_text(with_the_form(page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
