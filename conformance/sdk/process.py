"""An adapter's process: started in a group of its own, asked line by line, and ended with all that it started."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from conformance.sdk.errors import BrokenAdapterError, HungError
from conformance.sdk.install import filled
from conformance.sdk.protocol import PROTOCOL, Answer, CallMessage, Greeting, HelloMessage, ProtocolMessage
from conformance.sdk.standard_error import StandardError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.sdk.adapter import Adapter

T = TypeVar("T")

_ENDING_SECONDS = 5.0
_TURN_SECONDS = 0.005
_LONGEST_LINE = 16 * 1024 * 1024
_SHOWN = 120


def end_all_at(home: Path) -> None:
    """End what is left of the processes with this home, also those that have left their adapter's group."""
    mark = b"HOME=" + os.fsencode(home)
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark in entry.read_bytes().split(b"\0"):
                os.kill(int(entry.parent.name), signal.SIGKILL)


def _decoded(line: bytes) -> Any:
    """A line as JSON; bad UTF-8 and half characters in its texts are replaced, and `None` stands for what is none."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.json.decode(line)
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(line.decode("utf-8", "replace")), ensure_ascii=False)
        return msgspec.json.decode(text.encode("utf-8", "replace"))
    return None


class AdapterProcess:
    """One running adapter, with the environment that its calls need."""

    def __init__(self, adapter: Adapter, version: str, directory: Path, environment: Mapping[str, str]) -> None:
        self._name = adapter.name
        self._starting_seconds = 2 * adapter.file.seconds
        self._rest = b""
        self._last_id = 0
        argv = filled(adapter.file.command, version, directory)
        try:
            self._child = subprocess.Popen(  # noqa: S603  the adapter's file says what to run
                argv,
                cwd=adapter.folder,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            problem = f"{argv[0]} cannot be started ({error.strerror}); install it, or correct command in adapter.toml"
            raise BrokenAdapterError(f"the adapter {self._name} is broken: {problem}") from None
        self._said = StandardError(self._child.stderr)  # type: ignore[arg-type]

    def greet(self) -> Greeting:
        """Ask the adapter who it is.

        Raises:
            BrokenAdapterError: It does not answer as the protocol has it.

        """
        try:
            reply = self._ask(HelloMessage(id=self._next_id()), self._starting_seconds)
        except HungError:
            raise self._broken(f"it did not answer hello within {self._starting_seconds:g} s") from None
        if reply.get("protocol") != PROTOCOL:
            raise self._broken(f"it does not speak protocol {PROTOCOL}: its hello says {reply.get('protocol')!r}")
        return self._typed(reply, Greeting)

    def call(self, seconds: float, **fields: Any) -> Answer:
        """Have the SDK do something.

        Raises:
            BrokenAdapterError: There was no answer as the protocol has it.
            HungError: There was none within so many seconds; the process was ended.

        """
        call = CallMessage(id=self._next_id(), timeout_seconds=seconds, **fields)
        answer: Answer = self._typed(self._ask(call, seconds), Answer)  # type: ignore[arg-type]
        return answer

    def said(self) -> str:
        """What was written to standard error since the last time."""
        return self._said.take()

    def close(self) -> int:
        """Let the process end by itself, or end it, with everything it started; returns its exit status."""
        with suppress(BrokenPipeError):
            self._child.stdin.close()  # type: ignore[union-attr]
        self._ends_by_itself()
        return self.kill()

    def interrupt(self) -> None:
        """End the whole process group at once; whoever waits for its answer in another thread finds it dead."""
        if self._child.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)  # before the child is reaped: its number is still its own

    def kill(self) -> int:
        """End the whole process group at once, and clean up; returns the exit status."""
        if self._child.returncode is not None:
            return self._child.returncode
        self.interrupt()
        status = self._child.wait()
        self._said.join(_ENDING_SECONDS)
        for stream in (self._child.stdin, self._child.stdout):
            with suppress(BrokenPipeError):
                stream.close()  # type: ignore[union-attr]
        return status

    def _ends_by_itself(self) -> bool:
        """Whether the child ends within a few seconds; it is not reaped, so that its group's number stays its own."""
        until = time.monotonic() + _ENDING_SECONDS
        while self._child.returncode is None and not self._has_ended():
            if time.monotonic() > until:
                return False
            time.sleep(_TURN_SECONDS)
        return True

    def _has_ended(self) -> bool:
        return os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _ask(self, message: ProtocolMessage, seconds: float) -> dict[str, Any]:
        try:
            self._child.stdin.write(msgspec.json.encode(message) + b"\n")  # type: ignore[union-attr]
            self._child.stdin.flush()  # type: ignore[union-attr]
        except BrokenPipeError:
            raise self._died() from None
        line = self._line(time.monotonic() + seconds, seconds)
        reply = _decoded(line)
        if not isinstance(reply, dict):
            shown = line[:_SHOWN].decode("utf-8", "replace")
            raise self._broken(f"it prints what is no message of the protocol: {shown!r}")
        if reply.get("id") != message.id:
            raise self._broken(f"it answered message {reply.get('id')!r} when {message.id} was asked")
        return reply

    def _line(self, until: float, seconds: float) -> bytes:
        output = self._child.stdout
        assert output is not None  # noqa: S101  it was asked for
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                if not selector.select(max(until - time.monotonic(), 0)):
                    self.kill()
                    raise HungError(f"the call did not end within {seconds:g} s")
                piece = os.read(output.fileno(), 65536)
                if not piece:
                    raise self._died()
                if len(self._rest) > _LONGEST_LINE:
                    raise self._broken(f"it prints a line of more than {_LONGEST_LINE} bytes")
                self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _died(self) -> BrokenAdapterError:
        if not self._ends_by_itself():
            return self._broken("it closed its standard input or output in the middle of its work, and lives on")
        status = self.kill()
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        return self._broken(f"it ended in the middle of its work ({how})")

    def _broken(self, problem: str) -> BrokenAdapterError:
        self.kill()
        said = "".join(f"\n  {line}" for line in self._said.last_lines())
        told = f"\nits standard error ends:{said}" if said else "\nit wrote nothing to its standard error"
        return BrokenAdapterError(f"the adapter {self._name} is broken: {problem}{told}")

    def _typed(self, reply: dict[str, Any], kind: type[T]) -> T:
        try:
            return msgspec.convert(reply, kind)
        except msgspec.ValidationError as error:
            raise self._broken(f"its answer does not fit the protocol: {error}") from None
