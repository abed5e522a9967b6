"""Claims, evidence, decisions and what was public: rules that the database keeps whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from claims import reviewing
from claims.models import (
    Assignment,
    Claim,
    ClaimLink,
    Correction,
    Evidence,
    HistorySeal,
    Note,
    OldSlug,
    Position,
    Reading,
    Redaction,
    Request,
    Speaker,
    Topic,
    Verdict,
    Withdrawal,
)
from claims.vocabulary import Stance
from tests.claims.rules import at_commit, change, refused, sha
from tests.factories import (
    make_claim,
    make_outlet,
    make_position,
    make_published_claim,
    make_published_source,
    make_source,
    make_speaker,
    make_statement,
    make_user,
    make_verdict,
)

pytestmark = pytest.mark.django_db


# -- claims, evidence, decisions -------------------------------------------------------------------------------------------------


def test_what_readers_read_is_worded_in_one_language_at_least() -> None:
    by, claim = make_user(), make_claim()
    for constraint, row in {
        "claims_claim_has_words": Claim(slug="wordless"),
        "claims_topic_has_a_name": Topic(slug="nameless"),
        "claims_correction_has_words": Correction(claim=claim, by=by),
        "claims_withdrawal_has_a_reason": Withdrawal(claim=claim, by=by),
    }.items():
        with refused(constraint):
            row.save()


def test_a_statement_takes_one_position_on_a_claim() -> None:
    position = make_position()
    with refused("claims_position_once_per_statement_and_claim"):
        make_position(position.claim, Stance.CONTEXT, statement=position.statement)


def test_readers_are_shown_accepted_statements() -> None:
    position = make_position(review="suggested")
    with refused("[review]"):
        change(position, published_at=timezone.now())
    change(position.statement, review="accepted")
    change(position, published_at=timezone.now())
    change(position.statement, review="rejected")
    change(position, published_at=timezone.now())


def test_evidence_is_exactly_one_thing() -> None:
    claim = make_claim()
    for things in (
        {},
        {"url": "https://example.org/", "source": make_source()},
        {"statement": make_statement(), "source": make_source()},
        {"file": "evidence/a.pdf"},
    ):
        with refused("claims_evidence_is_one_thing"):
            Evidence.objects.create(claim=claim, kind="supports", **things)
    for things in (
        {"url": "https://example.org/", "key": "one"},
        {"source": make_source()},
        {"statement": make_statement()},
        {"file": "evidence/a.pdf", "file_sha256": sha("a")},
    ):
        Evidence.objects.create(claim=claim, kind="supports", **things)
    with refused("claims_evidence_one_per_key"):
        Evidence.objects.create(claim=claim, kind="supports", url="https://example.org/", key="one")


def test_two_claims_are_linked_once_and_no_claim_to_itself() -> None:
    one, two = make_claim(), make_claim()
    ClaimLink.objects.create(from_claim=one, to_claim=two, kind="follows")
    with refused("claims_claimlink_once"):
        ClaimLink.objects.create(from_claim=one, to_claim=two, kind="follows")
    with refused("claims_claimlink_of_two_claims"):
        ClaimLink.objects.create(from_claim=one, to_claim=one, kind="follows")


def test_a_claim_has_one_current_verdict() -> None:
    first = make_verdict(make_claim(), key="one")
    with refused("claims_verdict_one_current"):
        make_verdict(first.claim)
    change(first, stage="superseded")
    make_verdict(first.claim)
    with refused("claims_verdict_one_per_key"):
        make_verdict(make_claim(), key="one")


def test_the_second_reader_is_another() -> None:
    author = make_user()
    with refused("claims_verdict_second_reader_is_another"):
        make_verdict(make_claim(), author=author, second_reader=author)


@pytest.mark.parametrize("reason", ["", "Too short", "  too short  ", "          \n"])
def test_a_reason_is_a_sentence(reason: str) -> None:
    with refused("claims_verdict_has_a_reason"):
        make_verdict(make_claim(), reason=reason)


def test_a_verdict_in_force_says_since_when() -> None:
    with refused("claims_verdict_in_force_has_a_date"):
        make_verdict(make_claim(), decided_at=None)


@pytest.mark.parametrize(
    "field", ["rating", "author", "claim", "reason_en", "label_en", "evidence", "decided_at"]
)
def test_a_verdict_in_force_stays_as_it_was_decided(field: str) -> None:
    verdict = make_verdict(make_claim(), label_en="Unproven", evidence=[{"id": 1}])
    other: dict[str, Any] = {
        "rating": "refuted",
        "author": make_user(),
        "claim": make_claim(),
        "evidence": [],
        "decided_at": timezone.now(),
    }
    with refused("[keep]"):
        change(verdict, **{field: other.get(field, "Something quite different.")})


def test_the_other_language_of_a_reason_is_filled_once() -> None:
    verdict = make_verdict(make_claim())
    change(verdict, reason_it="Non risulta altro.", label_it="Non provato")
    for values in ({"reason_it": "Un'altra ragione."}, {"reason_it": ""}, {"label_it": "Altro"}):
        with refused("[keep]"):
            change(verdict, **values)


def test_a_second_reader_comes_once() -> None:
    verdict = make_verdict(make_claim())
    change(verdict, second_reader=make_user())
    with refused("[keep]"):
        change(verdict, second_reader=make_user())


def test_a_proposal_may_still_change_what_it_rests_on() -> None:
    verdict = make_verdict(make_claim(), stage="proposed", decided_at=None)
    change(verdict, evidence=[{"id": 1}], as_known_on=date(2024, 4, 1))


# -- the grounds of a rating -----------------------------------------------------------------------------------------------------


def deny(claim: Claim, speaker: Speaker | None = None, **fields: Any) -> Position:
    return make_position(claim, Stance.DENIES, speaker or make_speaker(), **fields)


def admit(claim: Claim, speaker: Speaker) -> Position:
    return make_position(claim, Stance.ADMITS, speaker)


def evidence(claim: Claim, kind: str) -> Evidence:
    return Evidence.objects.create(claim=claim, kind=kind, url="https://example.org/")


def spokesman_denies_government_admits(claim: Claim) -> None:
    party = make_speaker(kind="government")
    ministry = make_speaker(kind="organisation", speaks_for=party)
    deny(claim, make_speaker(speaks_for=ministry))
    admit(claim, party)


def merged_denies_kept_admits(claim: Claim) -> None:
    kept = make_speaker()
    deny(claim, make_speaker(merged_into=kept))
    admit(claim, kept)


def on_behalf(claim: Claim) -> None:
    party = make_speaker(kind="government")
    position = deny(claim)
    position.statement.speakers.update(on_behalf_of=party)
    admit(claim, party)


def unnamed_official_denies_government_admits(claim: Claim) -> None:
    """Who is unnamed is a party of their own: that the government admits takes nothing back."""
    party, position = make_speaker(kind="government"), deny(claim)
    source = position.statement.source
    official = make_speaker(kind="anonymous", only_in=source, speaks_for=party)
    position.statement.speakers.update(speaker=official)
    admit(claim, party)


def two_parties(claim: Claim) -> None:
    deny(claim)
    admit(claim, make_speaker())


GROUNDS: dict[str, tuple[str, Callable[[Claim], Any], bool]] = {
    "unproven needs nothing": ("unproven", lambda claim: None, True),
    "disputed without anything": ("disputed", lambda claim: None, False),
    "disputed by an accepted denial": ("disputed", deny, True),
    "disputed by a suggested denial": ("disputed", lambda claim: deny(claim, review="suggested"), False),
    "disputed by refuting evidence": ("disputed", lambda claim: evidence(claim, "refutes"), True),
    "disputed by supporting evidence": ("disputed", lambda claim: evidence(claim, "supports"), False),
    "confirmed without anything": ("confirmed", lambda claim: None, False),
    "confirmed by supporting evidence": ("confirmed", lambda claim: evidence(claim, "supports"), True),
    "confirmed by context": ("confirmed", lambda claim: evidence(claim, "context"), False),
    "confirmed by an admission alone": ("confirmed", lambda claim: admit(claim, make_speaker()), False),
    "confirmed by another party's admission": ("confirmed", two_parties, False),
    "confirmed by the party that denied": ("confirmed", spokesman_denies_government_admits, True),
    "confirmed by a merged speaker": ("confirmed", merged_denies_kept_admits, True),
    "confirmed by whom they speak for": ("confirmed", on_behalf, True),
    "confirmed for an unnamed official": ("confirmed", unnamed_official_denies_government_admits, False),
    "refuted by a denial alone": ("refuted", deny, False),
    "refuted by refuting evidence": ("refuted", lambda claim: evidence(claim, "refutes"), True),
}


@pytest.mark.parametrize(("rating", "ground", "holds"), GROUNDS.values(), ids=GROUNDS)
def test_a_rating_has_its_grounds(rating: str, ground: Callable[[Claim], Any], holds: bool) -> None:
    claim = make_claim()
    ground(claim)
    fields = {
        "claim": claim,
        "rating": rating,
        "reason_en": "As is on record.",
        "as_known_on": date(2024, 3, 31),
    }
    verdict = Verdict.objects.create(author=make_user(), **fields)
    at_commit()  # a proposal needs no grounds
    assert (reviewing.lacks(claim, rating) == []) is holds  # what we say and what the database does agree
    if holds:
        change(verdict, stage="current", decided_at=timezone.now())
        at_commit()
    else:
        with refused("[grounds]"):
            change(verdict, stage="current", decided_at=timezone.now())


def test_discarding_the_denial_later_is_allowed() -> None:
    claim = make_claim()
    denial = deny(claim)
    verdict = Verdict.objects.create(
        claim=claim, rating="disputed", reason_en="As is on record.", as_known_on=date(2024, 3, 31),
        author=make_user(), stage="current", decided_at=timezone.now(),
    )  # fmt: skip
    at_commit()
    change(denial.statement, review="rejected")
    at_commit()
    assert verdict.stage == "current"


# -- what was public stays -------------------------------------------------------------------------------------------------------


def test_what_readers_have_seen_is_never_deleted() -> None:
    source, claim = make_published_source("Words."), make_published_claim("Said.")
    statement = make_statement(source, "Words", make_speaker())
    position = Position.objects.create(
        statement=statement, claim=claim, stance="denies", published_at=timezone.now()
    )
    outlet = make_outlet()
    change(source, outlet=outlet)
    reply = Request.objects.create(
        kind="reply", text="No.", received_at=timezone.now(), published_at=timezone.now()
    )
    for row in (source, claim, statement, position, outlet, statement.speakers.get().speaker, reply):
        assert row is not None
        with refused("[delete]"), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {row._meta.db_table} WHERE id = %s", [row.pk])


def test_drafts_may_be_deleted() -> None:
    for row in (
        make_source(),
        make_claim(),
        make_statement(),
        make_position(),
        make_outlet(),
        make_speaker(),
    ):
        row.delete()


def test_a_claim_or_source_is_withdrawn_with_a_public_reason() -> None:
    for row in (make_published_claim("Said."), make_published_source("Words.")):
        with refused("[withdrawal]"):
            change(row, publication="withdrawn")
        change(row, publication="withdrawn")
        Withdrawal.objects.create(**{row._meta.model_name: row}, reason_en="It was not ours.", by=make_user())
        at_commit()


def test_what_is_withdrawn_is_withdrawn_once_until_it_is_reopened() -> None:
    for kind, row in {"claim": make_claim(), "source": make_source()}.items():
        fields = {kind: row, "reason_en": "It was not ours.", "by": make_user()}
        first = Withdrawal.objects.create(**fields)
        with refused(f"claims_withdrawal_one_open_per_{kind}"):
            Withdrawal.objects.create(**fields)
        change(first, reopened_at=timezone.now())
        Withdrawal.objects.create(**fields)


def test_a_withdrawal_is_of_one_thing_and_a_correction_of_something() -> None:
    by = make_user()
    with refused("claims_withdrawal_of_one_thing"):
        Withdrawal.objects.create(claim=make_claim(), source=make_source(), reason_en="No.", by=by)
    with refused("claims_correction_of_something"):
        Correction.objects.create(text_en="We were wrong.", by=by)


def test_a_correction_and_a_withdrawal_never_change() -> None:
    by = make_user()
    correction = Correction.objects.create(claim=make_claim(), text_en="We were wrong.", by=by)
    withdrawal = Withdrawal.objects.create(claim=make_claim(), reason_en="It was not ours.", by=by)
    for row, values in (
        (correction, {"text_en": "We were right."}),
        (correction, {"before": {"a": 1}}),
        (correction, {"claim": make_claim()}),
        (withdrawal, {"reason_en": "Something else."}),
        (withdrawal, {"withdrawn_at": timezone.now()}),
    ):
        with refused("[keep]"):
            change(row, **values)


def test_only_a_reply_is_shown() -> None:
    with refused("claims_request_only_replies_are_public"):
        Request.objects.create(
            kind="removal", text="Go.", received_at=timezone.now(), published_at=timezone.now()
        )


def make_order(**fields: Any) -> Request:
    usual = {
        "kind": "court_order",
        "text": "Erase it.",
        "received_at": timezone.now(),
        "source": make_source(),
    }
    return Request.objects.create(**{**usual, **fields})


def test_an_order_is_approved_by_another_than_who_recorded_it() -> None:
    by = make_user()
    for fields in ({"approved_by": by}, {"approved_by": by, "handled_by": by}):
        with refused("claims_request_approved_by_another"):
            make_order(**fields)
    make_order(approved_by=by, handled_by=make_user())


def test_an_approved_order_stays_as_it_was_approved() -> None:
    order = make_order(approved_by=make_user(), handled_by=make_user())
    for values in ({"source": make_source()}, {"text": "Erase more."}, {"approved_by": make_user()}):
        with refused("[keep] an approved order"):
            change(order, **values)
    change(order, outcome="accepted")
    change(order, approved_by=None)
    change(order, text="Erase less.")


def test_only_the_owner_says_that_an_order_was_carried_out() -> None:
    order = make_order(approved_by=make_user(), handled_by=make_user())
    with refused("[redact]"):
        change(order, carried_out_at=timezone.now())
    with refused("permission denied"):
        Redaction.objects.create(request=order, table="claims_claimevent", event=1, was="", left="")


def test_the_chain_of_seals_is_only_added_to() -> None:
    """The application reads it; that the owner cannot change it either is tested in tests/house."""
    with refused("permission denied"):
        HistorySeal.objects.create(first=[], last=[], events=0, digest="", head="a")


def test_the_same_thing_is_handed_to_the_same_colleague_once_while_it_is_open() -> None:
    by, to = make_user(), make_user()
    for kind, thing in {"claim": make_claim(), "source": make_source(), "request": make_order()}.items():
        first = Assignment.objects.create(**{kind: thing}, to=to, by=by)
        names = (
            "claims_assignment_open_once_claim",
            "claims_assignment_open_once_source",
            "claims_assignment_open_once_request",
        )
        with refused(next(name for name in names if name.endswith(kind))):
            Assignment.objects.create(**{kind: thing}, to=to, by=by)
        Assignment.objects.create(**{kind: thing}, to=by, by=by)
        change(first, done_at=timezone.now())
        Assignment.objects.create(**{kind: thing}, to=to, by=by)


# -- the desk --------------------------------------------------------------------------------------------------------------------


def test_a_note_is_about_something_and_an_assignment_about_one_thing() -> None:
    by = make_user()
    with refused("claims_note_about_something"):
        Note.objects.create(author=by, text="Hm.")
    with refused("claims_assignment_of_one_thing"):
        Assignment.objects.create(claim=make_claim(), source=make_source(), to=by, by=by)


def test_a_former_address_leads_to_one_page() -> None:
    claim = make_claim()
    OldSlug.objects.create(slug="old", claim=claim)
    OldSlug.objects.create(slug="old", speaker=make_speaker())
    with refused("claims_oldslug_once_for_claims"):
        OldSlug.objects.create(slug="old", claim=make_claim())
    for things in ({}, {"claim": claim, "topic": Topic.objects.create(slug="t", name_en="T")}):
        with refused("claims_oldslug_of_one_thing"):
            OldSlug.objects.create(slug="older", **things)
    for kind, row in {
        "speaker": make_speaker(),
        "topic": Topic.objects.get(),
        "outlet": make_outlet(),
    }.items():
        OldSlug.objects.create(slug="same", **{kind: row})
        with refused(f"claims_oldslug_once_for_{kind}s"):
            OldSlug.objects.create(slug="same", **{kind: row})


def test_a_version_of_the_extractor_reads_a_source_once() -> None:
    source = make_source()
    Reading.objects.create(source=source, extractor_version="1")
    with refused("claims_reading_once_per_version"):
        Reading.objects.create(source=source, extractor_version="1")
