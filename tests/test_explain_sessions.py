"""Sessions of shells through the command: what their prompts, and what they print of a variable, tell of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from evidence import minted
from explained import causes, explained_files, verdict

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
    assert causes(explained_files(tmp_path, session_txt=session)) == ["key-wrapped-in-quotes"]
    session = f'{prompt}echo "$HOPX_API_KEY"\n\n{prompt}{CURL}\n{METER}{FLAT}\n{prompt}\n'
    assert causes(explained_files(tmp_path, session_txt=session)) == ["env-var-unset"]


@pytest.mark.parametrize("prompt", ["C:\\Users\\ann>", "C:\\Users\\ann> ", "C:\\>"])
def test_nothing_stands_behind_the_prompt_of_cmd(prompt: str, tmp_path: Path) -> None:
    session = f'{prompt}set HOPX_API_KEY="<KEY>"\n\n{prompt}{CURL_OF_CMD}\n{FLAT}\n{prompt}\n'
    assert causes(explained_files(tmp_path, session_txt=session)) == ["key-wrapped-in-quotes"]


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
    assert explained_files(tmp_path, session_txt=text)["verdict"] == "cannot-tell"


ASKED = {
    "posix": ("$ ", "echo $HOPX_API_KEY", CURL),
    "zsh": ("ann@mac proj % ", 'echo "${HOPX_API_KEY}"', CURL),
    "printenv": ("$ ", "printenv HOPX_API_KEY", CURL),
    "powershell": ("PS C:\\> ", "echo $env:HOPX_API_KEY", CURL_OF_POWERSHELL),
    "powershell alone": ("PS C:\\> ", "$Env:HOPX_API_KEY", CURL_OF_POWERSHELL),
    "cmd": ("C:\\Users\\ann>", "echo %HOPX_API_KEY%", CURL_OF_CMD),
    "python": ("$ ", "echo $HOPX_API_KEY", "python app.py"),
    "python on Windows": ("C:\\Users\\ann>", "echo %HOPX_API_KEY%", "python app.py"),
}
ODD = minted()[:30] + "xXx" + minted()[33:]  # by chance one of a thousand keys has such a piece
FAILED = f"hopx_ai.errors.AuthenticationError: {FLAT}"
UNSET = "ValueError: API key required. Pass api_key parameter or set HOPX_API_KEY environment variable."


def session(how: str, value: str, printed: str = FAILED) -> str:
    prompt, asks, then = ASKED[how]
    shown = f"{value}\n" if value else "\n"
    return f"{prompt}{asks}\n{shown}{prompt}{then}\n{printed}\n{prompt}\n"


@pytest.mark.parametrize("how", ASKED)
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"<KEY>"', ["key-wrapped-in-quotes"]),
        ("Bearer <KEY>", ["bearer-prefix-doubled"]),
        ("hopx_live_YOUR_KEY_HERE", ["placeholder-key"]),
        ("<KEY>", []),
        ("hopx_live_abcd…", []),
        ("hopx_live_****", []),
        ("hopx_live_xxxxxxxxxxxx", []),
        ("<my key>", []),
        ("[redacted]", []),
        ("hopx_live_", []),
    ],
)
def test_what_a_session_prints_of_the_variable_is_what_the_process_holds(
    how: str, value: str, expected: list[str], tmp_path: Path
) -> None:
    assert causes(explained_files(tmp_path, session_txt=session(how, value))) == expected


@pytest.mark.parametrize("how", ASKED)
def test_a_whole_key_is_not_abridged_whatever_letters_it_has(how: str, tmp_path: Path) -> None:
    assert causes(explained_files(tmp_path, session_txt=session(how, f'"{ODD}"'))) == ["key-wrapped-in-quotes"]


@pytest.mark.parametrize("how", [how for how in ASKED if "python" not in how])
def test_a_variable_of_which_nothing_is_printed_is_not_set(how: str, tmp_path: Path) -> None:
    nothing = "%HOPX_API_KEY%\n" if how == "cmd" else ""
    assert causes(explained_files(tmp_path, session_txt=session(how, nothing, FLAT))) == ["env-var-unset"]


@pytest.mark.parametrize("lists", ["env | grep HOPX", "printenv", "env"])
def test_a_list_of_variables_in_a_session_shows_them(lists: str, tmp_path: Path) -> None:
    text = f'$ {lists}\nHOPX_API_KEY="<KEY>"\nDEBUG=1\n$ python app.py\n{FAILED}\n$ \n'
    assert causes(explained_files(tmp_path, session_txt=text)) == ["key-wrapped-in-quotes"]
    text = f'C:\\>set HOPX\nHOPX_API_KEY="<KEY>"\n\nC:\\>python app.py\n{FAILED}\nC:\\>\n'
    assert causes(explained_files(tmp_path, session_txt=text)) == ["key-wrapped-in-quotes"]


def test_what_is_set_after_it_was_printed_is_not_what_was_printed(tmp_path: Path) -> None:
    text = f'$ echo $HOPX_API_KEY\n"<KEY>"\n$ export HOPX_API_KEY=<KEY>\n$ python app.py\n{FAILED}\n$ \n'
    assert explained_files(tmp_path, session_txt=text)["verdict"] == "cannot-tell"


def test_a_key_that_the_shell_prints_hides_another_one_in_a_file(tmp_path: Path) -> None:
    key = minted()
    text = f"$ printenv HOPX_API_KEY\n{key}\n$ {CURL}\n{FLAT}\n$ \n"
    assert causes(explained_files(tmp_path, _env="HOPX_API_KEY=<KEY>\n", session_txt=text)) == ["env-shadowed-by-shell"]


@pytest.mark.parametrize("program", ["python app.py", "sudo python app.py", "docker run --rm agent"])
def test_a_key_that_the_shell_prints_and_the_program_lacks_is_not_handed_on(program: str, tmp_path: Path) -> None:
    text = f"$ echo $HOPX_API_KEY\n<KEY>\n$ {program}\n{UNSET}\n$ \n"
    assert causes(explained_files(tmp_path, session_txt=text)) == ["env-not-passed-to-process"]


@pytest.mark.parametrize(
    ("command", "confidence"),
    [
        ("$ docker run --rm \\\n    --env-file .env \\\n    acme/agent\n", "certain"),
        ("PS C:\\> docker run --rm `\n>> --env-file .env `\n>> acme/agent\n", "certain"),
        ("C:\\>docker run --rm ^\n  --env-file .env ^\n  acme/agent\n", "certain"),
        ("docker run --env-file .env acme/agent\n", "likely"),
        ("> docker run --env-file .env is what you told me to try, and I have not\n", "likely"),
    ],
)
def test_a_file_is_docker_s_where_its_command_was_typed(command: str, confidence: str, tmp_path: Path) -> None:
    found = explained_files(tmp_path, _env='HOPX_API_KEY="<KEY>"\n', session_txt=command + FAILED)
    assert [(one["cause"], one["confidence"]) for one in found["findings"]] == [("key-wrapped-in-quotes", confidence)]


def test_who_asks_for_the_head_without_a_key_looks_whether_an_answer_comes(tmp_path: Path) -> None:
    head = f"$ curl -sI {URL}\nHTTP/2 401\ncontent-type: application/json\n\n"
    assert causes(explained_files(tmp_path, head_txt=head)) == []
    failed = "hopx_ai.errors.NetworkError: [Errno 110] Connection timed out\n"
    found = explained_files(tmp_path, error_txt=failed, head_txt=head, _env="HOPX_API_KEY=<KEY>\n")
    assert found["cannot_tell"]["candidates"] == ["sdk-ignores-proxy-env", "network-unreachable"]


def test_an_answer_that_has_not_changed_since_is_no_failure(tmp_path: Path) -> None:
    text = "> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n> X-API-Key: <KEY>\n>\n< HTTP/1.1 304 Not Modified\n<\n"
    assert explained_files(tmp_path, trace_txt=text)["verdict"] == "healthy"


def test_a_carriage_return_is_one_also_as_cat_shows_it(tmp_path: Path) -> None:
    text = f"$ cat -A .env\nHOPX_API_KEY=<KEY>^M$\n$ source .env\n$ {CURL}\n{FLAT}\n"
    assert causes(explained_files(tmp_path, session_txt=text)) == ["key-trailing-newline"]


def test_a_header_that_was_not_written_yet_is_none_without_a_colon(tmp_path: Path) -> None:
    assert causes(explained_files(tmp_path, session_txt="curl -H\n")) == []
    assert causes(explained_files(tmp_path, session_txt=f'$ curl -H "" {URL}\n')) == ["env-var-unset"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (
            "C:\\>setx HOPX_API_KEY <KEY>\n\nSUCCESS: Specified value was saved.\n\nC:\\>python app.py\n",
            "env-not-inherited",
        ),
        ('C:\\>setx HOPX_API_KEY "<KEY>"\n\nC:\\>python app.py\n', "env-not-inherited"),
        (
            "PS C:\\> [Environment]::SetEnvironmentVariable('HOPX_API_KEY', '<KEY>', 'User')\nPS C:\\> python app.py\n",
            "env-not-inherited",
        ),
        ("$ echo 'export HOPX_API_KEY=<KEY>' >> ~/.bashrc\n$ python app.py\n", "env-not-inherited"),
        ("$ HOPX_API_KEY=<KEY>\n$ python app.py\n", "env-not-passed-to-process"),
        ("$ export HOPX_API_KEY=<KEY>\n$ docker run --rm agent\n", "env-not-passed-to-process"),
        ("$ export HOPX_API_KEY=<KEY>\n$ sudo python app.py\n", "env-not-passed-to-process"),
        ("$ python app.py\n", "env-var-unset"),
        ("$ export HOPX_API_KEY=\n$ python app.py\n", "env-var-unset"),
    ],
)
def test_where_a_session_sets_what_its_program_lacks_says_why(typed: str, expected: str, tmp_path: Path) -> None:
    assert causes(explained_files(tmp_path, session_txt=f"{typed}{UNSET}\n")) == [expected]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("C:\\>set HOPX_API_KEY= <KEY>\nC:\\>python app.py\n", ["key-surrounding-whitespace"]),
        ("$ export HOPX_API_KEY=hopx_live_YOUR_KEY_HERE\n$ python app.py\n", ["placeholder-key"]),
        ("$ export HOPX_API_KEY=<KEY>\n$ python app.py\n", []),
        ("$ export HOPX_API_KEY=hopx_live_****\n$ python app.py\n", []),
        ("$ export HOPX_API_KEY=<redacted>\n$ python app.py\n", []),
        ("I did HOPX_API_KEY=hopx_live_YOUR_KEY_HERE first\n$ python app.py\n", []),
    ],
)
def test_what_a_session_sets_is_what_its_program_is_refused_with(
    typed: str, expected: list[str], tmp_path: Path
) -> None:
    assert causes(explained_files(tmp_path, session_txt=f"{typed}{FAILED}\n")) == expected


def test_what_a_session_sets_after_the_error_was_not_there_before(tmp_path: Path) -> None:
    text = f"$ python app.py\n{UNSET}\n$ export HOPX_API_KEY=<KEY>\n$ python app.py\nsb_1f2e\n"
    assert causes(explained_files(tmp_path, session_txt=text)) == ["env-var-unset"]


@pytest.mark.parametrize("quoted", ["> ", ">> ", "> > "])
def test_a_session_that_a_mail_quotes_is_a_session(quoted: str) -> None:
    typed = [f"$ curl -s -H 'Authorization: <KEY>' {URL}", '{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}']
    text = "Hello,\n\nthis is what I run:\n\n" + "".join(f"{quoted}{line}\n" for line in typed) + "\nBest,\nDana\n"
    assert verdict(text) == ["bearer-prefix-missing certain"]
