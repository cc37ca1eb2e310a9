"""Variables in YAML files of Docker Compose, Kubernetes and CI, line by line, so that a part of a file is enough."""

from __future__ import annotations

import base64
import re
from binascii import Error as NotBase64Error
from typing import TYPE_CHECKING

from conformance.diagnosis.assignments.assignment import NAME, Assignment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LISTED = re.compile(rf"\s{{0,40}}-\s{{1,9}}([\"']?)({NAME})=(.*)\1\s*")
_MAPPED = re.compile(rf"\s{{0,40}}({NAME})\s?:\s{{1,9}}(.+)")
_NAMED = re.compile(rf"\s{{0,40}}-?\s{{0,9}}name\s?:\s{{0,9}}[\"']?({NAME})[\"']?\s*")
_SECRET_IN_JSON = re.compile(r"    \"kind\": \"Secret\",?")  # as kubectl writes one
_IN_JSON = re.compile(r"^    ( {0,40})\"([\w./-]{1,200})\":")
_VALUE = re.compile(r"\s{0,40}value\s?:\s{0,9}(.*)")
_COMMENT = re.compile(r"\s+#.*")


def of_yaml(lines: Sequence[str]) -> Iterator[Assignment]:
    """Lists, mappings and name-value pairs; base64 in the data of a Secret."""
    if any(map(_SECRET_IN_JSON.fullmatch, lines)):
        lines = [_IN_JSON.sub(r"\1\2:", line).rstrip(",{ ") for line in lines]
    is_secret = any(line.strip() in ("kind: Secret", 'kind: "Secret"') for line in lines)
    in_data = False
    for number, line in enumerate(lines, start=1):
        in_data = line.strip() == "data:" if line[:1].strip() else in_data
        following = _VALUE.fullmatch(lines[number]) if number < len(lines) else None
        if (match := _NAMED.fullmatch(line)) and following:
            yield Assignment(match[1], _scalar(following[1]), number + 1)
        elif match := _LISTED.fullmatch(line):
            yield Assignment(match[2], match[3], number)
        elif (match := _MAPPED.fullmatch(line)) and match[1] not in ("name", "value"):
            value = _scalar(match[2])
            yield Assignment(match[1], _decoded(value) if is_secret and in_data else value, number)


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return _unescaped(text[1:-1]) if text[0] == '"' else text[1:-1]
    return _COMMENT.sub("", text)


def _unescaped(value: str) -> str:
    return value.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (NotBase64Error, ValueError):
        return value
