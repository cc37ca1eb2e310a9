"""The names of all facts that code can show; the signs of a causes file show others."""

from __future__ import annotations

from conformance.diagnosis import shape
from conformance.diagnosis.facts import answers, credentials, environment, histories, stories, witnessed

NAMES = shape.NAMES | answers.NAMES | credentials.NAMES | environment.NAMES | histories.NAMES | stories.NAMES
NAMES |= witnessed.NAMES
