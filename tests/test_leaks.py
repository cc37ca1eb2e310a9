"""No 8 characters in a row of any secret are in anything that a run or a command writes."""
# ruff: noqa: E501  the modules in here read better with their lines unbroken

from __future__ import annotations

import base64
import json
import signal
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from leaking import leaks
from runs import FORMAT, KEY_VARIABLES, LIVE, SPEC, Ran, finish, run_command, run_suite, served_mock, start_suite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READING = (*LIVE, "-k", "unauthorized-missing or scope-decides or documented-example or secret-is-not")


@pytest.fixture(scope="module")
def mock() -> Iterator[dict[str, str]]:
    """A mock whose keys, of every role, are the secrets; and those of other environments, which nobody uses."""
    with served_mock() as variables:
        yield variables | {name: FORMAT.mint().reveal() for name in SPEC.environments.values()}


@pytest.fixture(scope="module")
def echo() -> Iterator[dict[str, str]]:
    """A mock that repeats what it was sent."""
    with served_mock("--fault=secret-echoed") as variables:
        yield variables


def keys_of(variables: dict[str, str]) -> list[str]:
    return [variables[name] for name in (*KEY_VARIABLES, *SPEC.environments.values()) if name in variables]


def beside(directory: Path, source: str) -> str:
    """A test module of the user's own beside the suites; its `KEY` is the key."""
    file = directory / "test_beside.py"
    head = f"import logging, os, warnings\nimport pytest\nKEY = os.environ[{KEY_VARIABLES[0]!r}]\nSECRET = KEY[-43:]\n"
    file.write_text(head + source, encoding="utf-8")
    return str(file)


def test_a_planted_secret_is_found_in_every_spelling_and_in_every_place(tmp_path: Path) -> None:
    key = FORMAT.mint().reveal()
    secret = FORMAT.parse(key).secret
    (tmp_path / "a" / ".hidden").mkdir(parents=True)
    for number, spelling in enumerate(
        [
            secret,
            secret[7:15],
            quote(key),
            json.dumps({"key": key}),
            base64.b64encode(f"{key}:".encode()).decode(),
            base64.b64encode(f":{key}".encode()).decode(),
            base64.urlsafe_b64encode(f"x {key}".encode()).decode(),
        ]
    ):
        (tmp_path / "a" / ".hidden" / f"{number}.bin").write_bytes(b"\0before" + spelling.encode() + b"after\xff")
    ran = Ran(0, f"so {secret[:8]}", f"{secret[-8:]}", tmp_path)
    assert len(leaks(ran, [key])) == 7 + 2
    assert leaks(Ran(0, f"{secret[:7]} {secret[-7:]}", "", tmp_path), [FORMAT.mint().reveal()]) == []


def test_a_passing_run_on_live_writes_no_secret(tmp_path: Path, mock: dict[str, str]) -> None:
    ran = run_suite(tmp_path, *LIVE, "--junit-xml=junit.xml", "-v", "-rA", "--log-cli-level=DEBUG", given=mock)
    assert ran.status == 0
    assert ran.footer["asked"] > 50
    assert (tmp_path / "junit.xml").exists()
    assert (tmp_path / ".pytest_cache").exists()
    assert leaks(ran, keys_of(mock)) == []


def test_a_passing_run_on_the_mock_writes_no_secret_of_the_environment(tmp_path: Path, mock: dict[str, str]) -> None:
    ran = run_suite(tmp_path, "--target=mock", "--junit-xml=junit.xml", given=mock)
    assert ran.status == 0
    assert leaks(ran, keys_of(mock)) == []


def test_a_run_that_writes_and_fails_writes_no_secret_though_the_server_repeats_it(
    tmp_path: Path, echo: dict[str, str]
) -> None:
    options = ("--allow-writes", "--junit-xml=junit.xml", "-l", "--tb=long", "--log-file=log.txt", "--log-level=DEBUG")
    ran = run_suite(tmp_path, *LIVE, *options, given=echo)
    assert ran.status == 1
    assert "secret-is-not-repeated" in ran.rules("fail")
    assert leaks(ran, keys_of(echo)) == []


@pytest.mark.parametrize("style", ["long", "short", "line", "native", "no", "auto"])
def test_no_style_of_traceback_shows_a_secret(style: str, tmp_path: Path, mock: dict[str, str]) -> None:
    source = (
        "def test_it():\n    local = KEY\n    parts = [SECRET[:20]]\n    assert local == KEY[::-1], f'{SECRET[20:]}'\n"
    )
    options = (f"--tb={style}", "-l", "-vv", "-rA", "--junit-xml=junit.xml", "--color=yes")
    ran = run_suite(
        tmp_path,
        *READING,
        "-k",
        "test_it",
        "conformance.suites",
        "--pyargs",
        *options,
        beside(tmp_path, source),
        given=mock,
    )
    assert ran.status == 1
    assert "1 failed" in ran.stdout
    assert leaks(ran, keys_of(mock)) == []


MODULES = {
    "a module that cannot be imported": "local = KEY\nraise RuntimeError(f'no use for {local} and {SECRET}')\n",
    "a module with an exception group": "raise ExceptionGroup(SECRET, [ValueError(KEY), ExceptionGroup('x', [OSError(SECRET)])])\n",
    "a failing setup": "@pytest.fixture\ndef broken():\n    held = KEY\n    raise LookupError(held)\ndef test_it(broken): pass\n",
    "a failing teardown": "@pytest.fixture\ndef broken():\n    yield\n    raise LookupError(KEY)\ndef test_it(broken): print(KEY)\n",
    "output": "def test_it(capfd):\n    pass\ndef test_that():\n    print(KEY)\n    import sys\n    print(SECRET, file=sys.stderr)\n    assert 0\n",
    "logs": "def test_it():\n"
    "    logging.getLogger('x').error('key %s', KEY, extra={'more': SECRET})\n"
    "    try:\n        raise ValueError(SECRET)\n    except ValueError:\n        logging.exception('again %(key)s', {'key': KEY})\n"
    "    logging.getLogger().handle(logging.makeLogRecord({'msg': SECRET, 'levelno': 50, 'levelname': 'X'}))\n"
    "    logging.warning('twice %s')\n",
    "a failing test with logs": "def test_it():\n    logging.error(KEY)\n    assert 0\n",
    "a warning": "class Own(UserWarning):\n    def __init__(self, a, b):\n        super().__init__(a, b)\n"
    "def test_it():\n    warnings.warn(f'this {KEY}')\n    warnings.warn(Own(KEY, SECRET))\n",
    "a warning while collecting": "warnings.warn(SECRET)\ndef test_it(): pass\n",
    "a parameter": "@pytest.mark.parametrize('key', [KEY, SECRET, SECRET.encode()])\ndef test_it(key): assert 0\n",
    "a parameter of a fixture": "@pytest.fixture(params=[KEY])\ndef key(request): return request.param\ndef test_it(key): assert not key\n",
    "a property": "def test_it(record_property):\n    record_property('key', KEY)\n    record_property(SECRET, 1)\n",
    "a skip": "def test_it(): pytest.skip(KEY)\n@pytest.mark.skip(reason=SECRET)\ndef test_that(): pass\n",
    "an expected failure": "def test_it(): pytest.xfail(KEY)\n@pytest.mark.xfail(reason=SECRET)\ndef test_that(): assert 0\n"
    "@pytest.mark.xfail(reason=SECRET, strict=True)\ndef test_those(): pass\n",
    "a failure without a traceback": "def test_it(): pytest.fail(KEY, pytrace=False)\n",
    "a chain of exceptions": "def test_it():\n    try:\n        raise ValueError(KEY)\n    except ValueError as error:\n"
    "        error.add_note(SECRET)\n        raise KeyError(SECRET) from error\n",
    "a test that exits": "def test_it(): raise SystemExit(KEY)\n",
    "a test that ends the session": "def test_it(): pytest.exit(f'enough of {KEY}')\n",
    "a thread that dies": "import threading\ndef test_it():\n    def die(): raise ValueError(KEY)\n"
    "    thread = threading.Thread(target=die)\n    thread.start()\n    thread.join()\n",
    "an object that cannot be deleted": "class Bad:\n    def __del__(self): raise ValueError(KEY)\ndef test_it():\n    Bad()\n",
    "subtests": "def test_it(subtests):\n    with subtests.test(KEY, secret=SECRET):\n        print(KEY)\n        assert not KEY\n",
}


@pytest.mark.parametrize("name", MODULES)
def test_tests_beside_the_suites_write_no_secret(name: str, tmp_path: Path, mock: dict[str, str]) -> None:
    options = ("-l", "-rA", "--junit-xml=junit.xml", "--log-cli-level=DEBUG", "--log-file=log.txt", "--full-trace")
    formats = ("--log-format=%(message)s %(more)s", "-o", "junit_logging=all", "--durations=5")
    ran = run_suite(
        tmp_path,
        *LIVE,
        "--pyargs",
        "conformance.suites.test_errors",
        beside(tmp_path, MODULES[name]),
        *options,
        *formats,
        given=mock,
    )
    assert "test_beside" in ran.output
    assert "INTERNALERROR" not in ran.output
    assert leaks(ran, keys_of(mock)) == []


def test_a_test_id_that_holds_a_secret_stops_the_run(tmp_path: Path, mock: dict[str, str]) -> None:
    module = beside(tmp_path, "@pytest.mark.parametrize('x', [1], ids=[KEY])\ndef test_it(x): pass\n")
    ran = run_suite(tmp_path, *LIVE, "--pyargs", "conformance.suites.test_errors", module, given=mock)
    assert ran.status == 4
    assert "give its parameter another id" in ran.output
    assert leaks(ran, keys_of(mock)) == []


def test_listing_tests_writes_no_secret(tmp_path: Path, mock: dict[str, str]) -> None:
    source = "@pytest.fixture(params=[KEY])\ndef key(request): pass\ndef test_it(key): pass\nwarnings.warn(SECRET)\n"
    module = beside(tmp_path, source)
    for option in ("--collect-only", "--setup-plan", "--fixtures-per-test"):
        ran = run_suite(
            tmp_path / option, *LIVE, "-k", "test_it", "--pyargs", "conformance.suites", module, option, given=mock
        )
        assert ran.status == 0
        assert leaks(ran, keys_of(mock)) == []


@pytest.mark.parametrize("target", ["live", "mock"])
def test_workers_write_no_secret(target: str, tmp_path: Path, mock: dict[str, str]) -> None:
    source = (
        "def test_it():\n    local = KEY\n    warnings.warn(SECRET)\n    print(KEY)\n    logging.error(SECRET)\n    assert 0\n"
        "@pytest.mark.parametrize('key', [KEY])\ndef test_that(key): raise ExceptionGroup(key, [ValueError(SECRET)])\n"
    )
    options = ("-n", "2", "-l", "-rA", "--junit-xml=junit.xml", "--rate=1000", f"--target={target}")
    ran = run_suite(
        tmp_path, "--pyargs", "conformance.suites.test_errors", beside(tmp_path, source), *options, given=mock
    )
    assert ran.status == 1
    assert "2 failed" in ran.stdout
    assert leaks(ran, keys_of(mock)) == []


def test_a_target_that_does_not_answer_is_reported_without_a_secret(tmp_path: Path, mock: dict[str, str]) -> None:
    nowhere = mock | {SPEC.base_url_variable: "http://127.0.0.1:1/v1"}
    options = ("-l", "--tb=long", "-v", "--junit-xml=junit.xml", "--full-trace")
    ran = run_suite(tmp_path, *LIVE, *options, given=nowhere)
    assert ran.status == 1
    assert "connection refused" in ran.stdout
    assert leaks(ran, keys_of(mock)) == []


HOOKS = {
    "while reporting": "def pytest_runtest_logreport(report):\n    local = KEY\n    raise RuntimeError(KEY)\n",
    "while collecting": "def pytest_collection_modifyitems(items):\n    raise RuntimeError(KEY)\n",
    "at the start": "def pytest_sessionstart(session):\n    local = KEY\n    raise RuntimeError(local)\n",
    "at the end": "def pytest_sessionfinish(session):\n    raise RuntimeError(KEY)\n",
    "before anything": "warnings.warn(SECRET)\nraise RuntimeError(KEY)\n",
}


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
@pytest.mark.parametrize("place", HOOKS)
def test_an_internal_error_is_reported_without_a_secret(
    place: str, workers: tuple[str, ...], tmp_path: Path, mock: dict[str, str]
) -> None:
    head = f"import os, warnings\nimport pytest\nKEY = os.environ[{KEY_VARIABLES[0]!r}]\nSECRET = KEY[-43:]\n"
    (tmp_path / "conftest.py").write_text(head + HOOKS[place], encoding="utf-8")
    (tmp_path / "test_beside.py").write_text("def test_it(): pass\n", encoding="utf-8")
    options = ("-l", "--full-trace", "--junit-xml=junit.xml", *workers)
    ran = run_suite(tmp_path, *LIVE, "--pyargs", "conformance.suites.test_errors", str(tmp_path), *options, given=mock)
    assert ran.status != 0
    assert "KEY" in ran.output or "hopx_live_" in ran.output
    assert leaks(ran, keys_of(mock)) == []


def test_mistaken_options_are_reported_without_the_secret_in_them(tmp_path: Path, mock: dict[str, str]) -> None:
    key = mock[KEY_VARIABLES[0]]
    secret = FORMAT.parse(key).secret
    for options in (
        (f"--target={key}",),
        ("--target=mock", f"--fault={secret}"),
        ("--target=mock", f"--vocabulary={key}"),
        ("--target=mock", f"--waivers={secret}"),
        ("--target=mock", f"--spec={key}"),
        ("--target=mock", f"--rate={secret}"),
        (*LIVE, f"--base-url={key}"),
        (*LIVE, f"--base-url=https://{key}@127.0.0.1/"),
        (*LIVE, f"--base-url=http://{secret}/"),
        (*LIVE, f"--env-file={secret}"),
        (*LIVE, f"--env={key}"),
        (*LIVE, f"--hypothesis-profile={secret}"),
    ):
        ran = run_suite(tmp_path, *options, given=mock)
        assert ran.status == 4, options
        assert leaks(ran, keys_of(mock)) == [], options
    ran = run_suite(tmp_path, *LIVE, given=mock | {SPEC.base_url_variable: key})
    assert ran.status == 4
    assert leaks(ran, keys_of(mock)) == []


def test_a_spec_file_with_a_key_in_it_is_refused_without_the_secret(tmp_path: Path, mock: dict[str, str]) -> None:
    for text in (f"spec: {mock[KEY_VARIABLES[0]]}\n", f"{mock[KEY_VARIABLES[0]]}: 1\n", f"- [{mock[KEY_VARIABLES[0]]}"):
        file = tmp_path / ".env"  # leaks() does not look into it
        file.write_text(text, encoding="utf-8")
        ran = run_suite(tmp_path, "--target=mock", f"--spec={file}")
        assert ran.status == 4
        assert leaks(ran, keys_of(mock)) == []


def test_ctrl_c_is_reported_without_a_secret(tmp_path: Path, mock: dict[str, str]) -> None:
    source = (
        "import sys, threading\n"
        "def wait(argument):\n    print('waiting', file=sys.__stdout__, flush=True)\n    threading.Event().wait()\n"
        "def test_it():\n    local = KEY\n    wait(KEY)\n"
    )
    options = ("-l", "--full-trace", "-s", "--junit-xml=junit.xml")
    process = start_suite(
        tmp_path, *LIVE, "--pyargs", "conformance.suites.test_errors", beside(tmp_path, source), *options, given=mock
    )
    assert process.stdout is not None
    seen = []
    while not seen or "waiting" not in seen[-1]:
        seen.append(process.stdout.readline())
        assert seen[-1], "the run ended"
    process.send_signal(signal.SIGINT)
    ran = finish(process, tmp_path)
    assert ran.status == 2
    assert "KeyboardInterrupt" in ran.stdout
    assert leaks(ran, keys_of(mock)) == []


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", " ", '"', ",x", "é", "\udcff"])
@pytest.mark.parametrize("command", ["check", "redact", "fingerprint"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_commands_print_no_secret_that_they_read(command: str, form: str, ending: str, tmp_path: Path) -> None:
    key = FORMAT.mint().reveal()
    for text in (key + ending, f"{ending}{key}", f"the key is {key}{ending}, or was", key[:-3] + ending):
        ran = run_command(tmp_path, "key", command, "--format", form, stdin=text)
        assert ran.status in (0, 1)
        assert leaks(ran, [key]) == []


def test_commands_report_mistakes_without_the_secret_in_them(tmp_path: Path) -> None:
    key = FORMAT.mint().reveal()
    secret = FORMAT.parse(key).secret
    (tmp_path / ".env").write_text(f"HOPX_API_KEY={key}\n[\n")
    for words in (
        (key,),
        ("key", key),
        ("key", "check", "--spec", key),
        ("key", "check", "--format", key),
        ("key", "check", "one", key),
        ("report", "show", key),
        ("report", "show", ".env"),
        ("spec", "show", key),
        ("spec", "lint", key),
        ("spec", "lint", ".env"),
        ("mock", "--port", key),
        ("mock", "--fault", key),
        ("mock", "--seed", key),
        ("mock", f"--{secret}", key),
    ):
        ran = run_command(tmp_path, *words)
        assert ran.status in (1, 2), words
        assert ran.output, words
        found = [place for place in leaks(ran, [key]) if secret not in " ".join(words).replace(key, "")]
        assert found == [], words
