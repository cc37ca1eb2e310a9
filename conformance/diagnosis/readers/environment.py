"""Variables as processes have them and files set them: env and set, .env files, Docker, Compose, systemd, shells."""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING

from conformance.diagnosis.assignments.assignment import NAME
from conformance.diagnosis.assignments.dotenv import of_dotenv
from conformance.diagnosis.assignments.holders import holder_of
from conformance.diagnosis.assignments.printed import of_process, of_table
from conformance.diagnosis.decoded import decoded, encoding_of, opened_text
from conformance.diagnosis.evidence import Evidence, Place, Setting
from conformance.diagnosis.hiding import hidden
from conformance.diagnosis.learning import learn_pieces
from conformance.diagnosis.near_names import is_near
from conformance.recognition import placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.assignments.assignment import Assignment
    from conformance.diagnosis.evidence import Failure, Holder
    from conformance.diagnosis.reading import Input, Reading

_MOST_LINES = 20_000
_LONGEST = 65_536
_NOTABLE = re.compile(
    r"(?:https?|all|no)_proxy|ssl_cert_file|requests_ca_bundle|curl_ca_bundle|node_extra_ca_certs|ci|github_event_name",
    re.IGNORECASE,
)
_SETS = re.compile(
    rf"\s*(?:(?:export|declare -x|typeset -x|set|setx|setenv) +\"?)?(?:\$env:)?{NAME}\s?=(?!=).*",
    re.IGNORECASE,
)
_PAIRS = re.compile(r"\s*(?:[\w.-]{1,80}=(?:\"[^\"]{0,400}\"|[^\s\"]{0,400})\s+){3}[\w.-]{1,80}=")  # of a log
_SIGNS = re.compile(
    r"^\s*(?:services|environment|env_file|env|apiVersion|stringData)\s?:|^\[(?:Service|Unit)\]|^Environment(?:File)?="
    r"|^\s*\"kind\": \"Secret\"|^Name\s+Value\s*$|^\s*-?\s*name\s?:\s*[A-Z_]{3,}\s*$",
    re.MULTILINE,
)
# the log of a CI job, which shows the variables of a step with stars in the place of secrets
_OF_JOBS = re.compile(
    r"^(?:##\[group\])?Run \S[^\n]{0,2000}\n(?:[^\n]{0,2000}\n){0,40}?[ \t]{0,8}(?:shell: \S|with:|env:)", re.M
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
_RAISED = re.compile(r"^(?:[^\n]{0,80} )?[\w.]{0,200}(?:Error|Exception)(?: \[\w{1,60}\])?: ", re.MULTILINE)
_TABLE = re.compile(r"Name\s+Value\s*")
_DECLARED = re.compile(r"\s*(?:declare -x|typeset -x|export) ")
_OF_COMMANDS = re.compile(r"\s*(?:setx? |\$env:|setenv |set -)", re.IGNORECASE)
_LAST_WINS = ("file", "systemd")  # where a later line replaces an earlier one, and no shell runs between them
_FILLED_IN = ("file", "compose", "systemd")  # by what loads the file
_USER = re.compile(r"(?<=://)[^/@\s]{1,2000}@")


def recognises(head: bytes) -> int:
    """How sure it is that this sets variables."""
    text = decoded(head)
    lines = [line for line in text.splitlines() if line.strip(" \t\"'") and not line.lstrip().startswith(("#", "//"))]
    if not lines:
        return 0
    lines = [line for line in lines if not _OF_SHELLS.match(line)] or lines
    setting = sum(1 for line in lines if _SETS.match(line[:2000]) and not _PAIRS.match(line[:2000]))
    if setting == len(lines) or (setting and _OF_START.match(text)):
        return 88
    if _SIGNS.search(text) and not _OF_JOBS.search(text):
        return 84
    if setting * 2 > len(lines) or re.match(r"(?:declare -x|export) ", text):
        return 75
    return 55 if re.fullmatch(r"(?:\s*[\w-]{1,60}\s?:\s.{0,300}\n?){1,60}", text) and "key" in text.lower() else 0


def read(source: Input, reading: Reading) -> Evidence:
    """Every variable that may matter, as its consumer has it."""
    with source.open() as stream:
        encoding = encoding_of(stream.read(512))
    with opened_text(source) as text:
        raw = [line[:_LONGEST] for line in islice(text, _MOST_LINES)]
    ends = [line for line in raw if line.endswith("\r\n")]
    lines = [line.rstrip("\n").removesuffix("\r") for line in raw]
    learn_pieces("\n".join(lines), reading)
    holder = holder_of(lines)
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
    beside = (
        _told_beside(lines, {one.place.where for one in settings}, source.name, reading) if holder != "shell" else ()
    )
    return hidden(Evidence(settings=tuple(settings), failures=beside), reading)


def _told_beside(lines: list[str], taken: set[str], source: str, reading: Reading) -> tuple[Failure, ...]:
    """The error that a ticket shows beside the file; its keys are those of the file."""
    from conformance.diagnosis.readers.remarks import REFUSAL, told_beside  # slow to import, as the next one is
    from conformance.diagnosis.transcripts.lines import Line

    rest = [
        Line(number, "", line)
        for number, line in enumerate(lines, start=1)
        if f"line {number}" not in taken and not _SETS.match(line) and not line.lstrip().startswith(("#", "//"))
    ]
    text = "\n".join(one.text for one in rest)
    if not _RAISED.search(text) and not REFUSAL.search(text):
        return ()
    told = told_beside(rest, Evidence(), source, reading)
    return tuple(one._replace(credentials=()) for one in told.failures)


def _assignments(lines: list[str], holder: Holder) -> Iterator[Assignment]:
    """What the lines set, in the notation of who holds them, or else in the one that they are written in."""
    if holder == "systemd":
        return _of_systemd(lines)
    if holder == "compose":
        return _of_yaml(lines)
    if any(map(_TABLE.fullmatch, lines)):
        return of_table(lines)
    is_declared = holder in ("process", "shell") and any(map(_DECLARED.match, lines))
    if is_declared or holder == "shell" or any(map(_OF_COMMANDS.match, lines)):
        return _of_shells(lines)
    if holder == "process":
        return of_process(lines)
    if not any("=" in line for line in lines) or any('"kind": "Secret"' in line for line in lines):
        return _of_yaml(lines)
    return of_dotenv("\n".join(lines))


# each of these is loaded where a text needs it, so that the others are answered sooner


def _of_systemd(lines: list[str]) -> Iterator[Assignment]:
    from conformance.diagnosis.assignments.systemd import of_environment_file, of_unit

    is_unit = any("Environment=" in line for line in lines)
    return of_unit(lines) if is_unit else of_environment_file("\n".join(lines))


def _of_yaml(lines: list[str]) -> Iterator[Assignment]:
    from conformance.diagnosis.assignments.yaml import of_yaml

    return of_yaml(lines)


def _of_shells(lines: list[str]) -> Iterator[Assignment]:
    from conformance.diagnosis.assignments.scripts import of_script
    from conformance.diagnosis.assignments.windows import of_windows

    return chain(of_script("\n".join(lines)), of_windows(lines))


def _setting(one: Assignment, holder: Holder, marks: frozenset[str], source: Input, reading: Reading) -> Setting | None:
    place, surface = Place(source.name, f"line {one.line}"), reading.surface
    marks |= {"quoted"} if one.quoted else frozenset()
    marks |= {"conditional"} if one.when != "always" else frozenset()
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
    is_variable = placeholders.is_variable(one.value.strip())
    is_filled_in = holder in _FILLED_IN and is_variable and not one.value.strip().startswith("%")
    is_elsewhere = one.is_computed or is_filled_in or ("batch" in marks and is_variable)
    if is_elsewhere or placeholders.says_removed(one.value.strip()):
        return Setting(place, holder, one.name, None, one.value[:200], marks | {"refers"})
    credential = reading.credential(one.value, place, "variable", one.name) if one.value else None
    return Setting(place, holder, one.name, credential, marks=marks)
