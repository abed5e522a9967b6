"""Two claims that say the same become one; one that says two things becomes two. Nothing is lost, and old addresses lead on."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import contest, signatures
from claims.acts import act, change, lock, stale
from claims.corrections import in_both, note_change
from claims.errors import Refused
from claims.linking.reversing import reverse_act, the_merge, would_move_back
from claims.linking.statements import touch
from claims.models import Claim, ClaimLink, Evidence, OldSlug, Position
from claims.models.addresses import free_slug
from claims.models.claim import READERS_SEE
from claims.permissions import require
from claims.vocabulary import LinkKind, LinkState, Publication, Verb

# What merging changes, so that taking it back looks there.
TOUCHED = (Position, Evidence, OldSlug, Claim)


def _took_in() -> str:
    return _("Another claim that says the same was merged into this one.")


def _gave_back() -> str:
    return _("A claim that had been merged into this one stands by itself again, with its statements.")


def _gave_off() -> str:
    return _("Some of its statements are about something else: they stand on a claim of their own now.")


def merge_claims(
    loser: Claim,
    *,
    into: Claim,
    by: User,
    because: str,
    base: int | None = None,
    into_base: int | None = None,
) -> None:
    """Two claims that say the same become one: positions and evidence move, the old address leads to the new one (301).

    `base`, `into_base`: the versions that the page showed. Raises Refused, Stale.
    """
    with act(Verb.MERGE, by=by, name="merge_claims", because=because):
        rows = Claim.objects.select_for_update().filter(pk__in=[loser.pk, into.pk]).order_by("pk")
        stored = {claim.pk: claim for claim in rows}
        for each, version in ((loser, base), (into, into_base)):
            if version is not None and stored[each.pk].version != version:
                raise stale(each, {}, base=version)
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
        # What was added for a proposal alone stays with it: elsewhere nothing would keep it from readers.
        loser.evidence.settled().update(claim=into)
        if stored[loser.pk].publication != Publication.DRAFT:
            OldSlug.objects.get_or_create(slug=loser.slug, claim=into)
        if stored[loser.pk].is_public:
            note_change(
                into, by=by, before={}, after={"merged": loser.text}, text=because or in_both(_took_in)
            )
        change(loser, {"merged_into": into})
        touch([into.pk])
        contest.refresh([loser.pk, into.pk])


def unmerge_claims(
    loser: Claim, *, by: User, because: str, base: int | None = None, into_base: int | None = None
) -> int:
    """Takes a merge back: the statements and evidence that it moved are the loser's again, and its address is its own.

    What came since stays where it came. Where readers will see the loser again, whoever may correct does it. Returns how many rows
    had been changed since and were left. Raises Refused, Stale, PermissionDenied.
    """
    with act(Verb.MERGE, by=by, name="unmerge_claims", because=because):
        stays = Claim.objects.filter(pk=loser.pk, merged_into__isnull=False).values("merged_into")
        both = Claim.objects.select_for_update().filter(Q(pk=loser.pk) | Q(pk__in=stays)).order_by("pk")
        held = {claim.pk: claim for claim in both}
        stored = held[loser.pk]
        into = held.get(stored.merged_into_id or 0)
        if into is None:
            raise Refused("merge", _("It was not merged into another claim."))
        for each, version in ((stored, base), (into, into_base)):
            if version is not None and each.version != version:
                raise stale(each, {}, base=version)
        if into.merged_into_id is not None:
            raise Refused("chain", _("That claim was merged itself: take that back first."))
        if comes_back(stored):
            require(by, Verb.CORRECT)
            if not into.is_public:
                raise Refused(
                    "gone", _("The claim that it was merged into was withdrawn: reopen that one first.")
                )
        done = reverse_act(the_merge(stored), TOUCHED)
        moved = Position.objects.filter(pk__in=done.rows.get(Position, []), published_at__isnull=False)
        seen = comes_back(stored) or moved.exists() or bool(done.rows.get(Evidence))
        if into.is_public and seen:
            was = {"merged": stored.text} if comes_back(stored) else {}
            note_change(into, by=by, before=was, after={}, text=because or in_both(_gave_back))
        touch([into.pk])
        loser.refresh_from_db(fields=["merged_into", "version"])
        contest.refresh([loser.pk, into.pk])
        return done.left


def comes_back(loser: Claim) -> bool:
    """Whether readers would see this merged claim again."""
    return loser.publication in READERS_SEE


def what_unmerging_moves(loser: Claim) -> dict[str, int]:
    """The preview: what would move back. Raises Refused where no history tells of the merge."""
    context = the_merge(loser)
    here = Q(claim=loser.merged_into_id)
    return {
        "statements": would_move_back(context, Position, here),
        "evidence": would_move_back(context, Evidence, here),
    }


def split_claim(
    claim: Claim,
    text: Mapping[str, str],
    *,
    by: User,
    goes: Collection[int] = (),
    both: Collection[int] = (),
    evidence: Collection[int] = (),
    because: str = "",
    base: int | None = None,
) -> Claim:
    """A part of a claim becomes a claim of its own. Returns the new one: a draft, or published at once where the old one is.

    `text`: its words, {"it": …, "en": …}, one is enough. `goes`, `both`: keys of positions that move there, or stand on either; `evidence`
    moves. A published claim is split by whoever may correct it, and readers are told. Raises Refused, Stale, PermissionDenied.
    """
    with act(Verb.MERGE, by=by, name="split_claim", because=because):
        stored = lock(claim)
        if base is not None and stored.version != base:
            raise stale(claim, {}, base=base)
        if stored.merged_into_id is not None or stored.publication == Publication.WITHDRAWN:
            raise Refused("gone", _("A claim that was withdrawn or merged is not split."))
        if stored.is_public:
            require(by, Verb.CORRECT)
        new = _part_of(stored, text)
        moving = Position.objects.filter(claim=stored, pk__in=[*goes, *both])
        if not moving.exists():
            raise Refused("none", _("Choose at least one statement for the new claim."))
        for position in moving.filter(pk__in=set(both)):
            Position.objects.create(
                statement_id=position.statement_id,
                claim=new,
                proposed_by=by,
                **{name: getattr(position, name) for name in ("stance", "partial", "implied", "inferred")},
            )
        moving.exclude(pk__in=set(both)).update(claim=new)
        chosen = stored.evidence.filter(pk__in=evidence)
        if chosen.exclude(pk__in=chosen.settled().values("pk")).exists():
            raise Refused("waits", _("Evidence added for a proposal alone stays with it."))
        chosen.update(claim=new)
        if stored.is_public:
            now = timezone.now()
            change(new, {"publication": Publication.PUBLISHED.value, "published_at": now})
            note_change(
                claim, by=by, before={}, after={"split": new.text}, text=because or in_both(_gave_off)
            )
        touch([claim.pk])
        contest.refresh([claim.pk, new.pk])
        return new


def _part_of(claim: Claim, text: Mapping[str, str]) -> Claim:
    """The new claim, a draft: of the same topic and time, linked as a part of the old one."""
    said = {code: " ".join(text.get(code, "").split()) for code in ("it", "en")}
    longest = Claim._meta.get_field("text_it").max_length or 0
    if not any(said.values()):
        raise Refused("empty", _("A claim needs words."))
    if max(map(len, said.values())) > longest:
        raise Refused("long", _("A claim has at most %(n)s characters: say it shorter.") % {"n": longest})
    new = Claim.objects.create(
        slug=free_slug(Claim, said["en"] or said["it"]),
        text_it=said["it"],
        text_en=said["en"],
        **{
            name: getattr(claim, name)
            for name in ("topic", "period_earliest", "period_latest", "period_basis")
        },
    )
    signatures.sign([new.pk])
    ClaimLink.objects.create(
        from_claim=new, to_claim=claim, kind=LinkKind.PART_OF.value, state=LinkState.ACCEPTED.value
    )
    return new
