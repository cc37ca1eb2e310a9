"""The fixes of the causes file, taken as they stand: what was broken is healthy afterwards."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from runs import run_command

from conformance.diagnosis.knowledge_cache import knowledge
from conformance.spec.files import default_causes, default_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KNOWN = knowledge(default_causes(), default_spec())
FORMAT, VARIABLE = KNOWN.surface.key_format, KNOWN.surface.variable
PLAIN = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "LANG": "C.UTF-8"}
KEY = FORMAT.mint().reveal()


def commands(cause: str, place: str) -> list[str]:
    """The commands of a fix that can be run in a shell here."""
    return [step.text for step in KNOWN.by_id[cause].fix if step.place == place and step.kind == "run"]


def explained(directory: Path, *files: str) -> tuple[str, list[str]]:
    found = json.loads(run_command(directory, "explain", *files, "--format", "json").stdout)
    return found["verdict"], [one["cause"] for one in found["findings"]]


def printed(directory: Path, before: str, variables: dict[str, str], stdin: str = "") -> None:
    """What the environment is after some commands, as `export -p` prints it, in env.txt."""
    script = f"{before}\nexport -p > env.txt\n"
    subprocess.run(
        ["bash", "-c", script], cwd=directory, env=PLAIN | variables, input=stdin, text=True, check=True, timeout=60
    )


# cause, which of its commands, the variables before, what is typed
IN_BASH: list[tuple[str, int, dict[str, str], str]] = [
    ("key-wrapped-in-quotes", 0, {VARIABLE: f'"{KEY}"'}, ""),
    ("key-wrapped-in-quotes", 0, {VARIABLE: f"'{KEY}'"}, ""),
    ("key-trailing-newline", 0, {VARIABLE: f"{KEY}\n"}, ""),
    ("key-trailing-newline", 0, {VARIABLE: f"{KEY}\r"}, ""),
    ("key-surrounding-whitespace", 0, {VARIABLE: f" {KEY}\t"}, ""),
    ("bearer-prefix-doubled", 0, {VARIABLE: f"Bearer {KEY}"}, ""),
    ("env-var-misnamed", 0, {f"{VARIABLE}_PROD": KEY}, ""),
    ("env-var-unset", 0, {}, f"{KEY}\n"),
    ("placeholder-key", 0, {VARIABLE: "your_api_key_here"}, f"{KEY}\n"),
    ("literal-null-key", 0, {VARIABLE: "undefined"}, f"{KEY}\n"),
    ("unicode-lookalike", 0, {VARIABLE: f"“{KEY}”"}, f"{KEY}\n"),
]


@pytest.mark.parametrize("number", range(len(IN_BASH)), ids=[f"{at}-{one[0]}" for at, one in enumerate(IN_BASH)])
def test_the_command_for_bash_mends_what_is_broken(number: int, tmp_path: Path) -> None:
    cause, which, variables, typed = IN_BASH[number]
    printed(tmp_path, "", variables)
    assert explained(tmp_path, "env.txt") == ("problem", [cause])
    printed(tmp_path, commands(cause, "bash")[which], variables, typed)
    assert explained(tmp_path, "env.txt") == ("healthy", [])


def steps_for_bash(directory: Path) -> list[str]:
    """The commands that an answer names for bash, finding by finding."""
    found = json.loads(run_command(directory, "explain", "env.txt", "--format", "json").stdout)["findings"]
    return [step.removeprefix("bash: ") for one in found for step in one["fix"] if step.startswith("bash: ")]


@pytest.mark.parametrize("form", ['"{}"', "{}\n", " {}", "Bearer {}"])
@pytest.mark.parametrize("name", ["HOPX_APIKEY", f"{VARIABLE}_STAGING"])
def test_a_fix_names_the_variable_that_the_key_is_in(name: str, form: str, tmp_path: Path) -> None:
    printed(tmp_path, "", {name: form.format(KEY)})
    steps = steps_for_bash(tmp_path)
    assert not any(f"{VARIABLE}_PROD" in step for step in steps)
    able = [step for step in steps if step.startswith((f"{name}=", "export "))]
    assert len(able) == 2
    printed(tmp_path, f"{chr(10).join(able)}\nunset {name}", {name: form.format(KEY)})
    assert explained(tmp_path, "env.txt") == ("healthy", [])


def test_a_name_that_is_none_for_a_shell_stays_out_of_commands(tmp_path: Path) -> None:
    (tmp_path / "app.env").write_text(f"HOPX-API.KEY={KEY}\n", encoding="utf-8")
    assert explained(tmp_path, "app.env") == ("problem", ["env-var-misnamed"])
    found = json.loads(run_command(tmp_path, "explain", "app.env", "--format", "json").stdout)
    assert f'bash: export {VARIABLE}="${VARIABLE}_PROD"' in found["findings"][0]["fix"]


def test_the_command_that_loads_a_file_mends_what_was_not_loaded(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{VARIABLE}={KEY}\n", encoding="utf-8")
    printed(tmp_path, "", {})
    assert explained(tmp_path, "env.txt", ".env") == ("problem", ["dotenv-not-loaded"])
    printed(tmp_path, commands("dotenv-not-loaded", "bash")[0], {})
    assert explained(tmp_path, "env.txt", ".env") == ("healthy", [])


def test_the_command_that_exports_mends_what_was_not_inherited(tmp_path: Path) -> None:
    (tmp_path / "rc").write_text(f"# ~/.bashrc\nalias ll='ls -l'\n{VARIABLE}={KEY}\n", encoding="utf-8")
    printed(tmp_path, ". ./rc", {})
    assert explained(tmp_path, "env.txt", "rc") == ("problem", ["env-not-inherited"])
    printed(tmp_path, f". ./rc\n{commands('env-not-inherited', 'bash')[0]}", {})
    assert explained(tmp_path, "env.txt", "rc") == ("healthy", [])


def test_the_command_that_removes_the_variable_lets_the_file_be_used(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{VARIABLE}={KEY}\n", encoding="utf-8")
    old = {VARIABLE: FORMAT.mint().reveal()}
    printed(tmp_path, "", old)
    assert explained(tmp_path, "env.txt", ".env") == ("problem", ["env-shadowed-by-shell"])
    printed(tmp_path, f"{commands('env-shadowed-by-shell', 'bash')[0]}\nset -a && . ./.env", old)
    assert explained(tmp_path, "env.txt", ".env") == ("healthy", [])


FILES: list[tuple[str, str, int, Callable[[str], bytes], str]] = [
    ("key-wrapped-in-quotes", "docker", 0, lambda line: line.replace("=", '="', 1).encode() + b'"\n', "docker.env"),
    ("dotenv-bom-or-utf16", "bash", 1, lambda line: b"\xef\xbb\xbf" + line.encode() + b"\n", ".env"),
    ("dotenv-bom-or-utf16", "bash", 1, lambda line: line.encode() + b"\r\nA=1\r\n", ".env"),
    ("dotenv-bom-or-utf16", "bash", 0, lambda line: f"{line}\n".encode("utf-16"), ".env"),
]


@pytest.mark.parametrize("number", range(len(FILES)), ids=[f"{at}-{one[0]}" for at, one in enumerate(FILES)])
def test_the_command_for_a_file_mends_the_file(number: int, tmp_path: Path) -> None:
    cause, place, which, broken, name = FILES[number]
    (tmp_path / name).write_bytes(broken(f"{VARIABLE}={KEY}"))
    assert explained(tmp_path, name) == ("problem", [cause])
    command = re.sub(r"'<env file>'", name, commands(cause, place)[which])
    subprocess.run(["bash", "-c", command], cwd=tmp_path, env=PLAIN, check=True, timeout=60)
    assert explained(tmp_path, name) == ("healthy", [])


def test_the_command_that_writes_a_file_adds_nothing(tmp_path: Path) -> None:
    command = commands("key-trailing-newline", "bash")[1].replace("<file>", "key")
    subprocess.run(["bash", "-c", command], cwd=tmp_path, env=PLAIN | {VARIABLE: KEY}, check=True, timeout=60)
    assert (tmp_path / "key").read_text(encoding="utf-8") == KEY
    assert explained(tmp_path, "key") == ("healthy", [])


def test_what_the_request_for_curl_sends_is_healthy(tmp_path: Path) -> None:
    for cause in ("wrong-header-name", "bearer-prefix-missing", "key-in-query-string", "conflicting-credentials"):
        (line,) = commands(cause, "curl")
        (tmp_path / "line").write_text(f"{line}\n", encoding="utf-8")
        assert explained(tmp_path, "line") == ("healthy", []), cause
