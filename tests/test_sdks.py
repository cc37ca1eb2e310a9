"""The published SDKs, installed from their registries: what the documentation says of them is what is found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from runs import ROOT, SPEC, run_suite

from conformance.sdk.adapter import adapters_directory, load_adapter

if TYPE_CHECKING:
    from pathlib import Path

ADAPTERS = sorted(path.parent.name for path in adapters_directory().glob("*/adapter.toml"))
TEXT = (ROOT / "docs" / "sdks.md").read_text(encoding="utf-8")
FOUND = {
    cells[0].strip(" `"): (cells[1].strip(), set(re.findall(r"`([\w-]+)`", cells[2])))
    for line in TEXT.splitlines()
    if line.startswith("| `") and (cells := line.strip("|").split("|"))
}
KEY = re.compile(re.escape(SPEC.key.prefix) + r"\w{12}\.[\w-]{8}")
INSTALLED = ("hopx-python", "hopx-python-async", "hopx-node", "hopx-cli", "computesdk-node", "requests")


def test_the_documentation_is_about_every_adapter_and_the_release_that_it_names() -> None:
    assert FOUND.keys() == set(ADAPTERS)
    for name in INSTALLED:
        version = load_adapter(adapters_directory() / name / "adapter.toml").version
        assert version in FOUND[name][0].split(", "), name


def test_every_waiver_leads_to_a_reproduction() -> None:
    headings = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for file in adapters_directory().glob("*/waivers.yaml"):
        links = re.findall(r"link: docs/sdks\.md#(\S+)", file.read_text(encoding="utf-8"))
        assert set(links) <= anchors, file
        assert links


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_published_sdk_breaks_what_the_documentation_says_and_every_break_is_waived(
    name: str, tmp_path: Path
) -> None:
    """Two runs: the naked truth, and the same with the adapter's waivers."""
    naked = run_suite(tmp_path / "naked", f"--target=sdk:{name}", "-q", "--waivers=none", "-p", "no:cacheprovider")
    waived = run_suite(tmp_path / "waived", f"--target=sdk:{name}", "-q", "-p", "no:cacheprovider")
    assert naked.status == 1
    assert naked.rules("fail") == FOUND[name][1]
    assert naked.rules("error") == set()
    assert all(line["reason"] for line in naked.verdicts.values() if line["verdict"] == "blocked")
    first, second = ({p: v["verdict"] for p, v in ran.verdicts.items()} for ran in (naked, waived))
    assert {probe: verdict.replace("fail", "waived") for probe, verdict in first.items()} == second
    assert waived.status == 0
    written = [file.read_text(encoding="utf-8") for file in tmp_path.rglob("reports/*")]
    assert not any(KEY.search(text) for text in (*written, naked.output, waived.output)), "a key was written"
    assert re.search(r"must: .* · 0 fail · [1-9]\d* waived", waived.stdout)
