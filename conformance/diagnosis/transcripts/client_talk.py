"""What a client says beside the messages: where it connects to, who signed the certificate, what went wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.transcripts.messages import Field, Message

if TYPE_CHECKING:
    from conformance.diagnosis.transcripts.lines import Line

# of curl, which says so what it sends over HTTP/2: [HTTP/2] [1] [:method: GET]
_FIELD = re.compile(r"(?:h2h3|h2|\[HTTP/[23]\] \[\d{1,10}\]|\[\d{1,10}\]) \[(:?[^:\]]{1,100}): (.{0,65536})\]")
_TROUBLE = re.compile(
    r"ssl certificate problem|ssl peer certificate|ssl: no alternative|no alternative certificate|wrong version number"
    r"|(?:could not|unable to|couldn.t) (?:resolve|connect)|failed to connect|connection (?:refused|reset|timed out)"
    r"|operation timed out|timeout was reached|proxy connect aborted|connect tunnel failed|schannel: (?!.{0,20}sending)"
    r"|ssl_error_syscall|gnutls_handshake|empty reply from server|recv failure|send failure",
    re.IGNORECASE,
)
# curl: (6) Could not resolve host; http: error: ConnectionError; wget: unable to resolve host address
_LAST_WORD = re.compile(
    r"curl: ?\((?P<number>\d{1,3})\) (?P<curl>.*)|http: error: (?P<httpie>.*)"
    r"|wget: (?P<wget>unable.*)|ERROR: (?P<wget_error>cannot verify.*)"
    r"|Connecting to .{1,300} failed: (?P<wget_failed>.*)|failed: (?P<wget_named>Name or service not known\..*)",
    re.DOTALL,
)
_ISSUER = re.compile(r"\s{0,4}issuer: (.{1,1000})")
_NEXT_URL = re.compile(r".{0,40}request to this URL: '(.{1,8192})'")
_PORT = re.compile(r"(?:  Trying .{1,100}:|Connected to .{1,300} port )(\d{1,5})\b")
# The requested URL returned error: 401; Response status code does not indicate success: 401 (Unauthorized).
_FAILED = re.compile(
    r"returned error: (?:HTTP/[0-9.]{1,3} )?(\d{3})"
    r"|[Rr]emote server returned an error: \((\d{3})\)|does not indicate success: (\d{3})\b"
)
_LONGEST = 2000  # characters of a line
_MOST_LINES = 30


class Trouble(NamedTuple):
    """What a client says of its own failure; `message` is what it said last, `lines` are all that it said."""

    line: int
    client: str
    message: str
    lines: list[str]


class ClientTalk:
    """What was said so far; `next_url` is where the next request goes, `scheme` that of the connection."""

    def __init__(self) -> None:
        self.issuer = ""
        self.scheme = ""
        self.next_url = ""
        self.troubles: list[Trouble] = []
        self._fields: list[Field] = []
        self._open: list[tuple[int, str]] = []

    def take(self, line: Line) -> None:
        """Take a line that curl marks as its own words."""
        text = line.text
        if found := _FIELD.fullmatch(text):
            self._fields.append(Field(line.number, found[1], found[2]))
        elif issuer := _ISSUER.fullmatch(text):
            self.issuer = issuer[1]
        elif url := _NEXT_URL.fullmatch(text):
            self.next_url = url[1]
            self.scheme = url[1].partition("://")[0].lower()
        elif port := _PORT.match(text):
            self.scheme = "https" if port[1] == "443" else "http"
        elif "SSL connection using" in text or text.startswith("ALPN"):
            self.scheme = "https"
        elif _TROUBLE.search(text[:_LONGEST]):
            self._open.append((line.number, text[:_LONGEST].strip()))

    def take_last_word(self, line: Line) -> bool:
        """Keep a client's last word on its failure; says whether the line is one."""
        some = line.text[:_LONGEST].strip()
        said = _LAST_WORD.match(some)
        if said is None or said.lastgroup is None:
            return False
        self._open.append((line.number, some))
        self._tell(line.number, said.lastgroup.partition("_")[0], said[said.lastgroup])
        return True

    def finish(self) -> None:
        """Keep what was said of a failure that has no last word."""
        if self._open:
            self._tell(self._open[-1][0], "curl", self._open[-1][1])

    def request(self) -> Message | None:
        """The request that curl says it sends over HTTP/2, where nothing else shows it."""
        fields, self._fields = self._fields, []
        if not fields:
            return None
        pseudo = {one.name: one.value for one in fields if one.name.startswith(":")}
        self.scheme = pseudo.get(":scheme", "https")
        message = Message(fields[0].line, "", pseudo.get(":method", "GET"), pseudo.get(":path", ""), self.scheme)
        message.headers = [one for one in fields if one.name not in (":method", ":path", ":scheme")]
        return message

    def _tell(self, number: int, client: str, message: str) -> None:
        lines = list(dict.fromkeys(text for _, text in self._open[-_MOST_LINES:]))
        lines += [f"issuer: {self.issuer}"] if self.issuer else []
        self.troubles.append(Trouble(number, client, message, lines))
        self._open = []


def failed_status(text: str) -> int:
    """The status that a client names in its error, where it shows nothing else of the answer; 0 where none is named."""
    found = _FAILED.search(text[:_LONGEST])
    return int(next(filter(None, found.groups()))) if found else 0
