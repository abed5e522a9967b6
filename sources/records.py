"""One JSON record, read strictly: no doubled keys, no numbers that are none, no depth that ends a program.
Pure.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from sources.characters import Refused

MAX_DEPTH = 64
_MAX_DIGITS = 308
# A string that is never closed runs to the end: failing there instead would start over at every quotation
# mark.
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|\\|[\[{]|[\]}]', re.DOTALL)


def read_record(text: str) -> dict[str, Any]:
    """The object that `text` is. Raises Refused: bad_json, json_depth, json_number, json_duplicate_key."""
    _refuse_depth(text)
    try:
        record = _STRICT.decode(text)
    except RecursionError:
        raise Refused("json_depth", f"It is nested deeper than {MAX_DEPTH} levels.") from None
    except json.JSONDecodeError as error:
        raise Refused(
            "bad_json", f"It is not JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        ) from None
    if not isinstance(record, dict):
        raise Refused("bad_json", "It is not one JSON object with a title and a text.")
    return record


def _refuse_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for token in _TOKENS.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Refused("json_depth", f"It is nested deeper than {MAX_DEPTH} levels.")
        elif token[0] in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        seen: set[str] = set()
        double = next(key for key, _value in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Refused("json_duplicate_key", f"The key {double[:40]!r} stands there twice.")
    return record


def _no_number(word: str) -> NoReturn:
    raise Refused("json_number", f"{word} is not a number.")


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise Refused("json_number", f"A number has {len(digits)} digits.")
    return int(digits)


def _decimal(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise Refused("json_number", f"{digits[:20]} is too large a number.")
    return value


# Made once: `json.loads` with options would make one for each record.
_STRICT = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_number, parse_int=_integer, parse_float=_decimal
)
