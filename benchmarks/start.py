"""How quickly commands answer, next to an interpreter that does nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from measure import interleaved, wall_seconds

ROUNDS = 30


def main() -> None:
    program = str(Path(sys.executable).parent / "hopx-auth")
    seconds = interleaved(
        ROUNDS,
        nothing=lambda: wall_seconds([sys.executable, "-c", "pass"]),
        check=lambda: wall_seconds([program, "key", "check"], given="text"),
        mint=lambda: wall_seconds([program, "key", "mint"]),
    )
    nothing = seconds["nothing"]
    print(f"| `python -c pass` | {nothing * 1000:.0f} ms |")
    for name in ("check", "mint"):
        ratio = seconds[name] / nothing
        print(f"| `hopx-auth key {name}` | {seconds[name] * 1000:.0f} ms, **ratio {ratio:.1f}** (goal: at most 5) |")


if __name__ == "__main__":
    main()
