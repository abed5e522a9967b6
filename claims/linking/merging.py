"""Two records of one thing become one: nothing is lost, and the old address leads to the new."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from claims import contest
from claims.acts import act, change
from claims.corrections import in_both, note_change, was_seen
from claims.errors import Refused
from claims.linking.statements import touch
from claims.models import (
    Affiliation,
    Carrier,
    Claim,
    OldSlug,
    Position,
    Speaker,
    SpeakerName,
    Statement,
    StatementSpeaker,
)
from claims.vocabulary import NameKind, Publication, Verb


def merge_speakers(loser: Speaker, *, into: Speaker, by: User, because: str) -> None:
    """Two records of one person or body become one: statements move, the name stays as a variant, the old address leads here."""
    with act(Verb.MERGE, by=by, name="merge_speakers", because=because):
        both_rows = Speaker.objects.select_for_update().filter(pk__in=[loser.pk, into.pk]).order_by("pk")
        if loser.pk == into.pk or any(each.merged_into_id is not None for each in both_rows):
            raise Refused("merge", _("Choose two different people or bodies that are not merged already."))
        if loser.only_in_id is not None or into.only_in_id is not None:
            raise Refused("anonymous", _("Unnamed speakers are never merged: nobody knows who they are."))
        theirs = Q(speakers__speaker=loser) | Q(speakers__on_behalf_of=loser)
        for statement in Statement.objects.filter(theirs).distinct().order_by("pk"):
            if was_seen(statement):
                note_change(
                    statement, by=by, before={"speaker": [loser.name]}, after={"speaker": [into.name]}
                )
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
        contest.refresh(_claims_where_they_count(into))


def _claims_where_they_count(speaker: Speaker) -> set[int]:
    """Claims with words of the speaker, of those who speak for it (however many steps down), or on behalf of any of them."""
    mouths = {speaker.pk}
    found = mouths
    while found:
        found = set(
            Speaker.objects.filter(Q(speaks_for__in=found) | Q(merged_into__in=found)).values_list(
                "pk", flat=True
            )
        )
        found -= mouths
        mouths |= found
    theirs = StatementSpeaker.objects.filter(Q(speaker__in=mouths) | Q(on_behalf_of__in=mouths))
    return set(
        Position.objects.filter(statement__in=theirs.values("statement")).values_list("claim_id", flat=True)
    )


def _took_in() -> str:
    return _("Another claim that says the same was merged into this one.")


def merge_claims(loser: Claim, *, into: Claim, by: User, because: str) -> None:
    """Two claims that say the same become one: positions and evidence move, the old address leads to the new one (301)."""
    with act(Verb.MERGE, by=by, name="merge_claims", because=because):
        rows = Claim.objects.select_for_update().filter(pk__in=[loser.pk, into.pk]).order_by("pk")
        stored = {claim.pk: claim for claim in rows}
        if loser.pk == into.pk or any(claim.merged_into_id is not None for claim in stored.values()):
            raise Refused("merge", _("Choose two different claims that are not merged already."))
        if stored[loser.pk].publication != Publication.DRAFT and not stored[into.pk].is_public:
            raise Refused(
                "draft",
                _(
                    "A claim that readers have seen is merged into one that they can see: publish that one first."
                ),
            )
        for position in loser.positions.exclude(statement__in=into.positions.values("statement")):
            Position.objects.filter(pk=position.pk).update(claim=into)
        loser.evidence.update(claim=into)
        if stored[loser.pk].publication != Publication.DRAFT:
            OldSlug.objects.get_or_create(slug=loser.slug, claim=into)
        if stored[loser.pk].is_public:
            note_change(
                into, by=by, before={}, after={"merged": loser.text}, text=because or in_both(_took_in)
            )
        change(loser, {"merged_into": into})
        touch(into)
        contest.refresh([loser.pk, into.pk])
