"""Variables: each value as the program has it that the file is written for, and who holds it."""

from __future__ import annotations

import base64

import pytest
from evidence import FORMAT, SURFACE, evidence_of, leaks, minted

from conformance.diagnosis.readers import environment

NAME = SURFACE.variable
KEY = minted()
ENCODED = base64.b64encode(f"{KEY}\n".encode()).decode()
DUMP = "PATH=/bin\nHOME=/root\nPWD=/srv\nSHELL=/bin/sh\n"
DECLARED = 'declare -x HOME="/root"\ndeclare -x PATH="/bin"\ndeclare -x PWD="/srv"\n'

# what is written, who holds it, and the key as that one has it
WRITTEN: list[tuple[str, str, str]] = [
    (f"{NAME}={KEY}\n", "file", KEY),
    (f'export {NAME}="{KEY}"\n', "file", KEY),
    (f"{NAME} = '{KEY}'  # production\n", "file", KEY),
    (f"{NAME}={KEY} # production\n", "file", KEY),
    (f'{NAME}="{KEY}\\n"\n', "file", f"{KEY}\n"),
    (f"{NAME}=old\n{NAME}={KEY}\n", "file", KEY),
    (f'{DUMP}{NAME}="{KEY}"\n', "process", f'"{KEY}"'),
    (f"{DUMP}{NAME}={KEY}\n\nLANG=C\n", "process", f"{KEY}\n"),
    (f"{DUMP}{NAME}=$MY_KEY\n", "process", "$MY_KEY"),
    (f"{DECLARED}declare -x {NAME}=$'{KEY}\\r'\n", "process", f"{KEY}\r"),
    (f'{DECLARED}declare -x {NAME}="\\"{KEY}\\""\n', "process", f'"{KEY}"'),
    (f"# ~/.bashrc\nalias ll='ls -l'\nexport {NAME}='{KEY}'\n", "shell", KEY),
    (f'services:\n  app:\n    environment:\n      - {NAME}="{KEY}"\n', "compose", f'"{KEY}"'),
    (f'services:\n  app:\n    environment:\n      - "{NAME}={KEY}"\n', "compose", KEY),
    (f'services:\n  app:\n    environment:\n      {NAME}: "{KEY}"\n', "compose", KEY),
    (f"kind: Deployment\nspec:\n  env:\n    - name: {NAME}\n      value: '{KEY}'\n", "compose", KEY),
    (f"kind: Secret\ndata:\n  {NAME}: {ENCODED}\n", "compose", f"{KEY}\n"),
    (f'[Service]\nEnvironment="{NAME}={KEY}" A=1\n', "systemd", KEY),
    (
        f"Name                           Value\n----                           -----\n{NAME}                   {KEY}\n",
        "file",
        KEY,
    ),
]


@pytest.mark.parametrize("number", range(len(WRITTEN)))
def test_a_value_is_what_its_reader_has(number: int) -> None:
    text, holder, value = WRITTEN[number]
    found = evidence_of(environment, text)
    setting = [one for one in found.settings if one.name == NAME][-1]
    assert setting.credential is not None
    assert (setting.holder, setting.credential.key.reveal()) == (holder, value)
    assert leaks(found, KEY) == []


@pytest.mark.parametrize("name", ["HOPX_KEY", f"{NAME}_PROD", NAME.lower(), "SOMETHING"])
def test_a_key_under_another_name_is_seen(name: str) -> None:
    assert [one.name for one in evidence_of(environment, f"{name}={KEY}\n").settings] == [name]


def test_a_process_without_the_variable_is_said_to_have_none() -> None:
    (setting,) = evidence_of(environment, DUMP).settings
    assert (setting.name, setting.credential, "absent" in setting.marks) == (NAME, None, True)


@pytest.mark.parametrize("holder", ["services:\n  a:\n    environment:\n      - ", ""])
def test_a_variable_that_is_filled_in_later_is_no_key(holder: str) -> None:
    (setting,) = evidence_of(environment, f"{holder}{NAME}=${{{NAME}}}\n").settings
    assert (setting.credential, "refers" in setting.marks) == (None, True)


@pytest.mark.parametrize(
    ("end", "encoding", "mark"),
    [("\n", "utf-8-sig", "bom"), ("\n", "utf-16", "utf-16"), ("\r\nA=1\r\n", "utf-8", "crlf")],
)
def test_how_a_file_is_written_is_marked(end: str, encoding: str, mark: str) -> None:
    raw = f"{NAME}={KEY}{end}".encode(encoding)
    found = evidence_of(environment, raw)
    assert mark in found.settings[0].marks
    assert found.settings[0].credential is not None
    assert FORMAT.holds(found.settings[0].credential.key.reveal())


def test_a_proxys_password_is_not_kept() -> None:
    (setting,) = evidence_of(environment, "HTTPS_PROXY=http://me:hunter2hunter2@proxy:3128\n").settings
    assert setting.value == "http://…@proxy:3128"


@pytest.mark.parametrize(
    "text", ["Traceback (most recent call last):\n  x = 1\nValueError: no\n", "Hello,\nit = bad\nbye\n", '{"a": 1}', ""]
)
def test_other_texts_are_left_to_others(text: str) -> None:
    assert environment.recognises(text.encode()) < 60
