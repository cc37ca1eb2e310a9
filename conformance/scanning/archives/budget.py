"""How much is unpacked of one file, and no more."""

from __future__ import annotations

DEPTH = 2  # archives in archives that are opened
MEMBERS = 20_000  # of one file, and of all archives in it
BYTES = 1 << 30  # unpacked, of one file, and of all archives in it


class ArchiveError(Exception):
    """An archive, or a member, that cannot be looked into; the message says why."""


class BudgetError(ArchiveError):
    """Too much would have to be unpacked."""


class Budget:
    """What may still be unpacked of one file."""

    def __init__(self) -> None:
        self._members = MEMBERS
        self._bytes = BYTES

    def take_member(self) -> None:
        """Count a member.

        Raises:
            BudgetError: There are too many.

        """
        self._members -= 1
        if self._members < 0:
            raise BudgetError(f"it has more than {MEMBERS} members; the rest was not scanned")

    def take_bytes(self, count: int) -> None:
        """Count unpacked bytes.

        Raises:
            BudgetError: There are too many.

        """
        self._bytes -= count
        if self._bytes < 0:
            raise BudgetError(f"it unpacks to more than {BYTES >> 30} GiB; the rest was not scanned")
