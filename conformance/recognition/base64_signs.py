"""Base64 as it stands within texts: in either alphabet, without its padding, and cut off anywhere."""

from __future__ import annotations

from binascii import a2b_base64

STANDARD = bytes.maketrans(b"-_", b"+/")
URL_SAFE = bytes.maketrans(b"+/", b"-_")


def decoded_signs(signs: bytes) -> bytes:
    """What signs of base64 say, in either alphabet; one too many, which decides no byte, says nothing."""
    signs = signs.translate(STANDARD)
    signs = signs[: len(signs) - (len(signs) % 4 == 1)]
    return a2b_base64(signs + b"=" * (-len(signs) % 4))
