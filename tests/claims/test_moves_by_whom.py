"""Who moves what: each move of a claim's publication and of a decision's stage, through each door, is the table of permissions.

Every act is tried on a row in every state, by everybody, with second reading off and on: through the step itself, the desk's page,
and the admin. What came of it is compared with ALLOWED and with the tables of moves, so that no door knows a way of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims import reviewing
from claims.errors import Refused
from claims.models import Claim, Verdict, Withdrawal
from claims.vocabulary import ALLOWED, PUBLICATION_MOVES, STAGE_MOVES, Role, Verb
from tests.claims.desk_data import REASON, signed_in
from tests.claims.desk_forms import fields_of
from tests.factories import make_claim, make_published_claim, make_user, make_verdict

pytestmark = pytest.mark.django_db
NOTE = "Cite the second document as well."
PEOPLE: tuple[Role | str, ...] = ("anonymous", "disabled", *Role)
# (from, to) → by whom it was done.
Moves = dict[tuple[str, str], set[Role | str]]


@dataclass
class Person:
    who: Role | str
    user: Any
    client: Client


def make_person(who: Role | str) -> Person:
    if who == "anonymous":
        return Person(who, AnonymousUser(), Client())
    user = make_user(who if isinstance(who, Role) else Role.SENIOR_EDITOR)
    client = signed_in(user)
    if who == "disabled":
        User.objects.filter(pk=user.pk).update(is_active=False)
        user.is_active = False
    return Person(who, user, client)


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def by_the_step(act: Callable[[], object]) -> bool:
    """Whether it was let in; what the step itself refuses is no question of permission."""
    try:
        with transaction.atomic():
            act()
    except PermissionDenied:
        return False
    except Refused:
        pass
    return True


def by_post(person: Person, address: str, data: dict[str, Any]) -> bool:
    answer = person.client.post(address, data)
    if answer.status_code == 302 and "/login/" in answer["Location"]:
        return False
    assert answer.status_code in (200, 302, 400, 403, 409), (address, answer.status_code)
    return answer.status_code != 403


# -- a claim's publication --------------------------------------------------------------------------------------------------------

# Each act: its verb, and what it makes of a claim in which state.
PUBLICATION_ACTS: dict[str, tuple[Verb, dict[str, str]]] = {
    "publish": (Verb.PUBLISH, {"draft": "published"}),
    "review_again": (Verb.REVIEW_AGAIN, {"published": "under_review"}),
    "reopen": (Verb.REOPEN, {"under_review": "published", "withdrawn": "published"}),
    "withdraw": (Verb.WITHDRAW, {"published": "withdrawn", "under_review": "withdrawn"}),
    # These never move a claim.
    "publish_update": (Verb.PUBLISH_UPDATE, {}),
    "correct": (Verb.CORRECT, {}),
}
STATES = [state for state in PUBLICATION_MOVES if state]


def claim_in(state: str) -> Claim:
    claim = make_claim() if state == "draft" else make_published_claim("Testland sold drones.")
    if state == "withdrawn":
        Withdrawal.objects.create(claim=claim, reason_en=REASON, by=make_user())
    if state in ("under_review", "withdrawn"):
        Claim.objects.filter(pk=claim.pk).update(publication=state)
    claim.refresh_from_db()
    return claim


def publication_by_step(person: Person, claim: Claim, key: str) -> bool:
    more: dict[str, Any] = {"withdraw": {"because": REASON}, "correct": {"text": REASON}}.get(key, {})
    return by_the_step(lambda: getattr(reviewing, key)(claim, by=person.user, **more))


SAID = {"reason_en": REASON, "told_en": REASON, "text_en": "Other words"}


def publication_on_the_desk(person: Person, claim: Claim, key: str) -> bool:
    address = reverse("desk:act", args=[claim.pk, key])
    return by_post(person, address, {**SAID, f"version_{claim.pk}": claim.version})


def publication_in_the_admin(person: Person, claim: Claim, key: str) -> bool:
    address = f"{reverse('admin:claims_claim_act', args=[key])}?claims={claim.pk}"
    return by_post(person, address, {**SAID, f"version_{claim.pk}": claim.version})


@pytest.mark.parametrize("second_reading", [False, True], ids=["alone", "second reading"])
@pytest.mark.parametrize(
    "door", [publication_by_step, publication_on_the_desk, publication_in_the_admin], ids=lambda d: d.__name__
)
def test_claims_are_published_and_taken_off_by_whom_the_table_says(
    door: Any, second_reading: bool, settings: Any
) -> None:
    settings.CLAIMTRACKER_SECOND_READER = second_reading
    people = [make_person(who) for who in PEOPLE]
    done: Moves = defaultdict(set)
    for old in STATES:
        claim = claim_in(old)
        for key, (verb, _makes) in PUBLICATION_ACTS.items():
            for person in people:
                with undone():
                    let_in = door(person, Claim.objects.get(pk=claim.pk), key)
                    new = Claim.objects.values_list("publication", flat=True).get(pk=claim.pk)
                assert let_in == (person.who in ALLOWED[verb]), (old, key, person.who)
                if new != old:
                    done[old, new].add(person.who)
    lawful = {(str(old), str(new)) for old, news in PUBLICATION_MOVES.items() if old for new in news}
    verbs = {(old, new): verb for verb, makes in PUBLICATION_ACTS.values() for old, new in makes.items()}
    assert set(verbs) == lawful, "a lawful move that no act makes, or an act that makes none"
    assert done == {move: set(ALLOWED[verb]) for move, verb in verbs.items()}


def test_a_new_claim_is_a_draft_whatever_its_form_says_and_by_whom_the_table_says() -> None:
    page = reverse("admin:claims_claim_add")
    for person in map(make_person, PEOPLE):
        data = {"text_en": "A new one.", "period_basis": "unknown", "publication": "published"}
        by_post(person, page, data)
        made = list(Claim.objects.filter(text_en="A new one.").values_list("publication", flat=True))
        assert made == (["draft"] if person.who in ALLOWED[Verb.DRAFT] else []), person.who
        Claim.objects.filter(text_en="A new one.").update(text_en="One of before.")


def test_no_form_of_the_admin_moves_a_claim_past_its_acts() -> None:
    for person in map(make_person, PEOPLE):
        for old in STATES:
            claim = claim_in(old)
            page = reverse("admin:claims_claim_change", args=[claim.pk])
            may_edit = person.who in ALLOWED[Verb.DRAFT]
            data = fields_of(person.client.get(page).content.decode()) if may_edit else {}
            for new in STATES:
                forged = {"publication": new, "published_at_0": "2024-01-01", "desk_note": "seen"}
                with undone():
                    by_post(person, page, {**data, **forged})
                    stored = Claim.objects.get(pk=claim.pk)
                assert (stored.publication, stored.published_at) == (old, claim.published_at)
                # Where the form itself is theirs it went through, without what was forged.
                theirs = may_edit and (old == "draft" or person.who in ALLOWED[Verb.CORRECT])
                assert (stored.desk_note == "seen") == theirs, (person.who, old)


def test_no_form_of_the_admin_moves_a_decision() -> None:
    people = [make_person(who) for who in PEOPLE]
    for old in STAGES:
        verdict = verdict_in(old, make_user())
        page = reverse("admin:claims_verdict_change", args=[verdict.pk])
        for person in people:
            for new in STAGES:
                assert not by_post(person, page, {"stage": new, "rating": "confirmed"})
        assert Verdict.objects.values_list("stage", flat=True).get(pk=verdict.pk) == old


# -- a decision's stage -----------------------------------------------------------------------------------------------------------

STAGES = [stage for stage in STAGE_MOVES if stage]


def verdict_in(stage: str, author: User) -> Verdict:
    """A decision on a published claim, led there by lawful moves."""
    begins = "current" if stage in ("current", "superseded") else "proposed"
    decided = timezone.now() if begins == "current" else None
    verdict = make_verdict(
        make_published_claim("Testland sold drones."), stage=begins, author=author, decided_at=decided
    )
    if stage != begins:
        Verdict.objects.filter(pk=verdict.pk).update(stage=stage)
    verdict.refresh_from_db()
    return verdict


@dataclass(frozen=True)
class Try:
    """One act on a decision: whose verb it is, the step, and what the pages are sent."""

    verb: Verb
    step: Callable[[Verdict, Any], object]
    page: str
    data: dict[str, str]


WORDS = {"rating": "unproven", "reason_en": REASON}
STAGE_TRIES: dict[str, Try] = {
    "approve": Try(Verb.APPROVE, lambda v, by: reviewing.approve(v, by=by), "approve", {}),
    "send back": Try(
        Verb.APPROVE, lambda v, by: reviewing.send_back(v, by=by, note=NOTE), "send-back", {"note": NOTE}
    ),
    "publish now": Try(
        Verb.PUBLISH_NOW,
        lambda v, by: reviewing.publish_now(v, by=by, because=NOTE),
        "publish-now",
        {"early_reason": NOTE},
    ),
    "propose again": Try(
        Verb.PROPOSE,
        lambda v, by: reviewing.propose_again(v, by=by),
        "propose-again",
        {"rating": "unproven", "reason_en": "Nothing else is on record."},
    ),
    "propose otherwise": Try(
        Verb.PROPOSE,
        lambda v, by: reviewing.propose_again(v, by=by, because={"en": REASON}),
        "propose-again",
        WORDS,
    ),
    "take back": Try(Verb.PROPOSE, lambda v, by: reviewing.drop(v, by=by), "take-back", {}),
    "mark": Try(
        Verb.MARK,
        lambda v, by: reviewing.decide([v.claim], "unproven", by=by, because={"en": REASON}),
        "",
        WORDS,
    ),
}


def stage_by_step(person: Person, verdict: Verdict, tried: Try) -> bool:
    return by_the_step(lambda: tried.step(verdict, person.user))


def stage_on_the_desk(person: Person, verdict: Verdict, tried: Try) -> bool:
    claim = verdict.claim
    address = reverse("desk:stage", args=[verdict.pk, tried.page]) if tried.page else ""
    address = address or reverse("desk:claim", args=[claim.pk])
    return by_post(person, address, {**tried.data, f"version_{claim.pk}": str(claim.version)})


def stage_in_the_admin(person: Person, verdict: Verdict, tried: Try) -> bool:
    """The admin marks; every other act is the desk's."""
    address = f"{reverse('admin:claims_claim_mark', args=['unproven'])}?claims={verdict.claim_id}"
    return by_post(person, address, {**tried.data, f"version_{verdict.claim_id}": str(verdict.claim.version)})


# (from, to, whether it is one's own) → the verb; "" is a decision that was not there before.
ANYBODYS = (True, False)
ON_PROPOSALS: dict[tuple[str, str, bool], Verb] = {
    ("proposed", "current", False): Verb.APPROVE,
    ("proposed", "current", True): Verb.PUBLISH_NOW,
    ("proposed", "returned", False): Verb.APPROVE,
    ("proposed", "dropped", True): Verb.PROPOSE,
    ("returned", "proposed", True): Verb.PROPOSE,
    ("returned", "dropped", True): Verb.PROPOSE,
    # Other words are a proposal of their own.
    ("", "proposed", True): Verb.PROPOSE,
}
# What is in force gives way to another mark; with second reading on, to a newer proposal that is approved or published now.
ALONE = {("", "current", True): Verb.MARK} | {("current", "superseded", own): Verb.MARK for own in ANYBODYS}
TOGETHER = {("current", "superseded", False): Verb.APPROVE, ("current", "superseded", True): Verb.PUBLISH_NOW}


def decisions_by(author: User, *, second_reading: bool) -> list[Verdict]:
    """One at every stage; with second reading on also a proposal beside a decision in force."""
    made = [verdict_in(stage, author) for stage in STAGES]
    if second_reading:
        claim = verdict_in("current", author).claim
        made.append(make_verdict(claim, stage="proposed", author=author, decided_at=None))
    return made


def test_every_move_of_a_decision_is_one_of_those_below() -> None:
    lawful = {(str(old), str(new)) for old, news in STAGE_MOVES.items() for new in news}
    assert {(old, new) for old, new, _own in {**ON_PROPOSALS, **ALONE, **TOGETHER}} == lawful


@pytest.mark.parametrize("second_reading", [False, True], ids=["alone", "second reading"])
@pytest.mark.parametrize(
    "door", [stage_by_step, stage_on_the_desk, stage_in_the_admin], ids=lambda d: d.__name__
)
def test_decisions_are_moved_by_whom_the_table_says(door: Any, second_reading: bool, settings: Any) -> None:
    settings.CLAIMTRACKER_SECOND_READER = second_reading
    acts = {"mark": STAGE_TRIES["mark"]} if door is stage_in_the_admin else STAGE_TRIES
    done: dict[tuple[str, str, bool], set[Role | str]] = defaultdict(set)
    colleague = make_user(Role.EDITOR)
    for person in map(make_person, PEOPLE):
        for author in (person.user, colleague) if isinstance(person.who, Role) else (colleague,):
            for verdict in decisions_by(author, second_reading=second_reading):
                rows = Verdict.objects.filter(claim=verdict.claim)
                before = dict(rows.values_list("pk", "stage"))
                for name, tried in acts.items():
                    with undone():
                        again = Verdict.objects.select_related("claim").get(pk=verdict.pk)
                        let_in = door(person, again, tried)
                        after = list(rows.values_list("pk", "stage", "author_id"))
                    assert let_in == (person.who in ALLOWED[tried.verb]), (verdict.stage, name, person.who)
                    for pk, new, by in after:
                        old = before.get(pk, "")
                        if new != old:
                            done[old, new, by == person.user.pk].add(person.who)
    verbs = ON_PROPOSALS | (TOGETHER if second_reading else ALONE)
    if door is stage_in_the_admin:
        verbs = {("", "proposed", True): Verb.MARK} if second_reading else ALONE
    assert done == {move: set(ALLOWED[verb]) for move, verb in verbs.items()}
