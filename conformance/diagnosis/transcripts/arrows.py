"""Requests and answers behind arrows: what OkHttp logs, and what mitmproxy prints; marked as curl -v marks them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.transcripts.lines import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.diagnosis.transcripts.lines import Mark

_OF_LOG = re.compile(r".{0,120}?okhttp[\w.]{0,40}:[ \t]", re.IGNORECASE)  # before every line
_ASKED = re.compile(r"(?:--> |[\w.:\[\]-]{3,60}:\d{1,5}: )([A-Z]{3,7}) (https?://\S{1,8192})(?: [hH]\S{1,8})?.{0,80}")
_ANSWERED = re.compile(r"(?:<-- | ?<< HTTP/[0-9.]{1,3} )([1-5][0-9]{2})\b.{0,8400}")
_ENDS = re.compile(r"(?:-->|<--) END .{0,80}")


def of_arrows(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines with marks where they are such, and as they were elsewhere."""
    mark: Mark = ""
    is_body = is_indented = False
    for line in lines:
        text = _OF_LOG.sub("", line.text, count=1) if mark or "->" in line.text or "<-" in line.text else line.text
        asked, answered = _ASKED.fullmatch(text), _ANSWERED.fullmatch(text)
        if line.mark or _ENDS.fullmatch(text):
            mark = ""
            if line.mark:
                yield line
        elif asked or (answered and mark != "<"):
            mark, is_body = ">" if asked else "<", False
            is_indented = text[:1] not in "-<"
            yield Line(
                line.number, mark, f"{asked[1]} {asked[2]} HTTP/1.1" if asked else f"HTTP/1.1 {_status(answered)}"
            )
        elif not mark or (is_indented and text.strip() and not text.startswith(" ")):
            mark = ""
            yield line
        else:
            is_body = is_body or not text.strip()
            yield Line(line.number, "" if is_body and mark == "<" else mark, text.strip())


def _status(answered: re.Match[str] | None) -> str:
    return answered[1] if answered else ""
