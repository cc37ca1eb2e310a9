"""Files as text, in whatever they are encoded."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.recognition.encodings import UTF_8_MARK, UTF_16_MARKS, wide_encoding

NOT_UTF_8 = "it is not in UTF-8, and load_dotenv() stops at it"


@dataclass(frozen=True)
class Written:
    """A file as text, and what is odd about how it is written (`bom`, `utf-16`, `nul`, `not-utf-8`, `crlf`)."""

    text: str
    marks: frozenset[str]

    def marks_of(self, name: str) -> frozenset[str]:
        """The same marks where the file speaks of a variable."""
        return self.marks if name in self.text else frozenset()

    @property
    def problem(self) -> str:
        """Why no loader reads it; nothing where they do."""
        if "utf-16" in self.marks:
            return "it is in UTF-16, which no loader reads"
        return "it has NUL bytes, as no text has" if "nul" in self.marks else ""


def decoded(data: bytes) -> Written:
    """The text of a file; bytes that are no text become replacement characters."""
    wide = wide_encoding(data)
    if data.startswith(UTF_8_MARK):
        encoding, marks = "utf-8-sig", {"bom"}
    elif wide:
        encoding, marks = "utf-16" if data.startswith(tuple(UTF_16_MARKS)) else wide, {"utf-16"}
    else:
        encoding, marks = "utf-8", {"nul"} if b"\0" in data else set[str]()
    text = data.decode(encoding, "replace")
    if not _is_utf_8(data):
        marks.add("not-utf-8")
    if "\r\n" in text:
        marks.add("crlf")
    return Written(text, frozenset(marks))


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
