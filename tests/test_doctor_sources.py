"""What a machine shows by itself: where keys are, and what is wrong with them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from machines import FORMAT, NAME, SHORT, Machine, key
from runs import environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def stored(path: str, profile: str = "default") -> Callable[[Machine], object]:
    return lambda m: m.has().file(path, f"{profile}:\n  api_key: {m.secret()}\n")


def netrc(machine: Machine) -> None:
    machine.has().file(
        ".netrc", f"machine api.hopx.dev\nlogin somebody\npassword {machine.secret('p4ssw0rd-of-mine')}\n"
    )


# what is done to a machine, and what is found
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
    "a variable in a file": (lambda m: m.has().file("project/.env", f"{NAME}=${{{NAME}}}\n"), []),
    "a variable in a file that is not set": (
        lambda m: m.file("project/.env", f"{NAME}=${{{NAME}}}\n"),
        [("env-var-unset", "certain")],
    ),
    "other letters in a file": (
        lambda m: m.file("project/.env", f"{NAME.lower()}={m.secret()}\n"),
        [("env-var-misnamed", "certain")],
    ),
    "nothing, and a file that it hides": (
        lambda m: m.file("project/.env", f"{NAME}={m.secret()}\n").given.update({NAME: ""}),
        [("dotenv-not-loaded", "certain"), ("env-shadowed-by-shell", "likely")],
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


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_that_stops_an_installed_client_is_a_problem_though_there_is_a_key(
    encoding: str, machine: Machine
) -> None:
    machine.has().file("project/.env", "# caf\u00e9\nA=1\n".encode(encoding))
    assert machine.offline().verdict == "healthy", "nobody is there whom it stops"
    machine.file("bin/hopx", "#!/bin/sh\n", 0o700).given["PATH"] = str(machine.home / "bin")
    assert machine.offline().causes == [("dotenv-bom-or-utf16", "likely")]


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


def test_a_line_that_no_loader_reads_is_told_and_no_key(machine: Machine) -> None:
    told = machine.file("project/.env", f'{NAME}="{machine.secret()}\n').offline()
    (row,) = [row for row in told.rows("source") if "./.env" in row[1]]
    assert row[0] == "unknown"
    assert "its line is not written as such files are" in row[1]
    assert told.causes == [("env-var-unset", "certain")]


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


ENTRY = "machine {host} login somebody password {password}\n"
BOTH = {"curl", "requests"}
# the host of the entry in each file, and who would send it from where
NETRC_FILES: dict[str, tuple[dict[str, str], str | None, dict[str, set[str]]]] = {
    "the usual one": ({".netrc": "api.hopx.dev"}, None, {"~/.netrc": BOTH}),
    "the other one": ({"_netrc": "api.hopx.dev"}, None, {"~/_netrc": {"requests"}}),
    "both": ({".netrc": "api.hopx.dev", "_netrc": "api.hopx.dev"}, None, {"~/.netrc": BOTH}),
    "the usual one of another host": ({".netrc": "example.com", "_netrc": "api.hopx.dev"}, None, {}),
    "one that a variable names": ({"x": "api.hopx.dev"}, "~/x", {"~/x": {"requests"}}),
    "another that a variable names": ({".netrc": "api.hopx.dev"}, "/dev/null", {"~/.netrc": {"curl"}}),
    "none that a variable names": ({".netrc": "api.hopx.dev"}, "", {"~/.netrc": {"curl"}}),
}


@pytest.mark.parametrize("name", NETRC_FILES)
def test_a_netrc_file_is_told_with_those_who_read_it(name: str, machine: Machine) -> None:
    files, variable, readers = NETRC_FILES[name]
    for file, host in files.items():
        machine.file(file, ENTRY.format(host=host, password=machine.secret("p4ssw0rd-of-mine")))
    machine.given |= {} if variable is None else {"NETRC": variable}
    told = machine.has().offline()
    rows = [says for status, says in told.rows("netrc") if status == "warn"]
    assert {says.split(",")[0]: {one for one in BOTH if one in says} for says in rows} == readers
    is_sent = "requests" in {one for those in readers.values() for one in those}
    assert told.causes == ([("netrc-overrides-authorization", "likely")] if is_sent else [])


# a line of curl's file, and what is told of it
CURL_LINES = {
    'header = "X-API-Key: {secret}"': "a header X-API-Key, beside the one of the command",
    '-H "authorization: Bearer {secret}"': "a header authorization, beside the one of the command",
    "user = me:{secret}": "a user and a password",
    "-u me:{secret}": "a user and a password",
    "--oauth2-bearer {secret}": "a token of its own",
    "proxy: 127.0.0.1:3128": "a proxy",
    "-x127.0.0.1:3128": "a proxy",
    "netrc": "what a .netrc file has for the host",
    "--insecure": "that no certificate is checked",
    "-k": "that no certificate is checked",
    'url = "http://example.com"': "another address, which gets the key as well",
    '# header = "X-API-Key: {secret}"': "",
    'header = "X-API-Key:"': "",
    'header = "X-Team: mine"': "",
    "silent": "",
    "": "",
}


@pytest.mark.parametrize("line", CURL_LINES)
def test_what_curl_adds_to_every_request_is_a_row_without_its_value(line: str, machine: Machine) -> None:
    machine.has().file(".curlrc", "\n" + line.format(secret=machine.secret()) + "\n")
    told = machine.offline()
    says = f"~/.curlrc, line 2: curl adds to every request: {CURL_LINES[line]}"
    assert told.rows("curlrc") == ([("warn", says)] if CURL_LINES[line] else [])
    assert told.verdict == "healthy"


@pytest.mark.parametrize(
    ("files", "variables", "read"),
    [
        (["c/.curlrc", "x/.curlrc", ".curlrc"], {"CURL_HOME": "c", "XDG_CONFIG_HOME": "x"}, "~/c/.curlrc"),
        (["x/.curlrc", ".curlrc"], {"CURL_HOME": "c", "XDG_CONFIG_HOME": "x"}, "~/x/.curlrc"),
        ([".curlrc", ".config/curlrc"], {}, "~/.curlrc"),
        ([".config/curlrc"], {}, "~/.config/curlrc"),
        (["_curlrc", "curlrc"], {}, ""),
    ],
    ids=str,
)
def test_the_file_that_curl_reads_is_the_one_that_is_told_of(
    files: list[str], variables: dict[str, str], read: str, machine: Machine
) -> None:
    for file in files:
        machine.file(file, 'proxy = "127.0.0.1:9"\nwrite-out = "' + file + '"\n')
    machine.given |= {name: str(machine.home / folder) for name, folder in variables.items()}
    rows = machine.has().offline().rows("curlrc")
    assert [says.partition(",")[0] for _, says in rows] == ([read] if read else [])
