"""Hex dumps as tools print them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

DUMPED: dict[str, Callable[[int, bytes], str]] = {
    "xxd": (lambda at, row: f"{at:08x}: " + " ".join(row.hex()[i : i + 4] for i in range(0, len(row.hex()), 4)) + "  "),
    "curl": (lambda at, row: f"{at:04x}: {row.hex(' ')} "),
    "hexdump": (lambda at, row: f"{at:08x}  {row[:8].hex(' ')}  {row[8:].hex(' ')}  |"),
    "tcpdump": (lambda at, row: f"\t0x{at:04x}:  {row.hex(' ', 2)}  "),
    "od": (lambda at, row: f"{at:06x} {row.hex(' ')}  >"),
}


def dumped(content: bytes, tool: str) -> bytes:
    """What the tool prints of the content."""
    rows = [(at, content[at : at + 16]) for at in range(0, len(content), 16)]
    shown = [re.sub(rb"[^ -~]", b".", row).decode() for _, row in rows]
    return "\n".join(DUMPED[tool](*row) + text for row, text in zip(rows, shown, strict=True)).encode()
