"""Judging everybody: several at a time, what was judged before left out, and how far it has come told on the way."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from conformance.selftest.digest import own_digests, suite_digest
from conformance.selftest.judged import Judged
from conformance.selftest.judging import judge

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.selftest.impostor import Impostor

WRITTEN = ("selftest.html", "selftest.json", "kill-matrix.md")  # beside what was judged
_WIDTH = 30


class Kept(msgspec.Struct):
    """A judged implementation as it is kept on disk; `of` names it, and all that decides its verdicts."""

    of: str
    judged: Judged


def judge_all(spec_file: Path, impostors: list[Impostor], jobs: int, kept: Path) -> list[Judged]:
    """Everybody judged, in the order that was given; each is kept at once, so that the next run goes on from there."""
    suite = suite_digest(spec_file)
    written = [kept, *(kept.parent / name for name in WRITTEN)]
    names = {one: f"{suite} {own} {one}" for one, own in own_digests(impostors, written).items()}
    known = _known(kept)
    done = {impostor: known[name] for impostor, name in names.items() if name in known}
    missing = [impostor for impostor in impostors if impostor not in done]
    spawning = multiprocessing.get_context("spawn")
    with kept.open("ab") as file, ProcessPoolExecutor(jobs, spawning, _leave_ctrl_c_to_the_parent) as pool:
        try:
            waiting = {pool.submit(judge, spec_file, impostor): impostor for impostor in missing}
            while waiting:
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    impostor = waiting.pop(future)
                    done[impostor] = future.result()
                    file.write(msgspec.json.encode(Kept(names[impostor], done[impostor])) + b"\n")
                    file.flush()
                    _tell(len(done), len(impostors), str(impostor))
        except BaseException:
            pool.shutdown(cancel_futures=True)  # who is being judged ends his servers and adapters himself
            raise
    _tell(len(impostors), len(impostors), "")
    return [done[impostor] for impostor in impostors]


def _leave_ctrl_c_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _known(kept: Path) -> dict[str, Judged]:
    """What was kept by earlier runs; a line that was cut off is left out."""
    known = {}
    with suppress(FileNotFoundError):
        for line in kept.read_bytes().splitlines():
            with suppress(msgspec.DecodeError):
                one = msgspec.json.decode(line, type=Kept)
                known[one.of] = one.judged
    return known


def _tell(done: int, everybody: int, who: str) -> None:
    """A bar where a person looks on, and nothing elsewhere."""
    if not sys.stderr.isatty():
        return
    bar = "█" * (_WIDTH * done // max(everybody, 1))
    sys.stderr.write(f"\r\x1b[K{bar:{_WIDTH}} {done}/{everybody} {who}"[: _WIDTH + 60])
    if done == everybody and not who:
        sys.stderr.write("\n")
    sys.stderr.flush()
