"""Calls of an SDK made by hand: the next message is shown, and whatever a person did about it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO, TypeVar, get_args

import msgspec

from conformance.probes import all_probes
from conformance.report.text import printable
from conformance.sdk.protocol import PROTOCOL, Answer, CallMessage, Greeting, HelloMessage
from conformance.sdk.stage import Stage
from conformance.spec.sdk import Feature, SdkOperation
from conformance.suites import test_sdk_errors, test_sdk_keys, test_sdk_secrets
from conformance.suites.sdk_trial import SdkTrial, call_of
from conformance.suites.trial import BlockedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.probes import Probe
    from conformance.sdk.adapter import Adapter
    from conformance.sdk.call import Call
    from conformance.sdk.called import Called
    from conformance.spec.model import Spec

T = TypeVar("T")

_CHECKS = vars(test_sdk_errors) | vars(test_sdk_keys) | vars(test_sdk_secrets)
_SECONDS = 3600.0
_HOW = "Write this line to the adapter, and its answer here (or nothing, if there was none), then Enter; Ctrl-D ends."


@dataclass
class Shown:
    """A call that somebody else made, in the place of a target."""

    greeting: Greeting
    called_once: Called

    def called(self, _call: Call) -> Called:
        """What came of the call."""
        return self.called_once

    def left_behind(self) -> list[str]:
        """Nothing is known of it.

        Raises:
            BlockedError: Always.

        """
        raise BlockedError("an SDK whose folders are known here")


class ByHand:
    """Plays the server for calls that a person makes, one after the other.

    `rule` limits the calls to those of one rule; answers are read from `answers`.
    """

    def __init__(self, spec: Spec, adapter: Adapter, rule: str, answers: TextIO) -> None:
        self._spec, self._adapter, self._answers = spec, adapter, answers
        self._stage = Stage(spec)
        self._probes: dict[Call, list[Probe]] = {}
        for probe in all_probes(spec):
            if probe.rule.target == "sdk" and rule in ("", probe.rule.id):
                self._probes.setdefault(call_of(probe), []).append(probe)

    def conversation(self) -> Iterator[str]:
        """What is to be shown, piece by piece; ends after the last call, or with the answers."""
        yield f"The recording server listens at {self._stage.address}. {_HOW}"
        yield f"\nhello\n{_line(HelloMessage(id=0))}"
        written = self._answers.readline()
        if not written:
            return
        greeting = _read(written, Greeting) or self._anybody()
        calls = [
            (one, probes if one is call else [])
            for call, probes in self._probes.items()
            for one in (*call.before, call)
        ]
        yield f"{greeting.sdk} {greeting.version}; {len(calls)} calls"
        for number, (call, probes) in enumerate(calls, 1):
            staged = self._stage.begin(call)
            yield f"\ncall {number} of {len(calls)}: {self._described(call)}"
            yield _line(CallMessage(id=number, timeout_seconds=_SECONDS, **staged.fields))
            written = self._answers.readline()
            answer: Answer | None = _read(written, Answer)  # type: ignore[arg-type]
            called = self._stage.end(staged, answer, problem="no answer was given")
            if not written:
                return
            yield self._result(Shown(greeting, called), probes)

    def close(self) -> None:
        """Stop serving."""
        self._stage.close()

    def _described(self, call: Call) -> str:
        words = [call.operation, f"key: {call.recipe}, {call.source}"]
        if call.answer:
            words.append(f"answered: {call.answer}, {call.form}")
        variables = " ".join(f"{name}={value}" for name, value in self._stage.environment(call).items())
        return "; ".join(words) + (
            f"\nstart the adapter anew, with {variables} in its environment" if variables else ""
        )

    def _result(self, shown: Shown, probes: list[Probe]) -> str:
        lines = [f"  {seen}: {', '.join(seen.styles) or 'no key'}" for seen in shown.called_once.seen]
        lines = lines or ["  no request arrived"]
        for probe in probes:
            try:
                verdict = _CHECKS[probe.rule.check](SdkTrial(self._spec, shown, probe))  # type: ignore[arg-type]
                lines.append(f"  {verdict.kind}: {probe.id}: {verdict.observed}")
            except BlockedError as error:
                lines.append(f"  blocked: {probe.id}: needs {error}")
        return printable("\n".join(lines))

    def _anybody(self) -> Greeting:
        """An adapter that has not said who it is, and may be able to do everything."""
        return Greeting(
            id=0,
            protocol=PROTOCOL,
            sdk=self._adapter.file.sdk,
            version="of an unknown release",
            language=self._adapter.file.language,
            runtime="unknown",
            operations=list(get_args(SdkOperation)),
            features=list(get_args(Feature)),
        )


def _line(message: msgspec.Struct) -> str:
    return msgspec.json.encode(message).decode()


def _read(line: str, kind: type[T]) -> T | None:
    """A line as a message; `None` for an empty one and for what is none."""
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.DecodeError:
        return None
