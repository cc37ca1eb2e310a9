"""The clients file: what it says of each client is what that client does; and its loader."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from runs import FORMAT, ROOT, environment, run_command
from scripted import Peer, scripted

from conformance.diagnosis.clients.loader import clients_schema, load
from conformance.sdk.adapter import find_adapter
from conformance.sdk.install import install, release_directory
from conformance.spec.files import default_clients, default_spec, specs_directory
from conformance.spec.mistakes import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripted import Scripted

    from conformance.diagnosis.clients.model import Client, KeySource

CLIENTS = {client.id: client for client in load(default_clients(), default_spec()).clients}
_BODY = b'{"data": [], "sandboxes": []}'
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(_BODY) + _BODY

# What a user of the client writes; DIRECTORY is where its release is installed, BASE the address without its path.
LIST_PYTHON = "import sys; from hopx_ai import Sandbox; Sandbox.list(base_url=sys.argv[1])"
LOAD_DOTENV = "from dotenv import find_dotenv, load_dotenv; load_dotenv(find_dotenv(usecwd=True)); "
LOAD_CONFIG = (
    "import sys; from hopx_ai import Sandbox; from hopx_cli.core.config import CLIConfig; "
    "Sandbox.list(api_key=CLIConfig.load().get_api_key(), base_url=sys.argv[1])"
)
REQUESTS = (
    "import os, sys, requests; "
    "requests.get(sys.argv[1] + '/v1/sandboxes', headers={'X-API-Key': os.environ.get('HOPX_API_KEY')})"
)
BEARER = (
    "import os, sys, requests; "
    "requests.get(sys.argv[1] + '/v1/sandboxes', headers={'Authorization': 'Bearer ' + os.environ['HOPX_API_KEY']})"
)
LIST_NODE = (
    "import('DIRECTORY/node_modules/@hopx-ai/sdk/dist/index.mjs').then(m => m.Sandbox.list({baseURL: process.argv[1]}))"
)
FETCH = "fetch(process.argv[1] + '/v1/sandboxes', {headers: {'X-API-Key': process.env.HOPX_API_KEY}})"
CURL = 'curl -s -o /dev/null -H "X-API-Key: $HOPX_API_KEY" BASE/v1/sandboxes'
PROGRAMS: dict[str, tuple[str, list[str]]] = {
    "hopx-ai": ("hopx-python", ["DIRECTORY/bin/python", "-c", LIST_PYTHON, "BASE"]),
    "hopx-cli": ("hopx-cli", ["DIRECTORY/bin/hopx", "sandbox", "list"]),
    "hopx-cli-config": ("hopx-cli", ["DIRECTORY/bin/python", "-c", LOAD_CONFIG, "BASE"]),
    "curl": ("", ["sh", "-c", CURL]),
    "requests": ("requests", ["DIRECTORY/bin/python", "-c", REQUESTS, "BASE"]),
    "hopx-node": ("hopx-node", ["node", "-e", LIST_NODE, "BASE"]),
    "fetch": ("", ["node", "-e", FETCH, "BASE"]),
}
RING = """\
import os
import keyring.backend

class Ring(keyring.backend.KeyringBackend):
    priority = 1

    def get_password(self, service, user):
        return os.environ.get("RING") if (service, user) == ("hopx-cli", "default:api_key") else None

    def set_password(self, *words):
        raise NotImplementedError

    delete_password = set_password
"""


class Place:
    """A machine of its own: a home, a working directory, an environment."""

    def __init__(self, directory: Path) -> None:
        self.home, self.work = directory / "home", directory / "work"
        self.work.mkdir(parents=True)
        self.home.mkdir()
        (directory / "ring.py").write_text(RING, encoding="utf-8")
        self.given = {
            "HOME": str(self.home),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{directory}",
            "PYTHON_KEYRING_BACKEND": "ring.Ring",
            "XDG_CACHE_HOME": str(release_directory().parent.parent),
        }

    def fill(self, source: KeySource, text: str | None) -> None:
        """Put something into a source; `None` is nothing at all, "" is set to nothing."""
        if text is None:
            return
        if source.kind == "variable":
            self.given[source.name] = text
        elif source.kind == "dotenv":
            (self.work / source.file).write_text(f"{source.name}={text}\n", encoding="utf-8")
        elif source.kind == "keyring":
            self.given["RING"] = text
        elif source.kind == "yaml":
            path = self.home / source.file.removeprefix("~/")
            path.parent.mkdir(exist_ok=True)
            path.write_text(yaml.safe_dump({"default": {"api_key": text or None}}), encoding="utf-8")

    def doctor(self, client: str) -> dict[str, Any]:
        """What doctor says that a client takes."""
        ran = run_command(self.work, "doctor", "--offline", "--format=json", given=self.given)
        assert ran.stderr == ""
        found: list[dict[str, Any]] = json.loads(ran.stdout)["clients"]
        return next(one for one in found if one["client"] == client)


def answering(peer: Peer) -> None:
    while peer.read_request():
        peer.send(_ANSWER)


def refusing_a_tunnel(peer: Peer) -> None:
    peer.read_request()
    peer.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@contextmanager
def listening() -> Iterator[Scripted]:
    with scripted(answering) as server:
        yield server


def directory_of(adapter: str) -> Path:
    if not adapter:
        return Path()
    found = find_adapter(adapter, Path.cwd())
    return install(found, found.file.version, release_directory())


def run_client(client: str, place: Place, server: Scripted, argv: list[str] | None = None, **more: str) -> list[str]:
    """Run a client as its users do; the keys that it sent, each as it stood in its header."""
    adapter, words = PROGRAMS[client]
    directory, base = directory_of(adapter), server.url.removesuffix("/v1")
    filled = [word.replace("DIRECTORY", str(directory)).replace("BASE", base) for word in argv or words]
    path = f"{directory / 'bin'}{os.pathsep}{os.environ['PATH']}" if adapter else os.environ["PATH"]
    given = place.given | {"HOPX_BASE_URL": base, "PATH": path} | more
    subprocess.run(filled, cwd=place.work, env=environment(given), capture_output=True, timeout=120, check=False)
    return [value for head in server.requests if (value := header(head, "x-api-key"))]


def header(head: bytes, name: str) -> str:
    for line in head.decode("latin-1").split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name:
            return value.strip()
    return ""


def seen_sources(client: Client) -> list[KeySource]:
    return [one for one in client.reads if one.kind != "argument" and not one.when and not one.always]


# Who wins, by running the client and asking doctor about the same machine

PAIRS = [(client.id, at) for client in CLIENTS.values() for at in range(len(seen_sources(client)))]


@pytest.mark.parametrize(("client", "at"), PAIRS, ids=str)
def test_a_source_wins_over_all_that_come_after_it(client: str, at: int, tmp_path: Path) -> None:
    place = Place(tmp_path)
    keys = [FORMAT.mint().reveal() for _ in seen_sources(CLIENTS[client])]
    for source, key in reversed(list(zip(seen_sources(CLIENTS[client])[at:], keys[at:], strict=True))):
        place.fill(source, key)
    with listening() as server:
        sent = run_client(client, place, server)
    assert set(sent) == {keys[at]}, "another key was sent"
    place.given["PATH"] = f"{directory_of(PROGRAMS[client][0]) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    assert place.doctor(client)["shown"] == FORMAT.redact(keys[at])


HIDING = [
    (client.id, at, hidden)
    for client in CLIENTS.values()
    for at, source in enumerate(seen_sources(client))
    for hidden in source.hides
    if any(one.kind == hidden for one in seen_sources(client)[at:])
]


@pytest.mark.parametrize(("client", "at", "hidden"), HIDING, ids=str)
def test_a_source_that_is_set_to_nothing_hides_the_next(client: str, at: int, hidden: str, tmp_path: Path) -> None:
    place, key = Place(tmp_path), FORMAT.mint().reveal()
    sources = seen_sources(CLIENTS[client])
    place.fill(sources[at], "")
    place.fill(next(one for one in sources[at:] if one.kind == hidden), key)
    with listening() as server:
        sent = run_client(client, place, server)
    told = place.doctor(client)
    if hidden == "variable":  # the CLI comes back to the environment when every store is empty
        assert sent == [key]
        assert told["source"] == "this process"
    else:
        assert sent == []
        assert told["shown"] is None
        assert "is hidden by" in told["why"]


NOT_HIDING = [
    (client.id, at)
    for client in CLIENTS.values()
    for at, source in enumerate(seen_sources(client)[:-1])
    if not source.hides and source.kind != "keyring"
]


@pytest.mark.parametrize(("client", "at"), NOT_HIDING, ids=str)
def test_another_source_that_is_set_to_nothing_hides_none(client: str, at: int, tmp_path: Path) -> None:
    place, key = Place(tmp_path), FORMAT.mint().reveal()
    sources = seen_sources(CLIENTS[client])
    place.fill(sources[at], "")
    place.fill(sources[at + 1], key)
    with listening() as server:
        sent = run_client(client, place, server)
    assert sent == [key]
    place.given["PATH"] = f"{directory_of(PROGRAMS[client][0]) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    assert place.doctor(client)["shown"] == FORMAT.redact(key)


LOADING = {
    "hopx-ai": ["DIRECTORY/bin/python", "-c", LOAD_DOTENV + LIST_PYTHON, "BASE"],
    "hopx-node": ["node", "--env-file=.env", "-e", LIST_NODE, "BASE"],
    "fetch": ["node", "--env-file=.env", "-e", FETCH, "BASE"],
}


@pytest.mark.parametrize("client", LOADING)
def test_a_source_with_a_condition_counts_only_when_that_is_met(client: str, tmp_path: Path) -> None:
    place = Place(tmp_path)
    file, process = FORMAT.mint().reveal(), FORMAT.mint().reveal()
    source = next(one for one in CLIENTS[client].reads if one.when)
    place.fill(source, file)
    with listening() as server:
        assert [one for one in run_client(client, place, server) if one != "undefined"] == []
        assert run_client(client, place, server, LOADING[client])[-1] == file
        assert run_client(client, place, server, LOADING[client], HOPX_API_KEY=process)[-1] == process
        server.requests.clear()
        assert set(run_client(client, place, server, LOADING[client], HOPX_API_KEY="")) <= {"undefined"}
    told = place.doctor(client)
    assert told["shown"] is None
    assert f"./.env, line 1 counts only when {source.when}" in told["why"]
    place.given["HOPX_API_KEY"] = ""
    hidden = "./.env, line 1 is hidden by this process, HOPX_API_KEY, which is set to nothing"
    assert place.doctor(client)["why"] == f"no key is found: {hidden}"


@pytest.mark.parametrize("kind", ["folder", "link to nothing"])
def test_what_is_no_file_is_passed_over_for_the_file_above(kind: str, tmp_path: Path) -> None:
    place, key = Place(tmp_path), FORMAT.mint().reveal()
    passed = place.work / ".env"
    passed.mkdir() if kind == "folder" else passed.symlink_to("nowhere")
    (tmp_path / ".env").write_text(f"HOPX_API_KEY={key}\n", encoding="utf-8")
    with listening() as server:
        assert run_client("hopx-ai", place, server, LOADING["hopx-ai"]) == [key]
    assert ".env, line 1 counts only when the program calls load_dotenv()" in place.doctor("hopx-ai")["why"]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_in_another_encoding_stops_the_cli_whatever_else_has_a_key(encoding: str, tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.given["HOPX_API_KEY"] = FORMAT.mint().reveal()
    (place.work / ".env").write_bytes("# caf\u00e9\nA=1\n".encode(encoding))
    with listening() as server:
        assert run_client("hopx-cli", place, server) == []
    told = place.doctor("hopx-cli")
    assert told["shown"] is None
    assert told["why"].startswith("no key is found: ./.env cannot be read (it is ")


@pytest.mark.parametrize("client", ["hopx-cli", "hopx-cli-config"])
def test_the_cli_takes_its_variable_in_any_case_and_others_do_not(client: str, tmp_path: Path) -> None:
    place, key = Place(tmp_path), FORMAT.mint().reveal()
    place.given["hopx_api_key"] = key
    with listening() as server:
        assert run_client(client, place, server) == [key]
        assert run_client("hopx-ai", place, server) == [key], "the SDK sent it as well"
    assert place.doctor(client)["where"] == "hopx_api_key"
    assert place.doctor("hopx-ai")["source"] is None


@pytest.mark.parametrize(
    ("variable", "file", "chosen"),
    [
        ({"HOPX_PROFILE": "work"}, "", "work"),
        ({"hopx_profile": "work"}, "", "work"),
        ({}, "HOPX_PROFILE=work\n", "work"),
        ({"HOPX_PROFILE": "work"}, "HOPX_PROFILE=play\n", "work"),
        ({}, "", "default"),
    ],
    ids=["variable", "other letters", "file", "both", "none"],
)
def test_the_profile_chooses_among_what_the_cli_stores(
    variable: dict[str, str], file: str, chosen: str, tmp_path: Path
) -> None:
    place, stored = Place(tmp_path), {name: FORMAT.mint().reveal() for name in ("default", "work", "play")}
    (place.home / ".hopx").mkdir()
    text = yaml.safe_dump({name: {"api_key": key} for name, key in stored.items()})
    (place.home / ".hopx" / "credentials.yaml").write_text(text, encoding="utf-8")
    (place.work / ".env").write_text(file, encoding="utf-8")
    place.given |= variable
    with listening() as server:
        assert run_client("hopx-cli", place, server) == [stored[chosen]]
    assert place.doctor("hopx-cli")["shown"] == FORMAT.redact(stored[chosen])
    assert place.doctor("hopx-cli")["where"] == f"{chosen}.api_key"


# The way to the API


@pytest.mark.parametrize("client", ["hopx-ai", "hopx-cli", "hopx-cli-config", "hopx-node"])
def test_a_client_puts_the_path_of_the_api_behind_its_address(client: str, tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.given["HOPX_API_KEY"] = FORMAT.mint().reveal()
    with listening() as server:
        run_client(client, place, server)
    path = server.requests[0].split()[1].decode().partition("?")[0]
    assert path == f"{CLIENTS[client].base_path}/sandboxes"


def test_the_cli_takes_its_address_from_a_file_too(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.given["HOPX_API_KEY"] = FORMAT.mint().reveal()
    with listening() as server, listening() as other:
        (place.work / ".env").write_text(f"HOPX_BASE_URL={other.url.removesuffix('/v1')}\n", encoding="utf-8")
        (place.work / "list").write_text('unset HOPX_BASE_URL; exec "$1" sandbox list\n', encoding="utf-8")
        run_client("hopx-cli", place, server, ["sh", "list", "DIRECTORY/bin/hopx"])
    assert (len(server.requests), len(other.requests)) == (0, 1)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy"])
def test_a_client_uses_a_proxy_where_the_file_says_so(client: str, variable: str, tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.given["HOPX_API_KEY"] = FORMAT.mint().reveal()
    with listening() as server, listening() as proxy:
        place.given |= {variable: proxy.url.removesuffix("/v1"), "NO_PROXY": "", "no_proxy": ""}
        run_client(client, place, server)
        is_used = variable in CLIENTS[client].proxies
        assert bool(proxy.requests) is is_used
        assert bool(server.requests) is not is_used


NO_PROXY = [
    ("api.example.invalid:443", ""),
    ("api.example.invalid:8443", ":8443"),
    ("API.example.invalid", ":8443"),
    ("example.invalid", ""),
    ("*.example.invalid", ""),
    ("x, .example.invalid", ""),
    ("x, *", ""),
]


@pytest.mark.parametrize("client", [one.id for one in CLIENTS.values() if one.proxies])
@pytest.mark.parametrize(("listed", "port"), NO_PROXY, ids=str)
def test_a_client_leaves_out_of_its_proxy_what_doctor_says(client: str, listed: str, port: str, tmp_path: Path) -> None:
    place, base = Place(tmp_path), f"https://api.example.invalid{port}"
    with listening() as server, scripted(refusing_a_tunnel) as proxy:
        place.given |= {"https_proxy": proxy.url.removesuffix("/v1"), "no_proxy": listed, "HOPX_API_KEY": "x"}
        run_client(client, place, server, [word.replace("BASE", base) for word in PROGRAMS[client][1]])
    told = run_command(place.work, "doctor", "--offline", "--format=json", f"--base-url={base}/v1", given=place.given)
    rows = [one["says"] for one in json.loads(told.stdout)["checks"] if one["name"] == "proxy"]
    is_told = any(one.startswith("they use it: ") and CLIENTS[client].title in one for one in rows)
    assert bool(proxy.requests) is is_told


ASKED_WITH_NETRC = {
    "curl": ["sh", "-c", CURL.replace("curl ", "curl -n ")],
    "requests": [*PROGRAMS["requests"][1][:2], BEARER, "BASE"],
}


@pytest.mark.parametrize("client", ASKED_WITH_NETRC)
def test_what_a_client_makes_of_a_netrc_file(client: str, tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.given["HOPX_API_KEY"] = FORMAT.mint().reveal()
    (place.home / ".netrc").write_text("machine 127.0.0.1 login somebody password something\n", encoding="utf-8")
    (place.home / ".netrc").chmod(0o600)
    with listening() as server:
        run_client(client, place, server, ASKED_WITH_NETRC[client])
        assert header(server.requests[-1], "authorization").startswith("Basic ")
        run_client("curl", place, server)
        assert header(server.requests[-1], "authorization") == "", "curl was not asked to"


@pytest.mark.parametrize("client", ASKED_WITH_NETRC)
@pytest.mark.parametrize("files", [[".netrc"], ["_netrc"], [".netrc", "_netrc"]], ids=str)
def test_a_client_reads_the_netrc_files_that_its_entry_names(client: str, files: list[str], tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.given["HOPX_API_KEY"] = FORMAT.mint().reveal()
    for name in files:
        (place.home / name).write_text(f"machine 127.0.0.1 login {name} password something\n", encoding="utf-8")
    with listening() as server:
        run_client(client, place, server, ASKED_WITH_NETRC[client])
    sent = header(server.requests[-1], "authorization").partition("Basic ")[2]
    read = CLIENTS[client].netrc
    expected = next((one for one in files if read and f"~/{one}" in read.files), "")
    assert base64.b64decode(sent).decode().partition(":")[0] == expected


@pytest.mark.parametrize("file", [".curlrc", ".config/curlrc", "_curlrc"])
def test_curl_adds_the_header_of_the_file_that_doctor_tells_of(file: str, tmp_path: Path) -> None:
    place, own, other = Place(tmp_path), FORMAT.mint().reveal(), FORMAT.mint().reveal()
    place.given["HOPX_API_KEY"] = own
    (place.home / file).parent.mkdir(exist_ok=True)
    (place.home / file).write_text(f'header = "X-API-Key: {other}"\n', encoding="utf-8")
    with listening() as server:
        run_client("curl", place, server)
    ran = run_command(place.work, "doctor", "--offline", "--format=json", given=place.given)
    is_told = any(one["name"] == "curlrc" for one in json.loads(ran.stdout)["checks"])
    assert (other.encode() in server.requests[0]) is is_told
    assert own.encode() in server.requests[0]


# The file and its loader


def test_the_checked_in_schema_is_what_the_types_generate_and_the_file_fits_it() -> None:
    text = (specs_directory() / "schema" / "clients.schema.json").read_text(encoding="utf-8")
    assert text == json.dumps(clients_schema(), indent=2, ensure_ascii=False) + "\n"
    jsonschema.validate(yaml.safe_load(default_clients().read_text(encoding="utf-8")), clients_schema())


def test_every_client_of_the_file_is_run_here() -> None:
    assert PROGRAMS.keys() == CLIENTS.keys()
    for client, (adapter, _) in PROGRAMS.items():
        if adapter:
            found = find_adapter(adapter, Path.cwd()).file
            assert CLIENTS[client].measured == [f"{found.sdk} {found.version}"]


TINY = """\
title: Tiny
clients:
  - id: one
    title: The one
    measured: [one 1]
    reads: [{kind: variable, name: KEY}]
    style: bearer
"""
MISTAKES = {
    "taken": (TINY + TINY[TINY.index("  - id") :], "client id 'one' is taken in line 3; choose a new id"),
    "style": (TINY.replace("bearer", "beerer"), "there is no style 'beerer'; write 'bearer'"),
    "claim": (TINY + "    because: [R99]\n", "there is no claim or disagreement 'R99'"),
    "kind": (TINY.replace("kind: variable", "kind: variabel"), "'variabel'"),
    "no-name": (TINY.replace(", name: KEY", ""), "a source of the kind variable lacks 'name'; add it"),
    "no-user": (TINY.replace("variable, name: KEY", "keyring, service: x"), "of the kind keyring lacks 'user'"),
    "unknown": (TINY.replace("title: The", "titel: The"), "unknown key 'titel'; write 'title'"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_place(name: str, tmp_path: Path) -> None:
    text, says = MISTAKES[name]
    file = tmp_path / "clients.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        load(file, default_spec())
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"{file}:")
    ran = run_command(tmp_path, "doctor", "--offline", "--clients", str(file))
    assert (ran.status, ran.stdout) == (2, "")
    assert says in ran.stderr


@pytest.fixture(autouse=True)
def _needs(request: pytest.FixtureRequest) -> None:
    missing = [name for name in ("curl", "node") if shutil.which(name) is None]
    if missing and request.node.name.partition("[")[2].startswith(("curl", "hopx-node", "fetch")):
        pytest.skip(f"{' and '.join(missing)}: not installed")
