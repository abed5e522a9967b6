"""What the steps raise when they will not do something. Each says one sentence that a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(ValueError):
    """The act is not possible as asked. `code` is for code and tests, the text for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Stale(Exception):
    """Somebody else changed the row since the form was opened; nothing was written.

    `base`, `theirs` and `yours` map field names to values: as the form started, as stored now, as asked for.
    """

    def __init__(self, base: Mapping[str, Any], theirs: Mapping[str, Any], yours: Mapping[str, Any]) -> None:
        super().__init__("Somebody else changed this since you opened it; nothing was overwritten.")
        self.base = base
        self.theirs = theirs
        self.yours = yours
