"""Who is meant by a name as it is written."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from claims.acts import act
from claims.errors import Refused
from claims.models import (
    Speaker,
    SpeakerName,
)
from claims.vocabulary import NameKind, Verb
from sources.models import Source
from sources.names import fold


@dataclass(frozen=True)
class Candidate:
    """A speaker that written words may mean. `score`: 0 to 1; `reason`: the name that matched, where it is not the speaker's own."""

    speaker: Speaker
    score: float
    reason: str = ""


def candidates(written: str, *, language: str | None = None, limit: int = 10) -> list[Candidate]:
    """Speakers of that name or alias, best first: exact before the beginning of a name, a name before an alias.

    Nothing is decided: a lookup returns candidates. Merged speakers lead to who they were merged into. Two queries.
    """
    key = fold(" ".join(written.split()))
    if not key:
        return []
    found: dict[int, Candidate] = {}

    def offer(speaker: Speaker, score: float, reason: str) -> None:
        speaker = speaker.merged_into or speaker
        known = found.get(speaker.pk)
        if known is None or known.score < score:
            found[speaker.pk] = Candidate(speaker, score, reason)

    names = SpeakerName.objects.filter(Q(normalised__startswith=key) | Q(normalised__contains=f" {key}"))
    if language:
        names = names.filter(language__in=[language, ""])
    rows = names.order_by("normalised", "pk").values_list("speaker_id", "name", "normalised")[: limit * 5]
    aliases = list(rows)
    begins = Q(sort_key__startswith=key) | Q(sort_key__contains=f" {key}")
    # The bearers by their keys: without statistics the planner crosses joined tables.
    bearers = Q(pk__in={pk for pk, _name, _folded in aliases})
    speakers = Speaker.objects.filter(begins | bearers).select_related("merged_into").order_by("sort_key")
    by_key = {speaker.pk: speaker for speaker in speakers[: limit * 10]}
    for speaker in by_key.values():
        if speaker.sort_key.startswith(key) or f" {key}" in speaker.sort_key:
            offer(speaker, 1.0 if speaker.sort_key == key else 0.8, "")
    for pk, name, folded in aliases:
        if pk in by_key:
            offer(by_key[pk], 0.9 if folded == key else 0.7, name)
    return sorted(found.values(), key=lambda each: (-each.score, each.speaker.sort_key))[:limit]


def save_name_variant(
    speaker: Speaker,
    name: str,
    *,
    kind: NameKind,
    by: User,
    language: str = "",
    seen_in: Source | None = None,
) -> SpeakerName:
    """Remembers that the speaker is also written like this."""
    name = " ".join(name.split())
    with act(Verb.TRIAGE, by=by, name="save_name_variant"):
        if not name:
            raise Refused("empty", _("A name variant needs a name."))
        variant, _made = SpeakerName.objects.get_or_create(
            speaker=speaker,
            name=name,
            defaults={"kind": kind.value, "language": language, "seen_in": seen_in},
        )
        return variant
