"""`.env` files as python-dotenv reads them; Docker Compose and others read the same but for what is odd."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.assignments.assignment import Assignment

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATEMENT = re.compile(
    r"""\s*+ (?:export[^\S\r\n]++)?+
    (?:
        (?: '(?P<quoted_name>[^']++)' | (?P<name>[^=\#\s'][^=\#\s]*+) ) [^\S\r\n]*+
        (?: (?P<sign>=[^\S\r\n]*+)
            (?: (?<=[^\S\r\n=])(?=\#) | '(?P<single>(?:\\.|[^'\\])*+)' | "(?P<double>(?:\\.|[^"\\])*+)"
            | (?!['"])(?P<plain>[^\r\n]*+) )
        )?+
    )?+
    (?:[^\S\r\n]*+\#[^\r\n]*+)?+ [^\S\r\n]*+
    (?: (?P<end>\r\n|\n|\r|\Z) | (?P<rest>[^\r\n]*+) )""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"(?<!\s)\s+#.*")
_ESCAPED = {"single": re.compile(r"\\([\\'])"), "double": re.compile(r"\\([\\'\"abfnrtv])")}
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LINE_END = re.compile(r"\r\n|\n|\r")
_REFERENCE = re.compile(r"\$\{[A-Za-z_]\w*(?::-[^}]*)?\}")


def of_dotenv(text: str) -> Iterator[Assignment]:
    """The variables of a `.env` file; a line that is not read for one has what stands behind its `=`."""
    line, counted = 1, 0
    text = text.removeprefix("\ufeff")
    for match in _STATEMENT.finditer(text):
        name, at = match["name"] or match["quoted_name"], match.start("name")
        if not name:
            continue
        at = at if match["name"] else match.start("quoted_name")
        line, counted = line + len(_LINE_END.findall(text, counted, at)), at
        if match["end"] is None:
            yield from _refused(text, match, name, line)
        elif match["sign"]:
            value, is_quoted = _value(match), any(match[kind] is not None for kind in _ESCAPED)
            yield Assignment(name, value, line, is_quoted, is_computed=_REFERENCE.search(value) is not None)


def _refused(text: str, match: re.Match[str], name: str, line: int) -> Iterator[Assignment]:
    written = _LINE_END.split(text[match.end("name") : match.end()].lstrip(), maxsplit=1)[0]
    if match["name"] and written.startswith("="):
        yield Assignment(name, written[1:].strip(), line, is_refused=True)


def _value(match: re.Match[str]) -> str:
    for kind, escaped in _ESCAPED.items():
        if match[kind] is not None:
            return escaped.sub(lambda one: _LETTERS.get(one[1], one[1]), match[kind])
    return _COMMENT.sub("", match["plain"] or "").rstrip()
