"""hopx-auth spec causes: why authentication fails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.commands import status
from conformance.commands.given import spec_file
from conformance.commands.output import complain, print_result
from conformance.diagnosis.causes.loader import load
from conformance.report.text import citation, printable
from conformance.spec.files import default_causes
from conformance.spec.loader import load as load_spec
from conformance.spec.mistakes import FileError, suggestion

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from conformance.diagnosis.causes.model import Cause, Causes, CauseSet, Step
    from conformance.spec.model import Spec


def show_causes(options: argparse.Namespace) -> int:
    """Print the causes, or one of them in full; exit status 2 when there is none with this id."""
    file = spec_file(options)
    try:
        causes = load(Path(options.causes) if options.causes else default_causes(), file)
    except FileError as error:
        complain(str(error))
        return status.USAGE
    known = causes.by_id()
    if options.cause and options.cause not in known:
        complain(f"there is no cause {options.cause!r}; {suggestion(options.cause, known, 'hopx-auth spec causes')}")
        return status.USAGE
    spec = load_spec(file)
    shown = [known[options.cause]] if options.cause else causes.causes
    sets = [entry for entry in causes.indistinguishable if {cause.id for cause in shown} & set(entry.candidates)]
    text = "\n".join(_full(spec, shown[0], sets) if options.cause else _list(causes))
    print_result(options, _result(spec, shown, sets), printable(text))
    return status.OK


def _result(spec: Spec, causes: list[Cause], sets: list[CauseSet]) -> dict[str, Any]:
    import msgspec

    shown = [
        msgspec.to_builtins(cause) | {"because": {name: citation(spec, name) for name in cause.because}}
        for cause in causes
    ]
    return {"causes": shown, "indistinguishable": msgspec.to_builtins(sets)}


def _list(causes: Causes) -> Iterator[str]:
    width = max(len(cause.id) for cause in causes.causes)
    for cause in causes.causes:
        yield f"{cause.id:{width}}  {cause.title}"


def _full(spec: Spec, cause: Cause, sets: list[CauseSet]) -> Iterator[str]:
    yield f"{cause.id}: {cause.title}"
    yield f"    {cause.says}"
    yield "  How it shows itself:"
    yield from (f"    - {sentence}" for sentence in cause.shows)
    yield "  What to do:"
    for place, steps in cause.fix.places().items():
        yield "    anywhere" if place == "any" else f"    {place}"
        for step in steps:
            yield from _step(step)
    yield "  It is something else when:"
    yield f"    {cause.falsified_by}"
    if cause.variants:
        yield "  Variants:"
        for variant in cause.variants:
            yield f"    {variant.id}: {variant.says}"
            for step in variant.fix.any if variant.fix else ():
                yield from _step(step)
    for entry in sets:
        yield f"  {entry.id}: {entry.when} Then it may also be {_others(cause, entry)}. Ask:"
        yield f"    {entry.ask}"
        yield f"    {entry.splits}"
    if cause.because:
        yield "  Because:"
        yield from (f"    {citation(spec, name)}" for name in cause.because)
    if cause.threads:
        yield f"  Seen in: {', '.join(cause.threads)}"


def _step(step: Step) -> Iterator[str]:
    if step.do:
        yield f"      {step.do}"
        return
    yield from (f"        {line}".rstrip() for line in step.text.rstrip().splitlines())


def _others(cause: Cause, entry: CauseSet) -> str:
    return ", ".join(name for name in entry.candidates if name != cause.id)
