"""hopx-auth doctor on machines that are made for it: a home, a directory, an environment, and servers of loopback."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shlex
import signal
import socket
import ssl
import struct
import subprocess
import sys
import termios
import time
from contextlib import ExitStack, contextmanager, suppress
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from runs import ROOT, SPEC, environment, run_command, served_mock
from scripted import Peer, scripted

from conformance.diagnosis.clients.loader import load as load_clients
from conformance.diagnosis.clients.model import Clients
from conformance.diagnosis.knowledge_cache import knowledge
from conformance.diagnosis.reading import Reading
from conformance.doctoring import machine as doctored
from conformance.doctoring.certificate import certificate_of
from conformance.doctoring.examination import Doctor
from conformance.keys import KeyFormat
from conformance.scrub import Scrubber
from conformance.spec.files import default_causes, default_clients, default_spec
from conformance.spec.loader import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runs import Ran
    from scripted import Script, Scripted

    from conformance.doctoring.examination import Examined

FORMAT = KeyFormat(msgspec.to_builtins(SPEC.key))
NAME = "HOPX_API_KEY"
REFUSED = b'{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}'
FORBIDDEN = b'{"error": "Forbidden", "code": "PERMISSION_DENIED"}'
ABSENT = b'{"error": "Not Found"}'
PAGE = b"<!doctype html><html><title>Welcome to the hotel</title></html>"
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


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture(scope="module")
def mock() -> Iterator[dict[str, str]]:
    with served_mock() as variables:
        yield variables


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


# What a machine shows by itself: name, what is done to it, what is found


def stored(path: str, profile: str = "default") -> Callable[[Machine], object]:
    return lambda m: m.has().file(path, f"{profile}:\n  api_key: {m.secret()}\n")


def netrc(machine: Machine) -> None:
    machine.has().file(
        ".netrc", f"machine api.hopx.dev\nlogin somebody\npassword {machine.secret('p4ssw0rd-of-mine')}\n"
    )


LOCAL: dict[str, tuple[Callable[[Machine], object], list[tuple[str, str]]]] = {
    "nothing": (lambda m: m, [("env-var-unset", "certain")]),
    "nothing in it": (lambda m: m.given.update({NAME: ""}), [("env-var-unset", "certain")]),
    "healthy": (lambda m: m.has(), []),
    "quotes": (lambda m: m.has(f'"{m.secret()}"'), [("key-wrapped-in-quotes", "certain")]),
    "newline": (lambda m: m.has(f"{m.secret()}\n"), [("key-trailing-newline", "certain")]),
    "scheme": (lambda m: m.has(f"Bearer {m.secret()}"), [("bearer-in-env", "certain")]),
    "cut": (lambda m: m.has(m.secret()[:-1]), [("key-truncated-last-char", "certain")]),
    "placeholder": (lambda m: m.given.update({NAME: "your_api_key_here"}), [("placeholder-key", "certain")]),
    "not loaded": (
        lambda m: m.file("project/.env", f"# mine\n{NAME}={m.secret()}\n"),
        [("dotenv-not-loaded", "certain")],
    ),
    "not loaded from above": (
        lambda m: m.file(".env", f"export {NAME}='{m.secret()}'\n"),
        [("dotenv-not-loaded", "certain")],
    ),
    "the same twice": (lambda m: m.has(one := key()).file("project/.env", f"{NAME}={one}\n"), []),
    "start-up file": (
        lambda m: m.in_terminal_of("bash").file(".bashrc", f"export {NAME}={m.secret()}\n"),
        [("env-not-inherited", "certain")],
    ),
    "start-up file of who is in no terminal": (
        lambda m: m.file(".bashrc", f"export {NAME}={m.secret()}\n"),
        [("env-var-unset", "certain"), ("env-not-inherited", "likely")],
    ),
    "start-up file of a login": (
        lambda m: m.in_terminal_of("bash").file(".profile", f"export {NAME}={m.secret()}\n"),
        [("env-var-unset", "certain"), ("env-not-inherited", "likely")],
    ),
    "start-up file of another shell": (
        lambda m: m.in_terminal_of("bash").file(".zlogin", f"export {NAME}={m.secret()}\n"),
        [("env-var-unset", "certain")],
    ),
    "fish": (
        lambda m: m.in_terminal_of("fish").file(".config/fish/config.fish", f"set -gx {NAME} {m.secret()}\n"),
        [("env-not-inherited", "certain")],
    ),
    "fish of who uses bash": (
        lambda m: m.in_terminal_of("bash").file(".config/fish/config.fish", f"set -gx {NAME} {m.secret()}\n"),
        [("env-var-unset", "certain")],
    ),
    "the session": (
        lambda m: m.in_terminal_of("bash").file(".config/environment.d/mine.conf", f"{NAME}={m.secret()}\n"),
        [("env-var-unset", "certain"), ("env-not-inherited", "likely")],
    ),
    "start-up file without export": (
        lambda m: m.file(".zshrc", f"{NAME}={m.secret()}\n"),
        [("env-var-unset", "certain")],
    ),
    "computed": (lambda m: m.file(".zshrc", f"export {NAME}=$(op read x)\n"), [("env-var-unset", "certain")]),
    "misnamed": (lambda m: m.has(name="HOPX_APIKEY"), [("env-var-misnamed", "certain")]),
    "misnamed for an environment": (lambda m: m.has(name="HOPX_API_KEY_PROD"), [("env-var-misnamed", "certain")]),
    "misnamed in a file": (
        lambda m: m.file("project/.env", f"A=1\nHOPX_APIKEY={m.secret()}\n"),
        [("env-var-misnamed", "certain")],
    ),
    "misnamed in a start-up file": (
        lambda m: m.in_terminal_of("bash").file(".bashrc", f"export HOPX_TOKEN={m.secret()}\n"),
        [("env-var-misnamed", "certain")],
    ),
    "a run for a pull request": (
        lambda m: m.given.update({NAME: "", "GITHUB_EVENT_NAME": "pull_request", "CI": "true"}),
        [("ci-secret-empty", "certain")],
    ),
    "a run for a pull request with a key": (
        lambda m: m.has().given.update({"GITHUB_EVENT_NAME": "pull_request", "CI": "true"}),
        [],
    ),
    "a run for a push": (
        lambda m: m.given.update({"GITHUB_EVENT_NAME": "push", "CI": "true"}),
        [("env-var-unset", "certain")],
    ),
    "built into a page": (
        lambda m: m.has().has(name="NEXT_PUBLIC_HOPX_API_KEY"),
        [("browser-bundle-env", "certain")],
    ),
    "a role of the suite": (lambda m: m.has(name="HOPX_API_KEY_REVOKED"), [("env-var-unset", "certain")]),
    "another name for something else": (lambda m: m.given.update(HOPX_AUTH="on"), [("env-var-unset", "certain")]),
    "other names beside the right one": (
        lambda m: m.has().has(f'"{m.secret()}"', "HOPX_APIKEY").given.update(HOPX_AUTH="on", HOPX_KEY="<your key>"),
        [],
    ),
    "an example in a file": (lambda m: m.has().file("project/.env", f"{NAME}=your_api_key_here\n"), []),
    "a reference in a file": (lambda m: m.has().file("project/.env", f"{NAME}=op://vault/hopx/key\n"), []),
    "an example in a start-up file": (
        lambda m: m.has().in_terminal_of("bash").file(".bashrc", f"export {NAME}=your_api_key_here\n"),
        [],
    ),
    "start-up file of zsh elsewhere": (
        lambda m: (
            m.in_terminal_of("zsh")
            .file("zsh/.zshrc", f"export {NAME}={m.secret()}\n")
            .given.update(ZDOTDIR=str(m.home / "zsh"))
        ),
        [("env-not-inherited", "certain")],
    ),
    "start-up file of fish elsewhere": (
        lambda m: (
            m.in_terminal_of("fish")
            .file("settings/fish/conf.d/hopx.fish", f"set -gx {NAME} {m.secret()}\n")
            .given.update(XDG_CONFIG_HOME=str(m.home / "settings"))
        ),
        [("env-not-inherited", "certain")],
    ),
    "a variable in a file": (lambda m: m.has().file("project/.env", f"{NAME}=${{{NAME}}}\n"), []),
    "a variable in a file that is not set": (
        lambda m: m.file("project/.env", f"{NAME}=${{{NAME}}}\n"),
        [("env-var-unset", "certain")],
    ),
    "settings that are set to nothing": (
        lambda m: m.has().file(".hopx/config.yaml", "default:\n  api_key: null\n"),
        [],
    ),
    "byte order mark": (
        lambda m: m.file("project/.env", b"\xef\xbb\xbf" + f"{NAME}={m.secret()}\n".encode()),
        [("dotenv-not-loaded", "certain"), ("dotenv-bom-or-utf16", "certain")],
    ),
    "UTF-16": (
        lambda m: m.file("project/.env", f"{NAME}={m.secret()}\n".encode("utf-16")),
        [("env-var-unset", "certain"), ("dotenv-bom-or-utf16", "certain")],
    ),
    "UTF-16 without a mark": (
        lambda m: m.file("project/.env", f"{NAME}={m.secret()}\n".encode("utf-16-le")),
        [("env-var-unset", "certain"), ("dotenv-bom-or-utf16", "certain")],
    ),
    "stored for another profile": (stored(".hopx/credentials.yaml", "work"), []),
    "netrc": (netrc, [("netrc-overrides-authorization", "likely")]),
    "netrc of another host": (lambda m: m.has().file(".netrc", "machine example.com login a password b\n"), []),
    "elsewhere": (
        lambda m: m.has().given.update({"HOPX_BASE_URL": "https://api.example.com/v1"}),
        [("wrong-base-url", "certain")],
    ),
}


@pytest.mark.parametrize("name", LOCAL)
def test_what_a_machine_shows_by_itself(name: str, machine: Machine) -> None:
    prepare, causes = LOCAL[name]
    prepare(machine)
    told = machine.offline()
    assert sorted(told.causes) == sorted(causes)
    assert (told.verdict, told.status) == (("problem", 1) if causes else ("healthy", 0))
    assert told.row("key") == ("skipped", "not asked for: --offline")
    assert told.ran.stderr == ""


OTHER_KEYS: dict[str, tuple[Callable[[Machine], object], list[str]]] = {
    "a file": (lambda m: m.has().file("project/.env", f"{NAME}={m.secret()}\n"), ["env-shadowed-by-shell"]),
    "a store": (stored(".hopx/credentials.yaml"), ["stored-credential-conflict"]),
    "a store of settings": (stored(".hopx/config.yaml"), ["stored-credential-conflict"]),
}


@pytest.mark.parametrize("name", OTHER_KEYS)
def test_which_of_two_keys_is_meant_is_not_told_without_the_api(name: str, machine: Machine) -> None:
    prepare, candidates = OTHER_KEYS[name]
    prepare(machine)
    told = machine.offline()
    assert (told.verdict, told.status, told.causes) == ("cannot-tell", 3, [])
    assert told.data["cannot_tell"]["candidates"] == candidates
    assert "without --offline" in told.data["cannot_tell"]["ask"]
    assert machine.run("--offline").stdout.splitlines()[0] == f"cannot tell: it may be {candidates[0]}"


def test_a_key_that_the_cli_alone_finds_may_be_all_that_is_wanted(machine: Machine) -> None:
    told = machine.file(".hopx/credentials.yaml", f"default:\n  api_key: {machine.secret()}\n").offline()
    assert (told.verdict, told.status, told.causes) == ("cannot-tell", 3, [])
    doubt = told.data["cannot_tell"]
    assert doubt["candidates"] == ["env-var-unset"]
    assert doubt["ask"].startswith("Which program fails: commands of the Hopx CLI, or another one?")
    assert [one["source"] for one in doubt["evidence"]] == ["~/.hopx/credentials.yaml"]


UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "UTF-16": (lambda file: file.write_bytes(f"{NAME}=x\n".encode("utf-16")), "it is in UTF-16, which no loader reads"),
    "NUL": (lambda file: file.write_bytes(f"{NAME}=\0\0\n".encode()), "it has NUL bytes"),
    "a directory": (lambda file: file.mkdir(), "it is a directory"),
    "a pipe": (os.mkfifo, "it is no plain file"),
    "a dead link": (lambda file: file.symlink_to("nowhere"), "it is a link to nothing"),
    "a loop": (lambda file: file.symlink_to(file), "oo many"),
    "large": (lambda file: file.write_bytes(b"A=1\n" * (1 << 18) + f"{NAME}=x\n".encode()), "larger than 1 MiB"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_no_client_can_read_is_no_source_and_is_told(name: str, machine: Machine) -> None:
    make, says = UNREADABLE[name]
    make(machine.work / ".env")
    told = machine.offline()
    (row,) = [row for row in told.rows("source") if "./.env" in row[1]]
    assert row[0] == "unknown"
    assert says in row[1]
    assert {one["source"] for one in told.data["clients"]} == {None}


def test_a_file_that_is_not_in_utf_8_is_told_to_stop_loaders_in_python(machine: Machine) -> None:
    machine.has(one := key()).file("project/.env", f"# caf\u00e9\n{NAME}={one}\n".encode("latin-1"))
    (row,) = [row for row in machine.offline().rows("source") if "./.env" in row[1]]
    assert row[0] == "warn"
    assert "it is not in UTF-8, and load_dotenv() stops at it" in row[1]


def test_a_key_at_the_end_of_a_long_file_is_found_with_its_line(machine: Machine) -> None:
    machine.file("project/.env", "A=1\n" * 200_000 + f"{NAME}={machine.secret()}\n")
    told = machine.offline()
    assert told.causes == [("dotenv-not-loaded", "certain")]
    assert {one["where"] for one in told.data["sources"] if one["kind"] == "dotenv"} == {"line 200001"}


@pytest.mark.parametrize("written", ["{}={}\r\n", "\ufeff{}={}\n", "\ufeff{}='{}'\r\nB=2\r\n"])
def test_the_command_that_loads_a_file_leaves_out_what_windows_put_there(written: str, machine: Machine) -> None:
    machine.file("project/.env", written.format(NAME, secret := machine.secret()))
    (finding,) = [one for one in machine.offline().data["findings"] if one["cause"] == "dotenv-not-loaded"]
    (command,) = [step.removeprefix("bash: ") for step in finding["fix"] if step.startswith("bash: set -a")]
    script = f'{command} && printf %s "${NAME}"'
    done = subprocess.run(["bash", "-c", script], cwd=machine.work, capture_output=True, text=True, check=True)
    assert done.stdout == secret


def test_a_setting_that_is_no_text_is_not_read_for_one(machine: Machine) -> None:
    lists = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]" for n in range(9))
    machine.has().file(".hopx/credentials.yaml", f"{lists}\ndefault: {{api_key: *a8}}\n")
    (row,) = [row for row in machine.offline().rows("source") if "credentials" in row[1]]
    assert row[0] == "unknown"
    assert "it is no text" in row[1]


SCRIPTS: dict[str, tuple[str, bool]] = {
    "export beside it": ("{NAME}='{key}'; export {NAME}", True),
    "one of two": ("export A=1 {NAME}={key} B=2", True),
    "after a condition": ("[ -f x ] && export {NAME}={key}", True),
    "in a branch": ("if true; then export {NAME}={key}; fi", True),
    "in quotes before a comment": ('export {NAME}="{key}" # $mine', True),
    "all": ("set -a\n{NAME}={key}\nset +a", True),
    "declared": ("declare -gx {NAME}={key}", True),
    "declared for the shell": ("declare {NAME}={key}", False),
    "of csh": ("setenv {NAME} {key}", True),
    "set and taken back": ("export {NAME}={key}\nunset {NAME}", False),
    "taken back and set": ("unset {NAME}\nexport {NAME}={key}", True),
    "in a function": ("use_hopx() {{\n  export {NAME}={key}\n}}", False),
    "in a function in a line": ("use_hopx() {{ export {NAME}={key}; }}", False),
    "in a function by its word": ("function use_hopx\n{{\n  export {NAME}={key}\n}}", False),
    "behind a function": ("function use_hopx() {{\n  echo x\n}}\nexport {NAME}={key}", True),
    "behind a function that does not end": ("use_hopx() {{\n  echo x\nexport {NAME}={key}", True),
    "in a text": ("cat <<END\nexport {NAME}={key}\nEND", False),
    "in a text in quotes": ("cat <<-'END'\nexport {NAME}={key}\n\tEND", False),
    "behind a text": ("cat <<END\nx\nEND\nexport {NAME}={key}", True),
    "behind a text of one line": ("cat <<< END\nexport {NAME}={key}", True),
    "for one command": ("{NAME}={key} hopx list", False),
    "a comment": ("# export {NAME}={key}", False),
    "echoed": ("echo export {NAME}={key}", False),
    "for the shell": ("{NAME}={key}; alias x=y", False),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_start_up_file_is_read_as_a_shell_would(name: str, machine: Machine) -> None:
    script, is_exported = SCRIPTS[name]
    machine.in_terminal_of("bash").file(".bashrc", script.format(NAME=NAME, key=machine.secret()) + "\n")
    cause = "env-not-inherited" if is_exported else "env-var-unset"
    assert machine.offline().causes == [(cause, "certain")]


def test_every_source_is_named_with_its_line_and_what_it_shows(machine: Machine) -> None:
    machine.has().file("project/.env", f"A=1\n\n{NAME}={(other := machine.secret())}\r\n")
    machine.file("project/docker.env", f'{NAME}="{machine.secret()}"\n').file("project/.env.example", f"{NAME}=x\n")
    machine.file(".profile", f"if true; then\n  export {NAME}={machine.secret()} # old\nfi\n")
    machine.file(".hopx/credentials.yaml", "{: no YAML")
    told = machine.offline()
    sources = {one["source"]: one for one in told.data["sources"]}
    assert sources["this process"]["shown"] == FORMAT.redact(machine.given[NAME])
    assert (sources["./.env"]["where"], sources["./.env"]["shown"]) == ("line 3", FORMAT.redact(other))
    assert sources["./.env"]["marks"] == ["crlf"]
    assert (sources["~/.profile"]["kind"], sources["~/.profile"]["where"]) == ("shell file", "line 2")
    assert sources["./docker.env"]["note"] == "docker run --env-file keeps the quotes around it"
    assert sources["~/.hopx/credentials.yaml"]["state"] == "unreadable"
    assert "./.env.example" not in sources
    assert len({one["fingerprint"] for one in sources.values() if one["state"] == "key"}) == 4
    assert any("holds another key, and loses" in says for status, says in told.rows("client") if status == "warn")


@pytest.mark.parametrize("file", [".env", "docker.env"])
def test_of_a_name_that_a_file_sets_twice_the_last_value_counts(file: str, machine: Machine) -> None:
    machine.file(f"project/{file}", f"{NAME}={machine.secret()[:40]}\nA=1\n{NAME}={(last := machine.secret())}\n")
    sources = [one for one in machine.offline().data["sources"] if one["source"] == f"./{file}"]
    assert [(one["where"], one["shown"]) for one in sources] == [("line 3", FORMAT.redact(last))]


@pytest.mark.parametrize("kind", ["a directory", "a pipe", "a dead link", "bytes", "empty", "huge"])
def test_no_file_is_too_odd_to_look_at(kind: str, machine: Machine) -> None:
    machine.has()
    for file in (machine.work / ".env", machine.home / ".netrc", machine.home / ".hopx" / "config.yaml"):
        file.parent.mkdir(exist_ok=True)
        {
            "a directory": lambda file=file: file.mkdir(),
            "a pipe": lambda file=file: os.mkfifo(file),
            "a dead link": lambda file=file: file.symlink_to("nowhere"),
            "bytes": lambda file=file: file.write_bytes(bytes(range(256)) * 9),
            "empty": lambda file=file: file.touch(),
            "huge": lambda file=file: file.write_bytes(b"A=1\n" * (1 << 20)),
        }[kind]()
    assert machine.offline().verdict == "healthy"


def test_the_names_that_were_meant_for_another_are_rows(machine: Machine) -> None:
    machine.given |= {"HOPX_KEY": "x", "HOPX_API_TOKEN": "x", "hopx_apikey": "x", "HOPX_API_KEY_PROD": "x"}
    machine.given |= {"HOPX_API_KYE": "x", "API_KEY": "x", "OPENAI_API_KEY": "x", "HOPX_HOME": "x", "HOPX_BASE_URL": ""}
    named = {says.split(" is set")[0] for _, says in machine.offline().rows("name")}
    assert named == {
        f"this process: {name}"
        for name in ("HOPX_KEY", "HOPX_API_TOKEN", "hopx_apikey", "HOPX_API_KYE", "HOPX_API_KEY_PROD")
    }


ODD = {
    "bytes in the key": {NAME: "\udcff\udcfe" * 9},
    "a long key": {NAME: "hopx_live_" + "a" * 100_000},
    "a proxy that is no address": {"HTTPS_PROXY": "http://[::1"},
    "a proxy with a wrong port": {"HTTPS_PROXY": "proxy:99999", "ALL_PROXY": "socks5://x"},
    "no home": {"HOME": "/nowhere/at/all"},
    "a profile of another kind": {"HOPX_PROFILE": "../../etc"},
    "a netrc elsewhere": {"NETRC": "/dev/zero"},
}


@pytest.mark.parametrize("name", ODD)
def test_no_environment_is_too_odd_to_look_at(name: str, machine: Machine) -> None:
    machine.given |= ODD[name]
    assert machine.offline().status in (0, 1)
    assert machine.asks("https://nowhere.invalid/v1", SHORT).status == 1


def test_a_directory_that_was_removed_is_no_trouble(machine: Machine) -> None:
    command = f"/bin/rmdir ../gone; exec {sys.executable} -m conformance.cli doctor --offline"
    gone = machine.home / "gone"
    gone.mkdir()
    given = environment(machine.has().given)
    done = subprocess.run(["/bin/sh", "-c", command], cwd=gone, env=given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# The keyring


def cli_with(machine: Machine, program: str) -> Machine:
    """A machine whose CLI is run by a Python of this text."""
    python = machine.home / "bin" / "python"
    machine.file("bin/python", f"#!/bin/sh\n{program}\n", 0o755)
    machine.file("bin/hopx", f"#!{python}\n", 0o755)
    machine.given["PATH"] = f"{machine.home / 'bin'}:/bin:/usr/bin"
    return machine


KEYRINGS = {
    "locked": ('echo \'{"error": "KeyringLocked"}\'', "it is locked"),
    "none": ('echo \'{"error": "NoKeyringError"}\'', "there is no keyring on this machine"),
    "waiting": ("sleep 600 & wait", "it gave no answer within 0.5 s"),
    "no object": ("echo '[1]'", "the program that reads it ended without an answer"),
    "a number": ("echo '{\"value\": 5}'", "the program that reads it ended without an answer"),
    "an object for an error": ('echo \'{"error": {"a": 1}}\'', "the program that reads it ended without an answer"),
    "deep": ("head -c 100000 /dev/zero | tr '\\0' '['", "the program that reads it ended without an answer"),
    "endless": ("yes", "the program that reads it ended without an answer"),
    "dying": ("kill -9 $$", "the program that reads it ended without an answer"),
    "prose": ("echo Password:", "the program that reads it ended without an answer"),
}


@pytest.mark.parametrize("name", KEYRINGS)
def test_a_keyring_that_cannot_be_read_is_never_called_empty(name: str, machine: Machine) -> None:
    program, says = KEYRINGS[name]
    told = cli_with(machine, program).offline(SHORT)
    assert ("keyring-unreadable", "certain") in told.causes
    (finding,) = [one for one in told.data["findings"] if one["variant"] == "keyring-unreadable"]
    assert finding["summary"].startswith("The keyring cannot be read. ")
    assert not any("logout" in step for step in finding["fix"]), "what is not known to be there is to be removed"
    (row,) = [row for row in told.rows("source") if "the keyring" in row[1]]
    assert row[0] == "unknown"
    assert says in row[1]
    (source,) = [one for one in told.data["sources"] if one["kind"] == "keyring"]
    assert source["state"] == "unreadable"


TOOLS = {
    "secret-tool: nothing there": ("secret-tool", "exit 1", "absent", ""),
    "secret-tool: no bus": ("secret-tool", "echo cannot autolaunch >&2; exit 1", "unreadable", "ended with status 1"),
    "secret-tool: another version": ("secret-tool", "exit 2", "unreadable", "ended with status 2"),
    "security: nothing there": ("security", "echo could not be found >&2; exit 44", "absent", ""),
    "security: locked": ("security", "echo interaction not allowed >&2; exit 36", "unreadable", "status 36"),
    "security: a warning": ("security", "echo a warning >&2; echo {}", "key", ""),
}


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_that_cannot_read_the_keyring_is_not_one_that_finds_nothing(name: str, machine: Machine) -> None:
    tool, script, state, says = TOOLS[name]
    machine.file(f"bin/{tool}", f"#!/bin/sh\n{script.format(machine.secret())}\n", 0o755)
    machine.given["PATH"] = str(machine.home / "bin")
    (source,) = [one for one in machine.offline(SHORT).data["sources"] if one["kind"] == "keyring"]
    assert source["state"] == state
    assert says in source["note"]


def test_what_is_so_for_every_client_is_not_said_of_one_after_the_other(machine: Machine) -> None:
    machine.given["NO_PROXY"] = "*"
    assert machine.has().offline().rows("client") == [("ok", f"every client: this process, {NAME} comes first")]


def test_what_cannot_be_read_comes_before_nothing_where_nothing_is_found(machine: Machine) -> None:
    def why() -> str:
        clients = cli_with(machine, KEYRINGS["locked"][0]).offline().data["clients"]
        return str(next(one["why"] for one in clients if one["client"] == "hopx-cli"))

    assert why() == "no key is found: the keyring, hopx-cli, default:api_key cannot be read (it is locked)"
    machine.file(".hopx/credentials.yaml", f"default:\n  api_key: {machine.secret()}\n")
    assert why() == (
        "~/.hopx/credentials.yaml, default.api_key comes first of those that can be read; "
        "the keyring, hopx-cli, default:api_key comes before it and cannot be read (it is locked)"
    )


def test_nothing_is_left_of_a_keyring_that_waited(machine: Machine) -> None:
    note = machine.home / "waiting"
    cli_with(machine, f"sleep 600 & echo $! > {note}; wait").offline(SHORT)
    started = int(note.read_text())
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(started)], capture_output=True, text=True, check=False)
    assert state.stdout.strip()[:1] in ("", "Z"), "it still waits"


def test_a_keyring_that_cannot_be_read_is_no_problem_where_the_variable_wins(machine: Machine) -> None:
    program, _ = KEYRINGS["locked"]
    assert cli_with(machine, program).has().offline(SHORT).verdict == "healthy"


def test_what_the_keyring_keeps_is_what_the_cli_takes(machine: Machine) -> None:
    answer = json.dumps({"value": machine.secret()})
    told = cli_with(machine, f"echo {shlex.quote(answer)}").offline()
    taken = next(one for one in told.data["clients"] if one["client"] == "hopx-cli")
    assert (taken["source"], taken["where"]) == ("the keyring", "hopx-cli, default:api_key")
    assert taken["shown"] == FORMAT.redact(machine.secrets[0])


def test_the_keyring_is_not_read_by_a_module_that_lies_in_the_directory(machine: Machine) -> None:
    machine.file("project/keyring.py", "import pathlib; pathlib.Path('/tmp/never').touch(); raise SystemExit")
    machine.file("bin/hopx", f"#!{sys.executable}\n", 0o755)
    machine.given |= {"PATH": f"{machine.home / 'bin'}", "PYTHONPATH": str(ROOT)}
    (row,) = [row for row in machine.offline().rows("source") if "the keyring" in row[1]]
    assert "the Python module that reads it is not installed" in row[1]


# What the API says


def test_a_key_that_works_is_healthy_in_every_header(machine: Machine, mock: dict[str, str]) -> None:
    told = machine.has(mock[NAME]).asks(mock["HOPX_BASE_URL"])
    assert (told.verdict, told.status, told.causes) == ("healthy", 0, [])
    assert {told.row(name)[0] for name in ("no key", "stranger", "key in X-API-Key", "key in Authorization")} == {"ok"}
    assert {told.row(name)[0] for name in ("dns", "tcp", "clock", "view", "format")} == {"ok"}
    text = machine.run(f"--base-url={mock['HOPX_BASE_URL']}")
    assert (text.status, text.stderr) == (0, "")
    assert text.stdout.startswith(f"healthy: {mock['HOPX_BASE_URL']} accepts the key\n\nok       source ")


ROLES = {
    "HOPX_API_KEY_READ_ONLY": ("healthy", 0, set[str]()),
    "HOPX_API_KEY_CREATE_ONLY": ("cannot-tell", 3, {"scope-insufficient", "ip-not-allowed", "quota-or-billing"}),
    "HOPX_API_KEY_REVOKED": ("cannot-tell", 3, {"revoked", "expired", "key-mistyped", "key-not-yet-active"}),
    "HOPX_API_KEY_EXPIRED": ("cannot-tell", 3, {"revoked", "expired", "key-mistyped", "key-not-yet-active"}),
    "HOPX_API_KEY_RATE_LIMITED": ("problem", 1, {"rate-limited"}),
}


@pytest.mark.parametrize("role", ROLES)
def test_what_the_api_says_of_a_key_is_not_called_more_than_it_is(
    role: str, machine: Machine, mock: dict[str, str]
) -> None:
    verdict, status, causes = ROLES[role]
    told = machine.has(mock[role]).asks(mock["HOPX_BASE_URL"])
    assert (told.verdict, told.status) == (verdict, status)
    named = {name for name, _ in told.causes} | set((told.data["cannot_tell"] or {}).get("candidates", ()))
    assert causes <= named
    assert bool(told.data["request_ids"]) is (status != 0)


def test_the_key_of_the_file_is_tried_where_the_one_of_the_shell_is_refused(
    machine: Machine, mock: dict[str, str]
) -> None:
    machine.has(mock["HOPX_API_KEY_REVOKED"]).file("project/.env", f"{NAME}={machine.secret(mock[NAME])}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert told.causes == [("env-shadowed-by-shell", "certain")]
    assert any("the API accepts the key of ./.env" in one["detail"] for one in told.data["findings"][0]["evidence"])


def test_what_lies_around_is_no_problem_where_the_key_works(machine: Machine, mock: dict[str, str]) -> None:
    machine.has(mock[NAME]).file("project/.env", f"{NAME}={machine.secret()}\n")
    machine.file(".hopx/credentials.yaml", f"default:\n  api_key: {machine.secret()}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert (told.verdict, told.causes) == ("healthy", [])
    assert "warn" in {status for status, _ in told.rows("client")}


def test_a_stored_key_is_tried_where_the_one_of_the_shell_is_refused(machine: Machine, mock: dict[str, str]) -> None:
    stored_key = machine.secret(mock[NAME])
    machine.has().file(".hopx/credentials.yaml", f"default:\n  api_key: {stored_key}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert told.causes == [("stored-credential-conflict", "certain")]
    assert told.row("other key") == ("ok", "that of ~/.hopx/credentials.yaml, default.api_key: 200")


def test_a_key_that_the_cli_alone_finds_is_asked_about(machine: Machine, mock: dict[str, str]) -> None:
    machine.file(".hopx/credentials.yaml", f"default:\n  api_key: {machine.secret(mock[NAME])}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert (told.verdict, told.causes, told.row("key in X-API-Key")[0]) == ("cannot-tell", [], "ok")
    machine.file(".hopx/credentials.yaml", f"default:\n  api_key: {machine.secret(mock['HOPX_API_KEY_REVOKED'])}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert (told.verdict, told.causes) == ("cannot-tell", [])
    assert set(told.data["cannot_tell"]["candidates"]) >= EQ1


def test_a_key_of_a_start_up_file_is_not_told_to_be_removed_where_it_is_the_good_one(
    machine: Machine, mock: dict[str, str]
) -> None:
    machine.in_terminal_of("bash").has().file(".bashrc", f"export {NAME}={machine.secret(mock[NAME])}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert told.causes == [("env-not-inherited", "likely")]
    assert told.data["cannot_tell"] is None
    (finding,) = told.data["findings"]
    assert not any("unset" in step or "Remove" in step for step in finding["fix"])


EQ1 = {"revoked", "expired", "key-mistyped", "key-not-yet-active", "rotated-old-key-in-use", "cross-org-resource"}


@pytest.mark.parametrize("place", ["project/.env", ".hopx/credentials.yaml"])
def test_another_key_that_is_refused_too_is_not_the_answer(place: str, machine: Machine, mock: dict[str, str]) -> None:
    other = machine.secret()
    text = f"{NAME}={other}\n" if place.endswith(".env") else f"default:\n  api_key: {other}\n"
    machine.has(mock["HOPX_API_KEY_REVOKED"]).file(place, text)
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert (told.verdict, told.status, told.causes) == ("cannot-tell", 3, [])
    assert told.row("other key")[0] == "fail"
    assert set(told.data["cannot_tell"]["candidates"]) >= EQ1


def test_keys_that_are_one_too_many_to_be_tried_are_told(machine: Machine, mock: dict[str, str]) -> None:
    machine.has(mock["HOPX_API_KEY_REVOKED"])
    for path in ("project/.env", ".env", ".bashrc", ".profile", ".zshenv"):
        machine.file(path, f"export {NAME}={machine.secret()}\n")
    rows = machine.asks(mock["HOPX_BASE_URL"]).rows("other key")
    assert [status for status, _ in rows] == ["fail", "fail", "fail", "unknown"]
    assert rows[-1][1] == "2 more are not tried: ~/.profile, line 1 and ~/.zshenv, line 1"


def test_another_key_is_no_answer_to_a_limit(machine: Machine, mock: dict[str, str]) -> None:
    machine.has(mock["HOPX_API_KEY_RATE_LIMITED"]).file("project/.env", f"{NAME}={machine.secret()}\n")
    assert machine.asks(mock["HOPX_BASE_URL"]).causes == [("rate-limited", "certain")]


def test_a_key_that_is_refused_is_told_beside_the_file_that_was_not_read(
    machine: Machine, mock: dict[str, str]
) -> None:
    machine.file("project/.env", f"{NAME}={machine.secret(mock['HOPX_API_KEY_REVOKED'])}\n")
    told = machine.asks(mock["HOPX_BASE_URL"])
    assert told.causes == [("dotenv-not-loaded", "certain")]
    assert set(told.data["cannot_tell"]["candidates"]) >= EQ1
    text = machine.run(f"--base-url={mock['HOPX_BASE_URL']}").stdout
    assert "; besides, it may be one of 7 causes" in text.splitlines()[0]
    assert "ask this next:" in text


def test_a_key_that_is_refused_is_told_beside_a_clock_that_is_off(machine: Machine) -> None:
    machine.has()
    with scripted(answering(late("no key at all"))) as server:
        told = machine.asks(server.url)
    assert told.causes == [("clock-skew", "likely")]
    assert set(told.data["cannot_tell"]["candidates"]) >= EQ1


TIMES: dict[str, Callable[[bytes], bytes]] = {
    "of a kept answer": lambda head: late("no key at all")(head).replace(b"\r\nDate", b"\r\nAge: 9\r\nDate"),
    "of one answer alone": lambda head: (late("no key at all") if not has_key(head) else api())(head),
    "of the year 1": lambda head: late("no key at all")(head).replace(
        b"01 Jan 2024 00:00:00 GMT", b"01 Jan 0001 00:00:00 +2359"
    ),
}


@pytest.mark.parametrize("name", TIMES)
def test_a_date_that_nothing_bears_out_says_nothing_of_the_clock(name: str, machine: Machine) -> None:
    machine.has()
    with scripted(answering(TIMES[name])) as server:
        told = machine.asks(server.url)
    assert (told.verdict, told.causes) == ("cannot-tell", [])
    assert told.row("clock")[0] in ("unknown", "ok")


def test_what_is_not_of_the_form_of_a_key_is_not_sent(machine: Machine) -> None:
    machine.has("ghp_" + "a1B2" * 9)
    with scripted(answering(api())) as server:
        told = machine.asks(server.url)
    assert told.causes == [("wrong-vendor-key", "certain")]
    assert told.row("key")[0] == "skipped"
    assert not any(b"ghp_" in head for head in server.requests)
    assert len(server.requests) == 2


def refuses_bearer(good: str) -> Callable[[bytes], bytes]:
    return lambda head: api(good)(b"\r\n".join(line for line in head.split(b"\r\n") if b"uthorization" not in line))


def only(status: bytes, body: bytes, kind: bytes = b"application/json", *headers: bytes) -> Callable[[str], Any]:
    return lambda _good: lambda _head: whole(body, status, *headers, kind=kind)


def may_not_view(good: str) -> Callable[[bytes], bytes]:
    return lambda head: (
        whole(FORBIDDEN, b"403 Forbidden") if good.encode() in head and b" /v1/sandboxes/" in head else api(good)(head)
    )


def may_not_list(good: str) -> Callable[[bytes], bytes]:
    return lambda head: (
        whole(FORBIDDEN, b"403 Forbidden") if good.encode() in head and b" /v1/sandboxes " in head else api(good)(head)
    )


def out_of_order(good: str) -> Callable[[bytes], bytes]:
    return lambda head: whole(b"{}", b"500 Oops") if good.encode() in head else api(good)(head)


def late(good: str) -> Callable[[bytes], bytes]:
    def answer(head: bytes) -> bytes:
        before, _, after = api(good)(head).partition(b"\r\nDate: ")
        return before + b"\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n" + after.partition(b"\r\n")[2]

    return answer


# name: how the server answers, what is found, and whether the key may be sent to it
ANSWERS: dict[str, tuple[Callable[[str], Callable[[bytes], bytes]], list[tuple[str, str]], bool]] = {
    "a portal": (only(b"200 OK", PAGE, b"text/html"), [("captive-portal-or-login-html", "certain")], False),
    "a login elsewhere": (
        only(b"302 Found", b"", b"text/plain", b"Location: https://login.example.com/"),
        [("captive-portal-or-login-html", "likely")],
        False,
    ),
    "a firewall": (only(b"403 No", PAGE, b"text/html"), [("waf-block-403-html", "likely")], False),
    "a proxy": (only(b"407 No", b"", b"text/plain"), [("proxy-auth-required", "certain")], False),
    "another API": (only(b"404 Not Found", ABSENT), [("wrong-base-url", "certain")], False),
    "a stub": (only(b"200 OK", b"{}"), [("wrong-base-url", "likely")], False),
    "a stub of another time": (
        only(b"200 OK", b"{}", b"application/json", b"Date: Mon, 01 Jan 2035 00:00:00 GMT"),
        [("wrong-base-url", "likely")],
        False,
    ),
    "a stub without a word": (only(b"204 No Content", b""), [("wrong-base-url", "likely")], False),
    "a stub in plain text": (only(b"200 OK", b"Success", b"text/plain"), [("wrong-base-url", "likely")], False),
    "a gateway": (
        only(b"403 Forbidden", b'{"message": "Missing Authentication Token"}'),
        [("gateway-path-masquerade", "certain")],
        False,
    ),
    "an outage": (only(b"503 Oops", b"{}"), [("vendor-incident-or-client-defect", "likely")], False),
    "a page of a company": (only(b"503 No", PAGE, b"text/html"), [("waf-block-403-html", "likely")], False),
    "a page that is too much": (only(b"429 No", PAGE, b"text/html"), [("rate-limited", "certain")], False),
    "trouble with the key": (out_of_order, [("vendor-incident-or-client-defect", "likely")], True),
    "no Bearer": (refuses_bearer, [("proxy-stripped-header", "likely")], True),
    "no viewing": (may_not_view, [("scope-insufficient", "certain")], True),
    "no listing": (may_not_list, [("scope-insufficient", "certain")], True),
    "another time": (late, [("clock-skew", "likely")], True),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_an_answer_shows(name: str, machine: Machine) -> None:
    make, causes, may_be_sent = ANSWERS[name]
    machine.has(good := key())
    with scripted(answering(make(good))) as server:
        told = machine.asks(server.url)
    assert told.causes == causes
    assert (told.verdict, told.status) == ("problem", 1)
    assert any(good.encode() in head for head in server.requests) is may_be_sent
    assert {head.split()[0] for head in server.requests} == {b"GET"}


@pytest.mark.parametrize("location", [b"/v2/sandboxes", b"/v1/sandboxes/", b"/login"])
def test_a_redirect_without_a_key_does_not_say_that_one_was_lost(location: bytes, machine: Machine) -> None:
    machine.has(good := key())
    moved = whole(b"", b"302 Found", b"Location: " + location)
    with scripted(answering(lambda head: api(good)(head) if has_key(head) else moved)) as server:
        told = machine.asks(server.url)
    assert (told.verdict, told.causes) == ("cannot-tell", [])
    assert "http-redirect-dropped-auth" in told.data["cannot_tell"]["candidates"]
    assert not any(has_key(head) for head in server.requests)


REFUSALS_OF_OTHERS: dict[str, Callable[[bytes], bytes]] = {
    "in plain text": lambda _head: whole(b"Unauthorized", b"401 Unauthorized", kind=b"text/plain"),
    "to strangers alone": lambda head: whole(REFUSED, b"401 No") if has_key(head) else whole(b"{}"),
    "to nobody alone, and a page to strangers": lambda head: (
        whole(PAGE, kind=b"text/html") if has_key(head) else whole(REFUSED, b"401 No")
    ),
}


@pytest.mark.parametrize("name", REFUSALS_OF_OTHERS)
def test_who_refuses_otherwise_than_the_api_gets_no_key(name: str, machine: Machine) -> None:
    machine.has(good := key())
    with scripted(answering(REFUSALS_OF_OTHERS[name])) as server:
        told = machine.asks(server.url)
    assert not any(good.encode() in head for head in server.requests)
    assert (told.verdict, told.status, told.causes) == ("cannot-tell", 3, [])
    assert told.row("key")[0] == "skipped"
    assert "wrong-base-url" in told.data["cannot_tell"]["candidates"]


STRANGERS: dict[str, tuple[bytes, list[tuple[str, str]]]] = {
    "an outage": (b"502 Bad Gateway", [("vendor-incident-or-client-defect", "likely")]),
    "a limit": (b"429 Too Many Requests", [("rate-limited", "certain")]),
    "nothing to be found": (b"404 Not Found", []),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_no_key_follows_a_stranger_who_was_not_refused(name: str, machine: Machine) -> None:
    status, causes = STRANGERS[name]
    machine.has(good := key())
    refused = whole(REFUSED, b"401 No")
    with scripted(answering(lambda head: whole(b"{}", status) if has_key(head) else refused)) as server:
        told = machine.asks(server.url)
    assert not any(good.encode() in head for head in server.requests)
    assert told.causes == causes
    assert told.status == (1 if causes else 3)
    assert told.row("key") == ("skipped", "it is not sent to a server that does not answer as the API does")


def test_no_key_follows_one_that_was_answered_with_a_page(machine: Machine) -> None:
    machine.has(good := key())
    with scripted(
        answering(lambda head: whole(PAGE, kind=b"text/html") if good.encode() in head else api()(head))
    ) as server:
        told = machine.asks(server.url)
    assert sum(good.encode() in head for head in server.requests) == 1
    assert told.causes == [("captive-portal-or-login-html", "certain")]


def test_a_password_of_a_netrc_file_is_not_shown_whoever_says_it(machine: Machine) -> None:
    password = machine.secret("N3trc" + key()[-12:])
    machine.has().file(".netrc", f"machine 127.0.0.1 login somebody password {password}\n")
    body = json.dumps(
        {"error": f"{password} is wrong", "code": "AUTHENTICATION_ERROR", "request_id": password}
    ).encode()
    with scripted(answering(lambda _head: whole(body, b"401 No"))) as server:
        assert machine.run(f"--base-url={server.url}").status == 1


def test_answers_are_shown_without_what_they_do_to_a_terminal(machine: Machine) -> None:
    answer = whole(b"", b"302 Found", b"Location: http://x.example/\x1b[31m\x07" + machine.has().given[NAME].encode())
    with scripted(answering(lambda _head: answer)) as server:
        text = machine.run(f"--base-url={server.url}")
    assert text.status == 1
    assert "\x1b" not in text.stdout
    assert "it is not followed" in " ".join(text.stdout.split())


def test_answers_do_not_turn_the_line_around(machine: Machine) -> None:
    body = json.dumps({"error": "Unauthorized", "code": "\u202edenied\u2066x"}, ensure_ascii=False).encode()
    with scripted(answering(lambda _head: whole(body, b"401 No"))) as server:
        machine.has()
        for form in ("text", "html"):
            shown = machine.run(f"--base-url={server.url}", f"--format={form}").stdout
            assert "denied" in shown
            assert not set(shown) & {"\u202e", "\u2066"}


# The way to the API


def dead_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/v1", "https://127.0.0.1:{port}/v1", "https://nowhere.invalid"]
)
def test_nobody_is_there(url: str, machine: Machine) -> None:
    told = machine.has().asks(url.format(port=dead_port()))
    assert ("network-unreachable", "certain") in told.causes
    assert told.row("key") == ("skipped", "there is nobody to ask")
    assert "fail" in {status for name in ("dns", "tcp") for status, _ in told.rows(name)}


def test_a_host_without_ipv4_is_out_of_reach_for_some(machine: Machine) -> None:
    told = machine.has().asks(f"http://[::1]:{dead_port()}/v1", SHORT)
    status, says = told.row("dns")
    assert status == "warn"
    assert says.startswith("::1 has no IPv4 address, and these use no other: Hopx SDK for Python, ")


def resolving(monkeypatch: pytest.MonkeyPatch, host: str, *addresses: str) -> None:
    """Let a name have these addresses within this process."""
    real = socket.getaddrinfo

    def getaddrinfo(name: str, *rest: Any, **more: Any) -> list[Any]:
        names = addresses if name == host else (name,)
        return [found for one in names for found in real(one, *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def examined_here(machine: Machine, url: str) -> Examined:
    """An examination within this process, whose network a test may change."""
    known = knowledge(default_causes(), default_spec())
    here = doctored.Machine(machine.given, machine.home, machine.work)
    clients = load_clients(default_clients(), default_spec())
    return Doctor(here, SPEC, clients, known, Reading(known.surface, b"salt"), url, 5.0).examine()


UNUSED, MAPPED = "127.9.9.9", "::ffff:127.0.0.1"


@pytest.mark.parametrize("addresses", [(UNUSED, "127.0.0.1"), ("127.0.0.1", UNUSED), ("127.0.0.1", "::1")], ids=str)
def test_one_address_that_is_down_is_no_problem_where_another_is_up(
    addresses: tuple[str, ...], machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, "localhost", *addresses)
    machine.has(good := key())
    with scripted(answering(api(good))) as server:
        examined = examined_here(machine, f"http://localhost:{server.port}/v1")
    assert (examined.diagnosis.verdict, examined.is_accepted) == ("healthy", True)


def test_a_host_that_is_out_of_reach_by_ipv4_alone_is_out_of_reach_for_some(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, "localhost", UNUSED, MAPPED)
    machine.has(good := key())
    with scripted(answering(api(good))) as server:
        examined = examined_here(machine, f"http://localhost:{server.port}/v1")
    (finding,) = examined.diagnosis.findings
    assert (finding.cause.id, finding.confidence) == ("network-unreachable", "likely")
    assert [fact.says for fact in finding.facts] == [
        "localhost is not reached by IPv4 (connection refused), and Hopx SDK for Python uses nothing else"
    ]


@pytest.mark.parametrize("script", [Peer.wait, lambda peer: peer.connection.close(), b"SSH-2.0-OpenSSH_9.6\r\n"])
def test_who_takes_the_connection_and_says_nothing_is_no_api(script: Script, machine: Machine) -> None:
    with scripted(script) as server:
        told = machine.has().asks(server.url, SHORT)
    assert [name for name, _ in told.causes] == ["network-unreachable"]
    assert told.row("no key")[0] == "fail"
    assert not any(has_key(head) for head in server.requests)


def proxying(answer: bytes) -> Script:
    return answering(lambda _head: answer)


PROXIES = {
    "the only way": (b"HTTP/1.1 200 Connection established\r\n\r\n", False, ["sdk-ignores-proxy-env"]),
    "a way among two": (b"HTTP/1.1 200 OK\r\n\r\n", True, []),
    "one that wants a password": (b"HTTP/1.1 407 No\r\n\r\n", False, ["proxy-auth-required", "network-unreachable"]),
    "one that is in the way": (b"HTTP/1.1 407 No\r\n\r\n", True, ["proxy-auth-required"]),
    "none": (b"hello", False, ["network-unreachable"]),
    "none, and the API is reached without": (b"hello", True, ["proxy-unreachable"]),
    "one that refuses a tunnel without TLS": (b"HTTP/1.1 403 No\r\n\r\n", True, []),
}


@pytest.mark.parametrize("name", PROXIES)
def test_what_a_proxy_does(name: str, machine: Machine) -> None:
    answer, is_reached, causes = PROXIES[name]
    machine.has(good := key())
    with scripted(answering(api(good))) as server, scripted(proxying(answer)) as proxy:
        machine.given["HTTP_PROXY"] = f"http://me:{machine.secret('s3cret-of-mine')}@127.0.0.1:{proxy.port}"
        url = server.url if is_reached else f"http://127.0.0.1:{dead_port()}/v1"
        told = machine.asks(url)
    assert {cause for cause, _ in told.causes} == set(causes)
    assert ("warn", f"HTTP_PROXY names 127.0.0.1:{proxy.port}") in told.rows("proxy")
    assert not any(good.encode() in head for head in proxy.requests), "the key went to the proxy"
    assert any("go to the API directly: Hopx SDK for Python" in says for _, says in told.rows("proxy"))


def test_a_dead_proxy_that_clients_use_is_a_problem_though_the_key_is_accepted(machine: Machine) -> None:
    machine.has(good := key()).given["HTTP_PROXY"] = f"http://127.0.0.1:{dead_port()}"
    with scripted(answering(api(good))) as server:
        told = machine.asks(server.url)
        text = machine.run(f"--base-url={server.url}")
    assert (told.verdict, told.status, told.causes) == ("problem", 1, [("proxy-unreachable", "certain")])
    assert told.row("key in X-API-Key")[0] == "ok"
    first = "problem: The proxy that the client uses opens no way (certain)"
    assert text.stdout.splitlines()[0] == first


def test_a_proxy_that_speaks_another_protocol_is_not_called_dead(machine: Machine) -> None:
    machine.has(good := key())
    with scripted(answering(api(good))) as server, scripted(Peer.wait) as proxy:
        machine.given["ALL_PROXY"] = f"socks5://127.0.0.1:{proxy.port}"
        told = machine.asks(server.url)
    assert told.verdict == "healthy"
    assert "unknown" in {status for status, _ in told.rows("proxy")}


def test_which_key_wins_does_not_matter_where_none_is_taken(machine: Machine) -> None:
    (machine.work / ".env").write_text(f"{NAME}={key()}\n")
    with scripted(answering(api(key()))) as server:
        told = machine.has().asks(server.url)
    assert "certain" not in {confidence for _, confidence in told.causes}
    assert [status for status, _ in told.rows("other key")] == ["fail"]


def test_a_proxy_that_answers_byte_by_byte_is_not_waited_for(machine: Machine) -> None:
    def drip(peer: Peer) -> None:
        peer.read_request()
        for _ in range(600):
            peer.send(b"H")
            time.sleep(0.1)

    machine.has(good := key())
    with scripted(answering(api(good))) as server, scripted(drip) as proxy:
        machine.given["HTTP_PROXY"] = f"http://127.0.0.1:{proxy.port}"
        told = machine.asks(server.url, SHORT)
        assert proxy.sent < 100, "it was waited for"
    assert ("proxy-unreachable", "certain") in told.causes


def test_a_host_that_is_left_out_needs_no_proxy(machine: Machine) -> None:
    machine.given |= {"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": "localhost,.hopx.dev"}
    assert machine.has().offline().row("proxy") == ("ok", "no variable names one for the API")


def certified(directory: Path, issuer: str, *more: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that its own issuer made, and a server's context with it."""
    own, both = directory / "own.pem", directory / "server.pem"
    subject = ["-subj", issuer, "-addext", "subjectAltName=IP:127.0.0.1", *more]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, "-keyout", both, "-out", own]
    subprocess.run(command, check=True, capture_output=True)
    both.write_text(both.read_text() + own.read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return own, context


AUTHORITY = """
[ca]
default_ca = authority
[authority]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
default_startdate = 20200101000000Z
default_enddate = 20200102000000Z
policy = policy
x509_extensions = extensions
[policy]
commonName = supplied
[extensions]
subjectAltName = IP:127.0.0.1
"""


def expired(directory: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that was valid for a day in 2020, and a server's context with it."""
    own, both, asked = (directory / name for name in ("own.pem", "server.pem", "asked.pem"))
    (directory / "index").touch()
    (directory / "ca").write_text(AUTHORITY.format(folder=directory), encoding="utf-8")
    ask = ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-keyout", both]
    sign = ["openssl", "ca", "-batch", "-notext", "-selfsign", "-create_serial", "-config", directory / "ca"]
    subprocess.run([*ask, "-out", asked], check=True, capture_output=True)
    subprocess.run([*sign, "-keyfile", both, "-in", asked, "-out", own], check=True, capture_output=True)
    both.write_text(both.read_text() + own.read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return own, context


def test_what_is_no_certificate_is_said_to_be_none(tmp_path: Path) -> None:
    own, _ = certified(tmp_path, "/O=Acme/CN=Acme Root")
    der = ssl.PEM_cert_to_DER_cert(own.read_text())
    read = certificate_of(der)
    assert (read.issuer, read.not_after - read.not_before) == ("Acme, Acme Root", 30 * 86400)
    for at in range(0, len(der), 3):
        for damaged in (der[:at], der[:at] + b"\xff" + der[at + 1 :]):
            with suppress(ValueError):
                certificate_of(damaged)


def test_a_certificate_of_nobody_known_is_named_and_the_key_kept_back(machine: Machine, tmp_path: Path) -> None:
    own, context = certified(tmp_path, "/O=Zscaler Inc./CN=Zscaler Root CA")
    machine.has(good := key())
    with scripted(answering(api(good)), tls=context) as server:
        told = machine.asks(server.url)
        assert told.causes == [("tls-interception", "certain")]
        status, says = told.row("tls")
        assert (status, "issued by Zscaler Inc., Zscaler Root CA" in says) == ("fail", True)
        assert server.requests == []
        machine.given["SSL_CERT_FILE"] = str(own)
        told = machine.asks(server.url)
    assert (told.verdict, told.causes) == ("healthy", [])
    assert told.row("tls")[0] == "warn"


def test_a_certificate_of_another_time_may_be_the_clock_of_this_machine(machine: Machine, tmp_path: Path) -> None:
    own, context = expired(tmp_path)
    machine.has().given["SSL_CERT_FILE"] = str(own)
    with scripted(answering(api()), tls=context) as server:
        told = machine.asks(server.url)
    assert (told.verdict, told.causes) == ("cannot-tell", [])
    assert "clock-skew" in told.data["cannot_tell"]["candidates"]
    assert "in 2020" not in told.row("tls")[1]
    assert server.requests == []


def test_a_certificate_of_an_issuer_nobody_knows_may_be_of_many(machine: Machine, tmp_path: Path) -> None:
    _, context = certified(tmp_path, "/O=Let's Encrypt/CN=R11")
    with scripted(answering(api()), tls=context) as server:
        told = machine.has().asks(server.url)
    assert (told.verdict, told.causes) == ("cannot-tell", [])
    assert "tls-interception" in told.data["cannot_tell"]["candidates"]
    assert server.requests == []


AUTHORITIES: dict[str, Callable[[Path], None]] = {
    "not there": lambda _file: None,
    "no certificates": lambda file: file.write_text("hello"),
    "a folder": lambda file: file.mkdir(),
}


@pytest.mark.parametrize("name", AUTHORITIES)
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_authorities_that_are_missing_are_said_to_be(
    name: str, variable: str, machine: Machine, tmp_path: Path
) -> None:
    _, context = certified(tmp_path, "/O=Let's Encrypt/CN=R11")
    AUTHORITIES[name](tmp_path / "bundle")
    machine.has().given[variable] = str(tmp_path / "bundle")
    with scripted(answering(api()), tls=context) as server:
        told = machine.asks(server.url)
    assert told.causes == [("authorities-missing", "certain")]
    assert any(status == "fail" and says.startswith(f"{variable} names ") for status, says in told.rows("trust"))
    assert bool(told.data["cannot_tell"]) is (variable != "SSL_CERT_FILE")
    assert machine.offline().causes == [("authorities-missing", "certain")]


@pytest.mark.parametrize(
    ("variable", "value"),
    [("REQUESTS_CA_BUNDLE", "{}"), ("SSL_CERT_DIR", "{}:/nowhere"), ("SSL_CERT_DIR", "/nowhere:{}")],
)
def test_a_folder_of_authorities_is_as_good_as_a_file_where_clients_take_one(
    variable: str, value: str, machine: Machine, tmp_path: Path
) -> None:
    folder = tmp_path / "authorities"
    folder.mkdir()
    own, _ = certified(folder, "/O=Acme/CN=Acme Root")
    digest = subprocess.run(
        ["openssl", "x509", "-hash", "-noout", "-in", own], check=True, capture_output=True, text=True
    )
    (folder / f"{digest.stdout.strip()}.0").symlink_to(own)
    machine.has().given[variable] = value.format(folder)
    told = machine.offline()
    assert (told.verdict, told.causes) == ("healthy", [])
    assert any(status == "ok" and says.startswith(f"{variable} names ") for status, says in told.rows("trust"))


def test_a_variable_for_node_that_names_no_file_is_a_row(machine: Machine) -> None:
    machine.has().given["NODE_EXTRA_CA_CERTS"] = "nowhere.pem"
    told = machine.offline()
    assert told.verdict == "healthy"
    assert (
        "warn",
        "NODE_EXTRA_CA_CERTS names nowhere.pem, which cannot be read (no such file or directory), and Node "
        "passes it over",
    ) in told.rows("trust")


def test_an_authority_that_only_the_system_knows_is_missed_by_clients_in_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, context = certified(tmp_path, "/O=Acme/CN=Acme Root")
    monkeypatch.setenv("SSL_CERT_FILE", str(own))  # the system of this test, and no variable of the machine
    known = knowledge(default_causes(), default_spec())
    good = key()
    with scripted(answering(api(good)), tls=context) as server:
        examined = Doctor(
            doctored.Machine({NAME: good}, tmp_path, tmp_path),
            msgspec.structs.replace(SPEC, base_url=server.url),
            Clients(title="none", clients=[]),
            known,
            Reading(known.surface, b"salt"),
            server.url,
            5.0,
        ).examine()
    assert [one.status for one in examined.checks if one.name == "tls"] == ["ok", "warn"]
    assert [(one.cause.id, one.confidence) for one in examined.diagnosis.findings] == [("tls-interception", "likely")]


def test_a_certificate_of_another_host_may_be_a_portal_s(machine: Machine, tmp_path: Path) -> None:
    own, context = certified(tmp_path, "/CN=test")
    machine.has().given["SSL_CERT_FILE"] = str(own)
    with scripted(answering(api()), tls=context) as server:
        told = machine.asks(f"https://localhost:{server.port}/v1")
    assert told.row("tls")[1] == "Hostname mismatch, certificate is not valid for 'localhost', issued by test"
    assert told.causes == [("captive-portal-or-login-html", "likely")]
    assert server.requests == []


def test_what_is_no_tls_is_said_to_be_none(machine: Machine) -> None:
    with scripted(answering(api())) as server:
        told = machine.has().asks(server.url.replace("http:", "https:"), SHORT)
    assert ("network-unreachable", "certain") in told.causes
    assert told.row("tls")[0] == "fail"


def test_tls_that_nobody_here_speaks_is_not_called_none(machine: Machine, tmp_path: Path) -> None:
    own, context = certified(tmp_path, "/CN=test")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA:@SECLEVEL=0")
    machine.has().given["SSL_CERT_FILE"] = str(own)
    with scripted(answering(api()), tls=context) as server:
        status, says = machine.asks(server.url).row("tls")
    assert status == "fail"
    assert says.startswith("no TLS connection came about (")
    assert "_" not in says


# The plan, and what is refused


def test_a_plan_is_told_and_nothing_is_sent(machine: Machine) -> None:
    machine.has().file("project/.env", f"{NAME}={machine.secret()}\n")
    with scripted(answering(api())) as server:
        ran = machine.run(f"--base-url={server.url}", "--plan")
        assert (ran.status, ran.stderr, server.connections) == (0, "", 0)
        lines = ran.stdout.splitlines()
        assert lines[0] == "this is all that would be sent, in this order; nothing was sent now"
        assert f" 3. to 127.0.0.1:{server.port}: GET /v1/sandboxes (no key)" in lines
        keyed = f"to 127.0.0.1:{server.port}: GET /v1/sandboxes with X-API-Key, where both were refused"
        assert f" 5. {keyed} (the key of this process, {NAME})" in lines
        assert lines[-1].endswith("where that one is refused (the key of ./.env, line 1)")
        plan = json.loads(machine.run(f"--base-url={server.url}", "--plan", "--format=json").stdout)["plan"]
        asked = [one for one in plan if one["what"].startswith("GET ")]
        machine.asks(server.url)
    assert 0 < len(server.requests) <= len(asked)


def test_a_plan_names_no_key_that_is_never_sent(machine: Machine) -> None:
    machine.has(f'"{machine.secret()}"').file("project/.env", f"{NAME}={machine.secret()}\n")
    plan = json.loads(machine.run("--plan", "--format=json").stdout)["plan"]
    assert not any("the key of" in one["key"] for one in plan)


def test_there_is_no_plan_of_what_is_not_sent(machine: Machine) -> None:
    ran = machine.has().run("--plan", "--offline")
    assert (ran.status, ran.stdout) == (2, "")
    assert "leave one of the two out" in ran.stderr


def test_an_offline_examination_sends_nothing(machine: Machine) -> None:
    with scripted(answering(api())) as server:
        machine.has().offline(f"--base-url={server.url}")
        assert server.connections == 0


@pytest.mark.parametrize(
    ("url", "status", "says"),
    [
        ("http://api.example.com/v1", 5, "no key is sent over plain http to api.example.com"),
        ("ftp://api.example.com", 2, "is no web address"),
        ("https://me:password@api.example.com", 2, "holds a user name or password"),
        ("https://api.example.com/?x=1", 2, "has a query or fragment"),
        ("api.example.com", 2, "is no web address"),
        ("https://api.example.com/v1\n", 2, "has a space, a line break or a control character in it"),
    ],
)
@pytest.mark.parametrize("place", ["option", "variable"])
def test_an_address_that_is_none_for_a_key_is_refused(
    url: str, status: int, says: str, place: str, machine: Machine
) -> None:
    machine.has().given |= {"HOPX_BASE_URL": url} if place == "variable" else {}
    ran = machine.run(*([f"--base-url={url}"] if place == "option" else []))
    assert (ran.status, ran.stdout) == (status, "")
    assert says in ran.stderr


@pytest.mark.parametrize(
    "words", [["--timeout=0"], ["--timeout=x"], ["--interval=-1"], ["--times=0"], ["--format=xml"], ["more"]], ids=str
)
def test_words_that_make_no_command_are_a_usage_error(words: list[str], machine: Machine) -> None:
    ran = machine.run(*words)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("usage: hopx-auth")


@pytest.mark.parametrize("option", ["--spec", "--clients"])
def test_a_file_that_is_none_is_a_usage_error(option: str, machine: Machine) -> None:
    ran = machine.run("--offline", f"{option}=nowhere.yaml")
    assert (ran.status, ran.stdout) == (2, "")
    assert "nowhere.yaml:1:1" in ran.stderr


# Again and again


@contextmanager
def opening(good: str, after: int) -> Iterator[Scripted]:
    """An API that comes to know a key after so many requests with it."""
    seen = [0]

    def answer(head: bytes) -> bytes:
        seen[0] += good.encode() in head
        return api(good if seen[0] > after else "no key at all")(head)

    with scripted(answering(answer)) as server:
        yield server


def test_it_is_watched_until_it_is_healthy(machine: Machine) -> None:
    machine.has(good := key())
    with opening(good, 4) as server:
        ran = machine.run(f"--base-url={server.url}", "--watch", "--interval=0", "--times=50")
    assert (ran.status, ran.stdout.splitlines()[0]) == (0, f"healthy: {server.url} accepts the key")
    told = ran.stderr.splitlines()
    assert len(told) == 2
    assert all(one.startswith("hopx-auth: cannot tell: ") and one.endswith("; again in 0 s") for one in told)


def test_it_is_watched_no_more_often_than_was_asked_for(machine: Machine) -> None:
    machine.has(good := key())
    with opening(good, 1000) as server:
        ran = machine.run(f"--base-url={server.url}", "--watch", "--interval=0", "--times=3", "--format=json")
    assert (ran.status, json.loads(ran.stdout)["verdict"]) == (3, "cannot-tell")
    assert ran.stderr.count("again in 0 s") == 2
    assert len([head for head in server.requests if b"/v1/sandboxes " in head]) == 12


@pytest.mark.parametrize("option", ["--timeout=60", "--watch"])
def test_ctrl_c_ends_it_without_a_word(option: str, machine: Machine) -> None:
    machine.has()
    script = Peer.wait if option != "--watch" else answering(api())
    with ExitStack() as stack:
        server = stack.enter_context(scripted(script))
        process = subprocess.Popen(
            [sys.executable, "-m", "conformance.cli", "doctor", f"--base-url={server.url}", option, "--interval=600"],
            cwd=machine.work,
            env=environment(machine.given),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if option == "--watch":
            assert process.stderr is not None
            assert process.stderr.readline().endswith(b"again in 600 s\n")
        else:
            while server.connections < 2:
                assert process.poll() is None
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout, stderr) == (130, b"", b"")


# On a terminal


def on_terminal(machine: Machine, columns: int, *options: str) -> str:
    """What a terminal shows that is so many columns wide."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    command = [sys.executable, "-m", "conformance.cli", "doctor", *options]
    process = subprocess.Popen(
        command, cwd=machine.work, env=environment(machine.given), stdin=subprocess.DEVNULL, stdout=theirs
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # how the other end of a terminal says that it was closed
        while more := os.read(ours, 65536):
            shown += more
    os.close(ours)
    process.wait()
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [60, 80, 300])
def test_a_terminal_is_not_written_over_its_edge_nor_over_110_columns(columns: int, machine: Machine) -> None:
    shown = on_terminal(machine.has(f'"{machine.secret()}"'), columns, "--offline")
    table, _, findings = shown.partition("\n\nkey-wrapped-in-quotes")
    prose = [line for line in findings.splitlines()[1:] if line[:6].strip() and not line.startswith("  seen: ")]
    widest = max(map(len, [*table.splitlines()[1:], *prose]))
    assert min(columns, 110) - 20 < widest <= min(columns, 110)
    assert "\x1b" not in shown


# Another API


def test_another_api_is_examined_in_its_own_words(machine: Machine) -> None:
    other = Path(__file__).resolve().parent / "other-api.yaml"
    told = machine.offline(f"--spec={other}")
    assert told.causes == [("env-var-unset", "certain")]
    assert ("fail", "this process: ACME_TOKEN is not set") in told.rows("source")
    assert "hopx" not in json.dumps(told.data["checks"]).lower()
    machine.given["ACME_TOKEN"] = KeyFormat(msgspec.to_builtins(load(other).key)).mint().reveal()
    assert machine.offline(f"--spec={other}").verdict == "healthy"
    with scripted(answering(lambda _head: whole(b"{}", b"401 No"))) as server:
        told = machine.asks(server.url, f"--spec={other}")
    assert told.verdict == "cannot-tell"
    assert any(b"Authorization: Token " in head or b"X-" in head for head in server.requests)


def test_the_page_for_a_ticket_has_the_checks_and_stands_alone(tmp_path: Path) -> None:
    machine = Machine(tmp_path).has(f'"{key()}"')
    ran = machine.run("--offline", "--format", "html")
    assert ran.status == 1
    for words in ("<!doctype html>", "key-wrapped-in-quotes", "<th>check</th>", "A reply to the customer"):
        assert words in ran.stdout
    assert "src=" not in ran.stdout
    assert re.search(r"this process, HOPX_API_KEY</span> .*hopx_live_", ran.stdout)
    assert machine.run("--plan", "--format", "html").status == 2


BROKEN = {
    "quotes": '"{}"',
    "single quotes": "'{}'",
    "a line break": "{}\n",
    "a carriage return": "{}\r",
    "a line break as it is written": "{}\\n",
    "spaces": " {}\t",
    "a scheme": "Bearer {}",
    "a scheme in capitals": "BEARER {}",
    "a scheme without a space": "Bearer{}",
    "a whole header": "Authorization: Bearer {}",
}


def bash_steps(cause: str) -> list[str]:
    fix = knowledge(default_causes(), default_spec()).by_id[cause].fix
    return [step.text for step in fix if (step.place, step.kind) == ("bash", "run") and "'<" not in step.text]


@pytest.mark.parametrize("name", BROKEN)
def test_a_machine_is_healthy_once_its_fix_was_taken(name: str, machine: Machine) -> None:
    secret = machine.secret()
    (finding,) = machine.has(BROKEN[name].format(secret)).offline().data["findings"]
    script = "\n".join([*bash_steps(finding["cause"]), f'printf %s "${NAME}"'])
    given = {"PATH": os.environ["PATH"], NAME: machine.given[NAME]}
    done = subprocess.run(["bash", "-c", script], env=given, capture_output=True, check=True)
    assert done.stdout.decode() == secret


WRITTEN: dict[str, Callable[[str], bytes]] = {
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 with the line ends of Windows": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    "a byte order mark": lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    "UTF-8": str.encode,
}


@pytest.mark.parametrize("name", WRITTEN)
def test_the_fix_of_a_file_does_it_no_harm_however_it_is_written(name: str, tmp_path: Path) -> None:
    text = f"# caf\u00e9, of even or odd length\n{NAME}={key()}\n"
    for content in (text, f"{text}A=1\n"):
        (tmp_path / ".env").write_bytes(WRITTEN[name](content))
        script = "\n".join(bash_steps("dotenv-bom-or-utf16"))
        subprocess.run(["bash", "-c", script], cwd=tmp_path, check=True, capture_output=True)
        assert (tmp_path / ".env").read_bytes() == content.encode()
