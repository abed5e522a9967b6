"""Two records of one person or body become one, seen before it is done, and taken back when it was a mistake."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from claims import contest
from claims.acts import act, change, stale
from claims.corrections import note_change, was_seen
from claims.errors import Refused
from claims.linking.reversing import reverse_act, the_merge
from claims.models import (
    Affiliation,
    Carrier,
    Correction,
    OldSlug,
    Position,
    Speaker,
    SpeakerName,
    Statement,
    StatementSpeaker,
)
from claims.vocabulary import NameKind, Verb

# What merging changes, so that taking it back looks there.
TOUCHED = (SpeakerName, OldSlug, StatementSpeaker, Carrier, Affiliation, Speaker)


def merge_speakers(
    loser: Speaker,
    *,
    into: Speaker,
    by: User,
    because: str,
    base: int | None = None,
    into_base: int | None = None,
) -> None:
    """Two records of one person or body become one: statements move, the name stays as a variant, the old address leads here."""
    with act(Verb.MERGE, by=by, name="merge_speakers", because=because):
        _both_held(loser, into, base, into_base)
        _tell(_statements_of(loser), loser, into, by=by)
        both = StatementSpeaker.objects.filter(speaker=into).values("statement")
        StatementSpeaker.objects.filter(speaker=loser, statement__in=both).delete()
        StatementSpeaker.objects.filter(speaker=loser).update(speaker=into)
        StatementSpeaker.objects.filter(on_behalf_of=loser).update(on_behalf_of=into)
        Carrier.objects.filter(speaker=loser).update(speaker=into)
        Speaker.objects.filter(speaks_for=loser).exclude(pk=into.pk).update(speaks_for=into)
        Speaker.objects.filter(pk=into.pk, speaks_for=loser).update(speaks_for=loser.speaks_for)
        Affiliation.objects.filter(speaker=loser).exclude(body=into).update(speaker=into)
        Affiliation.objects.filter(body=loser).exclude(speaker=into).update(body=into)
        known = set(into.names.values_list("name", flat=True)) | {into.name}
        for name, kind in [(loser.name, NameKind.OFFICIAL.value), *loser.names.values_list("name", "kind")]:
            if name not in known:
                known.add(name)
                SpeakerName.objects.create(speaker=into, name=name, kind=kind)
        OldSlug.objects.get_or_create(slug=loser.slug, speaker=into)
        change(loser, {"merged_into": into})
        contest.refresh(contest.claims_where_they_count([into.pk]))


def unmerge_speakers(loser: Speaker, *, by: User, because: str, base: int | None = None) -> int:
    """Takes a merge back: what it moved is the loser's again. What was said or credited since stays with whoever it was credited to.

    Returns how many rows had been changed since and were left. Raises Refused when it is not merged, or that other one was merged on.
    """
    with act(Verb.MERGE, by=by, name="unmerge_speakers", because=because):
        stored = _held([loser.pk])[loser.pk]
        if base is not None and stored.version != base:
            raise stale(loser, {}, base=base)
        if stored.merged_into_id is None:
            raise Refused("merge", _("It was not merged into anybody."))
        into = _held([stored.merged_into_id])[stored.merged_into_id]
        if into.merged_into_id is not None:
            raise Refused("chain", _("%(name)s was merged itself: take that back first.") % {"name": into})
        done = reverse_act(the_merge(stored), TOUCHED)
        moved = Q(speakers__in=done.rows.get(StatementSpeaker, [])) | Q(
            carriers__in=done.rows.get(Carrier, [])
        )
        _tell(Statement.objects.filter(moved), into, stored, by=by)
        loser.refresh_from_db(fields=["merged_into", "version"])
        contest.refresh(contest.claims_where_they_count([into.pk, loser.pk]))
        return done.left


def what_merging_moves(loser: Speaker, into: Speaker) -> dict[str, int]:
    """The preview: how many rows of each kind would move. `both`: statements that name the two, where one name goes."""
    theirs = StatementSpeaker.objects.filter(speaker=loser)
    known = {into.name, *into.names.values_list("name", flat=True)}
    names = [loser.name, *loser.names.values_list("name", flat=True)]
    return {
        "statements": theirs.count(),
        "both": theirs.filter(statement__speakers__speaker=into).count(),
        "on_behalf": StatementSpeaker.objects.filter(on_behalf_of=loser).count(),
        "carriers": Carrier.objects.filter(speaker=loser).count(),
        "spokespeople": Speaker.objects.filter(speaks_for=loser).count(),
        "affiliations": Affiliation.objects.filter(Q(speaker=loser) | Q(body=loser)).count(),
        "names": len({name for name in names if name not in known}),
        "seen": _statements_of(loser).filter(positions__published_at__isnull=False).count(),
    }


def _both_held(loser: Speaker, into: Speaker, base: int | None, into_base: int | None) -> None:
    held = _held([loser.pk, into.pk])
    for each, version in ((loser, base), (into, into_base)):
        if version is not None and held[each.pk].version != version:
            raise stale(each, {}, base=version)
    if loser.pk == into.pk or any(each.merged_into_id is not None for each in held.values()):
        raise Refused("merge", _("Choose two different people or bodies that are not merged already."))
    if loser.only_in_id is not None or into.only_in_id is not None:
        raise Refused("anonymous", _("Unnamed speakers are never merged: nobody knows who they are."))


def _held(keys: list[int]) -> dict[int, Speaker]:
    rows = Speaker.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return {speaker.pk: speaker for speaker in rows}


def _statements_of(speaker: Speaker) -> Any:
    """Statements that name it as who says it, for whom, or through whom."""
    named = StatementSpeaker.objects.filter(Q(speaker=speaker) | Q(on_behalf_of=speaker)).values("statement")
    carried = Carrier.objects.filter(speaker=speaker).values("statement")
    return Statement.objects.filter(Q(pk__in=named) | Q(pk__in=carried))


def _tell(statements: Any, was: Speaker, now: Speaker, *, by: User) -> None:
    """Readers who had seen a statement are told under whose name it stands now. Only what may have been seen is looked at one by one."""
    shown = Position.objects.filter(statement=OuterRef("pk"), published_at__isnull=False)
    noted = Correction.objects.filter(statement=OuterRef("pk"))
    for statement in statements.filter(Exists(shown) | Exists(noted)).distinct().order_by("pk"):
        if was_seen(statement):
            note_change(statement, by=by, before={"speaker": [was.name]}, after={"speaker": [now.name]})
