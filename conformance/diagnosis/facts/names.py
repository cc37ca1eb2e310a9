"""The names of all facts that code can show; the signs of a causes file show others."""

from __future__ import annotations

from conformance.diagnosis.facts import answers, credentials, environment, histories, stories, witnessed
from conformance.diagnosis.shape.names import NAMES as SHAPES

NAMES = SHAPES | answers.NAMES | credentials.NAMES | environment.NAMES | histories.NAMES | stories.NAMES
NAMES |= witnessed.NAMES
