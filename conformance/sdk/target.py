"""An SDK as a target: its calls are made side by side where they must wait, and each of them once."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.sdk.called import Called, Watcher
from conformance.sdk.errors import BrokenAdapterError, HungError
from conformance.sdk.playing import playing
from conformance.sdk.process import AdapterProcess
from conformance.sdk.protocol import Arguments, Other
from conformance.sdk.recorder import Recorder
from conformance.targets.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.sdk.adapter import Adapter
    from conformance.sdk.call import Call
    from conformance.spec.model import Spec

CALL_SECONDS = 40.0
_LANES = 8
_LONG = ("build", "use")  # they ask again and again until something is ready
_TIMES = 5


class SdkTarget:
    """An adapter at work in front of a recording server.

    `directory` is where its SDK is installed, `seconds` the time that a call may take.

    Raises:
        BrokenAdapterError: The adapter does not greet as the protocol has it.

    """

    name = "sdk"
    may_write = False
    limit = None
    sent = 0

    def __init__(
        self, spec: Spec, adapter: Adapter, version: str, directory: Path, seconds: float = CALL_SECONDS
    ) -> None:
        assert spec.sdk is not None  # noqa: S101  no rule asks an SDK otherwise
        self._spec, self._sdk = spec, spec.sdk
        self._adapter, self._version, self._directory = adapter, version, directory
        self._seconds = seconds
        keys = Keyring(spec, {}).key_format
        active = [name for name, credential in spec.credentials.items() if credential.key == "active"]
        self.keyring = Keyring(spec, {name: keys.mint() for name in active})
        self._other = keys.mint()
        self.keyring.scrubber.learn(self._other.reveal())
        self._watcher = Watcher(spec, self.keyring.scrubber)
        self._home = Path(tempfile.mkdtemp(prefix="hopx-auth-"))
        self._recorder = Recorder()
        self._lanes = ThreadPoolExecutor(_LANES)
        self._made: dict[Call, Future[Called]] = {}
        self._lock = threading.Lock()
        self._running: set[AdapterProcess] = set()
        self._idle: dict[str, list[AdapterProcess]] = {"": [], "own": [], "other": []}
        self._closing = False
        try:
            process = self._start("")
            self.greeting = process.greet()
        except BaseException:
            self.close()
            raise
        self._idle[""].append(process)

    @property
    def adapter(self) -> str:
        """The adapter's name."""
        return self._adapter.name

    @property
    def identity(self) -> str:
        """The SDK and its release."""
        return f"{self._adapter.name}@{self.greeting.version}"

    @property
    def base_url(self) -> str:
        """Where the recording server listens."""
        return self._recorder.address

    def obstacle(self, call: Call, needs: Iterable[str]) -> str:
        """What keeps a call from being made; "" when nothing does."""
        if call.operation not in self.greeting.operations:
            return f"an SDK with the operation {call.operation}, which {self.greeting.sdk} does not offer"
        lacking = [name for name in (*call.features, *needs) if name not in self.greeting.features]
        return f"an SDK with {lacking[0]}, which {self.greeting.sdk} does not offer" if lacking else ""

    def prepare(self, calls: Iterable[Call]) -> None:
        """Begin to make these calls: those that wait side by side, the others one after the other."""
        quick: dict[str, list[Call]] = {}
        waiting: list[Call] = []
        for call in dict.fromkeys(calls):
            if call in self._made:
                continue
            self._made[call] = Future()
            if call.needs_fresh_process or self._waits(call):
                waiting.append(call)
            else:
                quick.setdefault(call.in_environment, []).append(call)
        for lane in [*([call] for call in waiting if self._waits(call)), *quick.values()]:
            self._lanes.submit(self._make_all, lane)
        self._lanes.submit(self._make_all, [call for call in waiting if not self._waits(call)])

    def called(self, call: Call) -> Called:
        """What came of a call, which is made now unless it already was.

        Raises:
            BrokenAdapterError: The adapter failed at it.

        """
        self.prepare([call])
        return self._made[call].result()

    def close(self) -> None:
        """End everything that was started."""
        self._closing = True
        self._lanes.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            running = list(self._running)
        idle = {process for lane in self._idle.values() for process in lane}
        for process in running:
            if process in idle:
                process.close()
            else:
                process.kill()
        self._lanes.shutdown(wait=True)
        self._recorder.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def _waits(self, call: Call) -> bool:
        return self._sdk.answers[call.answer].waits if call.answer else call.operation in _LONG

    def _make_all(self, calls: Iterable[Call]) -> None:
        for call in calls:
            if self._closing:
                self._made[call].cancel()
                continue
            try:
                self._made[call].set_result(self._make(call))
            except BaseException as error:
                self._made[call].set_exception(error)

    def _make(self, call: Call) -> Called:
        play = playing(self._spec, call.answer, call.form)
        here, there = self._recorder.stage(play), self._recorder.stage(play)
        key = self.keyring.credential(call.recipe)
        text = key.reveal() if key else ""
        self.keyring.scrubber.learn(text)
        process = self._process(call)
        started = time.monotonic()
        try:
            answer, leaks = self._watcher.cleaned(
                process.call(
                    self._seconds,
                    operation=call.operation,
                    base_url=self._recorder.url(here),
                    api_key=text if call.source.startswith("argument") else None,
                    arguments=self._arguments(call, text, self._recorder.url(there)),
                )
            )
            problem = ""
        except HungError as error:
            answer, leaks, problem = None, (), str(error)
        except BrokenAdapterError as error:
            raise BrokenAdapterError(self.keyring.scrubber.scrub(str(error))) from None
        finally:
            seconds = time.monotonic() - started
            own = self._watcher.seen(self._recorder.take(here), text, call.recipe, self._recorder.address)
            second = self._watcher.seen(
                self._recorder.take(there), self._other.reveal(), call.recipe, self._recorder.address, 1
            )
        self._let_go(process, call, usable=not problem)
        self.sent += len(own) + len(second)
        seen = sorted([*own, *second], key=lambda one: one.at)
        return Called(answer, tuple(seen), leaks, problem, seconds)

    def _arguments(self, call: Call, key: str, other_url: str) -> Arguments:
        variable = self._variable(call)
        if call.source == "environment-later":
            return Arguments(template=self._sdk.template, id=self._sdk.id, environment={variable: key})
        if call.source == "dotenv":
            folder = Path(tempfile.mkdtemp(dir=self._home))
            (folder / ".env").write_text(f"{variable}={key}\n", encoding="utf-8")
            return Arguments(template=self._sdk.template, id=self._sdk.id, dotenv=str(folder / ".env"))
        if call.operation == "two_clients":
            return Arguments(other=Other(base_url=other_url, api_key=self._other.reveal()), times=_TIMES)
        return Arguments(template=self._sdk.template, id=self._sdk.id)

    def _variable(self, call: Call) -> str:
        credential = self._spec.credentials[call.recipe.name]
        return credential.variable or self._spec.credentials[credential.source].variable

    def _process(self, call: Call) -> AdapterProcess:
        with self._lock:
            idle = self._idle[call.in_environment]
            if idle and not call.needs_fresh_process:
                return idle.pop()
        own = {"own": self.keyring.credential(call.recipe), "other": self._other}.get(call.in_environment)
        process = self._start(f"{self._variable(call)}={own.reveal()}" if own else "")
        process.greet()
        return process

    def _let_go(self, process: AdapterProcess, call: Call, *, usable: bool) -> None:
        if usable and not call.needs_fresh_process:
            with self._lock:
                self._idle[call.in_environment].append(process)
            return
        process.close()
        with self._lock:
            self._running.discard(process)

    def _start(self, variable: str) -> AdapterProcess:
        name, _, value = variable.partition("=")
        environment = surroundings(self._home) | ({name: value} if name else {})
        with self._lock:
            if self._closing:
                raise BrokenAdapterError("the run has ended")
            process = AdapterProcess(self._adapter, self._version, self._directory, environment)
            self._running.add(process)
        return process


def surroundings(home: Path) -> dict[str, str]:
    """The environment of an adapter: no key, no configuration and no key store of the user's."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "COLUMNS": "200",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
