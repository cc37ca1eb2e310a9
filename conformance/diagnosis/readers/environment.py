"""Variables as processes have them and files set them: env and set, .env files, Docker, Compose, systemd, shells."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from conformance import placeholders
from conformance.diagnosis.decoded import decoded, encoding_of, opened_text
from conformance.diagnosis.evidence import Evidence, Place, Setting
from conformance.diagnosis.hiding import hidden
from conformance.diagnosis.learning import learn_pieces
from conformance.diagnosis.near_names import is_near
from conformance.diagnosis.shells import assignments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.evidence import Holder
    from conformance.diagnosis.reading import Reading, Source
    from conformance.diagnosis.shells.assignments import Assignment

_MOST_LINES = 20_000
_LONGEST = 65_536
_NOTABLE = re.compile(
    r"(?:https?|all|no)_proxy|ssl_cert_file|requests_ca_bundle|curl_ca_bundle|node_extra_ca_certs|ci|github_event_name",
    re.IGNORECASE,
)
_SETS = re.compile(
    rf"\s*(?:(?:export|declare -x|typeset -x|set|setx|setenv) +\"?)?(?:\$env:)?{assignments.NAME}\s?=(?!=).*",
    re.IGNORECASE,
)
_PAIRS = re.compile(r"\s*(?:[\w.-]{1,80}=(?:\"[^\"]{0,400}\"|[^\s\"]{0,400})\s+){3}[\w.-]{1,80}=")  # of a log
_SIGNS = re.compile(
    r"^\s*(?:services|environment|env_file|env|apiVersion|stringData)\s?:|^\[(?:Service|Unit)\]|^Environment(?:File)?="
    r"|^Name\s+Value\s*$|^\s*-?\s*name\s?:\s*[A-Z_]{3,}\s*$",
    re.MULTILINE,
)
# lines of a shell's start-up file that set nothing
_OF_SHELLS = re.compile(
    r"\s*(?:alias |source |\. |if |fi\b|then\b|else\b|elif |for |while |done\b|do\b|eval |shopt |setopt |unset "
    r"|case |esac\b|return\b|local |function |test |bind |complete |autoload |zstyle |\[\[? |[{}]|;;"
    r"|[\w.-]{1,60} ?\(\)"
    r"|[^\s()=]{1,80}\)(?:\s|$)|PS1=|HIST\w{1,20}=)"
)
_OF_START = re.compile(r"\s*# ?~?/?\.?(?:\w{0,9}rc|\w{0,6}profile|bash_login|zshenv)\b")
_OF_CMD = re.compile(r"\s*@?(?:echo off|setx? |setlocal|rem )", re.IGNORECASE)  # which alone fills in %NAME%
_LAST_WINS = ("file", "docker", "systemd")  # where a later line replaces an earlier one, and no shell runs between them
_USER = re.compile(r"(?<=://)[^/@\s]{1,2000}@")


def recognises(head: bytes) -> int:
    """How sure it is that this sets variables."""
    text = decoded(head)
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "//"))]
    if not lines:
        return 0
    lines = [line for line in lines if not _OF_SHELLS.match(line)] or lines
    setting = sum(1 for line in lines if _SETS.match(line[:2000]) and not _PAIRS.match(line[:2000]))
    if setting == len(lines) or (setting and _OF_START.match(text)):
        return 88
    if _SIGNS.search(text):
        return 84
    if setting * 2 > len(lines) or re.match(r"(?:declare -x|export) ", text):
        return 75
    return 55 if re.fullmatch(r"(?:\s*[\w-]{1,60}\s?:\s.{0,300}\n?){1,60}", text) and "key" in text.lower() else 0


def read(source: Source, reading: Reading) -> Evidence:
    """Every variable that may matter, as its consumer has it."""
    with source.open() as stream:
        encoding = encoding_of(stream.read(512))
    with opened_text(source) as text:
        raw = [line[:_LONGEST] for line in islice(text, _MOST_LINES)]
    ends = [line for line in raw if line.endswith("\r\n")]
    lines = [line.rstrip("\n").removesuffix("\r") for line in raw]
    learn_pieces("\n".join(lines), reading)
    holder = assignments.holder_of(lines, source.name.rpartition("/")[2])
    marks = {"utf-16"} if encoding.startswith("utf-16") else {"bom"} if encoding == "utf-8-sig" else set()
    marks |= {"crlf"} if ends and len(ends) * 2 > len(raw) else set()
    marks |= {"batch"} if any(map(_OF_CMD.match, lines)) else set()
    found = list(_assignments(lines, holder))
    if holder in _LAST_WINS and any("=" in line for line in lines):
        found = list({one.name: one for one in found}.values())
    settings = [one for each in found if (one := _setting(each, holder, frozenset(marks), source, reading))]
    variable = reading.surface.variable
    if holder == "process" and found and not any(one.name == variable for one in found):
        settings.append(Setting(Place(source.name), "process", variable, marks=frozenset({"absent"})))
    return hidden(Evidence(settings=tuple(settings)), reading)


def _assignments(lines: list[str], holder: Holder) -> Iterator[Assignment]:
    if holder == "systemd":
        return (
            assignments.of_systemd(lines)
            if any("Environment=" in line for line in lines)
            else assignments.of_dotenv(lines)
        )
    if holder == "compose":
        return assignments.of_yaml(lines)
    if any(re.match(r"\s*(?:declare -x|typeset -x|export) ", line) for line in lines) and holder in (
        "process",
        "shell",
    ):
        return assignments.of_declarations(lines)
    if any(re.fullmatch(r"Name\s+Value\s*", line) for line in lines):
        return assignments.of_table(lines)
    if any(re.match(r"\s*(?:setx? |\$env:|setenv |set -)", line, re.IGNORECASE) for line in lines) or holder == "shell":
        return assignments.of_declarations(lines)
    if holder == "process":
        return assignments.of_process(lines)
    if not any("=" in line for line in lines):
        return assignments.of_yaml(lines)
    return assignments.of_env_file(lines) if holder == "docker" else assignments.of_dotenv(lines)


def _setting(
    one: Assignment, holder: Holder, marks: frozenset[str], source: Source, reading: Reading
) -> Setting | None:
    place, surface = Place(source.name, f"line {one.line}"), reading.surface
    marks |= {"quoted"} if one.quoted else frozenset()
    if one.name.lower() in ("api_key", "apikey", "api-key") and holder in ("file", "compose"):
        credential = (
            reading.credential(one.value, place, "variable", one.name) if one.value not in ("", "null", "~") else None
        )
        return Setting(place, "client", one.name, credential, marks=marks)
    if (
        one.name in surface.variables
        or is_near(one.name, surface.variable)
        or one.value.strip("\"' ").startswith(surface.key_format.prefixes)
    ):
        return _of_key(one, holder, marks, place, reading)
    if _NOTABLE.fullmatch(one.name) or one.name == surface.base_url_variable:
        return Setting(place, holder, one.name, None, reading.hidden(_USER.sub("…@", one.value[:500])), marks)
    return None


def _of_key(one: Assignment, holder: Holder, marks: frozenset[str], place: Place, reading: Reading) -> Setting:
    is_filled_in = holder in ("file", "compose", "shell", "systemd") and placeholders.is_variable(one.value.strip())
    if is_filled_in and ("batch" in marks or not one.value.strip().startswith("%")):
        return Setting(place, holder, one.name, None, one.value[:200], marks | {"refers"})
    credential = reading.credential(one.value, place, "variable", one.name) if one.value else None
    return Setting(place, holder, one.name, credential, marks=marks)
