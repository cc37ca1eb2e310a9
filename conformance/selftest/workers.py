"""Processes that judge, one implementation at a time each: one which breaks its process spoils no other."""

from __future__ import annotations

import multiprocessing
import signal
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from typing import TYPE_CHECKING

from conformance.selftest.judged import judged
from conformance.selftest.judging import judge

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from conformance.selftest.impostor import Impostor
    from conformance.selftest.judged import Judged


def judged_by(jobs: int, spec_file: Path, impostors: Iterable[Impostor]) -> Generator[tuple[Impostor, Judged]]:
    """Each with what came of it, as soon as that is known."""
    waiting: dict[Future[Judged], tuple[Impostor, ProcessPoolExecutor]] = {}
    queue = iter(impostors)
    with ExitStack() as workers:  # who is being judged when it ends, ends his servers and adapters himself
        free = [workers.enter_context(_worker()) for _ in range(jobs)]
        while True:
            for worker, impostor in zip(free, queue, strict=False):
                waiting[worker.submit(judge, spec_file, impostor)] = (impostor, worker)
            free = []
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                impostor, worker = waiting.pop(future)
                problem = _problem(future)
                yield impostor, judged(impostor, [], problem, 0.0) if problem else future.result()
                free.append(workers.enter_context(_worker()) if problem else worker)


def _problem(future: Future[Judged]) -> str:
    error = future.exception()
    if isinstance(error, BrokenProcessPool):
        return "the process that judged it ended at once, as if it was killed"
    return f"{type(error).__name__}: {error}" if error else ""


def _worker() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _leave_ctrl_c_to_the_parent)


def _leave_ctrl_c_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
