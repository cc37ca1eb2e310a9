"""The spec file of another, tiny API, which shows that nothing but the spec file knows Hopx; and its mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.spec.loader import load
from conformance.spec.mistakes import FileError

if TYPE_CHECKING:
    from pathlib import Path

TINY = """\
spec: tiny
version: "1"
title: Tiny
base_url: https://api.example.com
key:
  prefix: tk_
  id: {alphabet: hex, length: 8}
  separator: "-"
  secret: {encoding: hex, bytes: 16}
  example: none is given
  other_prefixes: {tt_: D1}
documents:
  page: {title: The page}
claims:
  C1: {document: page, section: One, says: A key is needed}
  C2: {document: page, section: Two, says: Keys are nice}
disagreements:
  D1: {about: Prefixes, readings: {C1: Any}, taken: Both}
untestable:
  C2: Taste
styles:
  token: {header: X-Token, value: "{key}"}
lookalikes:
  in-query: {query: token, value: "{key}"}
operations:
  list: {request: GET /items, needs: read}
  view: {request: "GET /items/{id}", needs: read}
scopes:
  all: {allows: [read]}
alterations:
  lower: {header_case: lower, operations: [list]}
credentials:
  good: {key: active, scope: all, variable: TOKEN}
  none: {key: none}
  broken: {key: text, from: good, texts: {half-a-key: "{id}"}}
  near: {key: near_miss, from: good, how: [drop]}
vocabularies:
  words: {codes: {NO: {message: No, remedy: Ask}}}
outcomes:
  allowed: {succeeds: true}
  refused:
    status: [401]
    bodies:
      words: [{matches: {message: ^No}, only: [none]}]
  by_scope: {in_scope: allowed, out_of_scope: refused}
rules:
  - id: needs-a-key
    level: must
    says: A key is needed
    when: {credential: none, style: each, operation: [list, view]}
    then: refused
    because: [C1]
    advice: Send a key.
  - id: wonders
    level: observe
    says: Who knows
    when: {credential: good, alteration: lower}
    because: [C1]
    advice: Wait.
"""


def written(directory: Path, text: str | bytes) -> Path:
    file = directory / "spec.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def mistakes_of(directory: Path, text: str | bytes) -> list[str]:
    """The mistakes of a file as `line:column: message`."""
    file = written(directory, text)
    with pytest.raises(FileError) as caught:
        load(file)
    assert str(caught.value) == "\n".join(map(str, caught.value.mistakes))
    assert all(mistake.file == str(file) for mistake in caught.value.mistakes)
    return [str(mistake).removeprefix(f"{file}:") for mistake in caught.value.mistakes]


def place_of(text: str, needle: str) -> str:
    """Line and column of the needle's only occurrence, counted from 1."""
    assert text.count(needle) == 1, needle
    before = text[: text.index(needle)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
