"""Fixes, taken as doctor says them."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from machines import NAME, Machine, key

from conformance.diagnosis.knowledge_cache import knowledge
from conformance.spec.files import default_causes, default_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
