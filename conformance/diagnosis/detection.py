"""Which kind of evidence an input is, by what it holds and never by its name."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.diagnosis.reading import Reader

# in the order in which they are asked; where two are as sure, the first has it
READERS = {
    "har": "har",
    "log": "log",
    "http": "transcript",
    "curl": "curl",
    "env": "environment",
    "key": "key",
    "error": "failure",
}
_ENOUGH = 95
_HOLDS_ENTRIES = re.compile(rb'"(?:log|entries|request|response)"\s*:\s*[{\[]')
_LIKE_A_LOG = re.compile(
    rb"[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}|[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T ][0-9]{2}:|\w=\S{1,80} \w{1,30}="
    rb"|^\w{3} [ 0-9][0-9] [0-9]{2}:"
)
# a variable that is set, or a file that may set some
_SETS = re.compile(
    rb"^\s*(?:(?:export|declare -x|typeset -x|set|setx|setenv) +\"?|\$env:|- +[\"']?)?"
    rb"(?:[A-Za-z_][\w.-]*|[A-Z_]{3,}\s)=(?!=)"
    rb"|^(?:services|env|apiVersion|api_?key|Name|\[Service\]|\[Unit\])|^\s*(?:environment|env_file|stringData)\s?:"
    rb"|^\s*\"kind\": \"Secret\"",
    re.MULTILINE,
)

_SPEAKS_HTTP = re.compile(
    rb"HTTP/|:authority|:method|Request URL|curl: ?\(|\*   Trying |^###|^(?:.{0,120}--> )?[A-Z]{3,7} https?://",
    re.MULTILINE,
)
_COMMANDS = re.compile(rb"\b(?:curl|wget|irm|iwr|invoke-(?:rest|web)\w{6,7}|https?|xh)(?:\.exe)?[ \t]", re.IGNORECASE)


def reader(kind: str) -> Reader:
    """The reader of a kind."""
    return cast("Reader", import_module(f"conformance.diagnosis.readers.{READERS[kind]}"))


def kind_of(head: bytes) -> str:
    """The kind of evidence, from its first bytes; "error" where nothing else fits."""
    best, surest = "error", 0
    for kind in READERS:
        if kind in _WORTH_ASKING and not _WORTH_ASKING[kind](head):
            continue
        sure = reader(kind).recognises(head)
        if sure > surest:
            best, surest = kind, sure
        if surest >= _ENOUGH:
            break
    return best


def _is_wide(head: bytes) -> bool:
    return b"\0" in head[:64]


def _is_structured(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") or _is_wide(head)


# what is cheaper to see than a reader is to load
_WORTH_ASKING: dict[str, Callable[[bytes], bool]] = {
    "har": lambda head: _is_structured(head) and (_HOLDS_ENTRIES.search(head) is not None or _is_wide(head)),
    "log": lambda head: _is_structured(head) or _LIKE_A_LOG.search(head[:8192]) is not None,
    "http": lambda head: _SPEAKS_HTTP.search(head) is not None or _is_wide(head),
    "curl": lambda head: _COMMANDS.search(head) is not None or _is_wide(head),
    "env": lambda head: _SETS.search(head[:8192].removeprefix(b"\xef\xbb\xbf")) is not None or _is_wide(head),
    "key": lambda head: b"\n" not in head.strip() or _is_wide(head),
}
