"""Keys with something in them that does not belong there: the end of a line, quotation, markup, colours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.keys import KeyFormat

# bytes outside ASCII stand there as if they were Latin-1; all that repeats is bounded, and never tried again
_COLOUR = r"(?:\x1b|\\{1,8}+(?:u001[bB]|x1[bB]|033|e))\[[0-9;]{0,16}[A-Za-z]"
_WRITTEN = r"\\{1,8}+(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[nrtbf])|%(?:25){0,3}[0-9A-Fa-f]{2}"
_MARKUP = r"</?[a-zA-Z][^<>\n]{0,80}>|&(?:#[0-9]{1,6}|#x[0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});"
_LIST = r"(?<=[\n ])--?(?= )"  # a comment of SQL, or an item of YAML
_GAP = f"(?:{_COLOUR}|{_WRITTEN}|{_MARKUP}|{_LIST}|[^A-Za-z0-9_-]){{0,120}}+"
_RUN = "[A-Za-z0-9_-]+"
_WORD = re.compile("[A-Z]?[a-z]{3,}|[A-Z]{3,}|[0-9-]{4,}")
_MOST_PIECES = 12


class BrokenKeys:
    """Puts the pieces of keys of one format together."""

    def __init__(self, key_format: KeyFormat) -> None:
        between = f"(?:{_GAP})"
        prefixes = "|".join(between.join(map(re.escape, prefix)) for prefix in key_format.prefixes)
        some_id = between.join([f"[{re.escape(key_format.id_alphabet)}]"] * key_format.id_length)
        self._head = re.compile(f"({prefixes}){between}({some_id})({_GAP})(?={_RUN})")
        self._piece = re.compile(f"{_GAP}({_RUN})")
        self._gap = re.compile(_GAP)
        self._prefixes = {_letters(prefix): prefix for prefix in key_format.prefixes}
        self._separator = key_format.separator
        self._length = key_format.secret_length
        self._is_mixed = key_format.encoding == "base64url"

    def joined(self, text: str) -> str:
        """The key that begins here, without what broke it; nothing where its pieces make no whole one."""
        head = self._head.match(text)
        if head is None or self._separator not in head[3]:
            return ""
        pieces: list[str] = []
        at, missing = head.end(), self._length
        while missing > 0 and len(pieces) < _MOST_PIECES and (piece := self._piece.match(text, at)):
            pieces.append(piece[1])
            at, missing = piece.end(), missing - len(piece[1])
        secret = "".join(pieces)
        if missing or (self._is_mixed and (_are_words(pieces) or not _is_drawn(secret))):
            return ""
        prefix = self._prefixes.get(_letters(self._gap.sub("", head[1])))
        return f"{prefix}{self._gap.sub('', head[2])}{self._separator}{secret}" if prefix else ""


def _are_words(pieces: list[str]) -> bool:
    """Whether these may be a sentence: a word is among them, and they are no lines of one width."""
    lengths = [len(piece) for piece in pieces]
    is_wrapped = {max(lengths)} == set(lengths[1:-1])
    return not is_wrapped and any(map(_WORD.fullmatch, pieces[1:]))


def _is_drawn(secret: str) -> bool:
    """Whether it may have been drawn by chance from large and small letters and digits."""
    return all(any(map(kind, secret)) for kind in (str.islower, str.isupper, str.isdigit))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
