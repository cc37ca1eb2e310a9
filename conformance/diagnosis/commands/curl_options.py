"""The options of curl: which of them take a value, and what the words of a command come to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.shells.words import Word, variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# docs/cmdline-opts of curl 8.16: options with an argument
WITH_VALUE = frozenset(
    """
    abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to
    continue-at cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary data-raw data-urlencode
    delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine
    etag-compare etag-save expect100-timeout form form-string ftp-account ftp-alternative-to-user ftp-method ftp-port
    ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip header hostpubmd5 hostpubsha256 hsts httpsig-algo
    httpsig-headers httpsig-key httpsig-keyid interface ip-tos ipfs-gateway json keepalive-cnt keepalive-time key
    key-type knownhosts krb libcurl limit-rate local-port login-options mail-auth mail-from mail-rcpt max-filesize
    max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max parallel-max-host pass
    pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type
    proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name
    proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file
    range rate referer request request-target resolve retry retry-delay retry-max-time sasl-authzid service-name sigalgs
    socks4 socks4a socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time ssl-sessions stderr
    telnet-option tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii
    trace-config unix-socket upload-file upload-flags url url-query user user-agent variable vlan-priority
    write-out
    """.split()  # noqa: SIM905
)
_LETTERS = {
    "A": "user-agent", "C": "continue-at", "D": "dump-header", "E": "cert", "F": "form", "G": "get", "H": "header",
    "I": "head", "K": "config", "L": "location", "P": "ftp-port", "Q": "quote", "T": "upload-file", "U": "proxy-user",
    "X": "request", "Y": "speed-limit", "b": "cookie", "c": "cookie-jar", "d": "data", "e": "referer", "k": "insecure",
    "m": "max-time", "n": "netrc", "o": "output", "r": "range", "t": "telnet-option", "u": "user", "w": "write-out",
    "x": "proxy", "y": "speed-time", "z": "time-cond", ":": "next",
}  # fmt: skip
DASHES = "–—−―"
_MEANT = frozenset(
    ("header", "request", "data", "url", "user", "data-raw", "json", "form", "cookie", "get", "location", "head")
)
_EXPANDED = re.compile(r"\{\{([A-Za-z_]\w{0,80})(?::[^{}]{0,80})?\}\}")


class CurlOption(NamedTuple):
    """One option and its value; a URL has the name `url`, and what no option takes is a URL to curl.

    `is_typographic` tells one that begins with a dash that is no hyphen, which curl takes for a URL.
    """

    name: str
    value: Word
    is_typographic: bool = False


def options_of(words: Sequence[Word]) -> Iterator[CurlOption]:
    """What the words of a command come to; the value of an option may be the next word."""
    at, is_ended = 0, False
    while at < len(words):
        word = words[at]
        at += 1
        dashes = _dashes(word.text)
        if word.text == "--" and not is_ended:
            is_ended = True
        elif is_ended or word.text == dashes or not dashes:
            yield CurlOption("url", word)
        else:
            *flags, (name, value) = _options(_with_hyphens(word, dashes))
            if name.removeprefix("expand-") in WITH_VALUE and value is None and at < len(words):
                value = words[at]
                at += 1
            for flag, _ in flags:
                yield CurlOption(flag, Word("", word.line))
            yield _option(name, value or Word("", word.line), is_typographic=not dashes.isascii())


def _dashes(text: str) -> str:
    return text[: len(text) - len(text.lstrip(f"-{DASHES}"))]


def _with_hyphens(word: Word, dashes: str) -> Word:
    """An option as it was meant, which a word processor gave another dash."""
    if dashes.isascii():
        return word
    bare = word.text[len(dashes) :]
    is_long = bare.partition("=")[0] in (WITH_VALUE | _MEANT)
    return word._replace(text=f"--{bare}" if is_long else f"-{bare}")


def _options(word: Word) -> list[tuple[str, Word | None]]:
    """The options that one word holds, each with the value that is part of the word."""
    text = word.text
    if text.startswith("--"):
        name, equals, value = text[2:].partition("=")
        return [(name, word._replace(text=value) if equals else None)]
    found: list[tuple[str, Word | None]] = []
    for at, letter in enumerate(text[1:], start=2):
        name = _LETTERS.get(letter, letter)
        if name in WITH_VALUE:
            return [*found, (name, word._replace(text=text[at:]) if text[at:] else None)]
        found.append((name, None))
    return found


def _option(name: str, value: Word, *, is_typographic: bool) -> CurlOption:
    if name.startswith("expand-"):  # curl itself puts in what --variable names
        value = value._replace(text=_EXPANDED.sub(lambda one: variable(one[1]), value.text))
    return CurlOption(name.removeprefix("expand-"), value, is_typographic)
