"""How people and bodies are called on a page, and how several of them are joined into a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.db import connections, router
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from claims.labels import label
from claims.models import SpeakerName
from claims.vocabulary import NameKind

# Plain SQL: every page asks it, and Django takes longer to write it than PostgreSQL to answer.
OFFICIAL = (
    f"SELECT speaker_id, name FROM {SpeakerName._meta.db_table}"  # noqa: S608
    f" WHERE speaker_id = ANY ($1::bigint[]) AND kind = '{NameKind.OFFICIAL.value}' AND language = $2 ORDER BY id DESC"
)
# A party is mostly one name; these are several people, and their verb says so.
SEVERAL = {
    "en": re.compile(
        r"^(two|three|four|five|six|several|some|many)\b|\b(officials|sources|journalists|media|skeptics|experts|analysts|leaders|"
        r"soldiers|witnesses|residents|diplomats|lawyers|families|investigators|people)\b(?! \w+ (agency|council|office))",
        re.IGNORECASE,
    ),
    "it": re.compile(
        r"^(due|tre|quattro|cinque|sei|diversi|diverse|alcuni|alcune|molti|molte|funzionari|fonti|giornalisti|media|scettici|esperti|"
        r"analisti|vertici|indiscrezioni|militari|soldati|testimoni|abitanti|diplomatici|stati uniti|paesi|emirati|filippine|gli|le)\b",
        re.IGNORECASE,
    ),
}


def page_language() -> str:
    """`it` or `en`."""
    return (get_language() or "en")[:2]


def worded(word: str, words: type[StrEnum]) -> str:
    """What people read for one stored word, in the page's language."""
    return _worded(word, words, page_language())


# A page has hundreds of labels, and each is looked up in the catalogue whenever it is written.
@lru_cache(maxsize=1000)
def _worded(word: str, words: type[StrEnum], language: str) -> str:
    return str(label(word, words))


def is_several(name: str) -> bool:
    """Whether the name of one party takes a plural verb in the page's language ("Two US officials", "Stati Uniti")."""
    return bool(SEVERAL[page_language()].search(name))


class Names:
    """What each speaker is called in the page's language: an official name in that language, else the name on record."""

    def __init__(self, official: Mapping[int, str]) -> None:
        self._official = official

    @classmethod
    def of(cls, speakers: Iterable[int | None]) -> Names:
        """One query for everybody on a page."""
        keys = list({key for key in speakers if key})
        if not keys:
            return cls({})
        connection: Any = connections[router.db_for_read(SpeakerName)]
        with connection.prepared_cursor() as cursor:
            cursor.execute(OFFICIAL, ["{" + ",".join(map(str, keys)) + "}", page_language()])
            return cls(dict(cursor.fetchall()))  # the oldest row wins

    def __call__(self, speaker: int | None, on_record: str) -> str:
        return self._official.get(speaker or 0, on_record)


def joined(names: Sequence[str], left_out: int = 0) -> str:
    """ "China", "China and Russia", "China, Iran and Russia"; "China, Iran and 3 others" where so many are left out."""
    if left_out:
        said = ngettext("%(names)s and %(n)s other", "%(names)s and %(n)s others", left_out)
        return said % {"names": ", ".join(names), "n": left_out}
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
