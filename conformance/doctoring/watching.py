"""What became of a key while a machine was watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.diagnosis.knowledge import Knowledge
    from conformance.doctoring.examination import Examined


def recovery(before: Examined | None, now: Examined, known: Knowledge) -> str:
    """What a key shows that was refused and is accepted now, the same one; "" where none did so."""
    if before is None or not now.is_accepted or before.found.own is None or now.found.own is None:
        return ""
    cause, doubt = known.pointed_to("came-to-work"), before.diagnosis.doubt
    if doubt is None or cause not in doubt.candidates or before.found.own.text != now.found.own.text:
        return ""
    return f"the same key was refused before and is accepted now, with nothing changed here; that is how {cause} shows"
