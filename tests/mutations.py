"""Mutations of real samples: bytes flipped, cut out, put in, lines written twice."""

from __future__ import annotations

from hypothesis import strategies as st


def mutated(*samples: bytes) -> st.SearchStrategy[bytes]:
    steps = st.lists(
        st.tuples(st.sampled_from(["flip", "cut", "insert", "double", "end"]), st.floats(0, 1), st.binary(max_size=6)),
        min_size=1,
        max_size=4,
    )
    return st.tuples(st.sampled_from(samples), steps).map(lambda drawn: _applied(*drawn))


def _applied(sample: bytes, steps: list[tuple[str, float, bytes]]) -> bytes:
    for how, share, some in steps:
        at = int(share * max(len(sample) - 1, 0))
        if how == "flip":
            sample = sample[:at] + (some[:1] or b"?") + sample[at + 1 :]
        elif how == "cut":
            sample = sample[:at] + sample[at + 3 * len(some) :]
        elif how == "insert":
            sample = sample[:at] + some + sample[at:]
        elif how == "end":
            sample = sample[: max(at, len(sample) // 2)]
        else:
            start = sample.rfind(b"\n", 0, at) + 1
            end = sample.find(b"\n", at) + 1 or len(sample)
            sample = sample[:end] + sample[start:end] + sample[end:]
    return sample
