"""The requests that a curl command makes, as curl makes them of its options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from conformance.diagnosis.commands.basic import basic
from conformance.diagnosis.commands.curl_options import options_of
from conformance.diagnosis.shells.words import OPENERS, Word, unmarked, variables_in
from conformance.diagnosis.transcripts.messages import Field, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.diagnosis.commands.curl_options import CurlOption
    from conformance.diagnosis.shells.command_lines import CommandLine

_ADDRESS = re.compile(r"/|\blocalhost\b|:[0-9]{1,5}\b|\.[a-z]{2,6}$|^\ue000", re.IGNORECASE)
_HOST = re.compile(
    r"(?:[\w-]{1,63}\.){0,8}[a-z-]{2,63}(?::[0-9]{1,5})?|[0-9.]{7,15}(?::[0-9]{1,5})?|:[0-9]{1,5}|", re.IGNORECASE
)
_PROSE = re.compile(r"[A-Za-z']{1,40}[,:;]?")  # behind an address
_UNFINISHED = ("", "bearer", "basic", "token")
_FORM = "application/x-www-form-urlencoded"


def requests_of(command: CommandLine) -> list[Message]:
    """The requests of a command, one for each URL; a request without URL where it has none."""
    found: list[Message] = []
    asked = _Asked(command)
    for option in options_of(_as_meant(command)):
        if option.name == "next":
            found += asked.messages()
            asked = _Asked(command)
        else:
            asked.take(option)
    return [*found, *asked.messages()]


def _as_meant(command: CommandLine) -> list[Word]:
    """The words; in cmd, what stands in single quotes is one of them, as it was meant."""
    if command.shell != "cmd":
        return list(command.words)
    words: list[Word] = []
    for word in command.words:
        last = words[-1] if words else None
        if last and last.text.startswith("'") and not (last.text.endswith("'") and len(last.text) > 1):
            words[-1] = Word(f"{last.text} {word.text}", last.line)
        else:
            words.append(word)
    return words


# where a terminal or a mail breaks a long line, as no header and no address can hold it
_BROKEN = re.compile(
    r"(?P<space>(?i:(?<=\bBearer)|(?<=\bBasic)|(?<=\bToken))[ \t]*)?\n(?:> ?){0,4}(?P<more>[ \t]*)(?=\S)"
)


class _Asked:
    """What the options of one transfer ask for."""

    def __init__(self, command: CommandLine) -> None:
        self._command = command
        self._urls: list[Word] = []
        self._query: list[str] = []
        self._has_query = False
        self._open_header = False
        self._made = Message(command.line, client="curl")
        self._user = ""
        self._token = ""
        self._content_type = ""

    def take(self, option: CurlOption) -> None:
        """Take one option."""
        if option.is_typographic:
            self._made.marks.add("typographic-dash")
            if option.name not in ("request", "location", "silent", "s", "i", "v"):
                self._stray(option.value)
            return
        if option.name in _TAKE:
            _TAKE[option.name](self, option.value)
        elif option.name in _MARKS:
            self._made.marks.add(_MARKS[option.name])

    def messages(self) -> Iterator[Message]:
        """A request for each URL, with everything else the same."""
        made = self._finished()
        if not self._urls and not made.headers and not made.stray:
            return
        for url in self._urls or [Word("", made.line)]:
            message = made.asked_at(self._address(url.text))
            message.stray, made.stray = made.stray, []
            yield message

    def _finished(self) -> Message:
        made = self._made
        if self._has_query:
            self._query += made.body
            made.body = []
        made.method = made.method or ("POST" if made.body else "GET")
        has_own = bool(made.header("authorization"))
        if self._user and not has_own:
            made.headers.append(basic(self._user, made.line))
        if self._token and not has_own:
            made.headers.append(Field(made.line, "Authorization", f"Bearer {self._token}"))
        if "netrc" in made.marks and not made.header("authorization"):
            made.lacks.add("authorization header")
        if self._content_type and made.body and not made.header("content-type"):
            made.headers.append(Field(made.line, "Content-Type", self._content_type))
        return made

    def _address(self, url: str) -> str:
        url = _whole(url).strip("'\"" + OPENERS + "”’»")
        if url and "://" not in url and not variables_in(url[:1] + url.partition("/")[0]):
            url = f"http://{url}"
        if self._query:
            url += ("&" if "?" in url else "?") + "&".join(self._query)
        return url

    def url(self, value: Word) -> None:
        """A URL, or what curl takes for one: the rest of a header that was not quoted, a sign of the shell."""
        if self._open_header and not _ADDRESS.search(value.text):
            self._made.marks.add("unquoted-header")
            self._stray(value)
        elif not _may_be_address(value.text) or (self._urls and _PROSE.fullmatch(value.text)):
            self._stray(value)
        elif value.text.strip():
            self._open_header = False
            self._urls.append(value)

    def header(self, value: Word) -> None:
        """A header; without a value or a colon it is not sent."""
        self._open_header = False
        text = _whole(value.text)
        if text.startswith("@"):
            self._made.lacks.add("credential")
            return
        if text[:1] in OPENERS and text:
            self._made.marks.add("smart-quotes")
            text = text[1:]
        elif text[:1] == "'":
            self._made.marks.add("single-quotes")
            text = text[1:]
        name, colon, rest = text.partition(":")
        if not colon and name.endswith(";"):
            self._made.headers.append(Field(value.line, name[:-1].strip(), ""))
        elif not text.strip():
            return
        elif not colon and variables_in(name):
            self._made.lacks |= {f"value of {one}" for one in variables_in(name)}
        elif not colon:
            self._made.marks.add("header-without-colon")
            self._stray(value)
        elif rest.strip(" \t"):
            self._made.headers.append(Field(value.line, name.strip(), rest.lstrip(" \t")))
        self._open_header = bool(colon) and not value.is_quoted and rest.strip().lower() in _UNFINISHED

    def data(self, value: Word) -> None:
        """A piece of the body; what is read from a file is not known."""
        text = value.text
        if text.startswith("@"):
            text = self._command.document if text == "@-" else ""
        self._content_type = self._content_type or _FORM
        self._add_body(text)

    def raw(self, value: Word) -> None:
        """A piece of the body that never names a file."""
        self._content_type = self._content_type or _FORM
        self._add_body(value.text)

    def json(self, value: Word) -> None:
        """A body in JSON."""
        self._content_type = "application/json"
        self.data(value)

    def encoded(self, value: Word) -> None:
        """A piece of the body that curl encodes for a form."""
        name, equals, text = value.text.partition("=")
        self._content_type = self._content_type or _FORM
        text = text if variables_in(text) else quote(text, safe="")
        self._add_body(f"{name}={text}" if equals and name else text)

    def form(self, value: Word) -> None:
        """A part of a form, which travels as multipart."""
        self._content_type = self._content_type or "multipart/form-data"
        self._add_body(value.text)

    def _add_body(self, text: str) -> None:
        if self._made.body:
            text = f"{self._made.body.pop()}&{text}"
        self._made.body.append(text)

    def method(self, value: Word) -> None:
        """The method, whatever the other options would make it."""
        self._made.method = value.text.strip("'\"" + OPENERS + "”’»")

    def user(self, value: Word) -> None:
        """User and password, which travel as Basic."""
        self._user = value.text if ":" in value.text else f"{value.text}:"

    def token(self, value: Word) -> None:
        """A token, which travels as Bearer."""
        self._token = value.text

    def cookie(self, value: Word) -> None:
        """Cookies, unless it is the name of a file."""
        if "=" in value.text:
            self._made.headers.append(Field(value.line, "Cookie", value.text))

    def query(self, value: Word) -> None:
        """A piece of the query."""
        self._query.append(value.text)

    def as_query(self, _: Word) -> None:
        """What would be the body becomes the query."""
        self._has_query = True

    def head(self, _: Word) -> None:
        """Only the headers of the answer."""
        self._made.method = self._made.method or "HEAD"

    def upload(self, _: Word) -> None:
        """A file as the body."""
        self._made.method = self._made.method or "PUT"

    def agent(self, value: Word) -> None:
        """The client's name as it is sent."""
        self._made.headers.append(Field(value.line, "User-Agent", value.text))

    def from_file(self, _: Word) -> None:
        """A file that may hold any option, and so a credential."""
        self._made.lacks.add("credential")

    def netrc(self, _: Word) -> None:
        """Users and passwords by host, from a file."""
        self._made.marks.add("netrc")

    def _stray(self, value: Word) -> None:
        self._made.stray.append((value.line, unmarked(value.text)))


def _whole(text: str) -> str:
    return (
        _BROKEN.sub(lambda one: "" if one["space"] is None and not one["more"] else " ", text) if "\n" in text else text
    )


def _may_be_address(text: str) -> bool:
    return "/" in text or bool(variables_in(text)) or _HOST.fullmatch(text.strip("'\"" + OPENERS + "”’»")) is not None


_TAKE: dict[str, Callable[[_Asked, Word], None]] = {
    "url": _Asked.url, "header": _Asked.header, "json": _Asked.json, "form": _Asked.form, "form-string": _Asked.form,
    "data": _Asked.data, "data-ascii": _Asked.data, "data-binary": _Asked.data, "data-raw": _Asked.raw,
    "data-urlencode": _Asked.encoded, "url-query": _Asked.query, "get": _Asked.as_query, "head": _Asked.head,
    "request": _Asked.method, "user": _Asked.user, "oauth2-bearer": _Asked.token, "cookie": _Asked.cookie,
    "upload-file": _Asked.upload, "user-agent": _Asked.agent, "config": _Asked.from_file, "netrc": _Asked.netrc,
    "netrc-optional": _Asked.netrc, "netrc-file": _Asked.netrc,
}  # fmt: skip
_MARKS = {
    "location": "follows-redirects", "location-trusted": "trusts-redirects", "insecure": "insecure", "proxy": "proxy",
    "preproxy": "proxy", "socks4": "proxy", "socks4a": "proxy", "socks5": "proxy", "socks5-hostname": "proxy",
}  # fmt: skip
