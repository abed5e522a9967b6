"""ClaimReview, its DataFeed and the picture beside a shared link. Each rule of docs/machines.md has its test here."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from claims import contest
from claims.models import Claim, Evidence, OldSlug, Speaker, Verdict, Withdrawal
from claims.public.decisions import Stamp
from claims.public.share_image import Picture, _font, draw
from claims.vocabulary import Rating, Stance
from tests.factories import (
    make_published_claim,
    make_published_source,
    make_said,
    make_shown,
    make_speaker,
    make_user,
    make_verdict,
)
from tests.public.world import SECRETS, World, make_world

pytestmark = pytest.mark.django_db

SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture
def world() -> World:
    return make_world()


def reviews(client: Client, slug: str, language: str = "en") -> list[dict[str, Any]]:
    text = client.get(f"/{language}/claims/{slug}/").content.decode()
    return [json.loads(found) for found in SCRIPT.findall(text)]


def decided(rating: Rating, *speakers: Speaker, url: str = "https://news.example/a", **claim: Any) -> str:
    """A claim that these speakers assert, decided; returns its slug."""
    made = make_published_claim(claim.pop("text", "Something was so"), slug="something", **claim)
    source = make_published_source("T\n\nIt was so, they said.", url=url)
    make_shown(make_said(source, "It was so", *speakers, on=date(2024, 5, 6)), made)
    kind = "supports" if rating == Rating.CONFIRMED else "refutes"  # what the database asks of a rating
    Evidence.objects.create(claim=made, kind=kind, url="https://archive.example/paper")
    make_verdict(made, rating, reason="For a good reason.", reason_it="Per una buona ragione.")
    contest.refresh([made.pk])
    return made.slug


# -- ClaimReview -------------------------------------------------------------------------------------------------------------


def test_a_decided_claim_has_one_claim_review_with_all_that_is_required(client: Client, world: World) -> None:
    slug = decided(Rating.CONFIRMED, make_speaker("Ada Testi", wikidata_id="Q42"))
    (found,) = reviews(client, slug)
    assert found == {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "@id": "http://testserver/en/claims/something/#review",
        "url": "http://testserver/en/claims/something/",
        "inLanguage": "en",
        "claimReviewed": "Something was so",
        "datePublished": Verdict.objects.get(claim__slug=slug).decided_at.date().isoformat(),  # type: ignore[union-attr]
        "author": {"@type": "Organization", "name": "ClaimTracker", "url": "http://testserver/"},
        "reviewRating": {
            "@type": "Rating",
            "alternateName": "Confirmed",
            "ratingValue": 5,
            "bestRating": 5,
            "worstRating": 1,
        },
        "reviewBody": "For a good reason.",
        "itemReviewed": {
            "@type": "Claim",
            "name": "Something was so",
            "author": {"@type": "Person", "name": "Ada Testi", "sameAs": "https://www.wikidata.org/wiki/Q42"},
            "datePublished": "2024-05-06",
            "appearance": [{"@type": "CreativeWork", "url": "https://news.example/a"}],
        },
    }


def test_its_address_is_the_canonical_one_of_the_page_it_stands_on(client: Client, world: World) -> None:
    for language in ("it", "en"):
        text = client.get(f"/{language}/claims/drones-sold/").content.decode()
        canonical = re.search(r'<link rel="canonical" href="([^"]+)">', text)
        assert canonical
        (found,) = reviews(client, "drones-sold", language)
        assert found["url"] == canonical[1]
        assert "/share.png" not in found["url"]


@pytest.mark.parametrize(
    ("rating", "number"),
    [(Rating.CONFIRMED, 5), (Rating.REFUTED, 1), (Rating.DISPUTED, None), (Rating.UNPROVEN, None)],
)
def test_only_what_evidence_decided_has_a_number(client: Client, rating: Rating, number: int | None) -> None:
    (found,) = reviews(client, decided(rating, make_speaker()))
    assert found["reviewRating"].get("ratingValue") == number
    assert ("bestRating" in found["reviewRating"]) == (number is not None)
    assert found["reviewRating"]["alternateName"]
    assert found["reviewRating"]["alternateName"].lower() not in ("true", "false")


def test_the_words_are_those_that_the_page_shows_in_its_language(client: Client, world: World) -> None:
    (found,) = reviews(client, "drones-sold", "it")
    assert found["claimReviewed"] == "La Testlandia ha venduto droni"
    assert found["reviewRating"]["alternateName"] == "Contestata"
    assert "reviewBody" not in found  # the reason is in English only
    text = client.get("/it/claims/drones-sold/").content.decode()
    shown = SCRIPT.sub("", text)
    assert found["claimReviewed"] in shown
    assert found["reviewRating"]["alternateName"] in shown


def test_nobody_else_is_made_the_claims_author(client: Client, world: World) -> None:
    """Unnamed sources stay with their article; of several who say so none is the author; what an article says itself has no voice."""
    assert "author" not in reviews(client, "drones-sold")[0]["itemReviewed"]


@pytest.mark.parametrize("case", ["several", "article", "body", "repeated", "headline"])
def test_one_named_voice_is_the_author_and_nothing_else_is(client: Client, case: str) -> None:
    one, other = make_speaker("One Body", kind="government"), make_speaker("Another")
    speakers = {"several": [one, other], "article": []}.get(case, [one])
    slug = decided(Rating.UNPROVEN, *speakers)
    claim = Claim.objects.get(slug=slug)
    again = make_published_source("T2\n\nIt was so, again.", url="https://news.example/b")
    if case == "repeated":
        make_shown(make_said(again, "It was so", one), claim)
    if case == "headline":
        make_shown(make_said(again, "T2", other, in_title=True), claim)
    reviewed = reviews(client, slug)[0]["itemReviewed"]
    author = {"@type": "Organization", "name": "One Body"}
    assert reviewed.get("author") == (None if case in ("several", "article") else author)
    addresses = ["https://news.example/a"] + (["https://news.example/b"] if case == "repeated" else [])
    assert [each["url"] for each in reviewed["appearance"]] == addresses


def test_what_nobody_decided_is_under_review_or_not_in_this_language_is_not_reviewed(
    client: Client, world: World
) -> None:
    assert reviews(client, "small-number") == []
    slug = decided(Rating.UNPROVEN, make_speaker())
    assert reviews(client, slug, "it") == []  # the claim is worded in English alone
    Claim.objects.filter(slug=slug).update(publication="under_review")
    assert reviews(client, slug) == []
    listed = client.get("/feeds/en/claimreviews.json").json()["dataFeedElement"]
    assert [item["item"][0]["url"] for item in listed] == ["http://testserver/en/claims/drones-sold/"]


def test_no_text_ends_the_script_it_stands_in(client: Client) -> None:
    slug = decided(
        Rating.UNPROVEN, make_speaker("</script><script>alert(1)</script>"), text="</script><b>&amp;"
    )
    text = client.get(f"/en/claims/{slug}/").content.decode()
    assert "<script>alert" not in text
    (found,) = reviews(client, slug)
    assert found["claimReviewed"] == "</script><b>&amp;"
    assert found["itemReviewed"]["author"]["name"] == "</script><script>alert(1)</script>"


def test_the_policy_of_the_page_needs_no_exception_for_it(client: Client, world: World) -> None:
    policy = client.get("/en/claims/drones-sold/")["Content-Security-Policy"]
    assert "script-src 'self';" in f"{policy};"
    assert "unsafe" not in policy


# -- DataFeed ----------------------------------------------------------------------------------------------------------------


def test_the_feed_has_the_same_reviews_as_the_pages(client: Client, world: World) -> None:
    decided(Rating.CONFIRMED, make_speaker("Ada Testi"), text_it="Qualcosa era così")
    for language in ("it", "en"):
        response = client.get(f"/feeds/{language}/claimreviews.json")
        assert response["Content-Type"] == "application/ld+json"
        found = response.json()
        assert (found["@context"], found["@type"]) == ("https://schema.org", "DataFeed")
        assert {item["@type"] for item in found["dataFeedElement"]} == {"DataFeedItem"}
        listed = [item["item"][0] for item in found["dataFeedElement"]]
        assert listed == [reviews(client, slug, language)[0] for slug in ("something", "drones-sold")]
        assert not [secret for secret in SECRETS if secret in response.content.decode()]
        assert (
            client.get(
                f"/feeds/{language}/claimreviews.json", headers={"if-none-match": response["ETag"]}
            ).status_code
            == 304
        )


def test_the_feed_takes_the_same_few_queries_whatever_it_holds(
    client: Client, world: World, django_assert_num_queries: Callable[..., Any]
) -> None:
    for n in range(3):
        made = make_published_claim(f"Another {n}")
        make_shown(make_said(world.article, "drones were sold", world.party), made, Stance.ASSERTS)
        make_verdict(made)
    with django_assert_num_queries(2):
        assert len(client.get("/feeds/en/claimreviews.json").json()["dataFeedElement"]) == 4


# -- sharing -----------------------------------------------------------------------------------------------------------------


def shared(client: Client, address: str) -> dict[str, str]:
    text = client.get(address).content.decode()
    return dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">', text))


def test_a_shared_link_shows_title_words_and_a_picture_with_the_assessment(
    client: Client, world: World
) -> None:
    found = shared(client, "/it/claims/drones-sold/")
    assert found["og:title"] == "La Testlandia ha venduto droni"
    assert (
        found["og:description"] == "Contestata. Two officials lo sostiene; Testlandia nega."
        or "Contestata. " in found["og:description"]
    )
    assert found["og:url"] == "http://testserver/it/claims/drones-sold/"
    assert found["og:image:alt"] == "Contestata: La Testlandia ha venduto droni"
    assert found["twitter:card"] == "summary_large_image"
    response = client.get(found["og:image"].removeprefix("http://testserver"))
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    with Image.open(io.BytesIO(response.content)) as image:
        assert image.size == (int(found["og:image:width"]), int(found["og:image:height"])) == (1200, 630)
    assert len(response.content) < 100_000
    assert not response.cookies
    assert "og:image" not in shared(client, "/it/claims/")


def test_the_picture_changes_with_the_decision_and_with_nothing_else(client: Client, world: World) -> None:
    before = shared(client, "/en/claims/small-number/")["og:image"]
    first = client.get("/en/claims/small-number/share.png")
    again = client.get("/en/claims/small-number/share.png", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Claim.objects.filter(pk=world.changed.pk).update(desk_note="a note")
    assert client.get("/en/claims/small-number/share.png")["ETag"] == first["ETag"]
    make_verdict(world.changed, Rating.UNPROVEN)
    after = client.get("/en/claims/small-number/share.png")
    assert after["ETag"] != first["ETag"]
    assert after.content != first.content
    assert shared(client, "/en/claims/small-number/")["og:image"] != before
    assert client.get("/it/claims/small-number/share.png")["ETag"] != after["ETag"]


def test_there_is_no_picture_of_what_is_hidden_or_withdrawn(client: Client, world: World) -> None:
    OldSlug.objects.create(slug="old-name", claim=world.claim)
    assert client.get("/en/claims/not-yet/share.png").status_code == 404
    assert client.get("/en/claims/never/share.png").status_code == 404
    moved = client.get("/en/claims/old-name/share.png")
    assert (moved.status_code, moved["Location"]) == (301, "/en/claims/drones-sold/share.png")
    Withdrawal.objects.create(claim=world.claim, reason_en="It was wrong.", by=make_user())
    Claim.objects.filter(pk=world.claim.pk).update(publication="withdrawn")
    assert client.get("/en/claims/drones-sold/share.png").status_code == 410
    assert Client(enforce_csrf_checks=True).post("/en/claims/small-number/share.png").status_code == 405


def test_every_mark_is_another_shape_even_without_its_colour() -> None:
    seen = set()
    for key in ("confirmed", "disputed", "unproven", "refuted", "unreviewed"):
        with Image.open(io.BytesIO(draw(Picture("A claim", key, "Word", "Somebody says so.")))) as image:
            assert image.size == (1200, 630)
            seen.add(image.convert("L").point(lambda grey: 255 * (grey > 160)).tobytes())
    assert len(seen) == 5


@pytest.mark.parametrize(
    "words", ["", "x" * 500, "word " * 100, "è", "\n\t", "a\tb\nc\u2028d", "\u200f\u202eאבג", "\x01"]
)
def test_any_words_can_be_drawn(words: str) -> None:
    picture = Picture.of(Claim(text_en=words), Stamp("disputed", words[:60]), words)
    assert draw(picture).startswith(b"\x89PNG")


def test_the_font_has_the_letters_of_both_languages_and_of_the_names_in_them() -> None:
    missing = _font("Semibold", 40).getmask("\U0010fffd").getbbox()
    for letter in "àèéìòùÀÈ«»“”’–—…€çñüöäßøåłžšőКремль":
        mask = _font("Semibold", 40).getmask(letter)
        assert mask.getbbox(), letter
        assert mask.getbbox() != missing or bytes(mask) != bytes(
            _font("Semibold", 40).getmask("\U0010fffd")
        ), letter
