"""Exit statuses, the same for every command; what cannot be read is a matter of usage."""

from __future__ import annotations

OK, PROBLEM, USAGE, CANNOT_TELL, INTERNAL, UNSAFE = range(6)
OF_VERDICT = {"healthy": OK, "problem": PROBLEM, "cannot-tell": CANNOT_TELL}
