"""Filters, pages of a list and the part that htmx asks for: all of it works from the address alone."""

from __future__ import annotations

import base64
import json
import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from claims import contest
from claims.models import ClaimFigures, Correction
from claims.public.claim_list import _shape
from tests.factories import (
    make_published_claim,
    make_published_source,
    make_said,
    make_shown,
    make_speaker,
    make_user,
)
from tests.public.world import make_world

pytestmark = pytest.mark.django_db


def found(client: Client, query: str, language: str = "en") -> set[str]:
    text = client.get(f"/{language}/claims/?{query}").content.decode()
    return set(re.findall(rf'href="/{language}/claims/([a-z0-9-]+)/"', text))


@pytest.mark.parametrize(
    ("query", "claims"),
    [
        ("", {"drones-sold", "small-number"}),
        ("q=drone", {"drones-sold"}),
        ("q=selling", {"small-number"} - {"small-number"}),
        ("rating=disputed", {"drones-sold"}),
        ("rating=unreviewed", {"small-number"}),
        ("rating=unreviewed&rating=disputed", {"drones-sold", "small-number"}),
        ("contest=denied_then_admitted", {"small-number"}),
        ("speaker=karim+testi", {"drones-sold", "small-number"}),
        ("speaker=Tsti", {"drones-sold", "small-number"}),
        ("speaker=two-officials", {"drones-sold"}),
        ("speaker=testland", {"drones-sold", "small-number"}),
        ("speaker=nobody", set()),
        ("topic=drones", {"drones-sold"}),
        ("language=it", {"drones-sold"}),
        ("since=2024-03-10", {"small-number"}),
        ("until=2024-03-10", {"drones-sold"}),
    ],
)
def test_each_filter_finds_what_it_says(client: Client, query: str, claims: set[str]) -> None:
    make_world()
    assert found(client, query) == claims


def test_words_are_looked_for_in_the_pages_language_only(client: Client) -> None:
    make_world()
    assert found(client, "q=venduti", "it") == {"drones-sold"}
    assert found(client, "q=venduti", "en") == set()


@pytest.mark.parametrize(
    "query",
    ["q=%22unclosed", "q=a%00b", "q=%27%26%7C!()%3A*", "since=yesterday", "since=0000-00-00", "rating=true", "contest=x", "topic=none",
     "language=fr", "speaker=%25%00", "after=xx", "before=%00", "after=WzEsMl0", "after=W10", "q=" + "x" * 5000,
     "after=WyIyMDI0IiwgOTk5OTk5OTk5OTk5OTk5OTk5OTk5OV0"],
)  # fmt: skip
def test_nonsense_in_an_address_is_no_error(client: Client, query: str) -> None:
    make_world()
    assert client.get(f"/en/claims/?{query}").status_code == 200
    assert client.get(f"/it/denials/?{query}").status_code == 200
    assert client.get(f"/it/speakers/?{query}").status_code == 200


@pytest.mark.parametrize(
    "values",
    [
        ["abc", 5],
        ["2024-01-01", 5],
        ["2024-01-01T00:00:00", 5],
        ["0001-01-01T00:00:00+00:00", 5],
        ["2024-01-01T00:00:00+00:00", 2**63],
        ["2024-01-01T00:00:00+00:00", True],
        [1, 2],
        ["\ud800", 5],
        ["a\x00b", 5],
        [[[]], 5],
        [5],
        [],
        {"a": 1},
        "text",
        None,
    ],
)
def test_a_made_up_place_in_a_list_is_no_error(client: Client, values: object) -> None:
    make_world()
    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    for address in (
        "claims/",
        "denials/",
        "decisions/",
        "speakers/",
        "sources/",
        "outlets/",
        "corrections/",
        "reversals/",
    ):
        for direction in ("after", "before"):
            assert client.get(f"/en/{address}?{direction}={cursor}").status_code == 200, (address, values)


@pytest.mark.parametrize("moment", ["2100-01-01T00:00:00+20:00", "2100-01-01T00:00:00+00:00:30.5"])
def test_a_moment_with_an_offset_that_postgresql_does_not_know_is_read_too(
    client: Client, moment: str
) -> None:
    make_world()
    cursor = base64.urlsafe_b64encode(json.dumps([moment, 1]).encode()).decode().rstrip("=")
    assert found(client, f"after={cursor}") == {"drones-sold", "small-number"}
    assert found(client, f"before={cursor}") == set()
    assert found(client, f"q=testland&after={cursor}") == {"drones-sold", "small-number"}
    assert len(client.get(f"/api/v1/claims?cursor={cursor}").json()["items"]) == 2


def test_a_rating_is_asked_for_once_however_often_the_address_has_it(client: Client) -> None:
    make_world()
    made = []
    for times in (1, 2, 9):
        assert found(client, "&".join(["rating=disputed"] * times)) == {"drones-sold"}
        made.append(_shape.cache_info().misses)
    assert made == made[:1] * 3


def test_a_filter_that_cannot_be_read_is_said_beside_it_and_the_others_are_kept(client: Client) -> None:
    make_world()
    text = client.get("/en/claims/?since=yesterday&q=drone").content.decode()
    assert "errorlist" in text
    assert 'value="drone"' in text
    assert found(client, "since=yesterday&q=drone") == {"drones-sold"}


def test_an_empty_result_says_what_to_try(client: Client) -> None:
    make_world()
    text = client.get("/en/claims/?q=nothingofthekind").content.decode()
    assert "No claim matches these filters" in text
    assert "Clear filters" in text


def test_pages_forward_and_back_show_every_claim_once(client: Client) -> None:
    now = timezone.now()
    for n in range(45):
        # Three claims of one moment: the key decides their order.
        claim = make_published_claim(f"Claim {n}", slug=f"c-{n}")
        contest.refresh([claim.pk])
        ClaimFigures.objects.filter(claim=claim).update(sort_at=now - timedelta(hours=n // 3))
    seen: list[str] = []
    address = "/en/claims/?q=claim"
    pages = [address]
    while True:
        text = client.get(address).content.decode()
        seen += re.findall(r'href="/en/claims/(c-\d+)/"', text)
        older = re.search(r'rel="next" href="([^"]+)"', text)
        if not older:
            break
        address = older[1].replace("&amp;", "&")
        pages.append(address)
    assert len(seen) == len(set(seen)) == 45
    back = re.search(r'rel="prev" href="([^"]+)"', text)
    assert back
    previous = client.get(back[1].replace("&amp;", "&")).content.decode()
    assert re.findall(r'href="/en/claims/(c-\d+)/"', previous) == seen[20:40]
    assert "q=claim" in pages[-1]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", "FROM claims_claimcount"),
        ("rating=disputed&topic=drones&language=en", "FROM claims_claimcount"),
        ("q=drone", "LIMIT 2001"),
        ("speaker=testland", "LIMIT 2001"),
        ("since=2020-01-01", "LIMIT 2001"),
    ],
)
def test_lists_never_count_rows_from_the_start(
    client: Client, django_assert_max_num_queries: object, query: str, count: str
) -> None:
    make_world()
    with django_assert_max_num_queries(10) as queries:  # type: ignore[operator]
        client.get(f"/en/claims/?{query}")
    sql = " ".join(query["sql"] for query in queries.captured_queries)
    assert "OFFSET" not in sql
    assert count in sql


@pytest.mark.parametrize(
    "query",
    ["", "rating=disputed", "rating=unreviewed&rating=disputed", "contest=denied", "topic=drones", "language=it", "language=en&rating=disputed",
     "q=drone", "speaker=testland", "speaker=testland&rating=disputed", "since=2024-03-10", "until=2024-03-10&language=en", "rating=x"],
)  # fmt: skip
def test_the_number_over_a_list_is_that_of_its_lines(client: Client, query: str) -> None:
    make_world()
    text = client.get(f"/en/claims/?{query}").content.decode()
    said = re.search(r'role="status">(\d+) claim', text)
    assert said
    assert int(said[1]) == len(found(client, query))


def test_htmx_gets_the_results_alone_and_a_restored_page_whole(client: Client) -> None:
    make_world()
    part = client.get("/en/claims/?q=drone", headers={"hx-request": "true"})
    assert "<html" not in part.content.decode()
    assert "drones-sold" in part.content.decode()
    assert "HX-Request" in part["Vary"]
    assert "HX-History-Restore-Request" in part["Vary"]
    whole = client.get("/en/claims/", headers={"hx-request": "true", "hx-history-restore-request": "true"})
    assert "<html" in whole.content.decode()


def test_denials_of_one_speaker_on_one_claim_are_one_line(client: Client) -> None:
    world = make_world()
    text = client.get("/en/denials/").content.decode()
    assert text.count('class="st-denies"') == 3  # the spokesman on both claims, the party on one
    assert f'href="/en/speakers/{world.spokesman.slug}/"' in text


def test_changes_of_story_are_listed(client: Client) -> None:
    make_world()
    text = client.get("/en/reversals/").content.decode()
    assert "small-number" in text
    assert "drones-sold" not in text


def test_home_counts_link_to_the_lists_that_they_count(client: Client) -> None:
    make_world()
    text = client.get("/en/").content.decode()
    for address in (
        "?contest=denied",
        "?contest=denied_then_admitted",
        "?rating=disputed",
        "?rating=unreviewed",
    ):
        assert f'href="/en/claims/{address}"' in text


def test_the_unnamed_stay_with_their_article_and_are_not_listed(client: Client) -> None:
    make_world()
    text = client.get("/en/speakers/").content.decode()
    assert "Karim Testi" in text
    assert "Two officials" not in text


def test_many_parties_are_named_up_to_a_limit(client: Client) -> None:
    claim = make_published_claim("Many agree")
    parties = [make_speaker(f"Country {n}", kind="government") for n in range(7)]
    make_shown(
        make_said(make_published_source("All\n\nThey all say so."), "They all say so", *parties), claim
    )
    contest.refresh([claim.pk])
    text = client.get("/en/claims/").content.decode()
    assert "Country 0, Country 1, Country 2, Country 3 and 3 others say so" in text


def test_home_shows_the_newest_corrections_where_there_are_any(client: Client) -> None:
    world = make_world()
    assert "Newest corrections" not in client.get("/en/").content.decode()
    Correction.objects.create(claim=world.claim, text_en="We had the wrong month.", by=make_user())
    text = client.get("/en/").content.decode()
    assert "We had the wrong month." in text
    assert 'href="/en/corrections/"' in text


@pytest.mark.parametrize(
    "more", ["", "&contest=uncontested", "&since=2020-01-01", "&rating=unreviewed&rating=refuted"]
)
def test_pages_of_several_people_of_one_name_show_every_claim_once(client: Client, more: str) -> None:
    words = [f"Sentence number {n} was said." for n in range(25)]
    source = make_published_source("A title\n\n" + "\n".join(words))
    people = [make_speaker("Ann Example"), make_speaker("Ann Other"), make_speaker("Bob Example")]
    now = timezone.now()
    for n, sentence in enumerate(words):
        claim = make_published_claim(f"Claim {n}", slug=f"c-{n}")
        # Both Anns are heard on some.
        speakers = people[:2] if n % 3 == 0 else [people[n % 2]]
        make_shown(make_said(source, sentence, *speakers), claim)
        contest.refresh([claim.pk])
        ClaimFigures.objects.filter(claim=claim).update(
            sort_at=now - timedelta(hours=n // 2), newest_on=date(2024, 1, 1)
        )
    make_shown(make_said(source, "A title", people[2]), make_published_claim("Not of Ann", slug="c-99"))
    address, seen = f"/en/claims/?speaker=Ann{more}", []
    while address:
        text = client.get(address).content.decode()
        seen.append(re.findall(r'href="/en/claims/(c-\d+)/"', text))
        older = re.search(r'rel="next" href="([^"]+)"', text)
        address = older[1].replace("&amp;", "&") if older else ""
    newest_first = sorted(range(25), key=lambda n: (n // 2, -n))
    assert [len(page) for page in seen] == [20, 5]
    assert [slug for page in seen for slug in page] == [f"c-{n}" for n in newest_first]
    back = re.search(r'rel="prev" href="([^"]+)"', text)
    assert back
    newer = client.get(back[1].replace("&amp;", "&")).content.decode()
    assert re.findall(r'href="/en/claims/(c-\d+)/"', newer) == seen[0]


def test_days_that_exclude_each_other_leave_nothing(client: Client) -> None:
    make_world()
    text = client.get("/en/claims/?since=2024-06-01&until=2024-01-01").content.decode()
    assert "No claim matches these filters" in text
    assert 'role="status">0 claims' in text
