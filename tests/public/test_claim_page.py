"""What a claim's page says, in which words, and what it never says."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from claims import contest
from claims.models import Carrier, Claim, Correction, Evidence, OldSlug, Position, Request, Withdrawal
from claims.vocabulary import EvidenceKind, Rating, Stance
from tests.factories import (
    make_published_claim,
    make_published_source,
    make_said,
    make_shown,
    make_source,
    make_speaker,
    make_user,
    make_verdict,
)
from tests.public.world import make_world

pytestmark = pytest.mark.django_db


def text_of(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_it_names_the_parties_and_what_each_does(client: Client) -> None:
    world = make_world()
    text = text_of(client, f"/en/claims/{world.claim.slug}/")
    assert "Two officials say so; Testland denies it." in text
    assert "Everything below comes from 2 articles, 2 original sources." in text


def test_it_shows_the_decision_with_reason_author_and_evidence(client: Client) -> None:
    world = make_world()
    text = text_of(client, f"/en/claims/{world.claim.slug}/")
    assert "Disputed" in text
    assert "Both sides stand alone." in text
    assert "Assessed by Marta" in text
    assert "https://archive.example/ledger" in text


def test_an_undecided_claim_says_that_nobody_has_decided(client: Client) -> None:
    world = make_world()
    text = text_of(client, f"/en/claims/{world.changed.slug}/")
    assert "Not reviewed yet" in text
    assert "No editor has decided about this claim." in text


def test_a_change_of_story_is_shown_with_both_ends(client: Client) -> None:
    world = make_world()
    text = text_of(client, f"/en/claims/{world.changed.slug}/")
    assert "Testland denied, then admitted." in text
    assert "change of story" in text
    assert text.index("that any drone was ever sold") < text.index("that a small number had been sold")


def test_the_words_that_deny_stand_before_what_is_denied(client: Client) -> None:
    """ "that any drone was ever sold" alone would read like its opposite."""
    world = make_world()
    assert "The ministry denied </span>that any drone was ever sold to anybody" in text_of(
        client, f"/en/claims/{world.claim.slug}/"
    )


def test_our_summary_is_not_shown_as_a_quotation(client: Client) -> None:
    world = make_world()
    text = text_of(client, f"/en/claims/{world.claim.slug}/")
    assert '<p class="words" lang="it">Il ministero ha smentito ogni vendita di droni</p>' in text
    assert "our summary" in text


def test_a_claim_worded_in_one_language_says_so_on_the_other_page(client: Client) -> None:
    world = make_world()
    text = text_of(client, f"/it/claims/{world.changed.slug}/")
    assert '<h1 lang="en">Testland sold a small number</h1>' in text
    assert "Only in English" in text or "Solo in inglese" in text


def test_reasons_and_notes_in_one_language_say_so_on_the_other_page(client: Client) -> None:
    world = make_world()
    text = text_of(client, f"/it/claims/{world.claim.slug}/")
    for words in ("Both sides stand alone.", "A ledger"):
        assert f'<span lang="en">{words}</span> <span class="tag">Solo in inglese</span>' in text
    assert "Only in" not in text_of(client, f"/en/claims/{world.claim.slug}/")


def test_parties_are_called_as_the_pages_language_calls_them(client: Client) -> None:
    world = make_world()
    assert "Testlandia" in text_of(client, f"/it/claims/{world.claim.slug}/")
    assert "Testlandia" not in text_of(client, f"/en/claims/{world.claim.slug}/")


def test_statements_linked_after_the_decision_are_announced(client: Client) -> None:
    world = make_world()
    address = f"/en/claims/{world.claim.slug}/"
    assert "This assessment predates" not in text_of(client, address)
    later = make_published_source("A later text\n\nThe minister says it again.")
    make_shown(make_said(later, "The minister says it again", world.spokesman), world.claim)
    Position.objects.filter(statement__source=later).update(created_at=timezone.now() + timedelta(minutes=1))
    assert "This assessment predates 1 newer statement." in text_of(client, address)


def test_a_merged_claim_leads_to_the_one_that_lives_on(client: Client) -> None:
    world = make_world()
    middle = make_published_claim("The same in other words", slug="other-words")
    last = make_published_claim("And again", slug="again")
    Claim.objects.filter(pk=last.pk).update(merged_into=middle)
    Claim.objects.filter(pk=middle.pk).update(merged_into=world.claim)
    for slug in ("other-words", "again"):
        response = client.get(f"/it/claims/{slug}/")
        assert (response.status_code, response["Location"]) == (301, f"/it/claims/{world.claim.slug}/")


def test_a_former_address_leads_to_the_new_one(client: Client) -> None:
    world = make_world()
    OldSlug.objects.create(slug="old-address", claim=world.claim)
    OldSlug.objects.create(slug="old-draft", claim=world.draft)
    response = client.get("/en/claims/old-address/")
    assert (response.status_code, response["Location"]) == (301, f"/en/claims/{world.claim.slug}/")
    assert client.get("/en/claims/old-draft/").status_code == 404


def test_a_withdrawn_claim_is_gone_and_says_why(client: Client) -> None:
    world = make_world()
    Claim.objects.filter(pk=world.claim.pk).update(publication="withdrawn")
    Withdrawal.objects.create(claim=world.claim, reason_en="It rested on a forged letter.", by=make_user())
    response = client.get(f"/en/claims/{world.claim.slug}/")
    assert response.status_code == 410
    text = response.content.decode()
    assert "It rested on a forged letter." in text
    assert "sold drones" not in text


def test_a_correction_is_on_the_page_and_in_the_log(client: Client) -> None:
    world = make_world()
    Correction.objects.create(claim=world.claim, text_en="We had the wrong month.", by=make_user())
    for address in (f"/en/claims/{world.claim.slug}/", "/en/corrections/"):
        assert "We had the wrong month." in text_of(client, address)


def test_readers_are_told_how_we_correct_and_whom_to_write_to(client: Client, settings: Any) -> None:
    make_world()
    settings.CLAIMTRACKER_CONTACT = ["mailto:desk@claims.example"]
    assert "How we correct" in text_of(client, "/en/corrections/")
    assert '<a href="mailto:desk@claims.example" rel="nofollow">desk@claims.example</a>' in text_of(
        client, "/en/corrections/"
    )


def test_an_error_is_reported_by_e_mail_with_the_pages_address_filled_in(
    client: Client, settings: Any
) -> None:
    world = make_world()
    pages = (
        f"/en/claims/{world.claim.slug}/",
        f"/en/speakers/{world.spokesman.slug}/",
        f"/it/sources/{world.article.pk}-{world.article.slug}/",
    )
    settings.CLAIMTRACKER_CONTACT = ["mailto:desk@claims.example", "https://claims.example/write"]
    for page in pages:
        text = client.get(f"{page}?q=not-ours").content.decode()
        (link,) = re.findall(r'href="(mailto:desk@claims[^"]+)"', text)
        filled = parse_qs(urlsplit(unescape(link)).query)
        assert filled["subject"][0]
        assert f"http://testserver{page}\r\n" in filled["body"][0]
    settings.CLAIMTRACKER_CONTACT = ["https://claims.example/write"]
    assert '<a href="https://claims.example/write" rel="nofollow">Report an error</a>' in text_of(
        client, pages[0]
    )
    settings.CLAIMTRACKER_CONTACT = []
    assert "Report an error" not in text_of(client, pages[0])


def test_it_says_through_whose_hands_a_statement_came_and_how_many_they_were(client: Client) -> None:
    world = make_world()
    said = world.claim.positions.get(statement__speakers__speaker=world.officials).statement
    Carrier.objects.create(statement=said, order=0, outlet=world.outlet)
    text = text_of(client, f"/en/claims/{world.claim.slug}/")
    assert "Reported through The Daily Testimony" in text
    assert "hands between" not in text
    Carrier.objects.create(statement=said, order=1, as_written="a second agency", kind="outlet")
    text = text_of(client, f"/en/claims/{world.claim.slug}/")
    assert "Reported through The Daily Testimony and a second agency" in text
    assert "2 hands between" in text


def test_evidence_that_rests_on_a_draft_is_not_shown(client: Client) -> None:
    world = make_world()
    hidden = make_source("A hidden text\n\nThat says something.")
    hidden_statement = make_said(hidden, "That says something")
    for rests_on in ({"source": hidden}, {"statement": hidden_statement}):
        Evidence.objects.create(
            claim=world.claim, kind=EvidenceKind.SUPPORTS, note_en="A hidden note", **rests_on
        )
    shown = world.claim.positions.get(stance=Stance.ASSERTS, statement__source=world.article).statement
    Evidence.objects.create(
        claim=world.claim, kind=EvidenceKind.CONTEXT, note_en="A note that is seen", statement=shown
    )
    text = text_of(client, f"/en/claims/{world.claim.slug}/")
    assert "A hidden note" not in text
    assert "A note that is seen" in text


def test_a_hostile_text_is_shown_as_text(client: Client) -> None:
    claim = make_published_claim("<script>alert(1)</script> is “claimed”", slug="hostile")
    source = make_published_source("Title\n\n<img src=x onerror=alert(1)> was said here.")
    make_shown(make_said(source, "<img src=x onerror=alert(1)>", make_speaker("<b>Bold</b>")), claim)
    contest.refresh([claim.pk])
    for address in (f"/en/claims/{claim.slug}/", f"/en/sources/{source.pk}-{source.slug}/", "/en/claims/"):
        text = client.get(address).content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<b>Bold" not in text


def test_six_queries_tell_whatever_stands_beside_the_statements(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    world = make_world()
    claim, user = world.claim, make_user()
    said, other = (position.statement for position in Position.objects.published().filter(claim=claim)[:2])
    now = timezone.now()
    Evidence.objects.create(claim=claim, kind=EvidenceKind.SUPPORTS, statement=said, note_en="It was said")
    Evidence.objects.create(
        claim=claim, kind=EvidenceKind.CONTEXT, source=world.article, note_it="Un articolo"
    )
    for name, text in (("a@b.example", "We object."), ("The harbour office", "We never <b>knew</b>.")):
        Request.objects.create(
            kind="reply", claim=claim, sender=name, text=text, received_at=now, published_at=now
        )
    spoken = make_speaker("Harbour master")
    Request.objects.create(
        kind="reply",
        claim=claim,
        speaker=spoken,
        text="Not so.",
        language="en",
        received_at=now,
        published_at=now,
    )
    Request.objects.create(kind="reply", claim=claim, sender="X", text="UNANSWERED", received_at=now)
    Correction.objects.create(claim=claim, text_en="The date was wrong.", by=user)
    Correction.objects.create(statement=other, text_it="Il nome era sbagliato.", by=user)
    client.get(f"/en/claims/{claim.slug}/")
    with django_assert_max_num_queries(6):
        text = text_of(client, f"/en/claims/{claim.slug}/")
    for words in (
        "https://archive.example/ledger",
        "It was said",
        f'/en/sources/{said.source_id}-{said.source.slug}/#p{said.pk}"',
        f"{unescape(said.quote)[:10]}",
        f'/en/sources/{world.article.pk}-{world.article.slug}/" lang="en">{world.article.title}</a>',
        '<span lang="it">Un articolo</span>',
        "a party,",
        "The harbour office,",
        "We never &lt;b&gt;knew&lt;/b&gt;.",
        "Harbour master,",
        "The date was wrong.",
        '<span lang="it">Il nome era sbagliato.</span>',
    ):
        assert words in text, words
    assert "UNANSWERED" not in text
    assert "a@b.example" not in text


@pytest.mark.parametrize("statements", [3, 30])
def test_the_number_of_queries_does_not_grow_with_the_statements(
    client: Client, django_assert_max_num_queries: object, statements: int
) -> None:
    claim = make_published_claim("Much was said", slug="much")
    words = [f"Sentence number {n} was said." for n in range(statements)]
    source = make_published_source("A title\n\n" + "\n".join(words))
    parties = [make_speaker(f"Speaker {n}") for n in range(statements)]
    for sentence, speaker in zip(words, parties, strict=True):
        make_shown(make_said(source, sentence, speaker), claim, Stance.DENIES)
    make_verdict(claim, Rating.UNPROVEN)
    contest.refresh([claim.pk])
    for address in (f"claims/{claim.slug}/", f"sources/{source.pk}-{source.slug}/", f"speakers/{parties[0].slug}/", "", "claims/",
                    "denials/", "decisions/", "speakers/", "sources/", "claims/?q=much&speaker=speaker&topic=x&language=en"):  # fmt: skip
        with django_assert_max_num_queries(10):  # type: ignore[operator]
            assert client.get(f"/en/{address}").status_code == 200
