"""How a check generates cases with Hypothesis, which is imported only where one does."""

from __future__ import annotations

from typing import Any


def settings_for(examples: int) -> Any:
    """Hypothesis settings for so many cases, without a timing of their own."""
    from hypothesis import HealthCheck, Phase, settings

    return settings(
        max_examples=examples,
        deadline=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        phases=[phase for phase in settings().phases if examples > 1 or phase is Phase.generate],
    )
