"""What an answer states: what programs printed and no person wrote, and whether a sentence of it asserts something."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FRAME = " \t│|>"
_OBJECT = re.compile(r"[{\[]\s*[\"'\\]|<[a-z!?/]", re.IGNORECASE)
_RAISED = re.compile(r"\b\w*(?:Error|Exception|Fault|error|ERROR|FATAL|fatal)\b[\])]?(?: \[\w+\])?:")
_PRINTED = re.compile(
    r"^\W{0,3}(?:HTTP\S* )?[45]\d\d\b|\bstatus(?:[ _]?code)?\W{1,3}[45]\d\d\b"
    r"|\w(?:Error|Exception)\b|\b(?:ERROR|FATAL)\b"
    r"|^[\"']?(?:error|errors|code|message|msg|detail|details|reason|title|description|cause|body|response|value)[\"']?\s?[:=]"
)
_OF_PEOPLE = re.compile(
    r"\b(?:i|me|my|mine|we|us|our|ours|please|hello|hi|thanks|mein\w*|wir|unser\w*)\b", re.IGNORECASE
)
_GOES_ON = re.compile(r"\n(?=[ \t]{0,80}[a-z])")
_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n|\\n|[\"“”]")
_QUESTION = re.compile(r"\?\W{0,20}\Z|\b(?:whether|if)\b", re.IGNORECASE)
# before a word
_DENIED = re.compile(r"\b(?:or|not|never|cannot|may|might|maybe|perhaps|could|\w+n\Wt)\b|/\s?\Z", re.IGNORECASE)
_OR = re.compile(r"\bor\b", re.IGNORECASE)
_OR_ELSE = re.compile(r"(?: [\w'-]+){0,3} or\b", re.IGNORECASE)
_ALTERNATIVE = re.compile(r"\W{0,3}(?:/|or\b)", re.IGNORECASE)  # behind it


def printed_in(text: str) -> str:
    """What programs printed within a text, without what people wrote around it; a line alone may be either."""
    bare = "\n".join(line.strip(_FRAME) for line in text.splitlines())
    lines = [line for line in _GOES_ON.sub(" ", bare).splitlines() if line]
    if len(lines) == 1 and not _OF_PEOPLE.search(lines[0]):
        return lines[0]
    return "\n".join(piece for line in lines for piece in _printed_in_line(line))


def _printed_in_line(line: str) -> list[str]:
    starts = [found.start() for found in (_RAISED.search(line), _OBJECT.search(line)) if found]
    if starts:
        end = max(map(line.rfind, "}]>")) + 1
        return [line[min(starts) : end if end > max(starts) else None]]
    return [line] if _PRINTED.search(line) and not _OF_PEOPLE.search(line) else []


def says(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a sentence of a text holds it, neither as a question nor as one of several possibilities."""
    return any(
        not _OR.search(sentence, 0, match.start()) and not _OR_ELSE.match(sentence, match.end())
        for sentence in _sentences(text)
        for match in pattern.finditer(sentence)
    )


def asserts(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a sentence of a text holds it, neither as a question nor denied nor as one of several possibilities."""
    return any(
        not _DENIED.search(sentence, 0, match.start()) and not _ALTERNATIVE.match(sentence, match.end())
        for sentence in _sentences(text)
        for match in pattern.finditer(sentence)
    )


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCES.split(_GOES_ON.sub(" ", text)):
        if not _QUESTION.search(sentence):
            yield " ".join(sentence.split())
