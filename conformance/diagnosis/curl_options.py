"""What a curl command asks for: its options, as curl reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.diagnosis.command_lines import Word

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHORT = dict(
    pair.split("=")
    for pair in [
        "H=header",
        "X=request",
        "u=user",
        "d=data",
        "F=form",
        "b=cookie",
        "x=proxy",
        "U=proxy-user",
        "A=user-agent",
        "e=referer",
        "T=upload-file",
        "o=output",
        "m=max-time",
        "w=write-out",
        "K=config",
        "c=cookie-jar",
        "D=dump-header",
        "E=cert",
        "r=range",
        "C=continue-at",
        "y=speed-time",
        "Y=speed-limit",
        "z=time-cond",
        "Q=quote",
        "t=telnet-option",
        "h=help",
        "P=ftp-port",
    ]
)
_WITH_VALUE = {
    *_SHORT.values(),
    *[
        "url",
        "json",
        "data-raw",
        "data-binary",
        "data-urlencode",
        "data-ascii",
        "oauth2-bearer",
        "connect-timeout",
        "resolve",
        "connect-to",
        "cacert",
        "capath",
        "key",
        "retry",
        "retry-delay",
        "retry-max-time",
        "interface",
        "noproxy",
        "proxy-header",
        "netrc-file",
        "form-string",
        "url-query",
        "aws-sigv4",
        "max-redirs",
        "trace",
        "trace-ascii",
        "stderr",
        "ciphers",
        "limit-rate",
        "unix-socket",
        "socks5",
        "socks5-hostname",
        "dns-servers",
        "proto",
        "request-target",
        "variable",
        "expand-header",
        "pass",
        "cert-type",
        "key-type",
        "keepalive-time",
        "local-port",
        "preproxy",
        "proxy1.0",
        "rate",
    ],
}
_WITHOUT = {"G": "get", "n": "netrc", "I": "head", "L": "location"}
_READ_ELSEWHERE = ("netrc", "netrc-optional", "netrc-file", "config")
_BODIES = ("data", "data-raw", "data-binary", "data-urlencode", "data-ascii", "json", "form", "form-string")


class Asked:
    """What a curl command asks for, as far as it was read."""

    def __init__(self) -> None:
        self.urls: list[Word] = []
        self.method = ""
        self.headers: list[Word] = []
        self.bodies: list[Word] = []
        self.cookies: list[Word] = []
        self.user: Word | None = None
        self.token: Word | None = None
        self.as_query = False
        self.reads_files = False

    @property
    def verb(self) -> str:
        """The method that curl uses."""
        if self.method:
            return self.method.upper()
        return "POST" if self.bodies and not self.as_query else "GET"


def asked_by(words: Sequence[Word]) -> list[Asked]:
    """What the words behind `curl` ask for; more than one thing where --next stands between."""
    found = [Asked()]
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word.text in ("--next", "-:"):
            found.append(Asked())
            continue
        for name, value in _options(word):
            if name in _WITH_VALUE and value is None:
                value = words[at] if at < len(words) else Word()
                at += 1
            _apply(found[-1], name, value)
    return [one for one in found if one.urls or one.headers]


def _options(word: Word) -> list[tuple[str, Word | None]]:
    """The options that one word holds, each with the value that is part of the word."""
    text = _with_hyphens(word.text)
    if text.startswith("--"):
        name, equals, value = text[2:].partition("=")
        return [(name, Word(value, word.variables, word.line) if equals else None)]
    if not text.startswith("-") or text == "-":
        return [("url", word)]
    found: list[tuple[str, Word | None]] = []
    for at, letter in enumerate(text[1:], start=2):
        name = _SHORT.get(letter) or _WITHOUT.get(letter, letter)
        if name in _WITH_VALUE:
            rest = text[at:]
            return [*found, (name, Word(rest, word.variables, word.line) if rest or word.variables else None)]
        found.append((name, None))
    return found


def _with_hyphens(text: str) -> str:
    """Dashes that a word processor made of hyphens before an option."""
    if text[:1] in "–—−" and len(text) > 1:  # noqa: RUF001
        return ("--" if len(text) > 2 and text[1].isalpha() and text[2].isalpha() else "-") + text[1:]
    return text


def _apply(asked: Asked, name: str, value: Word | None) -> None:
    if name in _READ_ELSEWHERE:
        asked.reads_files = True
    elif name == "get":
        asked.as_query = True
    elif name == "head":
        asked.method = asked.method or "HEAD"
    elif value is not None:
        _apply_value(asked, name, value)


def _apply_value(asked: Asked, name: str, value: Word) -> None:
    several = {"url": asked.urls, "header": asked.headers, "expand-header": asked.headers, "cookie": asked.cookies}
    several |= dict.fromkeys(_BODIES, asked.bodies)
    if name in several:
        several[name].append(value)
    elif name == "request":
        asked.method = value.text
    elif name == "user":
        asked.user = value
    elif name == "oauth2-bearer":
        asked.token = value
