from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full",
        action="store_true",
        help="every public page at three widths, light and dark, in both languages, with and without JavaScript",
    )
