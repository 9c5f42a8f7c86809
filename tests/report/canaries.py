"""Canaries: a register of names, codes and amounts that stand nowhere else, and the search for them in whatever was made."""

from __future__ import annotations

import base64
import html
import re
import subprocess
import zipfile
from pathlib import Path

from tests.population.registers import full, write

WORD = "金丝雀"  # in every name, group and place
CODE = "CANARY"  # in every code
_PRIMES = (
    19_000_013,
    23_000_009,
    29_000_021,
    31_000_003,
    37_000_009,
    41_000_023,
    43_000_009,
    47_000_019,
    53_000_021,
    59_000_017,
    61_000_013,
    67_000_007,
    71_000_023,
    73_000_007,
)
PAID = 9_876_547.0  # CNY: what the one platform was really paid in 2013
FACTS = ("sales", "online_sales", "vat", "income_tax")


def register(folder: Path) -> Path:
    """A small register that is not marked as invented: one platform, one giant, a group of two, the others small."""
    people, years = [], []
    for n, prime in enumerate(_PRIMES):
        code = f"91500107{CODE}{n:04d}"
        people.append(
            {
                "enterprise_id": code,
                "name": f"{WORD}{n}号有限公司",
                "area": f"{WORD}镇",
                "ecommerce": 1,
                "online_retailer": 1,
                "group_id": f"{WORD}集团" if n in (2, 3) else "",
                "registered_capital": prime,
                "paid_in_capital": prime - 6,
                "certified_on": "2013-03-01" if n % 3 else "",
                "sector": "platform" if n == 0 else "goods",
            }
        )
        for year in (2012, 2013):
            sales = prime * (90 if n == 1 else 7) + year
            years.append(
                {
                    "enterprise_id": code,
                    "year": year,
                    "sales": sales,
                    "online_sales": sales - 12,
                    "vat": prime // 10 + year,
                    "income_tax": prime // 20 + year,
                    "membership_income": prime if n == 0 else "",
                    "paid_members": 70 if n == 0 else "",
                    "line_lease": 10_007 + n,
                }
            )
    rows = [{"enterprise_id": people[0]["enterprise_id"], "year": 2013, "clause": 8, "amount": PAID}]
    rows += [{"enterprise_id": p["enterprise_id"], "year": 2013, "clause": 9, "amount": 5_003 + n} for n, p in enumerate(people)]
    return write(folder, enterprises=full("enterprises", *people), annual=full("annual", *years), paid=full("paid", *rows))


def amounts() -> list[float]:
    """What the register says in CNY, and what follows for the one recipient of a clause."""
    found = [PAID]
    for n, prime in enumerate(_PRIMES):
        sales = [prime * (90 if n == 1 else 7) + year for year in (2012, 2013)]
        found += [prime, prime - 6, *sales, *(s - 12 for s in sales), *(prime // k + y for k in (10, 20) for y in (2012, 2013))]
    return [float(a) for a in found]


def found_in(text: str) -> set[str]:
    """The canaries in a text: the words, and the amounts in 元, 万元, millions or 亿元, to six figures or more."""
    text = html.unescape(re.sub(r"<[^>]+>", "\n", text))
    found = {word for word in (WORD, CODE) if word in text}
    scaled = [a / scale for a in amounts() for scale in (1, 1e4, 1e6, 1e8)]
    for written in set(re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w])", text)):
        plain = written.replace(",", "")
        decimals = len(plain.partition(".")[2])
        if len(plain.replace(".", "").lstrip("0")) >= 6 and any(abs(float(plain) - s) <= 0.5000001 * 10.0**-decimals for s in scaled):
            found.add(written)
    return found


def texts_of(file: Path) -> str:
    """All that stands in a file: pictures' own words, the parts of Office files, the pages of a PDF."""
    raw = file.read_bytes()
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    if raw[:4] == b"%PDF":
        read = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, timeout=120, check=True)
        return read.stdout.decode("utf-8") + raw.decode("utf-8", "replace")
    text = raw.decode("utf-8", "replace")
    pictures = (base64.b64decode(found).decode("utf-8", "replace") for found in re.findall(r"base64,([A-Za-z0-9+/=]+)", text))
    words = (re.sub(r'\s[a-z]+="[^"]*"', "", picture) for picture in pictures)  # coordinates are no words
    return "\n".join([re.sub(r"base64,[A-Za-z0-9+/=]+", "", text), *words])
