"""What changed on a claim since readers first saw it, and what a claim is related to."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from claims import contest, signatures
from claims.models import Claim, ClaimLink, Correction, Evidence, Request, Statement, Withdrawal
from claims.vocabulary import EvidenceKind, Rating, Stance
from tests.factories import (
    make_claim,
    make_published_claim,
    make_published_source,
    make_said,
    make_shown,
    make_speaker,
    make_user,
    make_verdict,
)
from tests.public.world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def text_of(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def reword(claim: Claim, text: str, **fields: object) -> None:
    Claim.objects.filter(pk=claim.pk).update(text_en=text, **fields)


def test_a_new_wording_shows_what_was_taken_out_and_what_was_put_in(client: Client, world: World) -> None:
    reword(world.claim, "Testland sold boats")
    text = text_of(client, "/en/claims/drones-sold/history/")
    assert "Testland sold <del>drones</del><ins>boats</ins>" in text
    assert text.index("Wording changed") < text.index("<h3>Published")


def test_statements_decisions_evidence_and_corrections_are_told_with_their_day(
    client: Client, world: World
) -> None:
    Correction.objects.create(claim=world.claim, text_en="We had the wrong month.", by=make_user())
    text = text_of(client, "/en/claims/drones-sold/history/")
    for words in ("Karim Testi", "Both sides stand alone.", "A ledger", "We had the wrong month."):
        assert words in text
    assert re.search(r'href="/en/claims/drones-sold/#st-\d+">Two officials</a>', text)


def test_what_was_written_out_of_sight_is_never_told(client: Client, world: World) -> None:
    """As a draft, while it was withdrawn, and a statement that was discarded."""
    draft = make_claim("HIDDEN draft words", slug="reworded")
    reword(draft, "First public words", publication="published", published_at=timezone.now())
    Withdrawal.objects.create(claim=draft, reason_en="It rested on a forged letter.", by=make_user())
    reword(draft, "First public words", publication="withdrawn")
    reword(draft, "HIDDEN while withdrawn")
    assert client.get("/en/claims/reworded/history/").status_code == 410
    Withdrawal.objects.update(reopened_at=timezone.now())
    reword(draft, "Second public words", publication="published")
    source = make_published_source("A text\n\nHIDDEN words were said here.")
    make_shown(make_said(source, "HIDDEN words were said"), draft)
    Statement.objects.filter(source=source).update(review="rejected")
    text = text_of(client, "/en/claims/reworded/history/")
    assert "HIDDEN" not in text
    assert "<del>First</del><ins>Second</ins> public words" in text
    for words in ("Withdrawn", "It rested on a forged letter.", "Shown again"):
        assert words in text


def test_the_history_of_a_draft_is_not_there_and_that_of_a_merged_claim_leads_on(
    client: Client, world: World
) -> None:
    assert client.get("/en/claims/not-yet/history/").status_code == 404
    Claim.objects.filter(pk=world.changed.pk).update(merged_into=world.claim)
    response = client.get("/en/claims/small-number/history/")
    assert (response.status_code, response["Location"]) == (301, "/en/claims/drones-sold/history/")


def test_a_reply_stands_in_full_where_it_was_published(client: Client, world: World) -> None:
    reply = {"kind": "reply", "claim": world.claim, "received_at": timezone.now(), "language": "it"}
    Request.objects.create(
        **reply, speaker=world.party, text="Non è mai successo.", published_at=timezone.now()
    )
    Request.objects.create(**reply, sender="A lawyer", text="SECRET-LETTER")
    for address in ("/en/claims/drones-sold/", "/en/claims/drones-sold/history/"):
        text = text_of(client, address)
        assert "Non è mai successo." in text
        assert "SECRET-LETTER" not in text


def test_a_page_says_how_to_cite_it_with_the_date_of_its_version(client: Client, world: World) -> None:
    text = text_of(client, "/en/claims/drones-sold/")
    today = timezone.now().strftime("%-d %B %Y")
    assert (
        f"ClaimTracker, assessment: Disputed; version of {today}. http://testserver/en/claims/drones-sold/"
        in text
    )


def test_related_claims_come_with_their_reasons(client: Client, world: World) -> None:
    other = make_published_claim(
        "Testland sold drones to a neighbour", slug="to-a-neighbour", topic=world.topic, actors=["testland"]
    )
    hidden = make_claim(
        "SECRET related draft about drones of Testland", slug="unseen-one", actors=["testland"]
    )
    Claim.objects.filter(pk=world.claim.pk).update(actors=["testland", "secret-person"], themes=["drones"])
    Claim.objects.filter(pk__in=[other.pk, hidden.pk]).update(
        actors=["testland", "secret-person"], themes=["drones"]
    )
    signatures.sign([world.claim.pk, other.pk, hidden.pk])
    contest.refresh([other.pk])
    ClaimLink.objects.create(
        from_claim=world.changed,
        to_claim=world.claim,
        kind="part_of",
        state="accepted",
        reason="Fewer of them.",
    )
    ClaimLink.objects.create(from_claim=other, to_claim=world.claim, kind="contradicts", state="suggested")
    text = text_of(client, "/en/claims/drones-sold/")
    related = text[text.index('id="h-rel"') :]
    assert related.index("small-number") < related.index(
        "to-a-neighbour"
    )  # what an editor linked comes first
    assert "Fewer of them." in related
    assert "both: Testland; same topic" in related
    assert "ontradict" not in related
    assert "SECRET" not in text.upper()
    assert "unseen-one" not in related


@pytest.mark.parametrize("statements", [3, 30])
def test_the_queries_stay_few_however_much_happened(
    client: Client, django_assert_max_num_queries: object, statements: int
) -> None:
    claim = make_published_claim("Much was said", slug="much", actors=["somebody"], themes=["drones"])
    source = make_published_source(
        "A title\n\n" + "\n".join(f"Sentence {n} was said." for n in range(statements))
    )
    for n in range(statements):
        make_shown(make_said(source, f"Sentence {n} was", make_speaker(f"Speaker {n}")), claim, Stance.DENIES)
        Evidence.objects.create(
            claim=claim, kind=EvidenceKind.CONTEXT, url=f"https://x.example/{n}", note_en="N"
        )
        Correction.objects.create(claim=claim, text_en=f"Note {n}", by=make_user())
        other = make_published_claim(f"Another {n}", slug=f"o-{n}", actors=["somebody"], themes=["drones"])
        signatures.sign([other.pk])
    Request.objects.create(
        kind="reply", claim=claim, speaker=make_speaker(), text="No.", received_at=timezone.now(), published_at=timezone.now()
    )  # fmt: skip
    make_verdict(claim, Rating.UNPROVEN)
    signatures.sign([claim.pk])
    contest.refresh([claim.pk])
    for address in (
        "claims/much/",
        "claims/much/history/",
        "denials/matrix/",
        "search/?q=sentence",
        "search/?q=none+at+all",
    ):
        with django_assert_max_num_queries(10):  # type: ignore[operator]
            assert client.get(f"/en/{address}").status_code == 200, address


def test_a_page_with_very_many_statements_stays_small_and_shows_the_denials(client: Client) -> None:
    claim = make_published_claim("Much was said", slug="much")
    words = [
        f"Sentence number {n} of an article that goes on for rather a long while was said."
        for n in range(130)
    ]
    source = make_published_source("A title\n\n" + "\n".join(words))
    speaker = make_speaker("A spokesman with a long name", kind="person", slug="spokesman")
    for n, sentence in enumerate(words):
        make_shown(make_said(source, sentence, speaker), claim, Stance.DENIES if n == 129 else Stance.ASSERTS)
    contest.refresh([claim.pk])
    for address in (
        "claims/much/",
        f"sources/{source.pk}-{source.slug}/",
        "speakers/spokesman/",
        "claims/much/history/",
    ):
        text = client.get(f"/en/{address}").content.decode()
        assert len(text.encode()) < 120_000, address
        if address == "claims/much/":
            assert "more than fit on one page" in text
            assert "Sentence number 129" in text
            assert 'href="/api/v1/statements?claim=much"' in text
