"""hopx-auth doctor: why it fails on this machine."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.commands import status
from conformance.commands.given import spec_file
from conformance.commands.output import complain, print_proved, width
from conformance.diagnosis.clients.loader import load as load_clients
from conformance.diagnosis.clients.model import Clients
from conformance.diagnosis.knowledge_cache import knowledge
from conformance.diagnosis.reading import Reading
from conformance.diagnosis.urls import parts_of
from conformance.doctoring import rendering
from conformance.doctoring.addresses import asked_address
from conformance.doctoring.examination import Doctor
from conformance.doctoring.machine import this_machine
from conformance.doctoring.watching import recovery
from conformance.spec.files import default_causes, default_clients, default_spec
from conformance.spec.loader import load as load_spec
from conformance.spec.mistakes import FileError
from conformance.targets.live import SetupError, check_base_url, is_loopback

if TYPE_CHECKING:
    import argparse

    from conformance.doctoring.examination import Examined

_TIMES = 120
_INTERVAL = 5.0  # seconds


def examine_machine(options: argparse.Namespace) -> int:
    """Print what is wrong; 0 healthy, 1 a problem, 2 usage, 3 cannot tell, 5 refused as unsafe."""
    if mistake := _mistake(options):
        complain(mistake)
        return status.USAGE
    file = spec_file(options)
    try:
        spec = load_spec(file)
        known = knowledge(default_causes(), file)
        clients = _clients(options, file)
    except FileError as error:
        complain(str(error))
        return status.USAGE
    machine = this_machine()
    base_url = options.base_url or asked_address(machine.environment, clients, spec)
    if any(character.isspace() or not character.isprintable() for character in base_url):
        origin = "--base-url" if options.base_url else spec.base_url_variable
        complain(
            f"the base URL, from {origin}, has a space, a line break or a control character in it, which some clients "
            "pass on and others drop; write it again without"
        )
        return status.USAGE
    try:
        check_base_url(base_url)
    except SetupError as error:
        complain(str(error))
        return status.UNSAFE if _is_plain(base_url) else status.USAGE
    reading = Reading(known.surface, os.urandom(16))
    doctor = Doctor(machine, spec, clients, known, reading, base_url, options.timeout)
    return _print_plan(doctor, options.format) if options.plan else _print_examined(doctor, options)


def _mistake(options: argparse.Namespace) -> str:
    if options.plan and options.offline:
        return "--offline sends nothing, so that there is nothing to plan; leave one of the two out"
    if options.plan and options.format == "html":
        return "a plan is printed as text or json; a page is made of an examination"
    if options.plan and options.watch:
        return "a plan is made once, so that there is nothing to watch; leave one of the two out"
    if not options.watch and (idle := [name for name in ("times", "interval") if getattr(options, name) is not None]):
        return f"--{idle[0]} says how --watch goes on; add --watch, or leave it out"
    return ""


def _clients(options: argparse.Namespace, file: Path) -> Clients:
    """The clients that were asked for, or those of the spec file that comes with the suite; others have none."""
    if not options.clients and file != default_spec():
        return Clients(title="", clients=[])
    return load_clients(Path(options.clients) if options.clients else default_clients(), file)


def _is_plain(base_url: str) -> bool:
    parts = parts_of(base_url)
    return parts.scheme == "http" and bool(parts.hostname) and not is_loopback(parts.hostname or "")


def _print_plan(doctor: Doctor, form: str) -> int:
    steps = doctor.plan()
    if form == "json":
        import json

        text = json.dumps(rendering.plan_as_json(steps))
    else:
        text = rendering.plan_as_text(steps)
    return status.OK if print_proved(text, doctor.reading) else status.UNSAFE


def _print_examined(doctor: Doctor, options: argparse.Namespace) -> int:
    """Examine once, or again and again until the machine is healthy or was examined as often as was asked for."""
    before: Examined | None = None
    times, interval = options.times or _TIMES, _INTERVAL if options.interval is None else options.interval
    for left in reversed(range(times if options.watch else 1)):
        examined = _examined(doctor, options)
        if examined.diagnosis.verdict == "healthy" or not left:
            break
        complain(f"{doctor.reading.hidden(rendering.headline(examined))}; again in {interval:g} s")
        time.sleep(interval)
        before = examined
    if told := recovery(before, examined, doctor.known):
        complain(told)
    text = _text(examined, doctor, options.format)
    return status.OF_VERDICT[examined.diagnosis.verdict] if print_proved(text, doctor.reading) else status.UNSAFE


def _examined(doctor: Doctor, options: argparse.Namespace) -> Examined:
    return doctor.examine_offline() if options.offline else doctor.examine()


def _text(examined: Examined, doctor: Doctor, form: str) -> str:
    if form == "json":
        import json

        return json.dumps(rendering.as_json(examined, doctor.reading))
    if form == "html":
        from conformance.diagnosis.page import as_page

        headline = rendering.headline(examined)
        return as_page(examined.diagnosis, examined.evidence, doctor.known, examined.checks, headline)
    return rendering.as_text(examined, doctor.known.titles, width())
