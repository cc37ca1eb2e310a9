"""An SDK as a target: its calls are made side by side where they must wait, and each of them once."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from conformance.exchange import Recipe
from conformance.sdk.call import Call
from conformance.sdk.errors import BrokenAdapterError, HungError
from conformance.sdk.process import AdapterProcess, end_all_at
from conformance.sdk.protocol import Unsupported
from conformance.sdk.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from conformance.sdk.adapter import Adapter
    from conformance.sdk.called import Called
    from conformance.sdk.proxy import RefusingProxy
    from conformance.spec.model import Spec
    from conformance.targets.keyring import Keyring

MOST_HANGS = 5
_LANES = 8
_PATIENCE = 3
_LONG = ("build", "use")  # they ask again and again until something is ready


class SdkTarget:
    """An adapter at work in front of a recording server.

    `directory` is where its SDK is installed.

    Raises:
        BrokenAdapterError: The adapter does not do as the protocol has it.

    """

    name = "sdk"
    may_write = False
    limit = None

    def __init__(self, spec: Spec, adapter: Adapter, version: str, directory: Path) -> None:
        assert spec.sdk is not None  # noqa: S101  no rule asks an SDK otherwise
        self._spec, self._sdk = spec, spec.sdk
        self._adapter, self._version, self._directory = adapter, version, directory
        self._stage = Stage(spec)
        self._lanes = ThreadPoolExecutor(_LANES)
        self._made: dict[Call, Future[Called]] = {}
        self._lock = threading.Lock()
        self._running: dict[AdapterProcess, RefusingProxy] = {}
        self._late: list[str] = []
        self._said_late: list[str] = []
        self._idle: dict[str, list[AdapterProcess]] = {"": [], "own": [], "other": [], "nowhere": []}
        self._hangs = 0
        self._closing = False
        self.sent = 0
        try:
            process = self._start({})
            self.greeting = process.greet()
            self._idle[""].append(process)
            self._check()
        except BaseException:
            self.close()
            raise

    @property
    def keyring(self) -> Keyring:
        """The keys that calls are made with."""
        return self._stage.keyring

    @property
    def adapter(self) -> str:
        """The adapter's name."""
        return self._adapter.name

    @property
    def identity(self) -> str:
        """The SDK and its release."""
        return f"{self._adapter.name}@{self.greeting.version}"

    @property
    def strays(self) -> list[str]:
        """What belongs to no call: requests that ignored the base URL or came late, and keys that were printed late."""
        sent = [f"the SDK sent what belongs to no call: {stray}" for stray in self._stage.strays(self._late)]
        printed = dict.fromkeys(line for text in self._said_late for line in self._stage.telling(text))
        return sent + [f"the SDK printed a part of its key while no call was under way: {line}" for line in printed]

    @property
    def base_url(self) -> str:
        """Where the recording server listens."""
        return self._stage.address

    def obstacle(self, call: Call, needs: Iterable[str]) -> str:
        """What keeps a call from being made; "" when nothing does."""
        lacking = [name for name in (*call.features, *needs) if name not in self.greeting.features]
        if call.operation not in self.greeting.operations:
            lacking.insert(0, f"the operation {call.operation}")
        return f"an SDK with {lacking[0]}, which {self.greeting.sdk} does not offer" if lacking else ""

    def prepare(self, calls: Iterable[Call]) -> None:
        """Begin to make these calls: those that wait side by side, the others one after the other."""
        new = [call for call in dict.fromkeys(calls) if call not in self._made]
        self._made |= {call: Future() for call in new}
        waiting = [call for call in new if self._waits(call)]
        lanes: dict[str, list[Call]] = {"": [], "own": [], "other": [], "nowhere": [], "fresh": []}
        for call in new:
            if not self._waits(call):
                lanes["fresh" if call.needs_fresh_process else call.company].append(call)
        for lane in [*filter(None, lanes.values()), *([call] for call in waiting)]:
            self._lanes.submit(self._make_all, lane)

    def called(self, call: Call) -> Called:
        """What came of a call, which is made now unless it already was.

        Raises:
            BrokenAdapterError: The adapter failed at it.

        """
        self.prepare([call])
        return self._made[call].result()

    def left_behind(self) -> list[str]:
        """The files with a part of a secret that all calls together have left, once each has been made."""
        wait(list(self._made.values()))
        return self._stage.left_behind(self._adapter.folder)

    def close(self) -> None:
        """End everything that was started."""
        with self._lock:
            self._closing = True
            busy = self._running.keys() - {process for idle in self._idle.values() for process in idle}
        for process in busy:
            process.interrupt()
        self._lanes.shutdown(wait=True, cancel_futures=True)
        for process in self._running:
            process.close()
        end_all_at(self._stage.home)
        self._stage.close()

    def _check(self) -> None:
        """Make one call, so that an adapter that cannot is found out before it is asked for everything."""
        if self._adapter.file.install.steps and self.greeting.version != self._version:
            raise self._broken(f"release {self._version} was installed, and its hello says {self.greeting.version}")
        credential = next(name for name, one in self._spec.credentials.items() if one.key == "active")
        source = "argument" if "api_key_argument" in self.greeting.features else "environment"
        operation = next((name for name in ("list", "create") if name in self.greeting.operations), "")
        if not operation:
            raise self._broken("it offers neither list nor create")
        called = self.called(Call(Recipe(credential), source, operation))
        if called.answer is None:
            raise self._broken(f"{operation} hangs: {called.problem}")
        if isinstance(called.answer, Unsupported):
            raise self._broken(f"it offers {operation}, and refuses it: {called.answer.reason}")

    def _broken(self, problem: str) -> BrokenAdapterError:
        return BrokenAdapterError(f"the adapter {self.adapter} is broken: {problem}")

    def _seconds(self, call: Call) -> float:
        """The time that a call may take; more where an SDK may try again, each time later."""
        return self._adapter.file.seconds * (_PATIENCE if call.answer and self._waits(call) else 1)

    def _waits(self, call: Call) -> bool:
        return self._sdk.answers[call.answer].waits if call.answer else call.operation in _LONG

    def _make_all(self, calls: Iterable[Call]) -> None:
        for call in calls:
            try:
                self._made[call].set_result(self._make(call))
            except BrokenAdapterError as error:
                clean = BrokenAdapterError(self.keyring.scrubber.scrub(str(error)))
                self._made[call].set_exception(clean)
            except BaseException as error:
                self._made[call].set_exception(error)

    def _make(self, call: Call) -> Called:
        if self._hangs >= MOST_HANGS:
            raise self._broken(f"{MOST_HANGS} of its calls did not end")
        process = self._process(call)
        for one in (*call.before, call):
            called = self._ask(process, one)
            if called.answer is None:
                break
        self._let_go(process, call, usable=called.answer is not None)
        return called

    def _ask(self, process: AdapterProcess, call: Call) -> Called:
        proxy = self._running[process]
        self._late += proxy.take()
        self._said_late.append(process.said())
        staged = self._stage.begin(call)
        try:
            answer, problem = process.call(self._seconds(call), **staged.fields), ""
        except HungError as error:
            answer, problem = None, str(error)
            self._hangs += 1
        except BrokenAdapterError:
            self._stage.end(staged, None)
            raise
        called = self._stage.end(staged, answer, proxy.take(), problem, process.said())
        self.sent += len(called.seen)
        return called

    def _process(self, call: Call) -> AdapterProcess:
        with self._lock:
            idle = self._idle[call.company]
            if idle and not call.needs_fresh_process and not self._closing:
                return idle.pop()
        process = self._start(self._stage.environment(call))
        process.greet()
        return process

    def _let_go(self, process: AdapterProcess, call: Call, *, usable: bool) -> None:
        if usable and not call.needs_fresh_process:
            with self._lock:
                self._idle[call.company].append(process)
            return
        process.close()
        with self._lock:
            self._late += self._running.pop(process).take()
            self._said_late.append(process.said())

    def _start(self, environment: dict[str, str]) -> AdapterProcess:
        with self._lock:
            if self._closing:
                raise BrokenAdapterError("the run has ended")
            proxy = self._stage.proxy()
            everything = surroundings(self._stage.home) | proxy.environment | environment
            process = AdapterProcess(self._adapter, self._version, self._directory, everything)
            self._running[process] = proxy
        return process


def surroundings(home: Path) -> dict[str, str]:
    """The environment of an adapter: no key, no configuration and no key store of the user's."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "COLUMNS": "200",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
