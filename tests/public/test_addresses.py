"""Every public address, in both languages, for anybody who only reads."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import resolve
from django.utils import translation

from claims.public import urls
from tests.public.world import SECRETS, every_address, make_world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_public_address_answers_in_both_languages_without_a_cookie(
    client: Client, language: str
) -> None:
    for address in every_address(make_world()):
        response = client.get(f"/{language}/{address}")
        assert response.status_code == 200, address
        assert f'<html lang="{language}">' in response.content.decode(), address
        assert response["Content-Language"] == language
        assert not response.cookies, address
        assert "Cookie" not in response.get("Vary", ""), address
        assert "unsafe" not in response["Content-Security-Policy"]


def test_the_list_of_addresses_in_these_tests_is_complete() -> None:
    world = make_world()
    with translation.override("en"):
        tested = {resolve(f"/en/{address}".partition("?")[0]).url_name for address in every_address(world)}
    assert tested == {pattern.name for pattern in urls.urlpatterns} - {"said-twice"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("/en/en/", "/en/"),
        ("/en/it/claims/?q=a%26b&page=2", "/it/claims/?q=a%26b&page=2"),
        ("/en/en//example.org/", "/en/example.org/"),
    ],
)
def test_a_language_said_twice_leads_to_the_page_meant_and_never_away(said: str, meant: str) -> None:
    answer = Client().get(said)
    assert (answer.status_code, answer["Location"]) == (301, meant)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_sent_to_a_public_page(method: str) -> None:
    world = make_world()
    client = Client(enforce_csrf_checks=True)
    for address in [f"/en/{address}" for address in every_address(world)] + ["/"]:
        assert getattr(client, method)(address).status_code == 405, address


def test_what_is_not_published_appears_nowhere(client: Client) -> None:
    world = make_world()
    addresses = every_address(world)
    addresses += [
        "claims/?q=secret",
        "claims/?speaker=secret-person",
        "speakers/?q=secret",
        "claims/?rating=unreviewed",
        "claims/?topic=secret",
    ]
    for language in ("it", "en"):
        for address in addresses:
            text = client.get(f"/{language}/{address}").content.decode()
            found = [secret for secret in SECRETS if secret in text]
            assert not found, (address, found)


@pytest.mark.parametrize("address", ["claims/not-yet/", "speakers/secret-person/", "claims/no-such-claim/"])
def test_a_draft_and_what_never_was_are_both_simply_not_there(client: Client, address: str) -> None:
    make_world()
    response = client.get(f"/en/{address}")
    assert response.status_code == 404
    assert "This page is not here" in response.content.decode()


@pytest.mark.parametrize(
    ("accepts", "language"), [("it-IT,it;q=0.9", "it"), ("en-GB", "en"), ("fr", "en"), ("", "en")]
)
def test_the_root_leads_to_the_readers_language(client: Client, accepts: str, language: str) -> None:
    response = client.get("/", headers={"accept-language": accepts})
    assert (response.status_code, response["Location"]) == (302, f"/{language}/")
    assert "Accept-Language" in response["Vary"]


def test_the_language_switch_is_two_links_to_the_same_page(client: Client) -> None:
    world = make_world()
    text = client.get(f"/it/claims/{world.claim.slug}/").content.decode()
    assert f'href="/en/claims/{world.claim.slug}/"' in text
    assert f'hreflang="en" href="http://testserver/en/claims/{world.claim.slug}/"' in text
    assert '<html lang="it">' in text


def test_every_page_takes_few_queries_and_answers_304_to_whoever_has_it(
    client: Client, django_assert_max_num_queries: object
) -> None:
    for address in every_address(make_world()):
        with django_assert_max_num_queries(10):  # type: ignore[operator]
            first = client.get(f"/it/{address}")
        again = client.get(f"/it/{address}", headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b""), address
        assert {part.strip() for part in first["Cache-Control"].split(",")} == {
            "public",
            "max-age=0",
            "s-maxage=15",
            "must-revalidate",
        }
        assert len(first.content) < 120_000, address


def test_pages_ask_no_other_site_for_anything_and_carry_no_style_or_script_of_their_own(
    client: Client,
) -> None:
    world = make_world()
    for address in every_address(world):
        text = client.get(f"/en/{address}").content.decode()
        assert " style=" not in text
        assert "<style" not in text
        assert "<script>" not in text
        for attribute in ('src="http', 'rel="stylesheet" href="http', "url(http", "@import"):
            assert attribute not in text


def test_style_and_script_are_small_enough_for_a_slow_line() -> None:
    def zipped(name: str) -> int:
        found = finders.find(name)
        assert found, name
        return len(gzip.compress(Path(str(found)).read_bytes()))

    assert zipped("claimtracker/site.css") <= 6 * 1024
    assert zipped("django_htmx/htmx-2.min.js") <= 20 * 1024
