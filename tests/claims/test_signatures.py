"""A claim is signed with who and what it is about, whoever made it and however; the database forgets what no longer holds."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from claims import reviewing, signatures
from claims.linking import similar
from claims.models import Claim, Speaker, SpeakerName
from claims.signatures import SIGNED_BY, sign
from claims.vocabulary import Role, SpeakerKind
from tests.factories import make_claim, make_source, make_speaker, make_user

DRONES = "La Cina ha inviato droni alla Russia."


def make_signed(text: str = "", **fields: Any) -> Claim:
    """A signed claim, in English unless only `text_it` is given."""
    claim = make_claim(text, **fields)
    if not text:
        Claim.objects.filter(pk=claim.pk).update(text_en="")
    sign([claim.pk])
    claim.refresh_from_db()
    return claim


def make_government(name: str, country: str) -> Speaker:
    return make_speaker(name, kind=SpeakerKind.GOVERNMENT.value, country=country, slug=name.lower())


def found(of: Claim) -> list[Claim]:
    return [match.claim for match in similar(of)]


# -- whom it is about -----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_mouth_counts_as_its_party_in_words_and_in_actors_set_by_hand() -> None:
    russia = make_government("Russia", "RU")
    kremlin = make_speaker("Kremlin", kind=SpeakerKind.ORGANISATION.value, speaks_for=russia)
    peskov = make_speaker("Dmitry Peskov", slug="dmitry-peskov", speaks_for=kremlin)
    SpeakerName.objects.create(speaker=peskov, name="Peskov", kind="abbreviation")
    by_name = make_signed("Peskov's yacht is in Italy.")
    by_hand = make_signed("A yacht is in Italy.", actors=["dmitry-peskov"])
    for claim in (by_name, by_hand):
        assert {"a:RU", "a:dmitry-peskov", "a:IT"} <= set(claim.signature)
    assert found(by_name) == [by_hand]


@pytest.mark.django_db
def test_a_merged_speaker_counts_as_the_one_kept_and_a_company_as_itself() -> None:
    kept = make_speaker("Xi'an Bingo", kind=SpeakerKind.ORGANISATION.value, slug="xian-bingo", country="CN")
    loser = make_speaker("Bingo Aviation", kind=SpeakerKind.ORGANISATION.value, merged_into=kept)
    assert loser.merged_into == kept
    for text in ("Xi'an Bingo builds drones.", "Bingo Aviation builds drones."):
        assert "a:xian-bingo" in make_signed(text).signature


@pytest.mark.django_db
def test_unnamed_speakers_and_one_garbled_word_are_no_actors() -> None:
    make_speaker("Officials", kind=SpeakerKind.ANONYMOUS.value, only_in=make_source(), slug="officials-1")
    milley = make_speaker("Mark Milley", slug="mark-milley")
    SpeakerName.objects.create(speaker=milley, name="Mille", kind="garbled")
    signature = make_signed(text_it="Mille Officials sono partiti.").signature
    assert not [element for element in signature if element.startswith("a:")]


@pytest.mark.django_db
def test_themes_set_by_hand_count_too() -> None:
    claim = make_signed("It was a long evening.", themes=["drones", "my-own-tag"])
    assert {"t:drones", "t:my-own-tag"} <= set(claim.signature)


@pytest.mark.django_db
def test_a_direction_counts_where_both_wordings_agree_on_it() -> None:
    agreed = make_signed("China sent drones to Russia.", text_it=DRONES)
    torn = make_signed("China sent drones to Russia.", text_it="La Russia ha mandato droni alla Cina.")
    assert "d:CN>RU" in agreed.signature
    assert not [element for element in torn.signature if element.startswith("d:")]


# -- signing --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_database_forgets_a_signature_whose_words_changed_and_keeps_it_otherwise() -> None:
    claim = make_signed(text_it=DRONES)
    Claim.objects.filter(pk=claim.pk).update(desk_note="x")
    claim.refresh_from_db()
    assert claim.signature
    Claim.objects.filter(pk=claim.pk).update(text_en="Something else.")
    claim.refresh_from_db()
    assert claim.signature is None
    sign([claim.pk])
    Claim.objects.filter(pk=claim.pk).update(themes=["drones"])
    claim.refresh_from_db()
    assert claim.signature is None


@pytest.mark.django_db
def test_signing_writes_no_history_and_is_no_change() -> None:
    claim = make_claim(DRONES)
    events = claim.events.count()
    version, changed = claim.version, claim.updated_at
    assert sign([claim.pk]) == 1
    claim.refresh_from_db()
    assert (claim.events.count(), claim.version, claim.updated_at) == (events, version, changed)
    assert SIGNED_BY in claim.signature


@pytest.mark.django_db
def test_an_edited_claim_is_found_by_its_new_words() -> None:
    editor = make_user(Role.EDITOR)
    claim = make_signed("Malawi has a new stadium.")
    reviewing.edit_claim(claim, {"text_en": "China sent drones to Russia."}, by=editor)
    assert found(make_signed(text_it=DRONES)) == [claim]


@pytest.mark.django_db
def test_a_claim_without_a_signature_waits_for_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    claim = make_claim("China sent drones to Russia.")
    other = make_signed(text_it=DRONES)
    old = make_claim("China sent UAVs to Russia.", signature=["v:0.0.0.0", "t:drones"])
    assert set(signatures.unsigned()) == {claim, old}
    assert found(other) == []
    call_command("sign_claims")
    assert "Signed 2 claims." in capsys.readouterr().out
    assert set(found(other)) == {claim, old}
    assert not signatures.unsigned().exists()
    call_command("sign_claims")
    assert "Signed 0 claims." in capsys.readouterr().out
    call_command("sign_claims", "--all")
    assert "Signed 3 claims." in capsys.readouterr().out


def test_the_command_signs_on_a_site_of_its_own(clone_db: Any, capsys: pytest.CaptureFixture[str]) -> None:
    make_claim("China sent drones to Russia.")
    call_command("sign_claims")
    assert not signatures.unsigned().exists()


@pytest.mark.django_db
def test_imported_claims_are_signed(tmp_path: Any) -> None:
    for text in ("China sent drones to Russia.", "China sent missiles to Russia."):
        file = tmp_path / "claims.jsonl"
        file.write_text(f'{{"type": "claim", "slug": "c", "text_en": "{text}"}}\n')
        call_command("import_records", str(file))
        assert not signatures.unsigned().exists()
    assert "t:missiles" in Claim.objects.get(slug="c").signature


@pytest.mark.django_db
def test_signing_many_takes_three_queries_a_batch(django_assert_num_queries: Any) -> None:
    keys = [make_claim(f"China sent {count} drones to Russia.").pk for count in range(20)]
    with django_assert_num_queries(3):
        assert sign(keys) == 20
    with django_assert_num_queries(0):
        assert sign([]) == 0
