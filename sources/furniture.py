"""Page furniture: what stands in a text and is no part of the article (advertising, comment forms, related
posts …).

Pure: no Django, no database. Furniture is marked, never cut, so that every offset stays what it was; whoever
reads an article for statements passes these spans over. The words that sites use are data (furniture.toml).
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

__all__ = ["VERSION", "Furniture", "byline_in", "find_furniture"]

# No page has more; a file that seems to is something else, and its list must not outgrow its text.
MAX_PIECES = 1_000
# Longer lines are prose.
MAX_LINE = 200
# Lines under a heading such as "Related posts" are taken along while they are no longer than this and read
# like titles.
MAX_ENTRY = 250
# How far from the top a second title, a caption or a byline may stand, and how alike a second title is.
TOP_LINES = 6
ALIKE = 0.8

_LINE = re.compile(r"[^\n]+")
_DASHES = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "\xa0": " "}
)
# "READ  Ten best pillows": the link that automatic sites put between paragraphs, in capitals.
_READ_LINK = re.compile(
    r"(?:READ|LEGGI|READ ALSO|READ MORE|LEGGI ANCHE|ALSO READ)[\s\xa0]*[:|>»-]?[\s\xa0]+\S.*"
)
_NAME = r"[A-ZÀ-Þ][\w'’.-]+"
_BY_NAME = re.compile(
    rf"(?:[Bb]y|[Dd]i|BY|DI)\s+({_NAME}(?:\s+(?:{_NAME}|de|di|van|von|del|della|and|e|,)){{0,8}})"
)
_BY_ANYONE = re.compile(r"by\s+(\w[\w .'’-]{1,40})", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?][\"'”’»)]*(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Furniture:
    """A place that is no part of the article: half-open characters of the text, and what it is."""

    start: int
    end: int
    kind: str

    def as_json(self) -> dict[str, int | str]:
        """As stored in `Source.furniture`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    folded: str


class _Words:
    """The patterns of furniture.toml, compiled: whole lines and headings, by kind."""

    def __init__(self, data: dict[str, dict[str, list[str]]]) -> None:
        self.exact: dict[str, str] = {}
        self.heads: dict[str, str] = {}
        starred: dict[str, list[str]] = {}
        for kind, words in data.items():
            for head in words.get("heads", []):
                self.heads[head] = kind
            for line in words["lines"]:
                if "*" in line.removesuffix(" *") or line.endswith(": *"):
                    starred.setdefault(kind, []).append(".*".join(map(re.escape, line.split("*"))))
                else:
                    self.exact[line] = kind
                    if line.endswith(" *"):  # "Name *" of a form, and "Redazione Ore 12"
                        starred.setdefault(kind, []).append(re.escape(line[:-1]) + ".*")
        self.starred = [(kind, re.compile("|".join(patterns))) for kind, patterns in starred.items()]

    def kind_of(self, folded: str) -> str | None:
        if folded in self.exact:
            return self.exact[folded]
        return next((kind for kind, pattern in self.starred if pattern.fullmatch(folded)), None)


@functools.cache
def _data() -> tuple[int, _Words]:
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return data.pop("version"), _Words(data)


def find_furniture(text: str, *, title_span: tuple[int, int] | None = None) -> list[Furniture]:
    """The furniture of `text`, in order and disjoint. `title_span`: where its title stands, if it does.

    Kinds: kicker, duplicate_title, caption, byline, credit, update_line, ad, related_posts, comment_form,
    share, newsletter, cookie_notice, footer.
    """
    lines = list(_lines(text))
    kinds: list[str | None] = [None] * len(lines)
    _mark_top(lines, kinds, text, title_span)
    _mark_lines(lines, kinds, title_span)
    _mark_blocks(lines, kinds)
    _mark_last_line(lines, kinds)
    return list(islice(_merged(lines, kinds), MAX_PIECES))


def byline_in(text: str, furniture: Iterable[Furniture]) -> str:
    """The author as the byline states, "" without one."""
    for piece in furniture:
        if piece.kind == "byline":
            line = text[piece.start : piece.end]
            found = _BY_NAME.fullmatch(line) or _BY_ANYONE.fullmatch(line)
            if found:
                return found[1]
    return ""


def _lines(text: str) -> Iterator[_Line]:
    for found in _LINE.finditer(text):
        line = found.group().strip()
        if line:
            start = found.start() + found.group().index(line)
            folded = " ".join(line.translate(_DASHES).lower().split()) if len(line) <= MAX_LINE else ""
            yield _Line(start, start + len(line), line, folded)


def _mark_top(
    lines: list[_Line], kinds: list[str | None], text: str, title_span: tuple[int, int] | None
) -> None:
    """Around the title: the label above it, its repetition, the picture's caption, the author."""
    title = " ".join(text[slice(*title_span)].translate(_DASHES).lower().split()) if title_span else ""
    for number, line in enumerate(lines[:TOP_LINES]):
        if title_span and line.end <= title_span[0]:
            kinds[number] = "kicker"
        elif title_span and line.start >= title_span[1]:
            if line.folded and _alike(title, line.folded):
                kinds[number] = "duplicate_title"
            elif len(line.text) <= 80 and (
                _BY_NAME.fullmatch(line.text) or (number <= 2 and _BY_ANYONE.fullmatch(line.text))
            ):
                kinds[number] = "byline"


def _alike(one: str, other: str) -> bool:
    if not one or min(len(one), len(other)) < ALIKE / 2 * max(len(one), len(other)):
        return False
    match = SequenceMatcher(None, one, other, autojunk=False)
    return match.real_quick_ratio() >= ALIKE and match.quick_ratio() >= ALIKE and match.ratio() >= ALIKE


def _mark_lines(lines: list[_Line], kinds: list[str | None], title_span: tuple[int, int] | None) -> None:
    """Lines that are furniture by their own words. The title is the article's, whatever it says."""
    words = _data()[1]
    for number, line in enumerate(lines):
        if kinds[number] or not line.folded or (title_span and line.start == title_span[0]):
            continue
        if _READ_LINK.fullmatch(line.text) and not line.text.endswith("."):
            kinds[number] = "ad"
            continue
        kind = words.kind_of(line.folded)
        # A caption does not end as a sentence does, unless it begins with the word.
        if kind == "caption" and line.text.endswith(".") and not re.match(r"\w+(?: \w+)?:", line.text):
            kind = None
        if kind == "update_line" and len(_SENTENCE_END.findall(line.text)) > 1:
            kind = None
        kinds[number] = kind


def _mark_blocks(lines: list[_Line], kinds: list[str | None]) -> None:
    """A heading such as "Related posts" takes the short lines under it along, until prose or other furniture
    begins.
    """
    heads = _data()[1].heads
    for number, line in enumerate(lines):
        head = heads.get(line.folded.rstrip(" :.!*"))
        # "Comments" may be the first words of an article; a block stands under at least a line of it.
        if not head or number == 0:
            continue
        kinds[number] = head
        if head == "related_posts":
            for below in range(number + 1, len(lines)):
                if not _is_entry(lines[below]) or kinds[below] not in (None, "byline"):
                    break
                if heads.get(lines[below].folded.rstrip(" :.!*")):
                    break
                kinds[below] = head


def _is_entry(line: _Line) -> bool:
    """Whether a line under "Related posts" is a headline, name or date rather than the article going on."""
    return len(line.text) <= MAX_ENTRY and not line.text.endswith((".", ".”", ".»", '."'))


def _mark_last_line(lines: list[_Line], kinds: list[str | None]) -> None:
    """Short words after the comment form close the page: the site's name, a menu."""
    for number in range(len(lines) - 1, 0, -1):
        if kinds[number]:
            break
        if not (len(lines[number].text) <= 60 and _is_entry(lines[number])):
            return
    else:
        return
    if kinds[number] in ("comment_form", "footer", "share", "newsletter", "cookie_notice"):
        for last in range(number + 1, len(lines)):
            kinds[last] = "footer"


def _merged(lines: list[_Line], kinds: list[str | None]) -> Iterator[Furniture]:
    """One span for neighbouring lines of one kind."""
    piece: Furniture | None = None
    for line, kind in zip(lines, kinds, strict=True):
        if piece and kind == piece.kind:
            piece = Furniture(piece.start, line.end, kind)
            continue
        if piece:
            yield piece
        piece = Furniture(line.start, line.end, kind) if kind else None
    if piece:
        yield piece


VERSION = _data()[0]
