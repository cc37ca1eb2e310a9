"""Judging everybody: several at a time, what was judged before left out, and how far it has come told on the way."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from conformance.selftest.digest import own_digests, suite_digest
from conformance.selftest.progress import Progress
from conformance.selftest.store import Kept, forget, keeping, kept_in
from conformance.selftest.workers import judged_by

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.selftest.impostor import Impostor
    from conformance.selftest.judged import Judged

WRITTEN = ("selftest.html", "selftest.json", "kill-matrix.md")  # beside what was judged


def judge_all(spec_file: Path, impostors: list[Impostor], jobs: int, kept: Path) -> list[Judged]:
    """Everybody judged, in the order that was given; each is kept at once, so that the next run goes on from there."""
    suite, written = suite_digest(spec_file), [kept, *(kept.parent / name for name in WRITTEN)]
    own = own_digests(impostors, written)
    known = {one.own: one.judged for one in kept_in(kept) if one.suite == suite and not one.judged.problem}
    done = {impostor: known[digest] for impostor, digest in own.items() if digest in known}
    missing = [impostor for impostor in own if impostor not in done]
    progress = Progress(len(own))
    with keeping(kept) as keep, closing(judged_by(jobs, spec_file, missing)) as judging:
        for impostor, judged in judging:
            done[impostor] = judged
            keep(Kept(str(impostor), suite, own[impostor], judged))
            progress.tell(len(done), str(impostor))
    progress.end()
    names, digests = {str(one) for one in own}, set(own.values())
    forget(kept, lambda one: one.suite != suite or (one.name in names and one.own not in digests))
    return [done[impostor] for impostor in impostors]
