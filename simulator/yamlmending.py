"""A YAML text that no parser reads, mended in memory so that everything wrong with it is reported at once.

`mend` puts right what people are known to write (full-width signs, Tabs, quotes and braces that are not closed, formulas without
quotes, lines out of line), tells of each with its line, and reads again. The file itself is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import yaml

from simulator.phrases import phrase

MOST, MOST_READ = 50, 1_000_000  # times a text is read again for slips that the parser has to find one by one, and characters
_KEY = re.compile(r"((?:- +)?)((?:[>≥]=?\s*)?[^\s：:\"'“”‘’{}\[\]#｛｝［］,，-][^\s：:\"'“”‘’{}\[\]#｛｝［］]*)(\s*)([：:])(\s*)(.*)$")
_CLOSED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_NEXT_KEY = re.compile(r"\s*,\s*[^\s,，：:(){}\[\]\"']+\s*[：:]|\s*[，、；;]\s*[A-Za-z_]\w*\s*[：:]")
_FLOW_KEY = re.compile(r"(\"[^\"]*\"|'[^']*'|(?:[>≥]=?\s*)?[^\s：:,，{}\[\]｛｝［］\"'“”]+)\s*(?:([：:])(\s*))?")
_BLOCK_TEXT = re.compile(r"[:：]\s*[|>][+-]?\d?\s*(#.*)?$|^\s*- [|>][+-]?\d?\s*$")
_BLANKS = " \t\u3000\xa0\ufeff"
_NARROW = dict(zip("｛｝［］，：（）", "{}[],:()", strict=True))
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_CLOSER = {"{": "}", "[": "]"}
_QUOTE_IT = "put the value in quotes where the colon belongs to it"
_QUOTE_FORMULA = 'put the formula in quotes: amount: "min(a, b)"'

Said = tuple[str, str]


@dataclass
class Mended:
    """What became of a text. node: its content, None where no guess is good enough to be checked; slips: line from 1, cause, remedy."""

    node: yaml.Node | None = None
    slips: list[tuple[int, str, str]] = field(default_factory=list)


def mend(text: str, node: yaml.Node | None, read: Callable[[str], yaml.Node | None], *, doubtful: bool = False) -> Mended:
    """Read a text, mended as far as it has to be. node: what was read of it, None where the parser stopped; read: reads a text;
    doubtful: look for slips also where the parser reads it, in another sense."""
    lines, made, sure, looked = text.splitlines(), Mended(), True, False
    for _ in range(max(2, min(MOST, MOST_READ // (len(text) + 1)))):
        try:
            node = node or read("\n".join(lines))
        except yaml.YAMLError as stopped:
            if getattr(stopped, "problem_mark", None) is None:  # signs that no text holds
                return Mended(None, [(0, "is not YAML", "check indentation, colons and quotes")])
            if not looked and _rewrite(lines, made.slips):
                looked = True
                continue
            looked = True
            sure &= _realigned(lines, stopped, made.slips) or _dropped(lines, stopped, made.slips)
        else:
            if looked or not (doubtful and node is not None and _suspicious(node)) or not _rewrite(lines, made.slips):
                made.node = node if sure else None
                break
            looked, node = True, None
    made.slips.sort(key=lambda slip: slip[0])
    return made


def _suspicious(root: yaml.Node) -> bool:
    """Whether something was read that hardly anybody means: `a：b` as one word, a formula torn at its comma."""
    waiting: list[tuple[yaml.Node, bool]] = [(root, False)]
    while waiting:
        node, between = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                word = str(key.value) if isinstance(key, yaml.ScalarNode) and key.style is None else ""
                bare = isinstance(value, yaml.ScalarNode) and value.style is None and not value.value
                torn = bare and (":" in word or (node.flow_style and re.search("[()]", word)))
                if torn or "：" in word or word.startswith(tuple(_BLANKS[2:])):
                    return True
            waiting += [(value, bool(node.flow_style)) for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            if any(isinstance(n, yaml.ScalarNode) and n.style is None and re.search("[，、；]", n.value) for n in node.value):
                return True
            waiting += [(child, bool(node.flow_style)) for child in node.value]
        elif isinstance(node, yaml.ScalarNode) and node.style is None:
            said = node.value
            torn = said.count("(") > said.count(")") or re.search(r"[，、]\s*[A-Za-z_]\w*\s*：", said)
            if said[:1] in ("｛", "［") or (between and torn):
                return True
    return False


def _rewrite(lines: list[str], slips: list[tuple[int, str, str]]) -> bool:
    """Every line put right that shows by itself what is wrong with it; whether there was one."""
    known, open_at, inside, i, widths = len(slips), [0], -1, 0, dict[str, int]()
    while i < len(lines):
        line = lines[i]
        bare = line.lstrip(_BLANKS)
        blank = line[: len(line) - len(bare)]
        if not bare.strip() or bare.startswith(("#", "---", "...")):
            i += 1
            continue
        if inside >= 0 and len(blank) > inside:
            i += 1
            continue
        inside = -1
        if odd := blank.strip(" "):
            tab = "\t" in odd
            slips.append(
                (
                    i + 1,
                    "is indented with a Tab" if tab else "is indented with a space that is no ordinary one",
                    "indent with spaces" if tab else "indent with ordinary spaces",
                )
            )
            opened = _opens(lines, i)
            width = widths.get(blank, -1)
            if width <= (-1 if opened is None else opened) or (opened is None and width not in open_at):
                width = open_at[-1] if opened is None else opened + 2  # beside the line above, or below it
            widths[blank] = width
            blank = " " * width
        open_at = [n for n in open_at if n < len(blank)] + [len(blank)]
        if _BLOCK_TEXT.search(bare):
            inside = len(blank)
        last = _end_of_braces(lines, i, len(blank)) if re.match(r"[^#\"']*[：:]\s*[{\[｛［]", bare) else i
        body = " ".join([bare, *(part.strip() for part in lines[i + 1 : last + 1])])
        after = next((text for text in lines[last + 1 :] if text.strip()), "")
        problems: list[Said] = []
        new = _line(body, problems, ends=not after.strip() or _KEY.match(after.lstrip(_BLANKS)) is not None)
        if problems:
            lines[i], lines[i + 1 : last + 1] = blank + new, [""] * (last - i)
            slips += [(i + 1, *said) for said in dict.fromkeys(problems)]
        elif odd:
            lines[i] = blank + bare
        i = last + 1
    return len(slips) > known


def _opens(lines: list[str], i: int) -> int | None:
    """The indentation of the line above, where that line opens a block; None where it holds a value."""
    above = next((text for text in reversed(lines[:i]) if text.strip() and not text.lstrip().startswith("#")), "")
    return len(above) - len(above.lstrip(" ")) if re.search(r"[：:]\s*(#.*)?$", above) else None


def _end_of_braces(lines: list[str], first: int, indent: int) -> int:
    """The last line of a block between braces that goes on over lines: those indented further, up to the one that closes it."""
    depth = 0
    for i in range(first, len(lines)):
        line = lines[i]
        if i > first and line.strip() and len(line) - len(line.lstrip(_BLANKS)) <= indent:
            return i - 1 if line.strip()[:1] not in ("}", "]") else i
        bare = _CLOSED.sub("", line)
        depth += sum(bare.count(sign) for sign in "{[｛［") - sum(bare.count(sign) for sign in "}]｝］")
        if depth <= 0:
            return i
    return first


def _line(body: str, problems: list[Said], *, ends: bool) -> str:
    """A line as it should stand. ends: the next line begins something else."""
    found = _KEY.match(body)
    if found is None:
        return body
    dash, key, _, colon, gap, rest = found.groups()
    if colon == "：":
        problems.append((phrase("has a full-width colon after {}", key), phrase("write a colon and a space: {}: …", key)))
    elif rest and gap[:1] != " ":
        if not gap and (rest[0] in ":/\\" or key[:1].isdigit()):
            return body
        problems.append((phrase("has no space after the colon of {}", key), phrase("write a colon and a space: {}: …", key)))
    elif "\t" in gap:
        problems.append(("holds a Tab", "write a space instead"))
    if not rest:
        return f"{dash}{key}:"
    said, known = _value(rest, problems, ends=ends), len(problems)
    if not known:
        return body
    return f"{dash}{key}: {said}"


def _value(rest: str, problems: list[Said], *, ends: bool) -> str:
    sign = rest[0]
    if sign in "{[｛［":
        flow = _Flow(rest, problems)
        return flow.whole()
    if sign in "\"'":
        closed = _CLOSED.match(rest)
        if closed is None:
            if not ends:  # it may go on over lines
                return rest
            problems.append(("has a quote that is not closed", "close the quote"))
            return quoted(rest[1:].strip())
        if behind := re.sub(r"\s+#.*$|^\s*$", "", rest[closed.end() :]).strip():
            problems.append((phrase("goes on behind the closing quote: {}", behind), "put the whole value in quotes"))
            return quoted(rest)
        return rest
    if sign == "“" and rest.rstrip().endswith("”") and ": " in rest:
        problems.append(("has full-width quotes", 'write "…"'))
        return quoted(rest.strip()[1:-1])
    plain, comment = [*re.split(r"(?=\s#)", rest, maxsplit=1), ""][:2]
    if sign in "%@`" or (sign in "|>" and not re.match(r"[|>][+-]?\d?\s*$", plain)):
        problems.append((phrase("begins with {}, a sign that YAML keeps for itself", sign), "put the value in quotes"))
        return quoted(plain.strip()) + comment
    if re.search(r":(\s|$)", plain):
        problems.append(("holds a second colon", _QUOTE_IT))
        return quoted(plain.strip()) + comment
    if "\t" in rest:
        problems.append(("holds a Tab", "write a space instead"))
        return rest.replace("\t", " ")
    return rest


def quoted(text: str) -> str:
    """A text in the quotes of YAML."""
    return f'"{text}"' if not re.search(r"[\"\\]", text) else "'" + text.replace("'", "''") + "'"


@dataclass
class _Flow:
    """A block between braces, read leniently and written again."""

    text: str
    problems: list[Said]
    i: int = 0

    def whole(self) -> str:
        known = len(self.problems)
        try:
            said = self._any("")
        except (ValueError, RecursionError):  # nothing that is understood: as it stands, for the parser to tell of
            del self.problems[known:]
            return self.text
        rest = self.text[self.i :].strip()
        if behind := re.match(r"[}\]｝］\s]+", rest):
            self.problems.append(("has a brace or bracket too many", "remove it"))
            rest = rest[behind.end() :]
        if rest and not rest.startswith("#"):
            del self.problems[known:]
            return self.text
        return f"{said} {rest}".rstrip()

    def _sign(self) -> str:
        while self.i < len(self.text) and self.text[self.i] in _BLANKS:
            self.i += 1
        return self.text[self.i : self.i + 1]

    def _narrow(self, sign: str) -> str:
        if sign in _NARROW:
            self.problems.append((phrase("has the full-width sign {}", sign), phrase("write {}", _NARROW[sign])))
        return _NARROW.get(sign, sign)

    def _any(self, within: str) -> str:
        """A value; within: the opening sign of the block it stands in."""
        sign = self._sign()
        if sign in ("{", "[", "｛", "［"):
            return self._block()
        if sign in ('"', "'") and (closed := _CLOSED.match(self.text, self.i)) is not None:
            if re.match(r"\s*([,}\]，｝］]|$)", self.text[closed.end() :]):
                self.i = closed.end()
                return closed.group()
        elif sign in ('"', "'"):
            self.i += 1
            self.problems.append(("has a quote that is not closed", "close the quote"))
            return quoted(self._plain(within))
        elif sign == "“" and (end := self.text.find("”", self.i)) > 0 and re.match(r"\s*([,}\]，｝］]|$)", self.text[end + 1 :]):
            raw, self.i = self.text[self.i + 1 : end], end + 1
            if not re.search(r"[,:{}\[\]]", raw):
                return f"“{raw}”"
            self.problems.append(("has full-width quotes", 'write "…"'))
            return quoted(raw)
        raw = self._plain(within)
        if "," in raw:
            self.problems.append((phrase("holds a formula with a comma between braces: {}", raw), _QUOTE_FORMULA))
        elif re.search(r"[{}\[\]]|:(\s|$)|\s#", raw):
            self.problems.append((phrase("holds a formula with a colon or braces between braces: {}", raw), _QUOTE_FORMULA))
        elif re.match(r"[%@`|>&*!\"']", raw):
            self.problems.append((phrase("begins with {}, a sign that YAML keeps for itself", raw[0]), "put the value in quotes"))
        else:
            return raw
        return quoted(raw)

    def _block(self) -> str:
        opener = self._narrow(self.text[self.i])
        self.i += 1
        closer, parts, key = _CLOSER[opener], list[str](), ""
        while True:
            sign = self._sign()
            if not sign or sign == "#":
                self.problems.append(("has a brace or bracket that is not closed", "close it on the same line"))
                break
            if _NARROW.get(sign, sign) == closer:
                self._narrow(sign)
                self.i += 1
                break
            if sign in ",，、；;":
                if sign != ",":
                    self.problems.append((phrase("has the full-width sign {}", sign), "write ,"))
                self.i += 1
                continue
            if opener == "[":
                if re.match(r"[A-Za-z_]\w*\s*[：:]\s", self.text[self.i :]):  # the next key of the block around it
                    self.problems.append(("has a brace or bracket that is not closed", "close it on the same line"))
                    break
                parts.append(self._any(opener))
                continue
            found = _FLOW_KEY.match(self.text, self.i)
            if found is None:
                raise ValueError
            key, colon, gap = found.groups()
            self.i = found.end()
            if not colon:
                parts.append(key)
                continue
            if colon == "：":
                self.problems.append((phrase("has a full-width colon after {}", key), phrase("write a colon and a space: {}: …", key)))
            elif not gap and self._sign() not in ("", ",", "}") and key[:1] not in "\"'":
                self.problems.append((phrase("has no space after the colon of {}", key), phrase("write a colon and a space: {}: …", key)))
            parts.append(f"{key}: {self._any(opener)}" if self._sign() not in (",", "}", "") else f"{key}:")
        return opener + ", ".join(parts) + closer

    def _plain(self, within: str) -> str:
        """What stands up to the next key or the end of the block, with the brackets of a formula whole."""
        closer, end = _CLOSER.get(within, ""), None
        for deep in (True, False):  # a second time where a bracket is not closed
            open_, j = list[str](), self.i
            while j < len(self.text) and end is None:
                sign = _NARROW.get(self.text[j], self.text[j])
                if deep and sign in _BRACKETS:
                    open_.append(_BRACKETS[sign])
                elif open_ and sign in _BRACKETS.values():
                    if open_.pop() != sign:
                        open_.append(sign)
                        break
                elif not open_ and (
                    (sign == closer and (deep or not re.search(r"[}\]]", self.text[j + 1 :])))
                    or (within == "[" and sign in ",、；;")
                    or (within == "{" and _NEXT_KEY.match(self.text, j))
                    or (sign == "#" and self.text[j - 1 : j] == " ")
                ):
                    end = j
                elif sign in "\"'" and (closed := _CLOSED.match(self.text, j)) is not None:
                    j = closed.end() - 1
                j += 1
            if end is not None or not open_:
                break
        raw, self.i = self.text[self.i : end].strip(), len(self.text) if end is None else end
        return raw


def _realigned(lines: list[str], stopped: yaml.YAMLError, slips: list[tuple[int, str, str]]) -> bool:
    """Where a line stands in no column of those above it: put in the nearest; whether that was it."""
    mark = getattr(stopped, "problem_mark", None)
    said = f"{getattr(stopped, 'context', None) or ''} {getattr(stopped, 'problem', None) or ''}"
    if mark is None or mark.line >= len(lines) or not ("block" in said or "mapping values" in said):
        return False
    at, line = mark.line, lines[mark.line]
    indent = len(line) - len(line.lstrip(" "))
    if _KEY.match(line.lstrip()) is None:
        return False
    above = next((i for i in reversed(range(at)) if lines[i].strip() and not lines[i].lstrip().startswith("#")), at)
    if re.fullmatch(r" *[^\s:：\"'{}\[\]-]+ *", lines[above]) and len(lines[above]) - len(lines[above].lstrip(" ")) < indent:
        slips.append((above + 1, "has no colon", "write `key: value`"))
        lines[above] = lines[above].rstrip() + ":"
        return True
    open_at = [0]
    for text in lines[:at]:
        if text.strip() and not text.lstrip().startswith("#"):
            width = len(text) - len(text.lstrip(" "))
            open_at = [n for n in open_at if n < width] + [width]
    below = next(_indents(lines, at + 1), 0)
    opens = _opens(lines, at + 1) is not None
    fitting = [n for n in open_at if n != indent and (not opens or n < below)]
    if not fitting or indent in open_at[:-1] or (indent == open_at[-1] and "mapping values" not in said):
        return False
    right = min(fitting, key=lambda n: (abs(n - indent), -n))
    slips.append(
        (
            at + 1,
            phrase("is indented by {} spaces; the lines above it by {}", indent, open_at[-1]),
            "begin lines of one block in one column",
        )
    )
    moved = 0
    for i in range(at, len(lines)):  # the lines below that stand in the same wrong column are of the same slip
        width = len(lines[i]) - len(lines[i].lstrip(" "))
        if (lines[i].strip() and width < indent) or (width == indent and moved and indent in open_at):
            break
        if lines[i].strip() and width == indent:
            lines[i], moved = " " * right + lines[i].lstrip(" "), moved + 1
        elif opens and right > indent and width > indent:
            lines[i] = " " * (right - indent) + lines[i]
    return moved < 3


def _indents(lines: list[str], first: int) -> Iterator[int]:
    return (len(text) - len(text.lstrip(" ")) for text in lines[first:] if text.strip() and not text.lstrip().startswith("#"))


def _dropped(lines: list[str], stopped: yaml.YAMLError, slips: list[tuple[int, str, str]]) -> bool:
    """What cannot be guessed, in the parser's words; it and what hangs on it are left out, and nothing further is concluded."""
    mark, opened = getattr(stopped, "problem_mark", None), getattr(stopped, "context_mark", None)
    said = str(getattr(stopped, "problem", None) or "is not YAML")
    scalar = "simple key" in str(getattr(stopped, "context", None) or "") or "quoted scalar" in str(getattr(stopped, "context", None) or "")
    at = opened.line if scalar and opened else mark.line if mark else 0
    while at > 0 and (at >= len(lines) or not lines[at].strip()):
        at -= 1
    if not any(slip[0] == at + 1 for slip in slips):
        if "simple key" in str(getattr(stopped, "context", None) or ""):
            slips.append((at + 1, "has no colon", "write `key: value`"))
        else:
            slips.append((at + 1, said, "check indentation, colons and quotes"))
    indent = len(lines[at]) - len(lines[at].lstrip(" "))
    lines[at] = ""
    for i in range(at + 1, len(lines)):
        if lines[i].strip() and len(lines[i]) - len(lines[i].lstrip(" ")) <= indent:
            break
        lines[i] = ""
    return False
