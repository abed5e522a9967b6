"""Feeds, sitemap, robots.txt and security.txt: valid by their published rules, and only what pages show."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from django.test import Client, override_settings
from lxml import etree

from claims import contest
from claims.models import Claim, Correction, OldSlug, Withdrawal
from claims.public.wellknown import _eleven_months_on
from claims.vocabulary import Rating, Stance
from tests.factories import (
    make_published_claim,
    make_published_source,
    make_said,
    make_shown,
    make_user,
    make_verdict,
)
from tests.public.world import SECRETS, World, make_world

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
# RFC 3339, which Atom and sitemaps ask for.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
# RFC 4151: tag:<authority>,<date>:<specific>
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}-\d\d-\d\d:[a-z0-9/-]+")

FEEDS = ("all", "decisions", "denials", "corrections", "claims/drones-sold", "claims/small-number")


@pytest.fixture
def world() -> World:
    world = make_world()
    Correction.objects.create(
        claim=world.claim, text_en="The day was <wrong>.", text_it="Il giorno era sbagliato.", by=make_user()
    )
    Correction.objects.create(claim=world.draft, text_en="Something happened.", by=make_user())
    return world


def xml(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, address
    return etree.fromstring(response.content, etree.XMLParser(resolve_entities=False))


def entries(client: Client, name: str, language: str = "en") -> list[Any]:
    return list(xml(client, f"/feeds/{language}/{name}.atom").iter(f"{ATOM}entry"))


def _text(element: Any, name: str) -> str:
    found = element.findall(f"{ATOM}{name}")
    assert len(found) == 1, (name, etree.tostring(element))
    return str(found[0].text)


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_is_valid_atom(client: Client, world: World, name: str, language: str) -> None:
    """RFC 4287, sections 4.1.1 and 4.1.2: what a feed and an entry must have, once each."""
    address = f"/feeds/{language}/{name}.atom"
    response = client.get(address)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert response["Content-Language"] == language
    assert "Vary" not in response
    feed = xml(client, address)
    assert feed.tag == f"{ATOM}feed"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == language
    assert _text(feed, "title")
    assert [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"] == [
        f"http://testserver{address}"
    ]
    assert feed.find(f"{ATOM}author/{ATOM}name").text == "ClaimTracker"
    found = feed.findall(f"{ATOM}entry")
    assert found
    ids = [_text(element, "id") for element in (feed, *found)]
    assert len(ids) == len(set(ids))
    for element, key in zip((feed, *found), ids, strict=True):
        assert TAG.fullmatch(key), key
        assert MOMENT.fullmatch(_text(element, "updated"))
        assert _text(element, "title")
    for entry in found:
        links = entry.findall(f"{ATOM}link")
        assert [link.get("rel") for link in links] == ["alternate"]
        page, _, place = links[0].get("href").removeprefix("http://testserver").partition("#")
        shown = client.get(page)
        assert shown.status_code == 200
        assert not place or f'id="{place}"' in shown.content.decode()
    updated = [_text(entry, "updated") for entry in found]
    assert updated == sorted(updated, reverse=True)
    assert not feedparser.parse(response.content).bozo


def test_each_feed_has_what_its_name_says(client: Client, world: World) -> None:
    assert [_text(e, "title") for e in entries(client, "decisions")] == ["Disputed: Testland sold drones"]
    assert [_text(e, "title") for e in entries(client, "decisions", "it")] == [
        "Contestata: La Testlandia ha venduto droni"
    ]
    assert [e.find(f"{ATOM}author/{ATOM}name").text for e in entries(client, "decisions")] == ["Marta"]
    assert sorted(_text(e, "title") for e in entries(client, "denials")) == [
        "Karim Testi · Denies it: Testland sold a small number",
        "Karim Testi · Denies it: Testland sold drones",
        "Testland · Denies it: Testland sold drones",
    ]
    assert [_text(e, "title") for e in entries(client, "corrections")] == [
        "Correction",
        "Correction: Testland sold drones",
    ]
    assert _text(entries(client, "corrections")[1], "summary") == "The day was &lt;wrong&gt;."
    kinds = {_text(e, "id").rsplit(":", 1)[1].split("/")[0] for e in entries(client, "all")}
    assert kinds == {"claim", "decision", "position", "correction"}
    about_one = {_text(e, "title") for e in entries(client, "claims/small-number")}
    assert about_one == {
        "Karim Testi · Denies it: Testland sold a small number",
        "Karim Testi · Admits it: Testland sold a small number",
    }


def test_an_entry_keeps_its_id_whatever_happens_later_and_wherever_it_stands(
    client: Client, world: World
) -> None:
    before = {_text(e, "id") for e in entries(client, "decisions")}
    Claim.objects.filter(pk=world.claim.pk).update(text_en="Testland sold many drones", slug="many-drones")
    assert {_text(e, "id") for e in entries(client, "decisions", "it")} == before
    assert before < {_text(e, "id") for e in entries(client, "all")}
    with override_settings(CLAIMTRACKER_SITE_URL="https://claims.example"):
        assert all(_text(e, "id").startswith("tag:claims.example,") for e in entries(client, "all"))


def test_no_feed_and_no_map_tells_what_pages_do_not(client: Client, world: World) -> None:
    addresses = [f"/feeds/{language}/{name}.atom" for name in FEEDS for language in ("it", "en")]
    addresses += ["/sitemap.xml", "/sitemap-pages.xml", "/sitemap-claims-0.xml", "/robots.txt"]
    for address in addresses:
        text = client.get(address).content.decode()
        assert not [secret for secret in (*SECRETS, "not-yet") if secret in text], address


def test_the_feed_of_a_claim_that_is_hidden_moved_or_withdrawn(client: Client, world: World) -> None:
    OldSlug.objects.create(slug="old-name", claim=world.claim)
    assert client.get("/feeds/en/claims/not-yet.atom").status_code == 404
    assert client.get("/feeds/en/claims/never.atom").status_code == 404
    moved = client.get("/feeds/it/claims/old-name.atom")
    assert (moved.status_code, moved["Location"]) == (301, "/feeds/it/claims/drones-sold.atom")
    Withdrawal.objects.create(claim=world.claim, reason_en="It was wrong.", by=make_user())
    Claim.objects.filter(pk=world.claim.pk).update(publication="withdrawn")
    gone = client.get("/feeds/en/claims/drones-sold.atom")
    assert gone.status_code == 410
    for name in ("all", "decisions", "denials"):
        assert b"drones" not in client.get(f"/feeds/en/{name}.atom").content
    assert client.get("/feeds/fr/all.atom").status_code == 404
    assert client.get("/feeds/en/nothing.atom").status_code == 404


def test_an_empty_feed_is_valid_and_does_not_change(client: Client) -> None:
    first = client.get("/feeds/en/decisions.atom")
    assert _text(etree.fromstring(first.content), "updated") == "2024-01-01T00:00:00+00:00"
    assert client.get("/feeds/en/decisions.atom", headers={"if-none-match": first["ETag"]}).status_code == 304


def test_words_that_xml_cannot_say_are_left_out(client: Client, world: World) -> None:
    odd = make_published_claim("A claim\x0bwith an odd\x1f character", slug="odd")
    contest.refresh([odd.pk])
    assert "A claimwith an odd character" in {_text(e, "title") for e in entries(client, "all")}


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_takes_the_same_few_queries_whatever_it_holds(
    client: Client, world: World, django_assert_max_num_queries: Callable[..., Any], name: str
) -> None:
    with django_assert_max_num_queries(10) as before:
        client.get(f"/feeds/en/{name}.atom")
    for n in range(4):
        said = make_said(
            make_published_source(f"T{n}\n\nNever, he said."), "Never", world.spokesman, act="denies"
        )
        make_shown(said, world.claim, Stance.DENIES)
        make_verdict(make_published_claim(f"Another {n}"), Rating.UNPROVEN)
    with django_assert_max_num_queries(len(before)):
        client.get(f"/feeds/en/{name}.atom")


def test_pages_lead_to_their_feeds(client: Client, world: World) -> None:
    for address in ("/it/", "/it/denials/", "/it/claims/drones-sold/"):
        text = client.get(address).content.decode()
        found = re.findall(
            r'<link rel="alternate" type="application/atom\+xml" href="([^"]+)" title="([^"]+)">', text
        )
        assert ("/feeds/it/all.atom" in dict(found)) and len(found) >= 4, address
        for feed, _title in found:
            assert client.get(feed).status_code == 200
    assert 'href="/feeds/it/claims/drones-sold.atom" title="La Testlandia ha venduto droni"' in text


# -- what search engines hear ------------------------------------------------------------------------------------------------


def test_the_map_leads_to_decided_claims_alone_in_both_languages(client: Client, world: World) -> None:
    """https://www.sitemaps.org/protocol.html"""
    index = xml(client, "/sitemap.xml")
    assert index.tag == f"{MAP}sitemapindex"
    files = [loc.text for loc in index.iter(f"{MAP}loc")]
    assert files == ["http://testserver/sitemap-pages.xml", "http://testserver/sitemap-claims-0.xml"]
    assert MOMENT.fullmatch(index.find(f".//{MAP}lastmod").text)
    listed: list[str] = []
    for file in files:
        urlset = xml(client, str(file).removeprefix("http://testserver"))
        assert urlset.tag == f"{MAP}urlset"
        urls = urlset.findall(f"{MAP}url")
        assert 0 < len(urls) < 50_000
        for url in urls:
            loc = url.find(f"{MAP}loc").text
            versions = {link.get("hreflang"): link.get("href") for link in url.findall(f"{XHTML}link")}
            assert set(versions) == {"it", "en"}
            assert loc in versions.values()
            assert client.get(loc.removeprefix("http://testserver")).status_code == 200, loc
            listed.append(loc)
    assert len(listed) == len(set(listed))
    assert [loc for loc in listed if re.search(r"/claims/.", loc)] == [
        "http://testserver/it/claims/drones-sold/",
        "http://testserver/en/claims/drones-sold/",
    ]
    assert client.get("/sitemap-claims-1.xml").status_code == 404
    assert client.get("/sitemap-claims-99999999999999999999.xml").status_code == 404


def test_the_map_says_when_a_claim_last_changed(client: Client, world: World) -> None:
    before = xml(client, "/sitemap-claims-0.xml").find(f".//{MAP}lastmod").text
    said = make_said(make_published_source("T\n\nNever, he said."), "Never", world.spokesman, act="denies")
    make_shown(said, world.claim, Stance.DENIES, published_at=datetime(2031, 5, 1, 12, tzinfo=UTC))
    contest.refresh([world.claim.pk])
    after = xml(client, "/sitemap-claims-0.xml").find(f".//{MAP}lastmod").text
    assert before < after == "2031-05-01T12:00:00+00:00"


@pytest.mark.parametrize(
    ("address", "is_listed"),
    [("/en/", True), ("/en/claims/", True), ("/en/claims/drones-sold/", True), ("/en/claims/small-number/", False),
     ("/en/claims/?rating=disputed", False), ("/en/speakers/karim-testi/", True), ("/en/speakers/two-officials/", False),
     ("/en/claims/never/", False)],
)  # fmt: skip
def test_undecided_claims_unnamed_sources_and_filtered_lists_are_not_offered_to_search_engines(
    client: Client, world: World, address: str, is_listed: bool
) -> None:
    assert ('<meta name="robots" content="noindex' not in client.get(address).content.decode()) == is_listed


def test_robots_keep_to_the_pages_and_find_the_map(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /admin/", "Disallow: /desk/"} < set(lines)
    assert not [
        line
        for line in lines
        if line.startswith("Disallow") and line.split(": ")[1] in ("/", "/it/", "/en/", "/feeds/")
    ]
    assert lines[-1] == "Sitemap: http://testserver/sitemap.xml"


def test_security_txt_names_whom_the_operator_names_and_expires_within_a_year(client: Client) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    with override_settings(
        CLAIMTRACKER_SECURITY_CONTACT=["mailto:desk@claims.example", "https://claims.example/report"]
    ):
        lines = client.get("/.well-known/security.txt").content.decode().splitlines()
    fields = [tuple(line.split(": ", 1)) for line in lines]
    assert [value for name, value in fields if name == "Contact"] == [
        "mailto:desk@claims.example",
        "https://claims.example/report",
    ]
    expires = datetime.fromisoformat(dict(fields)["Expires"])
    assert 300 < (expires - datetime.now(UTC)).days < 366
    assert dict(fields)["Canonical"] == "http://testserver/.well-known/security.txt"


@pytest.mark.parametrize(
    ("now", "expires"),
    [((2026, 1, 31), (2026, 12, 1)), ((2026, 2, 1), (2027, 1, 1)), ((2026, 12, 31), (2027, 11, 1))],
)
def test_the_day_on_which_it_expires_is_the_same_all_month(
    now: tuple[int, int, int], expires: tuple[int, int, int]
) -> None:
    assert _eleven_months_on(datetime(*now, 12, tzinfo=UTC)) == datetime(*expires, tzinfo=UTC)


def test_nothing_can_be_sent_to_any_of_them(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    for address in (
        "/feeds/en/all.atom",
        "/feeds/en/claims/drones-sold.atom",
        "/sitemap.xml",
        "/robots.txt",
        "/.well-known/security.txt",
    ):
        assert client.post(address).status_code == 405
        assert not client.get(address).cookies
