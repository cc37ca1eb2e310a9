"""Machines that are made for doctor: a home, a directory, an environment; and answers of servers of loopback."""

from __future__ import annotations

import json
import socket
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from runs import FORMAT, run_command

from conformance.scrub import Scrubber

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runs import Ran
    from scripted import Peer, Script

NAME = "HOPX_API_KEY"
REFUSED = b'{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}'
ABSENT = b'{"error": "Not Found"}'
SHORT = "--timeout=0.5"  # seconds; what is tested is that waiting ends, not when


def key() -> str:
    return FORMAT.mint().reveal()


class Machine:
    """A home, a working directory below it, and an environment; it remembers every secret that it is given."""

    def __init__(self, directory: Path) -> None:
        self.home = directory / "home"
        self.work = self.home / "project"
        self.work.mkdir(parents=True)
        self.given = {
            "HOME": str(self.home),
            "PATH": "/nowhere",
            "SHELL": "",
            "TERM": "dumb",
            "XDG_CACHE_HOME": str(directory / "cache"),
        }
        self.secrets: list[str] = []

    def secret(self, text: str = "") -> str:
        text = text or key()
        self.secrets.append(text)
        return text

    def has(self, text: str = "", name: str = NAME) -> Machine:
        self.given[name] = self.secret(text)
        return self

    def in_terminal_of(self, shell: str) -> Machine:
        self.given |= {"SHELL": f"/bin/{shell}", "TERM": "xterm"}
        return self

    def file(self, path: str, text: str | bytes, mode: int = 0o600) -> Machine:
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        file.chmod(mode)
        return self

    def run(self, *options: str) -> Ran:
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy"), "")
        ran = run_command(self.work, "doctor", *options, given=proxies | self.given)
        scrubber = Scrubber(FORMAT)
        scrubber.learn_all(self.secrets)
        assert not scrubber.knows(ran.output), "a secret was printed"
        assert "Traceback" not in ran.output
        assert "internal error" not in ran.output
        return ran

    def offline(self, *options: str) -> Told:
        return Told(self.run("--offline", "--format=json", *options))

    def asks(self, url: str, *options: str) -> Told:
        return Told(self.run("--format=json", f"--base-url={url}", *options))


class Told:
    """What doctor told in JSON."""

    def __init__(self, ran: Ran) -> None:
        self.ran = ran
        self.data: dict[str, Any] = json.loads(ran.stdout)
        self.status = ran.status

    @property
    def causes(self) -> list[tuple[str, str]]:
        return [(one["variant"] or one["cause"], one["confidence"]) for one in self.data["findings"]]

    @property
    def verdict(self) -> str:
        return str(self.data["verdict"])

    def rows(self, name: str) -> list[tuple[str, str]]:
        found = [one for one in self.data["checks"] if one["name"] == name]
        return [(one["status"], f"{one['place']}: {one['says']}" if one["place"] else one["says"]) for one in found]

    def row(self, name: str) -> tuple[str, str]:
        (found,) = self.rows(name)
        return found


def whole(body: bytes, status: bytes = b"200 OK", *headers: bytes, kind: bytes = b"application/json") -> bytes:
    date = formatdate(usegmt=True).encode()
    head = [b"HTTP/1.1 " + status, b"Content-Type: " + kind, b"Content-Length: %d" % len(body)]
    head += headers if any(one.startswith(b"Date:") for one in headers) else [b"Date: " + date, *headers]
    return b"\r\n".join([*head, b"", body])


def answering(answer: Callable[[bytes], bytes]) -> Script:
    def script(peer: Peer) -> None:
        while head := peer.read_request():
            peer.send(answer(head))

    return script


def has_key(head: bytes) -> bool:
    return b"\r\nx-api-key:" in head.lower() or b"\r\nauthorization:" in head.lower()


def api(*keys: str) -> Callable[[bytes], bytes]:
    """An API that knows some keys, and nothing but a list."""

    def answer(head: bytes) -> bytes:
        if not any(one.encode() in head for one in keys):
            return whole(REFUSED, b"401 Unauthorized")
        is_list = b" /v1/sandboxes HTTP" in head
        return whole(b'{"data": []}') if is_list else whole(ABSENT, b"404 Not Found")

    return answer


def late(good: str) -> Callable[[bytes], bytes]:
    def answer(head: bytes) -> bytes:
        before, _, after = api(good)(head).partition(b"\r\nDate: ")
        return before + b"\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n" + after.partition(b"\r\n")[2]

    return answer


def dead_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
