"""Statements get speakers and take their place on claims; names lead to candidates; doubles become one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import linking, reviewing
from claims.errors import Refused, Stale
from claims.models import (
    Carrier,
    Claim,
    Correction,
    OldSlug,
    Position,
    Speaker,
    SpeakerName,
    Statement,
    StatementSpeaker,
)
from claims.vocabulary import NameKind, Role, SpeakerKind, Stance
from tests.factories import (
    ADMISSION,
    make_claim,
    make_position,
    make_source,
    make_speaker,
    make_statement,
    make_user,
    span_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return make_user(Role.EDITOR)


@pytest.fixture
def seen() -> Position:
    """A denial that readers see."""
    chief = make_user(Role.SENIOR_EDITOR)
    position = make_position()
    reviewing.publish_source(position.statement.source, by=chief)
    reviewing.publish(position.claim, by=chief)
    position.refresh_from_db()
    return position


def test_accepting_and_discarding_say_who_and_why(editor: User) -> None:
    statement = make_statement(review="suggested")
    linking.accept(statement, by=editor)
    assert (statement.review, statement.reviewed_by) == ("accepted", editor)
    version = statement.version
    linking.accept(statement, by=editor)
    assert statement.version == version
    linking.reject(statement, by=editor, because="It is a refusal.")
    assert statement.review_reason == "It is a refusal."


def test_a_stale_acceptance_is_refused(editor: User) -> None:
    statement = make_statement(review="suggested")
    with pytest.raises(Stale):
        linking.accept(statement, by=editor, base=statement.version + 1)


def test_discarding_what_readers_saw_is_corrected_in_the_open(editor: User, seen: Position) -> None:
    linking.reject(seen.statement, by=editor, because="It is a refusal.")
    assert Correction.objects.get(statement=seen.statement).after == {"review": "rejected"}
    assert not Position.objects.published().exists()


def test_an_act_suggests_what_the_statement_does_to_the_claim(editor: User) -> None:
    claim = make_claim()
    assert linking.attach(make_statement(), claim, by=editor).stance == "denies"
    assert linking.attach(make_statement(act="declines"), claim, by=editor).stance == "context"
    assert linking.attach(make_statement(), claim, Stance.ASSERTS, by=editor, partial=True).partial


def test_linking_again_changes_the_link_and_bumps_the_claim(editor: User) -> None:
    claim, statement = make_claim(), make_statement()
    linking.attach(statement, claim, by=editor)
    before = Claim.objects.get(pk=claim.pk).version
    position = linking.attach(statement, claim, Stance.CONTEXT, by=editor)
    assert (position.stance, Position.objects.count()) == ("context", 1)
    assert Claim.objects.get(pk=claim.pk).version > before


def test_a_changed_stance_of_a_published_statement_is_corrected_in_the_open(
    editor: User, seen: Position
) -> None:
    linking.attach(seen.statement, seen.claim, Stance.CONTEXT, by=editor)
    note = Correction.objects.get(statement=seen.statement)
    assert (note.before, note.after) == ({"stance": "denies"}, {"stance": "context"})


def test_what_readers_saw_is_not_unlinked_but_a_draft_is(editor: User, seen: Position) -> None:
    with pytest.raises(Refused, match="discard the statement"):
        linking.detach(seen, by=editor)
    position = make_position()
    linking.detach(position, by=editor)
    assert not Position.objects.filter(pk=position.pk).exists()


def test_nothing_is_linked_to_a_merged_claim(editor: User) -> None:
    claim, other = make_claim(), make_claim()
    linking.merge_claims(claim, into=other, by=editor, because="The same claim twice.")
    with pytest.raises(Refused, match="merged"):
        linking.attach(make_statement(), claim, by=editor)


def test_attributing_replaces_whoever_was_credited(editor: User) -> None:
    statement = make_statement(speaker=make_speaker("Pesco"))
    StatementSpeaker.objects.create(statement=statement, speaker=make_speaker(), order=1)
    peskov = make_speaker("Dmitry Peskov")
    linking.attribute(statement, peskov, by=editor, as_written="Pesco")
    row = statement.speakers.get()
    assert (row.speaker, row.as_written) == (peskov, "Pesco")
    linking.attribute(make_statement(), peskov, by=editor)


def test_an_unnamed_speaker_stays_with_the_article(editor: User) -> None:
    statement = make_statement()
    official = make_speaker("Two officials", kind=SpeakerKind.ANONYMOUS.value, only_in=statement.source)
    linking.attribute(statement, official, by=editor)
    with pytest.raises(Refused, match="stays with the article"):
        linking.attribute(make_statement(), official, by=editor)


def test_a_changed_speaker_of_a_published_statement_is_corrected_in_the_open(
    editor: User, seen: Position
) -> None:
    linking.attribute(seen.statement, make_speaker("Somebody else"), by=editor)
    assert Correction.objects.get(statement=seen.statement).after == {"speaker": ["Somebody else"]}


def test_a_changed_date_or_place_of_a_published_statement_is_corrected_in_the_open(
    editor: User, seen: Position
) -> None:
    statement = seen.statement
    changes = {"said_earliest": date(2022, 3, 14), "said_latest": date(2022, 3, 14), "said_basis": "inferred"}
    linking.edit_statement(statement, changes, by=editor, base=statement.version)
    assert Correction.objects.get(statement=statement).after["said_latest"] == "2022-03-14"
    linking.edit_statement(statement, {"spans": [span_of(statement.source.body, ADMISSION)]}, by=editor)
    linking.edit_statement(statement, {"desk_note": "Nobody needs to know."}, by=editor)
    assert Correction.objects.filter(statement=statement).count() == 2


# --- names ------------------------------------------------------------------------------------------------------------------


def test_a_speaker_is_found_by_any_name_best_match_first() -> None:
    peskov, other = make_speaker("Dmitry Peskov"), make_speaker("Pescara")
    SpeakerName.objects.create(speaker=peskov, name="Pesco", kind="garbled")
    SpeakerName.objects.create(speaker=peskov, name="Дмитрий Песков", kind="transliteration", language="")
    found = linking.candidates("pesco")
    assert [(each.speaker, each.reason) for each in found] == [(peskov, "Pesco")]
    assert linking.candidates("PESKOV")[0].speaker == peskov
    assert {each.speaker for each in linking.candidates("pes")} == {peskov, other}
    assert linking.candidates("  ") == []


def test_accents_and_case_do_not_matter() -> None:
    chief = make_speaker("Ali Khaméneí")
    assert linking.candidates("khamenei")[0].speaker == chief


def test_a_lookup_asks_two_questions_whatever_it_finds() -> None:
    for number in range(8):
        speaker = make_speaker(f"Anna {number}")
        SpeakerName.objects.create(speaker=speaker, name=f"Annetta {number}", kind="official")
    with CaptureQueriesContext(connection) as asked:
        assert len(linking.candidates("ann", limit=5)) == 5
    assert len(asked) == 2


def test_a_name_variant_is_remembered_once(editor: User) -> None:
    speaker, source = make_speaker(), make_source()
    for _ in range(2):
        linking.save_name_variant(speaker, " Pesco ", kind=NameKind.GARBLED, by=editor, seen_in=source)
    assert speaker.names.get().name == "Pesco"
    with pytest.raises(Refused):
        linking.save_name_variant(speaker, "  ", kind=NameKind.GARBLED, by=editor)


# --- merging ----------------------------------------------------------------------------------------------------------------


def test_merging_two_records_of_one_person_moves_everything_and_keeps_the_name(
    editor: User, seen: Position
) -> None:
    pesco = seen.statement.speakers.get().speaker
    assert pesco is not None
    peskov, both = make_speaker("Dmitry Peskov"), make_statement()
    for order, speaker in enumerate((pesco, peskov)):
        StatementSpeaker.objects.create(statement=both, speaker=speaker, order=order)
    mouth = make_speaker(speaks_for=pesco)
    SpeakerName.objects.create(speaker=pesco, name="Peskow", kind="transliteration")
    SpeakerName.objects.create(speaker=peskov, name=pesco.name, kind="garbled")
    linking.merge_speakers(pesco, into=peskov, by=editor, because="A garbled name.")
    pesco.refresh_from_db()
    mouth.refresh_from_db()
    assert (pesco.merged_into, mouth.speaks_for) == (peskov, peskov)
    assert both.speakers.get().speaker == peskov
    assert set(peskov.names.values_list("name", "kind")) == {
        (pesco.name, "garbled"),
        ("Peskow", "transliteration"),
    }
    assert OldSlug.objects.get(slug=pesco.slug).speaker == peskov
    assert linking.candidates(pesco.name)[0].speaker == peskov
    assert Correction.objects.filter(statement=seen.statement).exists()
    assert pesco not in Speaker.objects.published() and peskov in Speaker.objects.published()
    with pytest.raises(Refused, match="not merged already"):
        linking.merge_speakers(pesco, into=peskov, by=editor, because="Again.")


def test_unnamed_speakers_are_never_merged(editor: User) -> None:
    source = make_source()
    nobody = make_speaker("Officials", kind=SpeakerKind.ANONYMOUS.value, only_in=source)
    with pytest.raises(Refused, match="Unnamed"):
        linking.merge_speakers(nobody, into=make_speaker(), by=editor, because="The same.")


def test_merging_claims_moves_statements_once_and_keeps_the_old_address(editor: User, seen: Position) -> None:
    winner = make_position()
    shared = make_statement()
    for claim in (seen.claim, winner.claim):
        linking.attach(shared, claim, by=editor)
    with pytest.raises(Refused, match="publish that one first"):
        linking.merge_claims(seen.claim, into=winner.claim, by=editor, because="The same claim twice.")
    reviewing.publish(winner.claim, by=make_user(Role.SENIOR_EDITOR))
    linking.merge_claims(seen.claim, into=winner.claim, by=editor, because="The same claim twice.")
    assert set(winner.claim.positions.values_list("statement", flat=True)) == {
        winner.statement_id,
        seen.statement_id,
        shared.pk,
    }
    assert OldSlug.objects.get(slug=seen.claim.slug).claim == winner.claim
    assert seen.claim not in Claim.objects.published()
    with pytest.raises(Refused, match="two different"):
        linking.merge_claims(winner.claim, into=winner.claim, by=editor, because="Itself.")


# --- who may ----------------------------------------------------------------------------------------------------------------

ACTS: dict[str, Callable[[Position, User], object]] = {
    "accept": lambda p, by: linking.accept(p.statement, by=by),
    "reject": lambda p, by: linking.reject(p.statement, by=by),
    "edit": lambda p, by: linking.edit_statement(p.statement, {"desk_note": "x"}, by=by),
    "attribute": lambda p, by: linking.attribute(p.statement, make_speaker(), by=by),
    "carry": lambda p, by: linking.carry(p.statement, [Carrier(statement=p.statement, kind="event")], by=by),
    "attach": lambda p, by: linking.attach(p.statement, make_claim(), by=by),
    "detach": lambda p, by: linking.detach(p, by=by),
    "name": lambda p, by: linking.save_name_variant(make_speaker(), "Pesco", kind=NameKind.GARBLED, by=by),
    "merge people": lambda p, by: linking.merge_speakers(
        make_speaker(), into=make_speaker(), by=by, because="One."
    ),
    "merge claims": lambda p, by: linking.merge_claims(
        make_claim(), into=make_claim(), by=by, because="One."
    ),
}


@pytest.mark.parametrize("act", list(ACTS))
@pytest.mark.parametrize("role", [*Role, None])
def test_editors_triage_and_nobody_else(act: str, role: Role | None) -> None:
    position = make_position(review="suggested")
    user = make_user(role) if role else AnonymousUser()
    if role in (Role.EDITOR, Role.SENIOR_EDITOR):
        ACTS[act](position, user)  # type: ignore[arg-type]
    else:
        with pytest.raises(PermissionDenied):
            ACTS[act](position, user)  # type: ignore[arg-type]


# --- what else must hold ----------------------------------------------------------------------------------------------------


def test_an_edit_does_not_do_what_an_act_of_its_own_decides(editor: User) -> None:
    statement = make_statement(review="suggested")
    with pytest.raises(Refused, match="review"):
        linking.edit_statement(statement, {"review": "accepted"}, by=editor)


def test_what_is_accepted_again_is_told_too(editor: User, seen: Position) -> None:
    linking.reject(seen.statement, by=editor, because="It is a refusal.")
    linking.reject(seen.statement, by=editor, because="It is a refusal.")
    linking.accept(seen.statement, by=editor)
    again, gone = Correction.objects.filter(statement=seen.statement)
    assert (gone.after, again.after) == ({"review": "rejected"}, {"review": "accepted"})
    assert (gone.source, "no longer shown" in gone.text_en) == (seen.statement.source, True)


def test_readers_are_told_through_whose_hands_a_statement_came(editor: User, seen: Position) -> None:
    statement, version = seen.statement, seen.statement.version
    first = Carrier(statement=statement, kind="outlet", as_written="CBS")
    linking.carry(
        statement, [first, Carrier(statement=statement, kind="event", as_written="briefing")], by=editor
    )
    note = Correction.objects.get(statement=statement)
    assert (note.before, note.after) == ({"carriers": []}, {"carriers": ["CBS", "briefing"]})
    assert "carriers" in note.text_en and note.source == statement.source
    assert [row.order for row in statement.carriers.all()] == [0, 1]
    linking.carry(statement, [], gone=[first], by=editor)
    assert Correction.objects.filter(statement=statement).count() == 2
    linking.carry(statement, statement.carriers.all(), by=editor)
    assert Correction.objects.filter(statement=statement).count() == 2  # nothing changed
    statement.refresh_from_db()
    assert statement.version == version + 3


def test_an_unnamed_carrier_stays_with_its_article(editor: User, seen: Position) -> None:
    nobody = make_speaker("Officials", kind=SpeakerKind.ANONYMOUS.value, only_in=make_source())
    with pytest.raises(Refused, match="stays with the article"):
        linking.carry(
            seen.statement, [Carrier(statement=seen.statement, kind="person", speaker=nobody)], by=editor
        )


def test_speakers_of_a_joint_statement_are_credited_in_one_act(editor: User, seen: Position) -> None:
    statement, before = seen.statement, Statement.objects.get(pk=seen.statement_id).version
    first = statement.speakers.get()
    russia, china = make_speaker("Russia"), make_speaker("China")
    rows = [StatementSpeaker(statement=statement, speaker=each) for each in (russia, china)]
    linking.credit(statement, rows, by=editor)
    assert [row.order for row in statement.speakers.all()] == [0, 1, 2]
    linking.credit(statement, [], gone=[first], by=editor)
    row = statement.speakers.get(speaker=china)
    row.on_behalf_of = russia
    linking.credit(statement, [row], by=editor)
    assert Correction.objects.first().after == {"speaker": ["Russia", "China (Russia)"]}  # type: ignore[union-attr]
    assert Statement.objects.get(pk=statement.pk).version == before + 3
    linking.credit(statement, [], by=editor)
    assert Correction.objects.count() == 3


def test_nobody_speaks_for_the_unnamed_of_another_article(editor: User) -> None:
    official = make_speaker("Two officials", kind=SpeakerKind.ANONYMOUS.value, only_in=make_source())
    statement = make_statement()
    row = StatementSpeaker(statement=statement, speaker=make_speaker(), on_behalf_of=official)
    with pytest.raises(Refused, match="stays with the article"):
        linking.credit(statement, [row], by=editor)


def test_a_name_variant_of_another_language_is_not_offered() -> None:
    speaker = make_speaker("Dmitry Peskov")
    SpeakerName.objects.create(speaker=speaker, name="Sprecher", kind="role", language="en")
    assert linking.candidates("sprecher", language="it") == []
    assert linking.candidates("sprecher", language="en")[0].speaker == speaker


def test_a_record_that_spoke_for_the_other_is_not_left_in_a_circle(editor: User) -> None:
    russia = make_speaker("Russia")
    kremlin = make_speaker("The Kremlin", speaks_for=russia)
    double = make_speaker("Kremlin", speaks_for=kremlin)
    SpeakerName.objects.create(speaker=kremlin, name="Kremlin", kind="official")
    linking.merge_speakers(kremlin, into=double, by=editor, because="The same body.")
    assert Speaker.objects.get(pk=double.pk).speaks_for == russia
    assert [variant.name for variant in double.names.all()] == ["The Kremlin"]


def test_merging_people_counts_their_claims_again_wherever_they_stand_in_the_chain(editor: User) -> None:
    russia, double = make_speaker("Russia"), make_speaker("Russian Federation")
    position = make_position(None, Stance.DENIES, make_speaker("Peskov", speaks_for=double))
    linking.merge_speakers(double, into=russia, by=editor, because="One state.")
    assert [party["name"] for party in position.claim.figures.parties] == ["Russia"]


def test_a_draft_merged_away_leaves_no_public_trace(editor: User) -> None:
    loser, into = make_position(), make_position()
    linking.merge_claims(loser.claim, into=into.claim, by=editor, because="The same claim twice.")
    assert not Correction.objects.exists() and not OldSlug.objects.exists()


def test_a_withdrawn_claim_that_is_merged_is_not_quoted_in_public(editor: User, seen: Position) -> None:
    chief, into = make_user(Role.SENIOR_EDITOR), make_claim()
    reviewing.publish(into, by=chief)
    reviewing.withdraw(seen.claim, by=chief, because="It was a forgery.")
    linking.merge_claims(seen.claim, into=into, by=editor, because="The same claim twice.")
    assert OldSlug.objects.get().claim == into
    assert not Correction.objects.exists()


def test_a_merge_without_a_word_is_told_all_the_same(editor: User, seen: Position) -> None:
    into = make_claim()
    reviewing.publish(into, by=make_user(Role.SENIOR_EDITOR))
    linking.merge_claims(seen.claim, into=into, by=editor, because="")
    assert "merged into this one" in Correction.objects.get(claim=into).text_en
