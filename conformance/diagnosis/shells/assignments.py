"""Lines that set variables, in the languages of shells, files and tools; each value as its consumer would have it."""

from __future__ import annotations

import base64
import re
from binascii import Error as NotBase64Error
from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.shells.command_lines import first_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.diagnosis.evidence import Holder

NAME = r"[A-Za-z_][A-Za-z0-9_.-]{0,100}"
_PLAIN = re.compile(rf"({NAME})=(.*)", re.DOTALL)
_DOTENV = re.compile(rf"\s{{0,20}}(?:export\s{{1,9}})?({NAME})\s{{0,9}}=\s{{0,9}}(.*)", re.DOTALL)
_DECLARED = re.compile(
    rf"\s{{0,20}}(?:declare -x|export|typeset -x|setenv|set -x|set -gx)\s{{1,9}}({NAME})[= ](.*)", re.DOTALL
)
_WINDOWS = re.compile(
    rf"\s{{0,20}}(?:set\s{{1,9}}|setx\s{{1,9}}|\$env:)\"?({NAME})\s?[= ]\s?(.*)", re.IGNORECASE | re.DOTALL
)
_LISTED = re.compile(rf"\s{{0,40}}-\s{{1,9}}([\"']?)({NAME})=(.*)\1\s*")
_MAPPED = re.compile(rf"\s{{0,40}}({NAME})\s?:\s{{1,9}}(.+)")
_NAMED = re.compile(rf"\s{{0,40}}-?\s{{0,9}}name\s?:\s{{0,9}}[\"']?({NAME})[\"']?\s*")
_VALUE = re.compile(r"\s{0,40}value\s?:\s{0,9}(.*)")
_SYSTEMD = re.compile(r"\s{0,9}Environment\s?=\s?(.*)")
_TABLE = re.compile(rf"({NAME})\s{{2,200}}(\S.*)")
_COMMENT = re.compile(r"\s+#.*")
# variables that every process has, and no file sets for one
_OF_PROCESSES = frozenset(
    """
    PATH HOME PWD SHELL USER USERNAME HOSTNAME SHLVL _
    ALLUSERSPROFILE APPDATA COMPUTERNAME COMSPEC HOMEDRIVE HOMEPATH LOCALAPPDATA LOGONSERVER NUMBER_OF_PROCESSORS OS
    PATHEXT PROCESSOR_ARCHITECTURE PROGRAMDATA PROGRAMFILES SYSTEMDRIVE SYSTEMROOT USERDOMAIN USERPROFILE WINDIR
    """.split()  # noqa: SIM905
)


class Assignment(NamedTuple):
    """A variable, its value as its consumer has it, and the line that sets it."""

    name: str
    value: str
    line: int
    quoted: bool = False


def of_process(lines: Sequence[str]) -> Iterator[Assignment]:
    """What `env` and `set` print: values as they are; a line with no name goes on with the value before."""
    name, value, at = "", "", 0
    for number, line in enumerate(lines, start=1):
        match = _PLAIN.fullmatch(line)
        if match is None:
            value += f"\n{line}"
            continue
        if name:
            yield Assignment(name, value, at)
        name, value, at = match[1], match[2], number
    if name:
        yield Assignment(name, value, at)


def of_declarations(lines: Sequence[str]) -> Iterator[Assignment]:
    """What `export -p` prints, and shells' start-up files say: words that a shell reads."""
    for number, line in enumerate(lines, start=1):
        if match := _DECLARED.match(line):
            text = "\n".join([match[2], *lines[number : number + 20]])
            word = first_word(text)
            yield Assignment(match[1], word.text if not word.variables else match[2].strip().strip("\"'"), number)
        elif match := _WINDOWS.match(line):
            yield Assignment(match[1], _of_windows(line, match[2]), number)
        elif match := _PLAIN.fullmatch(line.strip()):
            yield Assignment(match[1], first_word(match[2]).plain, number)


def _of_windows(line: str, value: str) -> str:
    if line.lstrip().lower().startswith("$env:"):
        return value.strip().strip("\"'")
    is_around = re.match(r'\s*setx?\s+"', line, re.IGNORECASE) is not None
    return value.rstrip('"') if is_around else value


def of_dotenv(lines: Sequence[str]) -> Iterator[Assignment]:
    """A `.env` file, as python-dotenv and its like read it."""
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("#"):
            continue
        if match := _DOTENV.fullmatch(line):
            value = match[2]
            quote = value[:1]
            end = value.find(quote, 1) if quote and quote in "\"'" else -1
            if end > 0:
                yield Assignment(
                    match[1], _unescaped(value[1:end]) if quote == '"' else value[1:end], number, quoted=True
                )
            else:
                yield Assignment(match[1], _COMMENT.sub("", value).rstrip(), number)


def _unescaped(value: str) -> str:
    return value.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")


def of_env_file(lines: Sequence[str]) -> Iterator[Assignment]:
    """A file for `docker run --env-file`, which takes every value as it stands."""
    for number, line in enumerate(lines, start=1):
        if not line.startswith("#") and (match := _PLAIN.fullmatch(line)):
            yield Assignment(match[1], match[2], number)


def of_yaml(lines: Sequence[str]) -> Iterator[Assignment]:
    """Lists, mappings and name-value pairs of YAML files, line by line; base64 in the data of a Secret."""
    is_secret = any(line.strip() == "kind: Secret" for line in lines)
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


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (NotBase64Error, ValueError):
        return value


def of_systemd(lines: Sequence[str]) -> Iterator[Assignment]:
    """The Environment= lines of a unit; quotes are taken off as systemd does."""
    for number, line in enumerate(lines, start=1):
        if match := _SYSTEMD.fullmatch(line):
            for part in re.findall(r"\"[^\"]*\"|'[^']*'|\S+", match[1]):
                pair = _PLAIN.fullmatch(part.strip("\"'") if part[0] in "\"'" else part)
                if pair:
                    yield Assignment(pair[1], pair[2].strip("\"'"), number)


def of_table(lines: Sequence[str]) -> Iterator[Assignment]:
    """The table that PowerShell prints of its environment."""
    for number, line in enumerate(lines, start=1):
        if (match := _TABLE.fullmatch(line)) and match[1] != "Name" and not set(match[2].strip()) <= {"-", " "}:
            yield Assignment(match[1], match[2], number)


def holder_of(lines: Sequence[str], name: str) -> Holder:
    """Who holds the variables of a file, by what it says; its name breaks ties only."""
    text = "\n".join(lines[:400])
    names = set(re.findall(rf"^(?:declare -x |export )?({NAME})=", text, re.MULTILINE)) | set(
        re.findall(rf"^({NAME})\s{{2,}}\S", text, re.M)
    )
    upper = {one.upper() for one in names}
    if re.search(r"^\[(?:Service|Unit|Install)\]", text, re.MULTILINE):
        return "systemd"
    if re.search(r"^\s*(?:services|environment|env|env_file|apiVersion|jobs|stringData|data)\s?:", text, re.MULTILINE):
        return "compose"
    is_dump = len(upper & _OF_PROCESSES) > 1
    if is_dump and not re.search(r"^\s*(?:#|alias |if |source |\. )", text, re.MULTILINE):
        return "process"
    if re.search(
        r"^\s*(?:alias |source |\. |if \[|fi\b|PS1=|# ~?/?\.?\w*(?:rc|profile)|setopt |shopt )", text, re.MULTILINE
    ):
        return "shell"
    return "docker" if "docker" in name.lower() or "container" in name.lower() else "file"
