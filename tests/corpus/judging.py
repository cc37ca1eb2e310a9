"""What `hopx-auth explain` answers to a case, and how far that is right."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance import cli
from conformance.diagnosis.causes.loader import load
from conformance.spec.files import default_causes, default_spec
from tests.corpus.hiding import pieces_in

if TYPE_CHECKING:
    from tests.corpus.case import Answer, Case


@dataclass
class Judged:
    """An answer, judged; the lists of mistakes are empty where it is right."""

    case: Case
    verdict: str = ""
    found: list[tuple[str, str]] = field(default_factory=list)  # causes and how sure, as they were printed
    candidates: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    crash: str = ""
    is_top_right: bool = False
    is_exact: bool = False
    is_confidently_wrong: bool = False

    @property
    def expects(self) -> set[str]:
        """The verdicts that are right."""
        return {answer.verdict for answer in self.case.answers}

    @property
    def is_several(self) -> bool:
        """Whether several causes have to be found."""
        return self.expects == {"problem"} and min(len(answer.causes) for answer in self.case.answers) > 1

    @property
    def is_false_alarm(self) -> bool:
        """Whether something is found where nothing is wrong."""
        return "healthy" in self.expects and "problem" not in self.expects and self.verdict == "problem"

    @property
    def is_right(self) -> bool:
        """Whether it is an answer that somebody honest could have given."""
        return self.is_exact and not (self.leaks or self.crash or self.is_confidently_wrong)


def judge(case: Case) -> Judged:
    """Ask `hopx-auth explain`, for its JSON and for its page, and compare."""
    judged = Judged(case)
    files, secrets = case.filled()
    with tempfile.TemporaryDirectory() as folder:
        names = _written(files, Path(folder))
        as_kind = ["--as", case.given_as] if case.given_as else []
        status, printed, complaints = _run("explain", *names, *as_kind, "--format", "json")
        _, page, more = _run("explain", *names, *as_kind, "--format", "html")
        _, text, yet_more = _run("explain", *names, *as_kind)
    everything = "\n".join((printed, complaints, page, more, text, yet_more))
    judged.leaks = pieces_in(everything.encode(), list(secrets.values()))
    if status not in (0, 1, 3):
        judged.crash = complaints.strip() or f"status {status}"
        return judged
    _compare(judged, json.loads(printed))
    return judged


def judge_redacted(case: Case) -> Judged:
    """Ask `hopx-auth explain` about what `hopx-auth redact` has made of the files, and compare."""
    judged = Judged(case)
    files, secrets = case.filled()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as shared:
        status, _, complaints = _run("redact", *_written(files, Path(folder)), "-o", shared)
        if status:
            judged.crash = complaints.strip()
            return judged
        redacted = [Path(shared) / name for name in files]
        texts = [gzip.decompress(one) if one[:2] == b"\x1f\x8b" else one for one in map(Path.read_bytes, redacted)]
        judged.leaks = [piece for text in texts for piece in pieces_in(text, list(secrets.values()))]
        as_kind = ["--as", case.given_as] if case.given_as else []
        _, printed, _ = _run("explain", *map(str, redacted), *as_kind, "--format", "json")
        _compare(judged, json.loads(printed))
    return judged


def _written(files: dict[str, bytes], folder: Path) -> list[str]:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [str(folder / name) for name in files]


def _run(*words: str) -> tuple[int, str, str]:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = cli.main(list(words))
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
    printed, complaints = (stream.buffer.getvalue().decode() for stream in (out, err))  # type: ignore[attr-defined]
    return status, printed, complaints


def _compare(judged: Judged, result: dict[str, Any]) -> None:
    judged.verdict = result["verdict"]
    judged.found = [(finding["cause"], finding["confidence"]) for finding in result["findings"]]
    judged.candidates = list((result["cannot_tell"] or {}).get("candidates", []))
    answers = judged.case.answers
    judged.is_exact = any(_fits(judged, answer) for answer in answers)
    top = base(judged.found[0][0]) if judged.found else ""
    judged.is_top_right = judged.verdict == "problem" and any(
        top in bases(answer.causes) for answer in answers if answer.verdict == "problem"
    )
    allowed = {one for answer in answers for one in bases((*answer.causes, *answer.also))}
    certain = {base(cause) for cause, sure in judged.found if sure == "certain"}
    wrongly_healthy = judged.verdict == "healthy" and "healthy" not in judged.expects
    judged.is_confidently_wrong = (
        bool(certain - allowed) or bool(certain & bases(judged.case.forbidden)) or wrongly_healthy
    )


def _fits(judged: Judged, answer: Answer) -> bool:
    if judged.verdict != answer.verdict:
        return False
    if answer.verdict == "healthy":
        return True
    if answer.verdict == "problem":
        meant = {base(cause) for cause, sure in judged.found if sure != "possible"}
        meant = meant or {base(cause) for cause, _ in judged.found}
        return bases(answer.causes) <= meant <= bases((*answer.causes, *answer.also))
    named = bases(judged.candidates)
    may = bases((*answer.candidates, *answer.also))
    return bases(answer.holds) <= named and (not answer.candidates or (bool(named) and named <= may))


def bases(causes: list[str] | tuple[str, ...]) -> set[str]:
    """These causes, their variants by what they are variants of."""
    return {base(cause) for cause in causes}


def base(cause: str) -> str:
    """The cause that a variant belongs to, or the cause itself.

    Raises:
        KeyError: There is no such cause.

    """
    return _bases()[cause]


@cache
def _bases() -> dict[str, str]:
    return {name: cause.id for name, cause in load(default_causes(), default_spec()).by_id().items()}
