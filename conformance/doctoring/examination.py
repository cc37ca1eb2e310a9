"""One examination of a machine, from its own places to the answers of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.diagnosis.clients.model import listed
from conformance.diagnosis.diagnosing import diagnose
from conformance.diagnosis.evidence import Evidence, Place
from conformance.doctoring.addresses import check_addresses
from conformance.doctoring.answerer import REFUSED
from conformance.doctoring.asking import API, Asking
from conformance.doctoring.curl_options import check_curl_options
from conformance.doctoring.dialogue import Dialogue
from conformance.doctoring.holding import sendable
from conformance.doctoring.local import check_format, check_places, settings
from conformance.doctoring.meaning import which_client_fails, which_is_meant
from conformance.doctoring.naming import check_names
from conformance.doctoring.network import check_proxy_settings, is_reached, opens_way
from conformance.doctoring.places import places
from conformance.doctoring.plan import MOST_OTHERS, questions, steps
from conformance.doctoring.proxies import proxy_for
from conformance.doctoring.seen import Seen
from conformance.doctoring.trust import SYSTEM, check_trust
from conformance.targets.pace import Pace

if TYPE_CHECKING:
    from conformance.diagnosis.clients.model import Clients
    from conformance.diagnosis.finding import Diagnosis, Doubt
    from conformance.diagnosis.knowledge import Knowledge
    from conformance.diagnosis.reading import Reading
    from conformance.doctoring.check import Check
    from conformance.doctoring.holding import Holding
    from conformance.doctoring.machine import Machine
    from conformance.doctoring.places import Places
    from conformance.doctoring.plan import PlannedStep, Questions
    from conformance.doctoring.proxies import Proxy
    from conformance.spec.model import Spec

RATE = 5.0  # requests a second
# what does no harm while the key that is used is accepted
_HARMLESS = ("nothing-hides-file", "nothing-hides-key", "netrc-has-host")
_OF_OTHER_KEYS = ("file-key-accepted", "start-up-key-accepted", "stored-key-accepted")


@dataclass(frozen=True)
class Examined:
    """What an examination came to; `is_accepted` is whether the API took the key."""

    base_url: str
    found: Places
    checks: tuple[Check, ...]
    evidence: Evidence
    diagnosis: Diagnosis
    is_accepted: bool = False


@dataclass(frozen=True)
class Doctor:
    """Everything that an examination needs; `seconds` is how long any one thing may take."""

    machine: Machine
    spec: Spec
    clients: Clients
    known: Knowledge
    reading: Reading
    base_url: str
    seconds: float

    @property
    def asked(self) -> Questions:
        """What the API is asked."""
        return questions(self.spec, self.base_url)

    @property
    def proxy(self) -> Proxy | None:
        """The proxy that the environment names for the API."""
        return proxy_for(self.base_url, self.machine.environment)

    def plan(self) -> tuple[PlannedStep, ...]:
        """Everything that an examination may send; what has not the form of a key is not sent."""
        found, key_format = self._look(), self.reading.surface.key_format
        own = found.own if found.own and sendable(found.own, key_format) else None
        others = self._others(found)[:MOST_OTHERS] if own else ()
        return tuple(steps(self.asked, self.spec, own, others, self.proxy))

    def examine_offline(self) -> Examined:
        """Everything but the network."""
        found, seen = self._of_machine()
        for name in ("dns", "tcp", "tls", "clock", "no key", "key"):
            seen.check(name, "skipped", "not asked for: --offline")
        seen.settings += settings(found, self.machine, self.reading)
        seen.doubts += [*which_is_meant(found, self.reading.surface.key_format), *which_client_fails(found)]
        return self._examined(found, seen)

    def examine(self) -> Examined:
        """Everything."""
        found, seen = self._of_machine()
        is_direct = is_reached(self.asked, self.clients, self.seconds, seen)
        if any(self.machine.environment.get(name) for name in SYSTEM):
            seen.forget("issuer-intercepts", "bundled-authorities-differ")  # clients believe it then too
        proxy = self.proxy
        has_way = proxy is not None and opens_way(proxy, self.asked, self.machine, self.reading, self.seconds, seen)
        if not is_direct or not self._is_used(proxy):
            seen.forget("proxy-opens-no-way")  # nobody who reaches the API would use it
        if has_way and not is_direct:
            says = f"{self.asked.host} is reached through {proxy}, and not without it"
            seen.forget("not-connected")
            seen.fact("proxy-is-only-way", says, Place(f"the proxy {proxy}", "CONNECT"))
        if is_direct and self._ask(found, seen):
            return self._accepted(found, seen)
        if not is_direct:
            for name in ("clock", "no key", "key"):
                seen.check(name, "skipped", "there is nobody to ask")
        seen.settings += settings(found, self.machine, self.reading)
        return self._examined(found, seen)

    def _is_used(self, proxy: Proxy | None) -> bool:
        """Whether a client goes through a proxy that may be on this machine; a library can be anywhere."""
        known = (one for one in self.clients.clients if not one.program or self.machine.has_program(one.program))
        return proxy is not None and any(proxy.is_used_by(one) for one in known)

    def _others(self, found: Places) -> tuple[Holding, ...]:
        """The other keys of the machine that may be sent to the API."""
        return tuple(one for one in found.others if sendable(one, self.reading.surface.key_format))

    def _look(self) -> Places:
        return places(self.machine, self.clients, self.asked.host, self.reading, self.seconds)

    def _of_machine(self) -> tuple[Places, Seen]:
        found, seen = self._look(), Seen()
        check_places(found, self.machine, seen)
        check_curl_options(self.machine, self.reading, seen)
        check_format(found, self.reading, seen)
        check_names(found, self.machine, self.reading, tuple(self.spec.environments.values()), seen)
        self._check_address(seen)
        check_addresses(found.addresses, self.base_url, self.machine, seen)
        check_proxy_settings(self.proxy, self.clients, seen)
        if self.asked.is_secure:
            check_trust(self.machine, seen)
        return found, seen

    def _check_address(self, seen: Seen) -> None:
        if self.asked.is_usual:
            seen.check("address", "ok", f"the API is asked at {self.base_url}")
            return
        seen.check("address", "warn", f"the API is asked at {self.base_url}, not at {self.spec.base_url}")
        variable = self.spec.base_url_variable
        if self.machine.environment.get(variable):
            deaf = [one.title for one in self.clients.clients if one.base_url_variable != variable]
            seen.check("address", "warn", f"they do not read {variable}: {listed(deaf, len(self.clients.clients))}")

    def _ask(self, found: Places, seen: Seen) -> bool:
        asking = Asking(self.spec, self.asked, self.reading, Pace(RATE), self.seconds)
        return Dialogue(asking, self.known, found.own, self._others(found), seen).hold()

    def _accepted(self, found: Places, seen: Seen) -> Examined:
        """What else lies around does no harm where it is the key of this process that the API took."""
        all_of_them = list(settings(found, self.machine, self.reading))
        if found.own is found.process:
            seen.forget(*_HARMLESS)
            all_of_them = all_of_them[:1]
        seen.settings += all_of_them
        seen.doubts += which_client_fails(found)
        return self._examined(found, seen, is_accepted=True)

    def _examined(self, found: Places, seen: Seen, *, is_accepted: bool = False) -> Examined:
        evidence = seen.evidence()
        diagnosis = diagnose(evidence, self.known, self.reading, seen.facts)
        if diagnosis.verdict == "problem":
            diagnosis = diagnosis._replace(doubt=self._left_open(seen) or next(iter(seen.doubts), None))
        elif seen.doubts:
            diagnosis = diagnosis._replace(verdict="cannot-tell", doubt=seen.doubts[0])
        return Examined(self.base_url, found, tuple(seen.checks), evidence, diagnosis, is_accepted)

    def _left_open(self, seen: Seen) -> Doubt | None:
        """Why the API refuses the key, where what was found elsewhere on the machine does not answer that."""
        refused = tuple(one for one in seen.exchanges if one.credentials and one.status in REFUSED)
        if not refused:
            return None
        facts = [one for one in seen.facts if one.place.source == API or one.name in _OF_OTHER_KEYS]
        return diagnose(Evidence(exchanges=refused), self.known, self.reading, facts).doubt
