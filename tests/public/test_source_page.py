"""What readers see of an article, and what they do not."""

from __future__ import annotations

import pytest
from django.test import Client

from claims.models import Withdrawal
from claims.vocabulary import Stance
from sources.models import Source
from tests.factories import (
    make_published_claim,
    make_published_source,
    make_said,
    make_shown,
    make_source,
    make_speaker,
    make_user,
)
from tests.public.world import World, make_world

pytestmark = pytest.mark.django_db


def page_of(client: Client, source: Source, language: str = "en") -> str:
    return client.get(f"/{language}/sources/{source.pk}-{source.slug}/").content.decode()


@pytest.fixture
def world() -> World:
    return make_world()


def test_passages_are_marked_and_lead_to_their_notes_and_claims(client: Client, world: World) -> None:
    text = page_of(client, world.article)
    denial = world.claim.positions.get(stance=Stance.DENIES, statement__source=world.article).statement
    assert f'<mark id="p{denial.pk}" class="st-denies">that any drone was ever sold to anybody</mark>' in text
    assert f'href="#n{denial.pk}"' in text
    assert f'href="/en/claims/{world.claim.slug}/#st-{denial.pk}"' in text


def test_outside_the_passages_at_most_200_characters_are_shown(client: Client, world: World) -> None:
    text = page_of(client, world.article)
    assert "UNSHOWN" not in text
    assert "[…]" in text
    assert 'href="https://news.example/talks"' in text


def test_a_text_of_ours_is_shown_whole_and_says_that_it_is_a_summary(client: Client, world: World) -> None:
    text = page_of(client, world.digest)
    assert "Il resto è contesto." in text
    assert "Editorial summary" in text
    assert "the original words are not reproduced here" in text
    assert "<blockquote" not in text


def test_what_is_not_the_article_is_kept_and_labelled(client: Client, world: World) -> None:
    text = page_of(client, world.article)
    assert "Not part of the article" in text
    assert "Ten best pillows" in text


def test_a_machine_translated_text_carries_a_warning(client: Client, world: World) -> None:
    source = make_published_source("Garbled title\n\nPesco said something.", translation="machine")
    make_shown(make_said(source, "Pesco said something", world.spokesman), world.claim)
    assert "This text is machine-translated." in page_of(client, source)


def test_a_repeated_title_is_not_shown_twice(client: Client, world: World) -> None:
    assert page_of(client, world.digest).count("Che cosa scrive il giornale") == 2  # <title> and heading


def test_another_address_of_the_same_article_leads_to_the_right_one(client: Client, world: World) -> None:
    response = client.get(f"/it/sources/{world.article.pk}-whatever/")
    assert response.status_code == 301
    assert response["Location"] == f"/it/sources/{world.article.pk}-{world.article.slug}/"


def test_a_draft_is_not_there_and_a_withdrawn_article_says_why(client: Client, world: World) -> None:
    draft = make_source("A draft\n\nof something")
    assert client.get(f"/en/sources/{draft.pk}-{draft.slug}/").status_code == 404
    Source.objects.filter(pk=world.digest.pk).update(publication="withdrawn")
    Withdrawal.objects.create(source=world.digest, reason_en="The publisher asked for it.", by=make_user())
    response = client.get(f"/en/sources/{world.digest.pk}-{world.digest.slug}/")
    assert response.status_code == 410
    assert "The publisher asked for it." in response.content.decode()
    assert "Che cosa" not in response.content.decode()


def test_statements_that_overlap_are_all_marked(client: Client) -> None:
    claim = make_published_claim("Something overlaps")
    source = make_published_source("T\n\nAlpha beta gamma delta.", shown="whole")
    outer = make_said(source, "Alpha beta gamma", make_speaker("Outer"))
    inner = make_said(source, "beta gamma delta", make_speaker("Inner"))
    make_shown(outer, claim)
    make_shown(inner, claim, Stance.DENIES)
    text = page_of(client, source)
    assert f'id="p{outer.pk}"' in text
    assert f'id="p{inner.pk}"' in text
    assert "over" in text
    assert text.count('class="note ') == 2


def test_a_statement_in_several_pieces_marks_each_and_has_one_note(client: Client) -> None:
    claim = make_published_claim("Pieces")
    source = make_published_source(
        "T\n\nFirst piece here, something between, second piece there.", shown="whole"
    )
    make_shown(make_said(source, ["First piece", "second piece"], make_speaker("Somebody")), claim)
    text = page_of(client, source)
    assert text.count("<mark") == 2
    assert text.count('class="note ') == 1


def test_an_earlier_and_a_later_version_of_a_page_lead_to_each_other_once_they_are_public(
    client: Client,
) -> None:
    world = make_world()
    later = make_published_source(
        "Talks resume in Testland, updated\n\nMore was said.", url=world.article.url, version_of=world.article
    )
    make_source("SECRET-DRAFT of the page\n\nNot yet.", url=world.article.url, version_of=world.article)
    older, newer = (f"/en/sources/{each.pk}-{each.slug}/" for each in (world.article, later))
    text = client.get(older).content.decode()
    assert f'href="{newer}"' in text
    assert "SECRET-DRAFT" not in text
    assert f'href="{older}"' in client.get(newer).content.decode()
