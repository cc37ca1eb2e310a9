"""Sessions of shells through the command: what their prompts, and what they print of a variable, tell of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from evidence import minted
from runs import run_command

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://api.hopx.dev/v1/sandboxes"
FLAT = '{"error":"Unauthorized","code":"AUTHENTICATION_ERROR"}'
CURL = f'curl -s -H "X-API-Key: $HOPX_API_KEY" {URL}'
CURL_OF_CMD = f'curl -s -H "X-API-Key: %HOPX_API_KEY%" {URL}'
CURL_OF_POWERSHELL = f'curl.exe -s -H "X-API-Key: $env:HOPX_API_KEY" {URL}'
METER = (
    "  % Total    % Received % Xferd  Average Speed   Time\n  0     0    0     0    0     0      0      0 --:--:--\n"
)


def explained(directory: Path, **files: str) -> dict[str, Any]:
    """The answer to files by name, `_` for a dot, with a minted key for KEY."""
    key = minted()
    names = []
    for name, text in files.items():
        names.append(name.replace("_", "."))
        (directory / names[-1]).write_text(text.replace("<KEY>", key), encoding="utf-8")
    ran = run_command(directory, "explain", *names, "--format", "json")
    secret = key.partition(".")[2]
    assert not any(secret[at : at + 8] in ran.output for at in range(len(secret) - 7))
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def causes(found: dict[str, Any]) -> list[str]:
    return [one["cause"] for one in found["findings"]]


@pytest.mark.parametrize(
    "prompt",
    [
        "$ ",
        "% ",
        "ann@laptop:~/proj$ ",
        "[ann@laptop proj]$ ",
        "(venv) ann@laptop:~/proj$ ",
        "ann@mac proj % ",
        "➜  proj git:(main) ✗ ",
        "➜  ~ ",
        "bash-5.1$ ",
        "\u276f ",
    ],
)
def test_every_prompt_is_one_wherever_it_stands(prompt: str, tmp_path: Path) -> None:
    session = f"{prompt}export HOPX_API_KEY='\"<KEY>\"'\n{prompt}{CURL}\n{METER}{FLAT}\n{prompt}\n"
    assert causes(explained(tmp_path, session_txt=session)) == ["key-wrapped-in-quotes"]
    session = f'{prompt}echo "$HOPX_API_KEY"\n\n{prompt}{CURL}\n{METER}{FLAT}\n{prompt}\n'
    assert causes(explained(tmp_path, session_txt=session)) == ["env-var-unset"]


@pytest.mark.parametrize("prompt", ["C:\\Users\\ann>", "C:\\Users\\ann> ", "C:\\>"])
def test_nothing_stands_behind_the_prompt_of_cmd(prompt: str, tmp_path: Path) -> None:
    session = f'{prompt}set HOPX_API_KEY="<KEY>"\n\n{prompt}{CURL_OF_CMD}\n{FLAT}\n{prompt}\n'
    assert causes(explained(tmp_path, session_txt=session)) == ["key-wrapped-in-quotes"]


@pytest.mark.parametrize(
    "session",
    [
        "$ docker exec -it agent sh\n# echo $HOPX_API_KEY\n\n# exit\n$ {curl}\n{flat}\n$ \n",
        "ann@laptop:~$ echo $HOPX_API_KEY\n\nann@laptop:~$ ssh prod\ndeploy@prod:~$ {curl}\n{flat}\ndeploy@prod:~$ \n",
        "ann@laptop:~$ echo $HOPX_API_KEY\n\nann@laptop:~$ sudo -i\nroot@laptop:~# {curl}\n{flat}\nroot@laptop:~# \n",
        "PS C:\\> wsl\nann@PC:~$ echo $HOPX_API_KEY\n\nann@PC:~$ exit\nPS C:\\> {powershell}\n{flat}\nPS C:\\> \n",
        "C:\\>powershell\nPS C:\\> echo $env:HOPX_API_KEY\nPS C:\\> exit\nC:\\>{cmd}\n{flat}\nC:\\>\n",
        "$ su - deploy\n$ echo $HOPX_API_KEY\n\n$ exit\n$ {curl}\n{flat}\n$ \n",
    ],
)
def test_what_another_shell_prints_says_nothing_of_this_one(session: str, tmp_path: Path) -> None:
    text = session.format(curl=CURL, powershell=CURL_OF_POWERSHELL, cmd=CURL_OF_CMD, flat=FLAT)
    assert explained(tmp_path, session_txt=text)["verdict"] == "cannot-tell"
