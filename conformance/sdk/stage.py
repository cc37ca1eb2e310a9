"""The stage for calls of an SDK: keys, the recording server, and a folder that stands for the user's home."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.sdk.called import Called, Watcher
from conformance.sdk.leftovers import Leftovers
from conformance.sdk.playing import playing
from conformance.sdk.protocol import Arguments, Other
from conformance.sdk.recorder import Recorder
from conformance.targets.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.keys import ApiKey
    from conformance.sdk.call import Call
    from conformance.sdk.protocol import Answer
    from conformance.sdk.proxy import RefusingProxy
    from conformance.spec.model import Spec

_TIMES = 5
_TELLING = ", with a part of the secret"  # what a stray request is said to be


@dataclass(frozen=True, slots=True)
class Staged:
    """A call that can be made now: the server is ready for it, at a path for each of its clients."""

    call: Call
    key: str
    paths: tuple[str, str]
    fields: dict[str, Any]
    started: float


class Stage:
    """Everything that a call meets besides the SDK itself."""

    def __init__(self, spec: Spec) -> None:
        assert spec.sdk is not None  # noqa: S101  no rule asks an SDK otherwise
        self._spec, self._sdk = spec, spec.sdk
        keys = Keyring(spec, {}).key_format
        roles = [name for name, credential in spec.credentials.items() if credential.variable]
        self.keyring = Keyring(spec, {name: keys.mint() for name in roles})
        self._other = keys.mint()
        self.keyring.scrubber.learn(self._other.reveal())
        self._watcher = Watcher(spec, self.keyring.scrubber)
        self.home = Path(tempfile.mkdtemp(prefix="hopx-auth-"))
        self._left = Leftovers(self.keyring.scrubber)
        self._recorder = Recorder()

    @property
    def address(self) -> str:
        """Where the recording server listens."""
        return self._recorder.address

    def variable(self, call: Call) -> str:
        """The environment variable that holds a call's key."""
        credential = self._spec.credentials[call.recipe.name]
        return credential.variable or self._spec.credentials[credential.source].variable

    def environment(self, call: Call) -> dict[str, str]:
        """What a process has in its environment from the start for a call."""
        keys: dict[str, ApiKey | None] = {"own": self.keyring.credential(call.recipe), "other": self._other}
        key = keys.get(call.in_environment)
        return {self.variable(call): key.reveal()} if key else {}

    def begin(self, call: Call) -> Staged:
        """Make the server ready for a call; `end` has to follow."""
        here, there = self._recorder.path(), self._recorder.path()
        sandbox = f"sb_{here}"  # no cache of an SDK knows it from another call
        for path in (here, there):
            self._recorder.stage(path, playing(self._spec, call.answer, call.form, sandbox))
        key = self.keyring.credential(call.recipe)
        text = key.reveal() if key else ""
        fields = {
            "operation": call.operation,
            "base_url": self._recorder.url(here),
            "api_key": text if call.source.startswith("argument") else None,
            "arguments": self._arguments(call, text, sandbox, self._recorder.url(there)),
        }
        return Staged(call, text, (here, there), fields, time.monotonic())

    def proxy(self) -> RefusingProxy:
        """A proxy of its own for a process."""
        return self._recorder.proxy()

    def end(
        self,
        staged: Staged,
        answer: Answer | None,
        heard: Iterable[str] = (),
        problem: str = "",
        said: str | None = None,
    ) -> Called:
        """What came of a call, given what its proxy heard and what was `said` to standard error.

        Without an answer `problem` says why there is none.
        """
        seconds = time.monotonic() - staged.started
        here, there = (self._recorder.take(path) for path in staged.paths)
        recipe, address = staged.call.recipe, self._recorder.address
        seen = self._watcher.seen(here, staged.key, recipe, address)
        seen += self._watcher.seen(there, self._other.reveal(), recipe, address, client=1)
        clean, leaks = self._watcher.cleaned(answer) if answer else (None, ())
        outside = self._watcher.outside(heard)
        in_order = tuple(sorted(seen, key=lambda one: one.at))
        told = None if said is None else self._watcher.telling(said)
        return Called(clean, in_order, leaks, problem, seconds, outside, told)

    def strays(self, heard: Iterable[str]) -> list[str]:
        """Requests that belong to no call, and whether they held a part of a secret.

        They came below no path of one, or a proxy heard them while there was none.
        """
        outside = self._watcher.outside(heard)
        found = [one.line + (_TELLING if one.holds_secret else "") for one in outside]
        for stray in self._recorder.strays:
            request = stray.request
            texts = [f"{request.path}?{request.query}", request.body.decode("utf-8", "replace")]
            texts += [value.decode("latin-1") for _, value in request.headers]
            holds = any(map(self.keyring.scrubber.knows, texts))
            place = self.keyring.scrubber.scrub(f"{request.method} {request.path}")
            found.append(place + (_TELLING if holds else ""))
        return found

    def telling(self, said: str) -> tuple[str, ...]:
        """The lines of a text that hold a part of a secret, without it."""
        return self._watcher.telling(said)

    def left_behind(self, working_directory: Path) -> list[str]:
        """The files that hold a part of a secret though nobody put it there, and where they are."""
        places = {"its home folder": self.home, "its working directory": working_directory}
        return [f"{name} in {place}" for place, folder in places.items() for name in self._left.files(folder)]

    def close(self) -> None:
        """Stop serving, and leave nothing behind."""
        self._recorder.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def _arguments(self, call: Call, key: str, sandbox: str, other_url: str) -> Arguments:
        if call.operation == "two_clients":
            return Arguments(other=Other(base_url=other_url, api_key=self._other.reveal()), times=_TIMES)
        environment = {self.variable(call): key} if call.source == "environment-later" else {}
        dotenv = self._dotenv(call, key) if call.source == "dotenv" else ""
        return Arguments(template=self._sdk.template, id=sandbox, environment=environment, dotenv=dotenv)

    def _dotenv(self, call: Call, key: str) -> str:
        file = Path(tempfile.mkdtemp(dir=self.home)) / ".env"
        self._left.give(file, f"{self.variable(call)}={key}\n")
        return str(file)
