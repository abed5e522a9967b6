"""What we know of a person or body: for whom they speak, how they are written, and which roles they had when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F
from django.utils.translation import gettext as _

from claims import contest
from claims.acts import act, change, stale
from claims.errors import Refused
from claims.models import Affiliation, Speaker, SpeakerName
from claims.vocabulary import NameKind, Verb

__all__ = ["add_name", "affiliate", "edit_speaker", "end_affiliation", "move_name", "speak_for"]

# What pages say of a party is worked out of these.
COUNTED = frozenset({"name", "slug", "kind", "speaks_for"})


def edit_speaker(speaker: Speaker, changes: Mapping[str, Any], *, by: User, base: int | None = None) -> None:
    """Writes the changed fields of a form. Where they say who the party is, the claims are counted again. Raises Stale."""
    with act(Verb.TRIAGE, by=by, name="edit"):
        change(speaker, changes, base=base)
        if COUNTED & set(changes):
            contest.refresh(contest.claims_where_they_count([speaker.pk]))


def speak_for(
    speaker: Speaker, body: Speaker | None, *, by: User, because: str = "", base: int | None = None
) -> None:
    """From now on they speak for that body, or for themselves alone (None). Whoever denies a claim through them changes with it.

    Raises Refused, Stale; the database refuses a circle.
    """
    with act(Verb.TRIAGE, by=by, name="speak_for", because=because), _held(speaker, base):
        if body is not None and (body.pk == speaker.pk or body.only_in_id or body.merged_into_id):
            raise Refused("body", _("Choose a named person or body other than this one."))
        Speaker.objects.filter(pk=speaker.pk).update(speaks_for=body)
        contest.refresh(contest.claims_where_they_count([speaker.pk]))


def add_name(
    speaker: Speaker,
    name: str,
    *,
    kind: NameKind | str,
    by: User,
    language: str = "",
    seen_in: int | None = None,
    base: int | None = None,
) -> SpeakerName:
    """Another way in which they are written. `seen_in`: key of the article. Raises Refused, Stale."""
    name = " ".join(name.split())
    with act(Verb.TRIAGE, by=by, name="save_name_variant"), _held(speaker, base):
        if not name:
            raise Refused("empty", _("A name variant needs a name."))
        if speaker.names.filter(name=name).exists():
            raise Refused("known", _("This name is in the list already."))
        kind = NameKind(kind)
        return SpeakerName.objects.create(
            speaker=speaker, name=name, kind=kind.value, language=language, seen_in_id=seen_in
        )


def move_name(
    name: SpeakerName, *, to: Speaker, by: User, because: str = "", base: int | None = None
) -> None:
    """The name is somebody else's: it is looked up there from now on. What was credited under it stays where it is.

    `base`: the version of whoever had it, as the page showed it. Raises Refused, Stale.
    """
    speaker = name.speaker
    with act(Verb.TRIAGE, by=by, name="move_name", because=because), _held(speaker, base, to), _held(to):
        if to.pk == speaker.pk or to.only_in_id or to.merged_into_id:
            raise Refused("to", _("Choose a named person or body other than this one."))
        if not SpeakerName.objects.filter(pk=name.pk, speaker=speaker).exists():
            raise Refused("moved", _("Somebody else has moved or removed this name."))
        if to.names.filter(name=name.name).exists():
            SpeakerName.objects.filter(pk=name.pk).delete()
        else:
            SpeakerName.objects.filter(pk=name.pk).update(speaker=to)


def affiliate(
    speaker: Speaker,
    body: Speaker,
    role: Mapping[str, str],
    *,
    by: User,
    from_on: date | None = None,
    to_on: date | None = None,
    base: int | None = None,
) -> Affiliation:
    """They had or have a role in that body. `role`: {"it": …, "en": …}. Unknown days stay empty. Raises Refused, Stale."""
    with act(Verb.TRIAGE, by=by, name="affiliate"), _held(speaker, base):
        if body.pk == speaker.pk or body.only_in_id or body.merged_into_id:
            raise Refused("body", _("Choose a named person or body other than this one."))
        _refuse_disorder(from_on, to_on)
        words = {f"role_{code}": " ".join(role.get(code, "").split()) for code in ("it", "en")}
        return Affiliation.objects.create(speaker=speaker, body=body, from_on=from_on, to_on=to_on, **words)


def end_affiliation(row: Affiliation, *, on: date, by: User, base: int | None = None) -> None:
    """That role ended on this day; no end, or another one, was on record. Raises Refused, Stale."""
    with act(Verb.TRIAGE, by=by, name="end_affiliation"), _held(row.speaker, base):
        stored = Affiliation.objects.filter(pk=row.pk, speaker=row.speaker_id).first()
        if stored is None:
            raise Refused("gone", _("Somebody else has removed this role."))
        _refuse_disorder(stored.from_on, on)
        Affiliation.objects.filter(pk=row.pk).update(to_on=on)


def _refuse_disorder(from_on: date | None, to_on: date | None) -> None:
    if from_on and to_on and to_on < from_on:
        raise Refused("order", _("A role ends after it begins."))


@contextmanager
def _held(speaker: Speaker, base: int | None = None, *others: Speaker) -> Iterator[None]:
    """Nobody else changes them meanwhile; what is added to a record changes its version, so that an older page is noticed.

    `others` are held too, all in one order.
    """
    keys = [speaker.pk, *(each.pk for each in others)]
    rows = Speaker.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    stored = {each.pk: each for each in rows}[speaker.pk]
    if base is not None and stored.version != base:
        raise stale(speaker, {}, base=base)
    if stored.merged_into_id is not None:
        raise Refused("merged", _("It was merged into another record."))
    yield
    Speaker.objects.filter(pk=speaker.pk, version=stored.version).update(version=F("version") + 1)
    speaker.refresh_from_db(fields=["version", "speaks_for"])
