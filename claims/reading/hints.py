"""Names that help the machine to read, and speakers that its words name beyond doubt.

Only an exact name of exactly one speaker fills in who is meant, to save an editor the choice; every other likeness is for
triage to offer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from claims.extraction import Known, KnownName
from claims.models import Speaker, SpeakerName
from claims.vocabulary import NameKind, SpeakerKind
from sources.models import Outlet
from sources.names import fold

__all__ = ["MOST_NAMES", "Who", "bare", "known_names", "outlets_named", "speakers_named"]

# The machine is told at most so many names; which speaker is meant is looked up among all of them.
MOST_NAMES = 50_000

_ARTICLE = re.compile(r"(?:l['’]|gli |il |lo |la |le |i |un['’]|uno |una |un |the |an |a )\s*", re.IGNORECASE)
# A name at the end of the words, as in "the Kremlin spokesman Dmitry Peskov".
_LAST_NAMES = re.compile(r"(?:^|[\s,])((?:[A-ZÀ-Þ][\w'’.-]+\s+)+[A-ZÀ-Þ][\w'’-]+)$")
# After one of these the name is somebody else's: "il portavoce di Vladimir Putin".
_OF = re.compile(
    r"(?:^|[\s'’])(?:di|d|del|dello|della|dei|degli|delle|dell|of|for|to|by|per|da|with|con)[\s'’]*$",
    re.IGNORECASE,
)


def known_names() -> Known:
    """What the extractor is told: every name that means one speaker only. `name` is the speaker's slug. Two queries."""
    owners: dict[str, set[str]] = defaultdict(set)
    told: dict[str, KnownName] = {}

    def add(text: str, slug: str, kind: str) -> None:
        owners[fold(text)].add(slug)
        told.setdefault(fold(text), KnownName(text, slug, kind))

    people = Speaker.objects.exclude(kind=SpeakerKind.ANONYMOUS)
    for text, slug, kind, root in people.order_by("-pk").values_list(
        "name", "slug", "kind", "merged_into__slug"
    )[:MOST_NAMES]:
        add(text, root or slug, kind)
    names = SpeakerName.objects.exclude(speaker__kind=SpeakerKind.ANONYMOUS).exclude(kind=NameKind.ROLE)
    for text, slug, kind, root in names.order_by("-pk").values_list(
        "name", "speaker__slug", "speaker__kind", "speaker__merged_into__slug"
    )[: max(0, MOST_NAMES - len(told))]:
        add(text, root or slug, kind)
    return Known([name for key, name in told.items() if len(owners[key]) == 1])


class Who:
    """Folded names → the speakers of that very name, all of them; asked once for many words."""

    def __init__(self, by_name: Mapping[str, Mapping[int, str]]) -> None:
        self._by_name = by_name

    def of(self, as_written: str, role: str = "") -> int | None:
        """The speaker that the words name: the first way of reading them that is anybody's name must be one speaker's."""
        for key, people_only in ways_to_read(as_written, role):
            found = self._by_name.get(key)
            if found and not (people_only and set(found.values()) != {SpeakerKind.PERSON.value}):
                return next(iter(found)) if len(found) == 1 else None
        return None


def ways_to_read(as_written: str, role: str = "") -> list[tuple[str, bool]]:
    """Folded names that the words may be, the surest first, and whether only a person's name counts.

    "il portavoce del Cremlino Dmitry Peskov" → the whole; without the role, where it is known; the name at its end.
    """
    words = " ".join(as_written.split())
    ways = [(words, False), (words.split(",")[0], False)]
    if role and role in as_written:
        ways.append((as_written.replace(role, " "), False))
    last = _LAST_NAMES.search(words)
    if last and not _OF.search(words[: last.start(1)]):
        ways.append((last[1], True))
    return [(key, people_only) for way, people_only in ways if (key := bare(way))]


def bare(words: str) -> str:
    """The words as a name is looked up: folded, without an article before them and marks around them."""
    words = " ".join(words.split()).strip(' ,;:–—-“”«»"()')
    return fold(_ARTICLE.sub("", words, count=1) if _ARTICLE.match(words) else words)


def speakers_named(speakers: Iterable[Mapping[str, Any]], language: str) -> Who:
    """Looks up all names that the rows of these speakers (as_written, role_as_written) may be. Two queries.

    Unnamed speakers and roles name nobody: "two officials" of another article are others, and offices change hands.
    """
    keys = {
        key for row in speakers for key, _people in ways_to_read(row["as_written"], row["role_as_written"])
    }
    by_name: dict[str, dict[int, str]] = defaultdict(dict)
    if keys:
        people = Speaker.objects.filter(sort_key__in=keys).exclude(kind=SpeakerKind.ANONYMOUS)
        for key, pk, kind, root in people.values_list("sort_key", "pk", "kind", "merged_into"):
            by_name[key][root or pk] = kind
        names = (
            SpeakerName.objects.filter(normalised__in=keys, language__in=["", language])
            .exclude(speaker__kind=SpeakerKind.ANONYMOUS)
            .exclude(kind=NameKind.ROLE)
        )
        for key, pk, kind, root in names.values_list(
            "normalised", "speaker", "speaker__kind", "speaker__merged_into"
        ):
            by_name[key][root or pk] = kind
    return Who(by_name)


def outlets_named(names: Iterable[str]) -> dict[str, int]:
    """Folded name → the outlet of that very name, where there is exactly one. One query."""
    keys = {bare(name) for name in names} - {""}
    found: dict[str, set[int]] = defaultdict(set)
    if keys:
        for key, pk in Outlet.objects.filter(sort_key__in=keys).values_list("sort_key", "pk"):
            found[key].add(pk)
    return {key: pks.pop() for key, pks in found.items() if len(pks) == 1}
