"""Variables through the command: what processes print, what files set, and what errors tell of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from explained import causes, explained_files, verdict

if TYPE_CHECKING:
    from pathlib import Path

UNSET = (
    'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    raise ValueError(\n'
    "ValueError: API key required. Pass api_key parameter or set HOPX_API_KEY environment variable.\n"
)
REFUSED = 'hopx_ai.errors.AuthenticationError: {"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}\n'
SKELETON = """# ~/.bashrc: executed by bash(1) for non-login shells.
# If not running interactively, don't do anything
case $- in
    *i*) ;;
      *) return;;
esac
HISTCONTROL=ignoreboth
shopt -s histappend
if [ -z "${debian_chroot:-}" ] && [ -r /etc/debian_chroot ]; then
    debian_chroot=$(cat /etc/debian_chroot)
fi
case "$TERM" in
    xterm-color|*-256color) color_prompt=yes;;
esac
if [ "$color_prompt" = yes ]; then
    PS1='${debian_chroot:+($debian_chroot)}\\u@\\h:\\w\\$ '
else
    PS1='$ '
fi
unset color_prompt force_color_prompt
mkcd () {
    mkdir -p "$1" && cd "$1"
}
[ -x /usr/bin/lesspipe ] && eval "$(SHELL=/bin/sh lesspipe)"
alias ll='ls -alF'
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ALLUSERSPROFILE=C:\\ProgramData\nCOMPUTERNAME=PC\nHOPX_API_KEY="<KEY>"\nOS=Windows_NT\n', True),
        ('USERPROFILE=C:\\Users\\a\nHOPX_API_KEY="<KEY>"\nwindir=C:\\Windows\n', True),
        ("ALLUSERSPROFILE=C:\\ProgramData\nCOMPUTERNAME=PC\nHOPX_API_KEY=<KEY>\nOS=Windows_NT\n", False),
        ('HOST=a\nHOPX_API_KEY="<KEY>"\n', False),
    ],
)
def test_what_set_prints_on_windows_is_the_value_itself(text: str, expected: bool, tmp_path: Path) -> None:
    assert causes(explained_files(tmp_path, set_txt=text)) == (["key-wrapped-in-quotes"] if expected else [])


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("$ docker run --env-file .env acme/app\n", ["key-wrapped-in-quotes"]),
        ("$ docker run --rm --env-file=./.env acme/app\n", ["key-wrapped-in-quotes"]),
        ("$ podman run --env-file .env acme/app\n", ["key-wrapped-in-quotes"]),
        ("docker run --env-file /srv/app/.env acme/app\n", ["key-wrapped-in-quotes"]),
        ("ana@ci:~$ sudo docker run --env-file .env acme/app\n", ["key-wrapped-in-quotes"]),
        ("$ docker run --env-file prod.env acme/app\n", []),
        ("I never use docker run --env-file .env, only python-dotenv.\n", []),
        ("# docker run --env-file .env acme/app would keep the quotes\n", []),
        ("$ docker compose --env-file .env up\n", []),
        ("$ python main.py\n", []),
    ],
)
def test_quotes_in_a_file_belong_to_the_key_where_docker_reads_it(
    command: str, expected: list[str], tmp_path: Path
) -> None:
    files = {"_env": 'HOPX_API_KEY="<KEY>"\n', "cmd_txt": command + REFUSED}
    assert causes(explained_files(tmp_path, **files)) == expected


@pytest.mark.parametrize(
    ("others", "confidence"),
    [({}, "likely"), ({"err_txt": UNSET}, "certain"), ({"env_txt": "PATH=/usr/bin\nHOME=/root\nLANG=C\n"}, "certain")],
)
def test_a_key_in_a_file_under_another_name_may_be_read_from_there(
    others: dict[str, str], confidence: str, tmp_path: Path
) -> None:
    answer = explained_files(tmp_path, _env="HOPX_KEY=<KEY>\n", **others)
    assert [(one["cause"], one["confidence"]) for one in answer["findings"]] == [("env-var-misnamed", confidence)]


def test_a_file_that_is_named_for_docker_may_be_read_by_others(tmp_path: Path) -> None:
    answer = explained_files(tmp_path, docker_env='HOPX_API_KEY="<KEY>"\n')
    assert [(one["cause"], one["confidence"]) for one in answer["findings"]] == [("key-wrapped-in-quotes", "likely")]


@pytest.mark.parametrize(
    "text",
    [
        SKELETON + "export HOPX_API_KEY=<KEY>\n",
        "# ~/.bashrc\ncase $- in\n    *i*) ;;\n      *) return;;\nesac\nexport HOPX_API_KEY=<KEY>\nalias ll='ls -l'\n",
    ],
)
def test_a_start_up_file_that_sets_the_key_was_not_taken_over(text: str, tmp_path: Path) -> None:
    assert causes(explained_files(tmp_path, err_txt=UNSET, _bashrc=text)) == ["env-not-inherited"]


@pytest.mark.parametrize(
    "line", ["if [ -f x ]; then\n  export {}\nfi\n", "use() {{\n  export {}\n}}\n", "[ -f x ] && export {}\n"]
)
def test_a_start_up_file_that_perhaps_sets_the_key_is_perhaps_the_reason(line: str, tmp_path: Path) -> None:
    text = SKELETON + line.format("HOPX_API_KEY=<KEY>")
    found = explained_files(tmp_path, err_txt=UNSET, _bashrc=text)
    assert [(one["cause"], one["confidence"]) for one in found["findings"]] == [("env-not-inherited", "likely")]
    found = explained_files(tmp_path, env_txt="HOME=/root\nPATH=/bin\nPWD=/\n", _bashrc=text)
    assert [one["confidence"] for one in found["findings"]] == ["certain", "likely"]
    assert causes(found) == ["env-var-unset", "env-not-inherited"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (".env", 'HOPX_API_KEY="<KEY>\\""\n', ["key-wrapped-in-quotes certain"]),
        (".env", 'HOPX_API_KEY="<KEY>\n"\n', ["key-trailing-newline certain"]),
        (".env", 'HOPX_API_KEY="<KEY>\n', ["key-wrapped-in-quotes certain"]),
        (".bashrc", "# ~/.bashrc\nalias l=ls\nexport HOPX_API_KEY='<KEY>\n'\n", ["key-trailing-newline certain"]),
        (".bashrc", "# ~/.bashrc\nalias l=ls\nexport HOPX_API_KEY=$'<KEY>' # mine\n", ["healthy"]),
        (".bashrc", "# ~/.bashrc\nalias l=ls\nexport HOPX_API_KEY='$MY_KEY'\n", ["env-var-not-expanded certain"]),
    ],
)
def test_a_value_is_read_as_what_loads_the_file_reads_it(name: str, text: str, expected: list[str]) -> None:
    assert verdict(text, names=(name,)) == expected


@pytest.mark.parametrize(
    "text", ["HOPX_KEY=<KEY>\n", "HOME=/root\nHOPX_API_KEY_PROD=<KEY>\nPATH=/bin\n", "HOPX_APIKEY=<KEY>\nA=1\n"]
)
def test_a_variable_with_another_name_is_why_none_is_found(text: str, tmp_path: Path) -> None:
    assert causes(explained_files(tmp_path, err_txt=UNSET, env_txt=text)) == ["env-var-misnamed"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HOPX_API_KEY=%HOPX_API_KEY_PROD%\n", ["env-var-not-expanded"]),
        ("services:\n  a:\n    environment:\n      - HOPX_API_KEY=%HOPX_API_KEY%\n", ["env-var-not-expanded"]),
        ("HOPX_API_KEY=${HOPX_API_KEY_PROD}\n", []),
        ("@echo off\nset HOPX_API_KEY=%HOPX_API_KEY_PROD%\n", []),
    ],
)
def test_percent_signs_mean_something_to_cmd_alone(text: str, expected: list[str], tmp_path: Path) -> None:
    assert causes(explained_files(tmp_path, _env=text)) == expected


@pytest.mark.parametrize("says", ['reason="missing api key"', 'msg="no credentials"', "error=missing_api_key"])
def test_a_log_of_names_and_values_says_that_no_key_arrived(says: str, tmp_path: Path) -> None:
    lines = "".join(
        f"ts=2026-11-20T10:00:0{n}Z level=info method=GET path=/v1/sandboxes status=401 {says} request_id=req_{n}\n"
        for n in range(5)
    )
    found = explained_files(tmp_path, gateway_log=lines)
    assert found["verdict"] == "cannot-tell"
    assert {"env-var-unset", "proxy-stripped-header"} <= set(found["cannot_tell"]["candidates"])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"content_type": "text/html", "cf_ray": "8f2c11d2ab3c9d10-FRA", "cf_mitigated": "challenge"}, "certain"),
        ({"sent_http_content_type": "text/html; charset=UTF-8"}, "likely"),
        ({"content_type": "application/json"}, ""),
    ],
)
def test_a_web_page_in_a_log_is_of_something_before_the_api(
    fields: dict[str, str], expected: str, tmp_path: Path
) -> None:
    record = {"ts": "2026-11-20T10:00:00Z", "method": "GET", "path": "/v1/sandboxes", "status": 403, "client_ip": "::1"}
    found = explained_files(tmp_path, g_jsonl=(json.dumps(record | fields) + "\n") * 3)
    assert [(one["cause"], one["confidence"]) for one in found["findings"]] == (
        [("waf-block-403-html", expected)] if expected else []
    )


def test_a_template_beside_the_file_with_the_key_is_no_mistake(tmp_path: Path) -> None:
    files = {"_env_example": "# copy me\nHOPX_API_KEY=hopx_live_YOUR_KEY_HERE\n", "_env": "HOPX_API_KEY=<KEY>\n"}
    assert explained_files(tmp_path, **files)["verdict"] == "healthy"
    assert causes(explained_files(tmp_path, _env="HOPX_API_KEY=hopx_live_YOUR_KEY_HERE\n")) == ["placeholder-key"]


@pytest.mark.parametrize(
    "noise",
    [
        '10.0.0.9 - - [28/Nov/2026:09:00:30 +0000] "GET /admin HTTP/1.1" 401 12 "-" "zgrab"\n',
        '10.0.0.9 - - [28/Nov/2026:09:00:31 +0000] "GET /.env HTTP/1.1" 403 12 "-" "zgrab"\n',
        '10.0.0.9 - - [28/Nov/2026:09:00:32 +0000] "GET /metrics HTTP/1.1" 503 12 "-" "Prometheus"\n',
    ],
)
def test_what_scanners_and_monitors_ask_a_gateway_for_says_nothing_of_the_api(noise: str, tmp_path: Path) -> None:
    line = '10.0.0.{n} - - [28/Nov/2026:09:00:0{n} +0000] "GET /v1/sandboxes HTTP/1.1" {status} 60 "-" "curl/8.5.0"\n'
    good = "".join(line.format(n=n, status=200) for n in range(9))
    assert explained_files(tmp_path, access_log=good + noise)["verdict"] == "healthy"
    bad = "".join(line.format(n=n, status=429) for n in range(9))
    assert causes(explained_files(tmp_path, access_log=bad + noise)) == ["rate-limited"]


@pytest.mark.parametrize(
    ("name", "form"), [(".env", "{}={}\n"), ("app.env", '{}="{}"\n'), ("a.service", "[Service]\nEnvironment={}={}\n")]
)
def test_a_line_that_a_later_one_replaces_is_not_judged(name: str, form: str) -> None:
    cut, whole = (form.format("HOPX_API_KEY", key) for key in ("hopx_live_<ID>.abc", "<KEY>"))
    assert verdict(f"# old\n{cut}# new\n{whole}", names=(name,)) == ["healthy"]
    assert verdict(f"{whole}{cut}", names=(name,))[0].startswith("key-truncated")


def test_the_services_of_a_compose_file_are_judged_each() -> None:
    service = "  {}:\n    environment:\n      - HOPX_API_KEY={}\n"
    text = f"services:\n{service.format('a', 'hopx_live_<ID>.abc')}{service.format('b', '<KEY>')}"
    assert verdict(text)[0].startswith("key-truncated")


@pytest.mark.parametrize("value", ["${HOPX_API_KEY:?must be set}", "${HOPX_API_KEY?}", "${HOPX_API_KEY:-}"])
def test_a_value_that_compose_takes_from_the_shell_is_no_mistake(value: str, tmp_path: Path) -> None:
    text = f"services:\n  app:\n    image: app\n    environment:\n      HOPX_API_KEY: {value}\n"
    assert causes(explained_files(tmp_path, compose_yml=text)) == []


def test_a_variable_that_is_filled_in_from_another_is_not_misnamed(tmp_path: Path) -> None:
    text = "HOPX_KEY_PROD=<KEY>\nHOPX_API_KEY=${HOPX_KEY_PROD}\n"
    assert causes(explained_files(tmp_path, _env=text)) == []


@pytest.mark.parametrize("value", ["${HOPX_API_KEY:-your_api_key_here}", "${ssm:/hopx/api-key}", "${env:HOPX_KEY}"])
def test_a_value_that_a_tool_looks_up_is_no_mistake(value: str, tmp_path: Path) -> None:
    text = f"services:\n  app:\n    environment:\n      HOPX_API_KEY: {value}\n"
    assert causes(explained_files(tmp_path, compose_yml=text)) == []


def test_the_path_of_a_file_with_the_key_is_no_wrong_key(tmp_path: Path) -> None:
    shown = "HOME=/root\nPATH=/bin\nHOPX_API_KEY=<KEY>\nHOPX_API_KEY_FILE=/run/secrets/hopx\n"
    assert explained_files(tmp_path, env_txt=shown)["verdict"] == "healthy"
