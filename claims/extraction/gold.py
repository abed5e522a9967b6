"""Texts with hand-made annotations, against which the machine is measured. One JSON file beside each text.

An annotation lists the statements of its text with their places (half-open characters of the text decoded as UTF-8, newlines as
they are), who makes them, and their stance in the annotators' words (`STANCES`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claims.extraction.findings import Span
from claims.vocabulary import Act

__all__ = ["GoldStatement", "GoldText", "read_folder", "stance_of", "words_of"]

# The annotators have fewer words than we have acts: these of ours mean one of theirs.
_THEIR_WORD = {
    Act.CONFIRMS: "asserts",
    Act.ACCUSES: "asserts",
    Act.RETRACTS: "denies",
    Act.ASKS: "questions",
    Act.DOUBTS: "questions",
    Act.DECLINES: "declines_to_comment",
}
_WORD = re.compile(r"\w+")
# Before a name, these are no part of it.
_SMALL = frozenset(
    "il lo la i gli le l un uno una the a an dal del della dei al di of".split()  # noqa: SIM905
)
_IN_BRACKETS = re.compile(r"\(.*?\)")


@dataclass(frozen=True, slots=True)
class GoldStatement:
    """One annotated statement, contents as sets of word numbers.

    `contents`: its words, and other cuttings that are as good. `speakers`: the canonical name and those accepted for it, none for
    an unattributed one. `forms`: every way in which the text writes them, as words. `required`: False for statements that may be
    found or not (nobody is named, implied, nested).
    """

    id: str
    contents: tuple[frozenset[int], ...]
    hull: frozenset[int]
    speaker: str | None
    speakers: tuple[str, ...]
    forms: tuple[tuple[str, ...], ...]
    is_person: bool
    surface: Span | None
    stance: str
    other_stances: frozenset[str]
    required: bool

    def is_said_by(self, name: str, span: Span | None) -> bool:
        """Whether a found speaker is the annotated one: the name in a form of the text, in a longer or shorter form that holds
        the last name, or, without any name, the place.
        """
        if self.speaker is None:
            return not name
        if span and self.surface and not name:
            shared = min(span[1], self.surface[1]) - max(span[0], self.surface[0])
            shorter = min(span[1] - span[0], self.surface[1] - self.surface[0])
            if shared > 0 and shared >= 0.8 * shorter:
                return True
        words = words_of(name)
        if not words:
            return False
        return words in self.forms or any(
            self._names(words, last) for last in map(_last_word, self.speakers) if last in words
        )

    def _names(self, words: Sequence[str], last: str) -> bool:
        return any(
            set(words) <= set(form) or (self.is_person and set(form) <= set(words)) for form in self.forms
        )


class GoldText:
    """A text, its statements, and the places where nothing should be found."""

    def __init__(self, annotation: dict[str, Any], text: str) -> None:
        self.doc: str = annotation["doc"]
        self.language: str = annotation["language"]
        self.text = text
        words = [match.span() for match in _WORD.finditer(text)]
        self._starts = [start for start, _end in words]
        self._ends = [end for _start, end in words]
        self.statements = [self._statement(each, annotation) for each in annotation["statements"]]
        self.furniture = self.numbers(piece["span"] for piece in annotation.get("boilerplate", []))
        self.traps = self.numbers(piece["span"] for piece in annotation.get("traps", []))

    def numbers(self, spans: Iterable[Sequence[int]]) -> frozenset[int]:
        """The words that the spans touch, by number."""
        return frozenset(
            number
            for start, end in spans
            for number in range(bisect_right(self._ends, start), bisect_left(self._starts, end))
        )

    def _statement(self, each: dict[str, Any], annotation: dict[str, Any]) -> GoldStatement:
        others = each.get("alt_content_spans", [])
        cue = [each["cue"]] if each["cue"] else []
        names = [each["speaker"], *each.get("co_speakers", []), *each.get("speaker_alt", [])]
        known = [who for who in annotation["speakers"] if who["name"] in names]
        written = [
            form for who in known for form in (who["name"], *who["surface_forms"], *who["garbled_forms"])
        ]
        written.append(each.get("speaker_surface_text") or "")
        surface = each.get("speaker_surface")
        return GoldStatement(
            id=str(each["id"]),
            contents=(self.numbers(each["content_spans"]), *(self.numbers(spans) for spans in others)),
            hull=self.numbers([*each["content_spans"], *cue, *(span for spans in others for span in spans)]),
            speaker=each["speaker"],
            speakers=tuple(name or "" for name in names),
            forms=tuple(words for form in written if (words := words_of(form))),
            is_person=any(who["kind"] == "person" for who in known),
            surface=(surface[0], surface[1]) if surface else None,
            stance=each["stance"],
            other_stances=frozenset(each.get("stance_alt", [])),
            required=each["scoring"] == "required",
        )


def read_folder(folder: Path) -> Iterator[GoldText]:
    """Every annotated text of a folder, in the order of the names. Raises OSError; other JSON files are passed over."""
    for path in sorted(folder.glob("*.json")):
        annotation = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(annotation, dict) and {"doc", "file", "statements"} <= set(annotation):
            yield GoldText(annotation, (folder / Path(annotation["file"]).name).read_bytes().decode("utf-8"))


def stance_of(act: Act) -> str:
    """The annotators' word for an act."""
    return _THEIR_WORD.get(act, act.value)


def words_of(name: str) -> tuple[str, ...]:
    """A name as words: no accents, no capitals, no articles before it."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = _WORD.findall(bare.casefold())
    while words and words[0] in _SMALL:
        words = words[1:]
    return tuple(words)


def _last_word(name: str) -> str:
    return next(reversed(words_of(_IN_BRACKETS.sub("", name))), "")
