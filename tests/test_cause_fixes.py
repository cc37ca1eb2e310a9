"""What people are told to do: nothing unsafe, and what they are told to run can be run."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from catalogue import CAUSES
from runs import FORMAT, SPEC

from conformance.spec.files import default_causes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.diagnosis.causes.model import Step


def steps(*places: str) -> list[tuple[str, str, Step]]:
    """The steps that are taken at these places, with the id of their cause and the place."""
    return [
        (cause.id, place, step)
        for cause in CAUSES.causes
        for place, found in cause.fix.places().items()
        if place in places
        for step in found
    ]


SHELLS = ("any", "bash", "docker", "python", "node", "cli", "curl", "gateway", "support")  # where run is for sh
UNSAFE = {
    "certificates are not checked": r"verify\s*=\s*False|(curl|curl\.exe) .*(-\w*k\b|--insecure)|REJECT_UNAUTHORIZED",
    "the key is printed": r"echo\b[^)]*[$%]|printenv HOPX_API_KEY(?! *\|)|^(printenv|env|set)$|print\(.*[Kk]ey"
    r"|console\.log\(.*[Kk]ey|Write-(Host|Output).*KEY|docker inspect|--reveal",
    "the key is written into a command": r"hopx_(live|test)_[A-Za-z0-9]",
    "a secret is given away": r"(?i)(send|paste|post)[^.]*\b(your|the|whole) key\b[^.]*\b(chat|ticket|issue|mail|us)\b",
}


@pytest.mark.parametrize("why", UNSAFE)
def test_nothing_unsafe_is_advised(why: str) -> None:
    told = [
        (cause, place, step.text)
        for cause, place, step in steps(*SHELLS, "powershell", "cmd")
        if re.search(UNSAFE[why], step.text, re.MULTILINE)
    ]
    told += [(entry.id, "ask", entry.ask) for entry in CAUSES.indistinguishable if re.search(UNSAFE[why], entry.ask)]
    assert told == []


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("certificates are not checked", "requests.get(url, verify=False)"),
        ("certificates are not checked", "curl -sSk https://x"),
        ("certificates are not checked", "export NODE_TLS_REJECT_UNAUTHORIZED=0"),
        ("the key is printed", 'echo "$HOPX_API_KEY"'),
        ("the key is printed", "printenv HOPX_API_KEY"),
        ("the key is printed", "print(api_key)"),
        ("the key is written into a command", "export HOPX_API_KEY=hopx_live_abc"),
        ("a secret is given away", "Send us your key by mail."),
    ],
)
def test_what_is_unsafe_would_be_noticed(why: str, text: str) -> None:
    assert re.search(UNSAFE[why], text, re.MULTILINE)


@pytest.mark.parametrize("word", ["verify=False", "--insecure", "REJECT_UNAUTHORIZED", SPEC.key.example[-20:]])
def test_no_text_at_all_has_a_forbidden_word(word: str) -> None:
    assert word not in default_causes().read_text(encoding="utf-8")


def test_every_command_for_a_shell_is_one() -> None:
    commands = [(cause, place, step.run) for cause, place, step in steps(*SHELLS) if step.run]
    assert len(commands) > 50
    for cause, place, command in commands:
        checked = subprocess.run(["bash", "-n"], input=command, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, ""), f"{cause}, {place}: {command}"


def test_what_is_to_be_filled_in_stands_within_quotes() -> None:
    for cause, place, step in steps(*SHELLS, "powershell", "cmd"):
        bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", step.run)
        assert not re.search(r"<[a-z]", bare), f"{cause}, {place}: {step.run}"


def test_every_program_for_python_parses() -> None:
    programs = [(cause, step.program) for cause, _, step in steps("python") if step.program]
    assert len(programs) > 10
    for cause, program in programs:
        ast.parse(program, filename=cause)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_every_program_for_node_parses(tmp_path: Path) -> None:
    programs = [(cause, step.program) for cause, _, step in steps("node") if step.program]
    assert len(programs) > 5
    for cause, program in programs:
        file = tmp_path / f"{cause}.mjs"
        file.write_text(program, encoding="utf-8")
        checked = subprocess.run(["node", "--check", str(file)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, f"{cause}: {checked.stderr}"


SPOILED: dict[str, Callable[[str], str]] = {
    "key-wrapped-in-quotes": lambda key: f'"{key}"',
    "key-trailing-newline": lambda key: f"{key}\r\n",
    "key-surrounding-whitespace": lambda key: f" \t{key} ",
    "bearer-prefix-doubled": lambda key: f"Bearer {key}",
}


@pytest.mark.parametrize("cause", SPOILED)
def test_the_command_that_mends_a_key_does(cause: str) -> None:
    key = FORMAT.mint().reveal()
    mend = next(step.run for name, _, step in steps("bash") if name == cause and step.run)
    script = mend + '\n[ "$HOPX_API_KEY" = "$WANTED" ] && exec sh -c \'[ "$HOPX_API_KEY" = "$WANTED" ]\''
    given = os.environ | {"HOPX_API_KEY": SPOILED[cause](key), "WANTED": key}
    done = subprocess.run(["bash", "-c", script], env=given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("cause", ["env-var-unset", "placeholder-key", "literal-null-key", "unicode-lookalike"])
def test_a_key_that_is_pasted_is_handed_on_and_not_shown(cause: str) -> None:
    key = FORMAT.mint().reveal()
    ask = next(step.run for name, _, step in steps("bash") if name == cause and step.run)
    script = ask + '\nexec sh -c \'[ "$HOPX_API_KEY" = "$WANTED" ]\''
    given = {name: value for name, value in os.environ.items() if name != "HOPX_API_KEY"} | {"WANTED": key}
    done = subprocess.run(["bash", "-c", script], env=given, input=f" {key} \n", capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_commands_that_mend_a_file_do(tmp_path: Path) -> None:
    file, key = tmp_path / ".env", FORMAT.mint().reveal()
    plain = f"HOPX_API_KEY={key}\nOTHER=1\n"
    quotes = next(step.run for name, _, step in steps("docker") if name == "key-wrapped-in-quotes" and step.run)
    utf16, marks = (step.run for name, _, step in steps("bash") if name == "dotenv-bom-or-utf16" and step.run)
    for command, spoiled in (
        (quotes.replace("<env file>", ".env"), f'HOPX_API_KEY="{key}"\nOTHER=1\n'.encode()),
        (marks, b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode()),
        (utf16, plain.encode("utf-16")),
    ):
        file.write_bytes(spoiled)
        subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
        assert file.read_bytes() == plain.encode(), "the file is not mended"
