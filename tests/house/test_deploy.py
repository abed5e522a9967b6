"""The examples for a server say what the code does."""

from __future__ import annotations

import re

from tests.databases import ROOT

DEPLOY = ROOT / "deploy"


def test_every_setting_of_the_examples_is_one_that_the_site_reads() -> None:
    known = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "claimtracker" / "settings.py").read_text()))
    named = re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "claimtracker.env").read_text(), re.MULTILINE)
    assert len(named) > 5
    assert set(named) <= known


def test_every_example_is_explained() -> None:
    told = (DEPLOY / "README.md").read_text()
    assert [
        path.name for path in DEPLOY.iterdir() if path.name != "README.md" and f"`{path.name}`" not in told
    ] == []


def test_every_setting_is_in_the_operators_table() -> None:
    known = re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "claimtracker" / "settings.py").read_text())
    table = (ROOT / "docs" / "operators.md").read_text()
    assert [name for name in known if f"`{name}`" not in table] == []
