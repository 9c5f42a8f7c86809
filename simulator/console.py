"""The one place that prints. Names, codes, titles and file names are what somebody wrote: none of their characters is to move the
cursor, clear the screen, set a title or turn the direction of writing.

Control characters (but for new lines and tabs), separators of lines and marks of direction are shown as they would be written in a
program; what a terminal does not know how to show is a question mark (`cli.main`).
"""

from __future__ import annotations

import re
import sys

# C0 and C1 controls; direction marks, embeddings, overrides and isolates; line and paragraph separators; tags, invisible since ever
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]")


def safe(text: str) -> str:
    """A text without anything that a terminal would obey.

    >>> safe("\\x1b]0;title\\x07A公司\\u202egnp.exe\\r\\n")
    '\\\\x1b]0;title\\\\x07A公司\\\\u202egnp.exe\\\\r\\n'
    """
    return _UNSEEN.sub(lambda found: repr(found[0])[1:-1], text)


def say(*texts: str, aside: bool = False) -> None:
    """Print texts, a blank line between two. aside: beside the output, on stderr, at once."""
    print(safe("\n\n".join(texts)), file=sys.stderr if aside else sys.stdout, flush=aside)
