"""docs/ux.md: every expectation has its row, and every test it names exists."""

from __future__ import annotations

import re

from tests.databases import ROOT

TABLE = (ROOT / "docs" / "ux.md").read_text()


def test_each_of_the_expectations_has_its_row_in_order() -> None:
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", TABLE, re.MULTILINE)] == list(range(1, 50))
    for row in re.findall(r"^\| \d+ \|.*", TABLE, re.MULTILINE):
        assert "`" in row, row


def test_every_test_that_a_row_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TABLE)
    assert len(named) > 60
    for path, test in named:
        text = (ROOT / path).read_text()
        assert not test or f"def {test}(" in text, f"{path}::{test}"
