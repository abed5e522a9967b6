"""Where the title of a plain text stands. Pure: no Django, no database."""

from __future__ import annotations

import re

from sources.characters import is_blank

MAX_TITLE = 250
MAX_DEFAULT = 200
# "The war in Ukraine", "Esteri": a label above the title, never longer than this.
MAX_KICKER_WORDS = 4

_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*(?=\s|$)")


def reads_like_title(line: str) -> bool:
    """A headline is short and does not end as a sentence does (a question, an exclamation or three dots may)."""
    line = line.strip()
    return bool(line) and len(line) <= MAX_TITLE and (line.endswith("...") or line[-1] not in ".;,:")


def find_title(text: str) -> tuple[int, int] | None:
    """The title's span, or None when the text begins straight away.

    The first line, when it reads like a title; a label of a few words before a longer line that reads like
    one too is a kicker, and the longer line is the title.
    """
    lines = []
    for found in _LINE.finditer(text):
        line = found.group().strip()
        if not is_blank(line):
            start = found.start() + found.group().index(line)
            lines.append((start, start + len(line), line))
        if len(lines) == 3:
            break
    if not lines or not reads_like_title(lines[0][2]):
        return None
    (start, end, first), *rest = lines
    if len(rest) == 2 and len(first.split()) <= MAX_KICKER_WORDS and reads_like_title(rest[0][2]):
        second = rest[0][2]
        below = rest[1][2]
        if len(second) >= 2 * len(first) and len(second.split()) >= 6 and not reads_like_title(below):
            return rest[0][0], rest[0][1]
    return start, end


def default_title(text: str) -> str:
    """A title for a text that has none: its first sentence, cut at a word with "…" when it is long. A copy,
    not a place in it.
    """
    line = " ".join(text.lstrip().split("\n", 1)[0][: 4 * MAX_DEFAULT].split())
    found = _SENTENCE_END.search(line)
    sentence = line[: found.end()] if found else line
    if len(sentence) > MAX_DEFAULT:
        cut = sentence[: MAX_DEFAULT - 1]
        return (cut.rsplit(" ", 1)[0] if " " in cut[MAX_DEFAULT // 2 :] else cut).rstrip(" ,;:") + "…"
    return sentence.removesuffix(".") or "…"
