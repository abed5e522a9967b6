"""One text is a copy of another: an editor confirms or refuses what the archive found (sources/origins.py).

A confirmed copy has the original's origin, with everything that was taken from the copy in turn: "5 articles, 1 origin". What the
machine suggested on it in the very words of a statement of the original is triaged once, over there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import contest
from claims.acts import act, change, lock, stale
from claims.errors import Refused
from claims.models import Carrier, Position, Statement, StatementSpeaker
from claims.vocabulary import TRIAGED_IN_THE_ORIGINAL, Review, StatementOrigin, Verb
from sources.models import DerivationProposal, Source
from sources.origins import compare, hold
from sources.overlap import trimmed
from sources.vocabulary import ProposalState

__all__ = ["choose_origin", "confirm_derivation", "in_the_original_too", "refuse_derivation", "triage_once"]


def confirm_derivation(
    proposal: DerivationProposal, *, by: User, base: int | None = None, turned: bool = False
) -> int:
    """The proposal's source is taken from the other text (`turned`: the other way round); returns how many of its suggestions are
    triaged there.

    The copy and whatever was taken from it get the original's origin. Raises Refused where another original was confirmed before
    or both are one family already, Stale, PermissionDenied.
    """
    with act(Verb.TRIAGE, by=by, name="confirm_derivation"):
        stored = lock(proposal)
        ends = (stored.from_source, stored.source) if turned else (stored.source, stored.from_source)
        copy, original = _held(*ends)
        if base is None or stored.version == base:
            _refuse_what_is_settled(copy, original)
        family = list(Source.objects.filter(origin_id=copy.origin_id).values_list("pk", flat=True))
        changes: dict[str, Any] = {
            "state": ProposalState.ACCEPTED.value,
            "moved": [copy.origin_id, *(pk for pk in family if pk != copy.origin_id)],
            "decided_by": by,
            "decided_at": timezone.now(),
        }
        if turned:
            changes |= {"source": copy, "from_source": original}
            changes |= {"share": stored.share_of_original, "share_of_original": stored.share}
        change(proposal, changes, base=base)
        Source.objects.filter(pk=copy.pk).update(derived_from=original)
        _move(family, to=original.origin_id)
        return _triage_once(copy, original, by=by)


def refuse_derivation(
    proposal: DerivationProposal, *, by: User, because: str = "", base: int | None = None
) -> int:
    """It is no copy, and is not proposed again. One that was confirmed is taken back: its family has its own origin again, and what was
    triaged in the original waits again on the copy; returns how many suggestions that are.

    Raises Refused where its original was changed since, or where an unnamed speaker of one text is credited in the other; Stale,
    PermissionDenied.
    """
    with act(Verb.TRIAGE, by=by, name="refuse_derivation", because=because):
        stored = lock(proposal)
        changes = {
            "state": ProposalState.REJECTED.value,
            "moved": [],
            "decided_by": by,
            "decided_at": timezone.now(),
        }
        waiting = 0
        if stored.state == ProposalState.ACCEPTED and (base is None or stored.version == base):
            waiting = _take_back(stored)
        change(proposal, changes, base=base)
        return waiting


def triage_once(copy: Source, *, by: User) -> int:
    """Discards the machine's suggestions on a confirmed copy that are words of statements of its original; returns how many.

    For what was suggested after the confirmation. What an editor has put on a claim stays.
    """
    with act(Verb.TRIAGE, by=by, name="triage_once"):
        stored = lock(copy)
        return _triage_once(stored, stored.derived_from, by=by) if stored.derived_from else 0


def in_the_original_too(copy: Source) -> list[int]:
    """Keys of the suggestions that `triage_once` would discard."""
    return _doubles(copy, copy.derived_from) if copy.derived_from else []


def choose_origin(
    source: Source, original: Source | None, *, by: User, because: str = "", base: int | None = None
) -> None:
    """An editor says where the text comes from: from `original`, or from nowhere else (None). What was taken from it goes along.

    Raises Refused where a copy was confirmed, or where an unnamed speaker would be parted from their words; Stale, PermissionDenied.
    """
    with act(Verb.DRAFT, by=by, name="choose_origin", because=because):
        stored, root = _held(source, original or source)
        if base is not None and stored.version != base:
            raise stale(source, {}, base=base)
        if stored.derived_from_id is not None:
            raise Refused("derived", _("Another original was confirmed for this text: take that back first."))
        is_root = stored.origin_id == stored.pk
        if is_root if original is None else stored.origin_id == root.origin_id:
            raise Refused("same", _("That is its original source already."))
        if is_root:
            family = set(Source.objects.filter(origin_id=stored.pk).values_list("pk", flat=True))
        else:
            family = _family_of(stored, ())
            _refuse_strangers(family)
        _move(family, to=stored.pk if original is None else root.origin_id)


# --- Families


def _held(copy: Source, original: Source) -> tuple[Source, Source]:
    """Both as stored now. Until the end of the act nobody stores equal texts of them, nor moves their families."""
    hold({f"text {copy.text_sha256}", f"text {original.text_sha256}"})
    families = Source.objects.filter(pk__in=[copy.pk, original.pk]).values("origin_id")
    rows = Source.objects.select_for_update(no_key=True).filter(origin_id__in=families).order_by("pk")
    list(rows.values_list("pk"))
    stored = Source.objects.defer("raw", "search").in_bulk([copy.pk, original.pk])
    return stored[copy.pk], stored[original.pk]


def _refuse_what_is_settled(copy: Source, original: Source) -> None:
    if copy.origin_id == original.origin_id:
        raise Refused("same", _("Both texts have the same original source already."))
    if copy.derived_from_id is not None:
        raise Refused("derived", _("Another original was confirmed for this text: take that back first."))
    equal = Source.objects.filter(copies=copy, text_sha256=copy.text_sha256)
    if not equal.exists():
        raise Refused("settled", _("An editor has chosen the original source of this text: change it there."))


def _move(family: Collection[int], *, to: int | None) -> None:
    """Gives all of them one origin, and counts again what claims say of their origins."""
    Source.objects.filter(pk__in=family).update(origin_id=to)
    contest.refresh(Position.objects.filter(statement__source__in=family).values_list("claim_id", flat=True))


def _take_back(stored: DerivationProposal) -> int:
    copy, original = _held(stored.source, stored.from_source)
    if copy.derived_from_id != original.pk:
        raise Refused("changed", _("The original of this text was changed since: take that back first."))
    family = _family_of(copy, stored.moved)
    _refuse_strangers(family)
    Source.objects.filter(pk=copy.pk).update(derived_from=None)
    root = stored.moved[0] if stored.moved and stored.moved[0] in family else copy.pk
    # Before claims are counted again: what waits may be news.
    waiting = Statement.objects.filter(
        source=copy, review=Review.REJECTED, review_reason=TRIAGED_IN_THE_ORIGINAL
    ).update(review=Review.SUGGESTED.value, review_reason="", reviewed_by=None, reviewed_at=None)
    _move(family, to=root)
    return waiting


def _family_of(copy: Source, moved: Collection[int]) -> set[int]:
    """What belongs to the copy rather than to its original: equal texts, what was taken from them, and what came along with it."""
    rows = Source.objects.filter(origin_id=copy.origin_id).values_list("pk", "text_sha256", "derived_from_id")
    family, texts = {copy.pk}, {copy.text_sha256}
    left = {pk: (text, derived) for pk, text, derived in rows if pk != copy.pk}
    while found := {
        pk
        for pk, (text, derived) in left.items()
        if text in texts or derived in family or (derived is None and pk in moved)
    }:
        family |= found
        texts |= {left.pop(pk)[0] for pk in found}
    return family


def _refuse_strangers(family: Collection[int]) -> None:
    """An unnamed speaker stays with the article and its origin: parting two families must not leave one on the wrong side."""
    if (
        _crosses(StatementSpeaker.objects, "speaker", family)
        or _crosses(StatementSpeaker.objects, "on_behalf_of", family)
        or _crosses(Carrier.objects, "speaker", family)
    ):
        raise Refused(
            "anonymous",
            _("An unnamed speaker of one text is credited in the other: credit somebody else there first."),
        )


def _crosses(rows: models.Manager[Any], field: str, family: Collection[int]) -> bool:
    at_home = {f"{field}__only_in__in": family}
    named = Q(**{f"{field}__only_in": None})
    theirs = rows.filter(statement__source__in=family).exclude(named).exclude(**at_home)
    ours = rows.filter(**at_home).exclude(statement__source__in=family)
    return theirs.exists() or ours.exists()


# --- Suggestions


def _triage_once(copy: Source, original: Source, *, by: User) -> int:
    return Statement.objects.filter(pk__in=_doubles(copy, original), review=Review.SUGGESTED).update(
        review=Review.REJECTED.value,
        review_reason=TRIAGED_IN_THE_ORIGINAL,
        reviewed_by=by,
        reviewed_at=timezone.now(),
    )


def _doubles(copy: Source, original: Source) -> list[int]:
    """Suggestions of the machine on the copy whose words are, in the same passage, the words of a statement of the original."""
    suggested = Statement.objects.filter(
        source=copy, review=Review.SUGGESTED, origin=StatementOrigin.EXTRACTION, positions=None
    ).values_list("pk", "spans")
    there = {
        _words(original, ((span["start"], span["end"]) for span in spans))
        for spans in Statement.objects.filter(source=original).values_list("spans", flat=True)
    }
    if not suggested or not there:
        return []
    found = compare(copy, original)
    doubles = []
    for pk, spans in suggested:
        places = [found.across(span["start"], span["end"]) for span in spans]
        if _words(original, filter(None, places)) in there and None not in places:
            doubles.append(pk)
    return doubles


def _words(source: Source, places: Iterable[tuple[int, int]]) -> tuple[tuple[int, int] | None, ...]:
    """Places from their first word to their last: marks around a quotation belong to it in one text and not in the other."""
    return tuple(trimmed(source.body, start, end) for start, end in places)
