"""The requests of wget, of HTTPie, and of PowerShell's own commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.commands.basic import basic
from conformance.diagnosis.shells.windows import words_of_powershell
from conformance.diagnosis.shells.words import Word, variables_in
from conformance.diagnosis.transcripts.messages import Field, Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.diagnosis.shells.command_lines import CommandLine

_VERB = re.compile(r"[A-Z]{3,10}")
_ITEM = re.compile(r"(?P<name>[A-Za-z0-9_.-]{1,100})(?P<kind>:=|==|=@|:@|:|=|;)(?P<value>.*)", re.DOTALL)
_CMDLET = re.compile(r"[A-Za-z]{2,20}-[A-Za-z]{2,40}")  # whose result is meant
_ENTRY = re.compile(
    r"\s{0,100}+(?:\"(?P<double>[^\"\n]{1,100})\"|'(?P<single>[^'\n]{1,100})'|(?P<plain>[\w-]{1,100}))\s{0,100}=\s{0,100}"
    r"(?P<value>(?:\"[^\"]*+\"|'[^']*+'|[^;\n\"'])*+)[;\n]?"
)
_SWITCHES = (
    "skipcertificatecheck",
    "usebasicparsing",
    "usedefaultcredentials",
    "allowunencryptedauthentication",
    "verbose",
)


def of_wget(command: CommandLine) -> list[Message]:
    """The request of a wget command."""
    made = Message(command.line, "wget", "GET")
    words = list(command.words)
    while words:
        word = words.pop(0)
        name, equals, value = word.text.partition("=")
        if not word.text.startswith("-"):
            made.target = made.target or _with_scheme(word.text)
            continue
        if name in ("-O", "-o", "-U", "-t", "-T", "-P", "-e") or (name in _WGET and not equals):
            value = words.pop(0).text if words else ""
        _of_wget(made, name, value, word.line)
    return [made]


_WGET = ("--header", "--method", "--body-data", "--post-data", "--user", "--password", "--http-user", "--user-agent")


def _of_wget(made: Message, name: str, value: str, line: int) -> None:
    if name == "--header":
        made.headers += _header(value, line)
    elif name == "--method":
        made.method = value.upper()
    elif name in ("--body-data", "--post-data"):
        made.body.append(value)
        made.method = "POST" if made.method == "GET" else made.method
    elif name in ("--user", "--http-user"):
        made.headers.append(basic(f"{value}:", line))
    elif name in ("--no-check-certificate",):
        made.marks.add("insecure")
    elif name in ("--config",):
        made.lacks.add("credential")


def of_httpie(command: CommandLine) -> list[Message]:
    """The request of an HTTPie command; `https` and `xh` take the same words."""
    made = Message(command.line, "httpie")
    words = list(command.words)
    scheme = "basic"
    credentials = ""
    while words:
        word = words.pop(0)
        name, _, value = word.text.partition("=")
        if name in ("-A", "--auth-type", "-a", "--auth", "--proxy", "--session", "-o", "--timeout", "--verify"):
            value = value or (words.pop(0).text if words else "")
        if name in ("-A", "--auth-type"):
            scheme = value
        elif name in ("-a", "--auth"):
            credentials = value
        elif word.text.startswith("-"):
            continue
        elif not made.target and not made.method and _VERB.fullmatch(word.text):
            made.method = word.text
        elif not made.target:
            made.target = _httpie_url(word.text, command.program)
        elif item := _ITEM.fullmatch(word.text):
            _add_item(made, item, word.line)
    if credentials:
        is_bearer = scheme == "bearer"
        made.headers.append(
            Field(made.line, "Authorization", f"Bearer {credentials}") if is_bearer else basic(credentials, made.line)
        )
    made.method = made.method or ("POST" if made.body else "GET")
    return [made]


def _httpie_url(text: str, program: str) -> str:
    if text.startswith(":"):
        text = f"localhost{'' if text[1:2] in ('', '/') else ':'}{text[1:]}"
    return _with_scheme(text, "https" if program == "https" else "http")


def _add_item(made: Message, item: re.Match[str], line: int) -> None:
    if item["kind"] == ":" and item["value"]:
        made.headers.append(Field(line, item["name"], item["value"]))
    elif item["kind"] == ";" and not item["value"]:
        made.headers.append(Field(line, item["name"], ""))
    elif item["kind"] == ":@":
        made.lacks.add("credential")
    elif item["kind"] == "==":
        made.target += ("&" if "?" in made.target else "?") + f"{item['name']}={item['value']}"
    elif item["kind"] in ("=", ":="):
        made.body.append(f"{'&' if made.body else ''}{item['name']}={item['value']}")


def of_cmdlet(command: CommandLine, tables: Mapping[str, str]) -> list[Message]:
    """The request of Invoke-RestMethod or Invoke-WebRequest; `tables` are the variables that hold one."""
    made = Message(command.line, "powershell", "GET")
    words = list(command.words)
    while words:
        word = words.pop(0)
        name = word.text.lstrip("-–—―").rstrip(":").lower() if word.text[:1] in ("-", "–", "—", "―") else ""
        if not name:
            made.target = made.target or _with_scheme(word.text)
        elif name not in _SWITCHES and words:
            _of_cmdlet(made, name, words.pop(0), tables)
    return [made]


def _of_cmdlet(made: Message, name: str, value: Word, tables: Mapping[str, str]) -> None:
    names = variables_in(value.text)
    if "uri".startswith(name):
        made.target = _with_scheme(value.text)
    elif name == "method":
        made.method = value.text.upper()
    elif "headers".startswith(name) and (value.is_table or (names and names[0] in tables)):
        source = value.text if value.is_table else tables[names[0]]
        made.headers += _of_table(source, value.line)
    elif ("headers".startswith(name) and names) or (name == "token" and _CMDLET.fullmatch(value.text)):
        made.lacks.add("credential")
    elif name == "token":
        made.headers.append(Field(value.line, "Authorization", f"Bearer {value.text}"))
    elif name == "body" and not value.is_table:
        made.body.append(value.text)
    elif name == "useragent":
        made.headers.append(Field(value.line, "User-Agent", value.text))
    elif name in ("credential", "websession"):
        made.lacks.add("authorization header")
    elif name == "proxy":
        made.marks.add("proxy")


def _of_table(source: str, line: int) -> Iterator[Field]:
    """The headers of a PowerShell table, given what stands between its braces."""
    for match in _ENTRY.finditer(source):
        name = match["double"] or match["single"] or match["plain"]
        words = words_of_powershell(match["value"].strip(), 1)
        if words:
            at = line + source.count("\n", 0, match.start("value"))
            yield Field(at, name, "".join(word.text for word in words))


def _header(text: str, line: int) -> Iterator[Field]:
    name, colon, value = text.partition(":")
    if colon:
        yield Field(line, name.strip(), value.lstrip(" \t"))


def _with_scheme(text: str, scheme: str = "http") -> str:
    return text if "://" in text or not text or variables_in(text.partition("/")[0]) else f"{scheme}://{text}"
