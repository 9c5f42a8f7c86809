"""Pseudonyms for enterprises, with a key: codes that only its keeper can lead back.

A plain hash of a credit code is no pseudonym: all codes can be tried. HMAC-SHA256 with a secret key cannot be tried without it.
The key lies in a file or an environment variable of its own, never in a run's folder, a record or under version control.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from simulator.errors import PopulationError, Problem
from simulator.phrases import phrase
from simulator.population.register import Population
from simulator.regular import bytes_of

SHORTEST = 32  # bytes: as long as what the function gives
LENGTH = 20  # signs of a pseudonym: 100 bits
ENVIRONMENT = "env:"
MADE = 'make one: python -c "import secrets; print(secrets.token_hex(32))" > FILE, for your eyes only (chmod 600)'


def read_key(source: str | Path) -> bytes:
    """The key in a file, or in the environment variable NAME for `env:NAME`, without blanks around it.

    Raises PopulationError where there is none, it is short, or others may read the file. No message says the key.
    """
    source = str(source)
    if source.startswith(ENVIRONMENT):
        name = source.removeprefix(ENVIRONMENT)
        key = os.environ.get(name, "").strip().encode("utf-8")
        if not key:
            raise PopulationError(Problem(source, "the environment variable is not set", MADE))
    else:
        try:
            others = sys.platform != "win32" and Path(source).stat().st_mode & 0o077
            key = bytes_of(Path(source)).strip()
        except OSError as e:
            raise PopulationError(Problem(source, phrase("cannot be read ({})", e.strerror or e), MADE)) from e
        if others:
            raise PopulationError(Problem(source, "others than its owner may read the key", phrase("chmod 600 {}", source)))
    if len(key) < SHORTEST:
        raise PopulationError(Problem(source, phrase("the key has fewer than {} bytes", SHORTEST), MADE))
    return key


def pseudonym(code: str, key: bytes) -> str:
    """The pseudonym of a code: the same with the same key, another with another.

    >>> pseudonym("91350100M000100Y43", b"k" * 32), pseudonym("", b"k" * 32)
    ('P-6U5NKBGHNRJZX7XRDTCY', '')
    """
    if not code:
        return ""
    digest = hmac.new(key, code.encode("utf-8"), hashlib.sha256).digest()
    return "P-" + base64.b32encode(digest).decode("ascii")[:LENGTH]


def pseudonymous(population: Population, key: bytes) -> Population:
    """The register with pseudonyms for codes and groups and without names, places and what remarks quote, in the order of the
    pseudonyms; all facts as they are: who knows an enterprise's amounts finds it by them. To be read by people, not to be played: the
    streams go by the codes."""
    details = dict(population.details)
    for column in ("group_id", "parent_id"):
        details[column] = np.array([pseudonym(code, key) for code in details[column]], object)
    for column in ("name", "area", "former_id"):
        details[column] = np.full(len(population), "", object)
    warnings = [replace(p, cause=re.sub("“[^”]*”", "“…”", p.cause)) for p in population.warnings]
    unknown = [(pseudonym(code, key), year, column) for code, year, column in population.unknown]
    ids = population.ids.copy()
    ids[:] = [pseudonym(str(code), key) for code in population.ids]
    return replace(population, ids=ids, details=details, unknown=unknown, warnings=warnings).subset(np.argsort(ids))
