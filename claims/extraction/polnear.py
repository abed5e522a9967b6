"""PolNeAR: English political news with every attribution annotated (Newell and others, 2018). Reads the corpus, scores against it.

The corpus carries no licence for its texts: it is fetched by whoever measures, and nothing of it belongs into a repository.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from claims.extraction.anaphora import GOES_ON
from claims.extraction.findings import Finding, Span

__all__ = ["Attribution", "Document", "PolnearScore", "attribution_of", "attributions_of", "read_split"]

ROLES = ("source", "cue", "content")
ALIKE = 0.5

_TOKEN = re.compile(r"\w+")
# A source of these alone is found by any of them; others must share a word that is none.
_FUNCTION_WORDS = frozenset(
    "the a an of in on for to and or by with at from his her its their our my your this that these those".split()  # noqa: SIM905
)
# The corpus holds beliefs, wishes and feelings too. A cue with one of these words is speech.
_SPEECH = re.compile(
    r"\b(sa(?:y|ys|id|ying)|t(?:ell|ells|old|elling)|accord\w*|announc\w+|den(?:y|ies|ied|ying)|admit\w*|claim\w*|"
    r"alleg\w+|warn\w*|add(?:s|ed|ing)?|argu\w+|assert\w*|insist\w*|stat(?:e|es|ed|ing|ement)|report\w*|not(?:e|es|ed|ing)|"
    r"declar\w+|explain\w*|confirm\w*|ask(?:s|ed|ing)?|call(?:s|ed|ing)?|wr(?:ite|ites|ote|itten|iting)|tweet\w*|"
    r"testif\w+|accus\w+|critici\w+|suggest\w*|acknowledg\w+|repl(?:y|ies|ied)|respond\w*|describ\w+|"
    r"quot\w+|post(?:s|ed)?|promis\w+|vow\w*|urg\w+|reveal\w*|show(?:s|ed|n)?|point(?:s|ed)?|question\w*|contend\w*|"
    r"conced\w+|recall\w*|complain\w*|joke\w*|prais\w+|predict\w*|propos\w+|refus\w+|remark\w*|repeat\w*|"
    r"shout\w*|speak\w*|spoke|talk\w*|threaten\w*)\b",
    re.IGNORECASE,
)
_TEXT_BOUND = re.compile(r"(T\d+)\t(\w+) ([\d ;]+)\t?")


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who (source) says (cue) what (content): places in the text, each possibly in several pieces or none."""

    source: tuple[Span, ...] = ()
    cue: tuple[Span, ...] = ()
    content: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    name: str
    text: str
    attributions: list[Attribution]


def read_split(folder: Path, split: str) -> Iterator[Document]:
    """The documents of `train`, `dev` or `test` in the corpus' data folder. Where several people annotated one, the first by name.

    Raises OSError when the corpus is not there.
    """
    home = folder / split
    versions: dict[str, Path] = {}
    for path in sorted((home / "attributions").iterdir(), reverse=True):
        versions[path.stem.rsplit("_", 1)[0]] = path
    for path in sorted((home / "text").iterdir()):
        annotated = versions.get(path.stem)
        found = _read_annotations(annotated.read_text(encoding="utf-8")) if annotated else []
        yield Document(path.stem, path.read_text(encoding="utf-8"), found)


def _read_annotations(lines: str) -> list[Attribution]:
    """Stand-off annotation (brat): text-bound lines T…, and events E… that name them by role."""
    places: dict[str, list[Span]] = {}
    events: list[str] = []
    for line in lines.split("\n"):
        if bound := _TEXT_BOUND.match(line):
            pieces = (piece.split() for piece in bound[3].split(";"))
            places[bound[1]] = [(int(start), int(end)) for start, end in pieces]
        elif re.match(r"E\d+\t", line):
            events.append(line.split("\t")[1])
    return [_event(event, places) for event in events]


def _event(event: str, places: dict[str, list[Span]]) -> Attribution:
    roles: dict[str, list[Span]] = {role: [] for role in ROLES}
    for part in event.split():
        label, name = part.rsplit(":", 1)
        role = label.rstrip("0123456789").lower()
        if role in roles:
            roles[role] += places.get(name, [])
    return Attribution(**{role: tuple(sorted(spans)) for role, spans in roles.items()})


def attribution_of(found: Finding) -> Attribution:
    """A finding in the corpus' terms: a source is where its name stands, and nothing where it was worked out."""
    return Attribution(
        source=tuple(mention.span for mention in found.speakers if mention.span),
        cue=(found.cue,) if found.cue else (),
        content=found.content,
    )


def attributions_of(found: Iterable[Finding]) -> list[Attribution]:
    """Findings in the corpus' terms. There a quotation that goes on in the next sentence ("A", he said. "B") is one attribution of
    two pieces, and what a statement reports of others belongs to the outer one; here each is a statement of its own.
    """
    out: list[Attribution] = []
    for each in found:
        if each.parent is not None:
            continue
        one = attribution_of(each)
        if each.rule == GOES_ON and out and out[-1].source == one.source:
            out[-1] = Attribution(one.source, out[-1].cue, (*out[-1].content, *one.content))
        else:
            out.append(one)
    return out


class _Numbered:
    """Places as sets of word numbers; marks do not count, so that nobody wins or loses by commas."""

    def __init__(self, text: str) -> None:
        tokens = [match for match in _TOKEN.finditer(text) if any(map(str.isalnum, match[0]))]
        self.words = [match[0].lower() for match in tokens]
        self._at: dict[int, int] = {}
        for number, match in enumerate(tokens):
            self._at.update(dict.fromkeys(range(*match.span()), number))

    def __call__(self, spans: Iterable[Span]) -> frozenset[int]:
        return frozenset(
            self._at[place] for start, end in spans for place in range(start, end) if place in self._at
        )

    def same_source(self, gold: frozenset[int], found: frozenset[int]) -> bool:
        """Both none; or a shared word that is no function word; or, for function words alone, any."""
        if not gold or not found:
            return not gold and not found
        both = gold & found
        if any(self.words[number] not in _FUNCTION_WORDS for number in both):
            return True
        return bool(both) and all(self.words[number] in _FUNCTION_WORDS for number in gold | found)


@dataclass
class PolnearScore:
    """Sums over documents. Counts are [right, found, wanted]; `speech` leaves out found beliefs and wishes."""

    tokens: dict[str, list[int]] = field(default_factory=lambda: {role: [0, 0, 0] for role in ROLES})
    attributions: list[int] = field(default_factory=lambda: [0, 0, 0])
    contents: int = 0
    strict: int = 0
    speech: list[int] = field(default_factory=lambda: [0, 0, 0])
    documents: int = 0

    def add(self, document: Document, found: Sequence[Attribution]) -> None:
        """Counts one document in."""
        numbered = _Numbered(document.text)
        gold_sets = [_sets(numbered, each) for each in document.attributions]
        found_sets = [_sets(numbered, each) for each in found]
        for role in ROLES:
            wanted = frozenset().union(*(each[role] for each in gold_sets))
            got = frozenset().union(*(each[role] for each in found_sets))
            for place, count in enumerate((len(wanted & got), len(got), len(wanted))):
                self.tokens[role][place] += count
        speech = [
            bool(_SPEECH.search(" ".join(document.text[slice(*span)] for span in each.cue)))
            for each, sets in zip(document.attributions, gold_sets, strict=True)
            if sets["content"]
        ]
        gold_sets = [each for each in gold_sets if each["content"]]
        found_sets = [each for each in found_sets if each["content"]]
        self.documents += 1
        self._count(numbered, gold_sets, found_sets, speech)

    def _count(
        self, numbered: _Numbered, gold: list[dict[str, Any]], found: list[dict[str, Any]], speech: list[bool]
    ) -> None:
        pairs = _pairs(gold, found)
        right = {
            left
            for left, (other, _) in pairs.items()
            if numbered.same_source(gold[left]["source"], found[other]["source"])
        }
        self.attributions[0] += len(right)
        self.attributions[1] += len(found)
        self.attributions[2] += len(gold)
        self.contents += len(pairs)
        self.strict += sum(alike >= ALIKE for _other, alike in pairs.values())
        self.speech[0] += sum(speech[left] for left in right)
        self.speech[1] += len(found) - sum(not speech[left] for left in pairs)
        self.speech[2] += sum(speech)

    def figures(self) -> dict[str, Any]:
        """Precision, recall and F of each kind, in per cent with two decimals."""
        _right, found, wanted = self.attributions
        tokens = {role: _percent(*counts) for role, counts in self.tokens.items()}
        return {
            **tokens,
            "macro_f": round(sum(each["f"] for each in tokens.values()) / len(ROLES), 2),
            "attribution": _percent(*self.attributions),
            "content_only": _percent(self.contents, found, wanted),
            "strict_source": _percent(self.strict, found, wanted),
            "speech": _percent(*self.speech),
            "wanted": wanted,
            "found": found,
            "documents": self.documents,
        }


def _sets(numbered: _Numbered, each: Attribution) -> dict[str, frozenset[int]]:
    return {role: numbered(getattr(each, role)) for role in ROLES}


def _pairs(
    gold: list[dict[str, frozenset[int]]], found: list[dict[str, frozenset[int]]]
) -> dict[int, tuple[int, float]]:
    """Annotated → (found, how alike the sources are), best content first."""
    owners: dict[int, list[int]] = defaultdict(list)
    for left, each in enumerate(gold):
        for number in each["content"]:
            owners[number].append(left)
    alike = []
    for right, each in enumerate(found):
        for left in {left for number in each["content"] for left in owners.get(number, ())}:
            shared = _overlap(gold[left]["content"], each["content"])
            if shared >= ALIKE:
                nobody = not gold[left]["source"] and not each["source"]
                source = 1.0 if nobody else _overlap(gold[left]["source"], each["source"])
                alike.append((shared, source, left, right))
    pairs: dict[int, tuple[int, float]] = {}
    used: set[int] = set()
    for _shared, source, left, right in sorted(alike, reverse=True):
        if left not in pairs and right not in used:
            pairs[left] = (right, source)
            used.add(right)
    return pairs


def _overlap(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def _percent(right: int, found: int, wanted: int) -> dict[str, float]:
    precision = right / found if found else 0.0
    recall = right / wanted if wanted else 0.0
    total = precision + recall
    f = 200 * precision * recall / total if total else 0.0
    return {"p": round(100 * precision, 2), "r": round(100 * recall, 2), "f": round(f, 2)}
