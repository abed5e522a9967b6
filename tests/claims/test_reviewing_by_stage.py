"""A second pair of eyes: proposing, approving, sending back, proposing again, taking back, publishing at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.utils import timezone

from claims import linking, reviewing
from claims.errors import Refused, Stale
from claims.models import Claim, Correction, Evidence, Position, Verdict, VerdictNote
from claims.vocabulary import Rating, Role
from tests.factories import make_claim, make_position, make_user

pytestmark = pytest.mark.django_db
WHY = {"en": "Two named bodies deny it.", "it": "Due enti nominati lo negano."}
NOTE = "Cite the second denial too."


@pytest.fixture(autouse=True)
def second_reading(settings: Any) -> None:
    settings.CLAIMTRACKER_SECOND_READER = True


@pytest.fixture
def editor() -> User:
    return make_user(Role.EDITOR)


@pytest.fixture
def chief() -> User:
    return make_user(Role.SENIOR_EDITOR)


@pytest.fixture
def seen(chief: User) -> Position:
    position = make_position()
    reviewing.publish_source(position.statement.source, by=chief)
    reviewing.publish(position.claim, by=chief)
    return position


def proposed(position: Position, by: User, rating: Rating = Rating.DISPUTED) -> Verdict:
    return reviewing.propose(position.claim, rating, by=by, because=WHY)


def returned(position: Position, by: User, reader: User) -> Verdict:
    verdict = proposed(position, by)
    reviewing.send_back(verdict, by=reader, note=NOTE)
    verdict.refresh_from_db()
    return verdict


def test_what_was_sent_back_waits_again_with_the_evidence_cited_now(
    editor: User, chief: User, seen: Position
) -> None:
    verdict = returned(seen, editor, chief)
    proof = reviewing.add_evidence(seen.claim, by=editor, kind="refutes", url="https://example.org/a")
    again = reviewing.propose_again(verdict, by=editor, evidence=[proof], note="Here it is.")
    assert (again.pk, again.stage) == (verdict.pk, "proposed")
    assert [note.text for note in again.notes.all()] == [NOTE, "Here it is."]
    assert [each["id"] for each in reviewing.approve(again, by=chief).evidence] == [proof.pk]


def test_other_words_or_another_rating_are_a_new_proposal_and_the_old_one_stays_on_record(
    editor: User, chief: User, seen: Position
) -> None:
    first = returned(seen, editor, chief)
    second = reviewing.propose_again(
        first, by=editor, rating=Rating.UNPROVEN, because={"en": "Nothing else."}
    )
    first.refresh_from_db()
    assert (first.stage, first.reason_en) == ("dropped", WHY["en"])
    assert (second.stage, second.rating, second.reason_en) == ("proposed", "unproven", "Nothing else.")
    assert reviewing.approve(second, by=chief).stage == "current"


def test_only_the_author_proposes_again_and_only_what_was_sent_back(
    editor: User, chief: User, seen: Position
) -> None:
    verdict = proposed(seen, editor)
    with pytest.raises(Refused, match="sent back"):
        reviewing.propose_again(verdict, by=editor)
    reviewing.send_back(verdict, by=chief, note=NOTE)
    with pytest.raises(Refused, match="author"):
        reviewing.propose_again(verdict, by=chief)
    with pytest.raises(Refused, match="at least 10"):
        reviewing.propose_again(verdict, by=editor, because="short")


def test_a_proposal_is_taken_back_by_its_author_alone_and_stays_on_record(
    editor: User, chief: User, seen: Position
) -> None:
    verdict = proposed(seen, editor)
    with pytest.raises(Refused, match="author"):
        reviewing.drop(verdict, by=chief)
    assert reviewing.drop(verdict, by=editor).stage == "dropped"
    with pytest.raises(Refused, match="no proposal"):
        reviewing.drop(verdict, by=editor)
    assert reviewing.drop(returned(seen, editor, chief), by=editor).stage == "dropped"
    assert Verdict.objects.filter(stage="dropped").count() == 2


def test_what_readers_see_already_does_not_vanish_because_a_proposal_cites_it(
    editor: User, chief: User
) -> None:
    claim = make_claim()
    known = reviewing.add_evidence(claim, by=editor, kind="supports", url="https://example.org/known")
    reviewing.publish(claim, by=chief)
    reviewing.propose(claim, Rating.CONFIRMED, by=editor, because=WHY, evidence=[known])
    assert set(Evidence.objects.published()) == {known}


def test_what_was_added_for_a_proposal_is_not_seen_before_the_decision_is_in_force(
    editor: User, chief: User, seen: Position
) -> None:
    known = reviewing.add_evidence(seen.claim, by=editor, kind="context", url="https://example.org/known")
    fresh = reviewing.add_evidence(seen.claim, by=editor, kind="refutes", url="https://example.org/fresh")
    verdict = reviewing.propose(seen.claim, Rating.DISPUTED, by=editor, because=WHY, evidence=[fresh])
    assert set(Evidence.objects.published()) == {known}
    reviewing.send_back(verdict, by=chief, note=NOTE)
    assert set(Evidence.objects.published()) == {known}
    reviewing.propose_again(verdict, by=editor)
    reviewing.approve(verdict, by=chief)
    assert set(Evidence.objects.published()) == {known, fresh}
    # A later proposal that cites it as well takes nothing away.
    reviewing.propose(seen.claim, Rating.UNPROVEN, by=editor, because=WHY, evidence=[fresh])
    assert set(Evidence.objects.published()) == {known, fresh}


def test_nobody_sends_back_their_own(editor: User, seen: Position) -> None:
    with pytest.raises(Refused, match="your own"):
        reviewing.send_back(proposed(seen, editor), by=editor, note=NOTE)


def test_published_now_says_why_and_is_due_a_second_reading_within_a_day(
    editor: User, chief: User, seen: Position
) -> None:
    verdict = proposed(seen, chief)
    with pytest.raises(Refused, match="cannot wait"):
        reviewing.publish_now(verdict, by=chief, because="now")
    early = reviewing.publish_now(verdict, by=chief, because="The vote is tonight.")
    assert (early.stage, early.early_reason, early.is_early) == ("current", "The vote is tonight.", True)
    assert early.second_reading_due_at is not None
    assert timedelta(hours=23) < early.second_reading_due_at - timezone.now() <= timedelta(hours=24)
    assert list(Verdict.objects.awaiting_second_reading()) == [early]
    with pytest.raises(Refused, match="another person"):
        reviewing.approve(early, by=chief)
    read = reviewing.approve(early, by=editor)
    assert (read.second_reader, read.is_early) == (editor, False)
    assert not Verdict.objects.awaiting_second_reading().exists()
    context = early.events.order_by("-pgh_id")[1].pgh_context.metadata  # type: ignore[attr-defined]
    assert (context["verb"], context["reason"]) == ("publish_now", "The vote is tonight.")


def test_somebody_elses_proposal_is_approved_rather_than_published_now(
    editor: User, chief: User, seen: Position
) -> None:
    verdict = proposed(seen, editor)
    with pytest.raises(Refused, match="approve it"):
        reviewing.publish_now(verdict, by=chief, because="The vote is tonight.")
    reviewing.approve(verdict, by=chief)
    with pytest.raises(Refused, match="Only a proposed"):
        reviewing.publish_now(verdict, by=chief, because="The vote is tonight.")


def test_publishing_a_draft_is_the_second_reading_of_its_assessment(editor: User, chief: User) -> None:
    position = make_position()
    verdict = reviewing.dispute(position.claim, by=editor, because=WHY)
    reviewing.publish(position.claim, by=chief)
    verdict.refresh_from_db()
    assert verdict.second_reader == chief
    own = reviewing.dispute(make_position().claim, by=chief, because=WHY)
    reviewing.publish(own.claim, by=chief)
    own.refresh_from_db()
    assert own.is_early and own.second_reader is None


@pytest.mark.parametrize("act", ["approve", "send_back", "publish_now", "propose_again"])
def test_a_claim_changed_since_the_page_was_opened_stops_the_decision(
    act: str, editor: User, chief: User, seen: Position
) -> None:
    author = chief if act == "publish_now" else editor
    verdict = returned(seen, editor, chief) if act == "propose_again" else proposed(seen, author)
    seen.claim.refresh_from_db()
    base = seen.claim.version
    reviewing.edit_claim(seen.claim, {"text_en": "Other words."}, by=chief, base=base)
    more: dict[str, Any] = {"send_back": {"note": NOTE}, "publish_now": {"because": NOTE}}.get(act, {})
    with pytest.raises(Stale):
        getattr(reviewing, act)(verdict, by=editor if act == "propose_again" else chief, base=base, **more)
    verdict.refresh_from_db()
    assert verdict.stage in ("proposed", "returned")


def test_a_decision_that_came_into_force_is_noticed_by_whoever_decides_on_an_older_page(
    editor: User, chief: User, seen: Position
) -> None:
    base = Claim.objects.get(pk=seen.claim.pk).version
    reviewing.approve(proposed(seen, editor), by=chief)
    with pytest.raises(Stale):
        reviewing.decide([seen.claim], Rating.UNPROVEN, by=editor, because=WHY, bases={seen.claim.pk: base})


def test_evidence_that_is_gone_is_not_cited_and_changed_evidence_is_cited_as_it_is(
    editor: User, chief: User, seen: Position
) -> None:
    gone = reviewing.add_evidence(seen.claim, by=editor, kind="refutes", url="https://example.org/a")
    kept = reviewing.add_evidence(seen.claim, by=editor, kind="refutes", url="https://example.org/b")
    verdict = reviewing.propose(seen.claim, Rating.DISPUTED, by=editor, because=WHY, evidence=[gone, kept])
    Evidence.objects.filter(pk=gone.pk).delete()
    Evidence.objects.filter(pk=kept.pk).update(note_en="Page 3")
    assert [(each["id"], each["note_en"]) for each in reviewing.approve(verdict, by=chief).evidence] == [
        (kept.pk, "Page 3")
    ]


def test_a_correction_is_written_when_it_comes_into_force_and_not_before(
    editor: User, chief: User, seen: Position
) -> None:
    reviewing.approve(proposed(seen, editor), by=chief)
    now = proposed(seen, chief, Rating.UNPROVEN)
    assert not Correction.objects.exists()
    reviewing.publish_now(now, by=chief, because="The vote is tonight.")
    assert Correction.objects.get().after == {"rating": "unproven"}


def test_grounds_are_asked_again_when_it_is_published_now(chief: User, seen: Position) -> None:
    verdict = proposed(seen, chief)
    linking.reject(seen.statement, by=chief, because="A refusal, not a denial.")
    with pytest.raises(Refused, match="accepted denial"):
        reviewing.publish_now(verdict, by=chief, because="The vote is tonight.")


# Each verb: who may, the colleague who may not, the stranger. The proposal is by an editor; what is published now is one's own.
EDITORS, SENIOR = {Role.EDITOR, Role.SENIOR_EDITOR}, {Role.SENIOR_EDITOR}
Tried = Callable[[Position, Any, User], object]
ACTS: dict[str, tuple[set[Role], Tried]] = {
    "propose": (EDITORS, lambda p, by, _: proposed(p, by)),
    "approve": (EDITORS, lambda p, by, other: reviewing.approve(proposed(p, other), by=by)),
    "send_back": (EDITORS, lambda p, by, other: reviewing.send_back(proposed(p, other), by=by, note=NOTE)),
    "publish_now": (
        SENIOR,
        lambda p, by, other: reviewing.publish_now(proposed(p, other), by=by, because=NOTE),
    ),
    "drop": (EDITORS, lambda p, by, other: reviewing.drop(proposed(p, other), by=by)),
    "propose_again": (EDITORS, lambda p, by, other: reviewing.propose_again(proposed(p, other), by=by)),
}
STRANGERS: list[Role | None] = [*Role, None]


@pytest.mark.parametrize("role", STRANGERS)
@pytest.mark.parametrize("name", list(ACTS))
def test_each_stage_is_for_whom_the_table_says(
    name: str, role: Role | None, editor: User, seen: Position
) -> None:
    allowed, act = ACTS[name]
    by: User | AnonymousUser = make_user(role) if role else AnonymousUser()
    if role not in allowed:
        with pytest.raises(PermissionDenied):
            act(seen, by, editor)
        assert not VerdictNote.objects.exists()
        return
    if name in ("publish_now", "drop", "propose_again"):  # somebody else's: may, but not this one
        with pytest.raises(Refused):
            act(seen, by, editor)
    else:
        act(seen, by, editor)


def test_a_merged_claim_gets_no_proposal(editor: User) -> None:
    claim = make_claim()
    Claim.objects.filter(pk=claim.pk).update(merged_into=make_claim())
    with pytest.raises(Refused, match="merged"):
        reviewing.propose(claim, Rating.UNPROVEN, by=editor, because=WHY)


def test_a_file_is_kept_once_under_its_hash_and_neither_empty_nor_endless(
    editor: User, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    claim = make_claim()

    def added(words: bytes) -> Evidence:
        return reviewing.add_evidence(claim, by=editor, kind="context", file=ContentFile(words, "log.txt"))

    first, second = added(b"log"), added(b"log")
    assert (first.file.name, first.file_sha256) == (second.file.name, sha256(b"log").hexdigest())
    assert [path.read_bytes() for path in tmp_path.rglob("*.txt")] == [b"log"]
    with pytest.raises(Refused, match="empty"):
        added(b"")
    monkeypatch.setattr("claims.reviewing.evidence.MOST_MEGABYTES", 0)
    with pytest.raises(Refused, match="larger"):
        added(b"log")


def test_a_bare_draft_can_be_published_and_the_list_says_what_is_missing(chief: User) -> None:
    claim = make_claim(period_basis="stated", period_earliest="2022-12-01", text_it="Un'affermazione.")
    told = {check.sentence: check.holds for check in reviewing.checklist(claim, by=chief)}
    assert told == {
        "It is worded in both languages.": True,
        "It says of which time it speaks.": True,
        "No statement will be shown: none is accepted and from a published article.": False,
        "Nobody has decided about it: its page will say “Not reviewed yet”.": False,
    }
    reviewing.publish(claim, by=chief)
