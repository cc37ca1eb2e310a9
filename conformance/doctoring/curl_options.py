"""The options that curl takes from a file of its own, and adds to every request."""

from __future__ import annotations

import os.path
import re
from typing import TYPE_CHECKING

from conformance.doctoring.machine import contents
from conformance.doctoring.written import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conformance.diagnosis.reading import Reading
    from conformance.doctoring.machine import Machine
    from conformance.doctoring.seen import Seen

_LINE = re.compile(r"\s*(?:--?)?(?P<name>[A-Za-z][\w.-]*)(?:\s*[:=]\s*|\s+|$)\"?(?P<value>[^\"]*)")
_SHORT = re.compile(r"\s*-(?P<name>[A-Za-z])\"?(?P<value>[^\"\s][^\"]*)")  # with its value glued to it
_SHORT_NAMES = {"H": "header", "u": "user", "x": "proxy", "n": "netrc", "k": "insecure", "K": "config"}
_TELLING = {
    "user": "a user and a password",
    "oauth2-bearer": "a token of its own",
    "proxy": "a proxy",
    "preproxy": "a proxy",
    "noproxy": "what is asked without a proxy",
    "netrc": "what a .netrc file has for the host",
    "netrc-optional": "what a .netrc file has for the host",
    "netrc-file": "what a .netrc file has for the host",
    "insecure": "that no certificate is checked",
    "url": "another address, which gets the key as well",
    "config": "another file of options, which was not read",
}


def check_curl_options(machine: Machine, reading: Reading, seen: Seen) -> None:
    """Rows for the options that change who is asked, how, or with which key; nothing where there is no file."""
    path = _path(machine)
    if path is None:
        return
    shown = machine.shown(path)
    try:
        lines = decoded(contents(path) or b"").text.split("\n")
    except OSError as error:
        seen.check("curlrc", "unknown", f"cannot be read: {error.strerror}", shown)
        return
    for number, line in enumerate(lines, start=1):
        if told := _told(line, reading):
            seen.check("curlrc", "warn", f"curl adds to every request: {told}", f"{shown}, line {number}")


def _path(machine: Machine) -> Path | None:
    """The one file that curl reads."""
    given: Mapping[str, str] = machine.environment
    folders = [given[name] for name in ("CURL_HOME", "XDG_CONFIG_HOME") if given.get(name)]
    names = [*(f"{one}/.curlrc" for one in folders), "~/.curlrc"]
    names += [] if given.get("XDG_CONFIG_HOME") else ["~/.config/curlrc"]
    return next((path for path in map(machine.path, names) if os.path.exists(path)), None)  # noqa: PTH110 - as curl, which passes over what it may not look at


def _told(line: str, reading: Reading) -> str:
    match = _SHORT.match(line) or _LINE.match(line)
    if match is None:
        return ""
    name, value = _SHORT_NAMES.get(match["name"], match["name"]), match["value"].strip()
    if name != "header":
        if name in ("user", "oauth2-bearer") and value:
            reading.scrubber.learn(value)
        return _TELLING.get(name, "")
    header, _, content = value.partition(":")
    if header.strip().lower() not in reading.surface.headers or not content.strip():
        return ""
    reading.scrubber.learn(content.strip())
    return f"a header {header.strip()}, beside the one of the command"
