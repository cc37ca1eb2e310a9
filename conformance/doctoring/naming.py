"""Variables that somebody may have meant for the one that clients read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.diagnosis.evidence import Place, Setting
from conformance.diagnosis.near_names import is_near
from conformance.diagnosis.shape.shape import shape_of
from conformance.doctoring.sources import PROCESS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from conformance.diagnosis.evidence import Holder
    from conformance.diagnosis.reading import Reading
    from conformance.doctoring.machine import Machine
    from conformance.doctoring.places import Places
    from conformance.doctoring.seen import Seen

HOLDERS: dict[str, Holder] = {"variable": "process", "dotenv": "file", "shell file": "shell"}


def check_names(found: Places, machine: Machine, reading: Reading, meant: Collection[str], seen: Seen) -> None:
    """Rows for variables whose names are nearly right, or that hold a key under another name; `meant` may hold it.

    They are evidence as far as they hold a key, and where clients find one, only when nothing is wrong with it.
    """
    surface, environment = reading.surface, machine.environment
    has_key = found.process is not None and found.process.state == "key"
    others = {*surface.variables, surface.base_url_variable}
    near = {name for name in environment if is_near(name, found.variable)}
    odd = {*near, *_of_keys(environment, reading)} - others - {found.variable}
    roles = [] if has_key else [name for name in surface.variables[1:] if environment.get(name)]
    for name in [*sorted(odd), *roles]:
        seen.check("name", "warn", f"{name} is set, and clients read {found.variable}", PROCESS)
        shape = shape_of(environment[name], surface.key_format)
        if (shape.well_formed if has_key else shape.prefix) and (name in odd or name in meant):
            place = Place(PROCESS, name)
            credential = reading.credential(environment[name], place, "variable", name)
            seen.settings.append(Setting(place, "process", name, credential))
    for one in found.strays:
        seen.check("name", "warn", f"{one.name} is set, and clients read {found.variable}", str(one.place))
        if not has_key and (one.name in meant or one.name not in others):
            seen.settings.append(Setting(one.place, HOLDERS[one.kind], one.name, one.credential))
    if not any(one.name == "name" for one in seen.checks):
        seen.check("name", "ok", f"no other variable looks like {found.variable}")


def _of_keys(environment: Mapping[str, str], reading: Reading) -> Iterator[str]:
    begins = reading.surface.key_format.prefixes
    return (name for name, value in environment.items() if value.startswith(begins))
