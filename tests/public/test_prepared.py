"""Queries that are put into SQL once, signs drawn by functions, parts of pages that are remembered: the same as without them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import pytest
from django.db import connections
from django.db.models import BooleanField, F
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from claims import contest
from claims.models import Claim, Position, SpeakerName
from claims.public.decisions import stamp
from claims.public.naming import page_language
from claims.public.prepared import Prepared
from claims.public.related import PAIRS, rarest_pairs
from claims.public.signs import chip, stamped
from claims.vocabulary import Stance
from tests.factories import (
    make_claim,
    make_published_claim,
    make_published_source,
    make_said,
    make_shown,
    make_speaker,
)
from tests.public.world import make_world

pytestmark = pytest.mark.django_db


def test_a_prepared_query_reads_what_it_is_asked_for_each_time() -> None:
    one, other = make_claim("One"), make_claim("Another")
    by_key = Prepared(lambda key: Claim.objects.select_related("topic").filter(pk=key))
    assert [by_key(one.pk), by_key(other.pk), by_key(one.pk), by_key(0)] == [[one], [other], [one], []]
    by_slug = Prepared(
        lambda slug, words: Claim.objects.filter(
            RawSQL("actors = %s::varchar[]", [words], output_field=BooleanField()), slug=slug
        ),
        str,
        list,
    )
    Claim.objects.filter(pk=one.pk).update(actors=["a", "it's 100 %s"])
    assert by_slug(one.slug, ["a", "it's 100 %s"]) == [one]
    assert by_slug(one.slug, ["a"]) == by_slug("nobody", ["a", "it's 100 %s"]) == []


def test_a_prepared_query_sees_what_was_written_since() -> None:
    claim = make_claim("Before")
    by_key = Prepared(lambda key: Claim.objects.filter(pk=key))
    assert by_key(claim.pk)[0].text_en == "Before"
    Claim.objects.filter(pk=claim.pk).update(text_en="After")
    assert by_key(claim.pk)[0].text_en == "After"


def test_a_prepared_query_is_written_for_each_language_of_the_page() -> None:
    speaker = make_speaker("Germany")
    for language, name in (("it", "Germania"), ("en", "Germany")):
        SpeakerName.objects.create(speaker=speaker, name=name, language=language, kind="official")
    found = Prepared(lambda key: SpeakerName.objects.filter(speaker=key, language=page_language()))
    for language, name in (("it", "Germania"), ("en", "Germany"), ("it", "Germania")):
        with translation.override(language):
            assert [row.name for row in found(speaker.pk)] == [name]


def test_values_of_every_kind_arrive_as_they_are() -> None:
    claim = make_claim("One")
    actors = ["a", 'say "no"', "it's 100 %s", "back\\slash", "a,b", "{}", "", "null", "$1"]
    Claim.objects.filter(pk=claim.pk).update(actors=actors)
    found = Prepared(
        lambda actors, keys, since, slug: Claim.objects.filter(
            RawSQL("actors = %s::varchar[]", [actors], output_field=BooleanField()),
            RawSQL("id = ANY (%s)", [keys], output_field=BooleanField()),
            created_at__lte=since,
            slug=slug,
        ),
        list,
        list,
        datetime,
        str,
    )
    made = Claim.objects.get(pk=claim.pk).created_at
    assert found(actors, [claim.pk, 2**40], made, claim.slug) == [claim]
    assert found(actors, [claim.pk], made - timedelta(microseconds=1), claim.slug) == []
    assert found(actors, [], made, claim.slug) == found(actors, [claim.pk], made, "'; SELECT 1 --") == []


def test_a_prepared_query_makes_the_objects_that_django_would(django_assert_num_queries: Any) -> None:
    claim = make_published_claim("One", slug="one")
    source = make_published_source("A title\n\nIt rains.")
    position = make_shown(make_said(source, "It rains.", make_speaker("Testland")), claim, Stance.DENIES)
    contest.refresh([claim.pk])
    asked = (
        Position.objects.select_related("statement__source__outlet", "claim__figures", "published_by")
        .defer(
            "statement__source__body",
            "statement__source__raw",
            "statement__source__search",
            "claim__search_it",
        )
        .annotate(length=Length("statement__key"), again=F("stance"))
    )
    (django,) = asked.filter(pk=position.pk)
    (ours,) = Prepared(lambda key: asked.filter(pk=key))(position.pk)
    for path in ("", "statement", "statement.source", "claim", "claim.figures"):
        one, other = (attrgetter(path)(each) if path else each for each in (django, ours))
        assert type(one) is type(other)
        assert {k: v for k, v in one.__dict__.items() if k != "_state"} == {
            k: v for k, v in other.__dict__.items() if k != "_state"
        }
        assert other.get_deferred_fields() == one.get_deferred_fields()
        assert (other._state.db, other._state.adding) == (one._state.db, one._state.adding)
        assert other._state.fields_cache.keys() == one._state.fields_cache.keys()
    with django_assert_num_queries(0):
        assert ours.statement.source.outlet == django.statement.source.outlet
        assert ours.claim.figures.claim is ours.claim
        assert ours.published_by == django.published_by
    with django_assert_num_queries(1):
        assert ours.statement.source.body == source.body


def test_a_query_is_planned_once_for_all_its_values() -> None:
    one, other = make_claim("One"), make_claim("Another")
    by_key = Prepared(lambda key: Claim.objects.only("slug").filter(pk=key, desk_note="planned once"))
    for key in (one.pk, other.pk, 0, 2**40):
        by_key(key)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE '%planned once%'"
        )
        assert cursor.fetchall() == [(4,)]


def test_the_log_and_explain_see_a_prepared_query_with_its_values() -> None:
    claim = make_claim("One", slug="it-s-one")
    by_slug = Prepared(lambda slug: Claim.objects.filter(slug=slug), str)
    with CaptureQueriesContext(connections["default"]) as captured:
        assert by_slug("it-s-one") == [claim]
    assert "= 'it-s-one'::text" in captured[0]["sql"]


def test_a_query_that_does_not_hold_all_its_values_is_refused() -> None:
    with pytest.raises(ValueError, match="not a parameter"):
        Prepared(lambda key, other: Claim.objects.filter(pk=key), int, int)(1, 2)


def test_a_query_whose_objects_come_with_others_is_refused() -> None:
    claim = make_claim("One")
    for make in (
        lambda key: Claim.objects.filter(pk=key).prefetch_related("positions"),
        lambda key: claim.positions.filter(pk=key),
    ):
        with pytest.raises(ValueError, match="prefetched or known"):
            Prepared(make)(1)


def test_a_connection_keeps_no_text_of_what_is_asked_through_it() -> None:
    by_key = Prepared(lambda key: Claim.objects.filter(pk=key))
    for _again in range(2):
        claim = make_claim("Told in confidence")
        assert by_key(claim.pk) == [claim]
    kept = connections["default"].connection._prepared  # what the driver remembers
    assert list(kept._counts) == []
    assert kept._names


def test_the_rarest_pairs_come_first_and_those_of_everybody_not_at_all() -> None:
    common = {"a:russia": 0.5, "t:war": 0.4, "n:bilohorivka": 0.001}
    these, those = rarest_pairs(["a:russia", "t:war", "n:bilohorivka", "word"], common, claims=100_000)
    assert list(zip(these, those, strict=True)) == [("n:bilohorivka", "t:war"), ("a:russia", "n:bilohorivka")]
    assert len(rarest_pairs([f"n:{n}" for n in range(20)], {}, claims=100.0)[0]) == PAIRS


def test_signs_show_words_as_words() -> None:
    assert chip(Stance.DENIES.value, "<b>A & B</b>").endswith("</svg>&lt;b&gt;A &amp; B&lt;/b&gt;</span>")
    assert "&lt;i&gt;" in stamped(stamp("disputed", "<i>"))


def test_what_one_reader_chose_is_not_remembered_for_the_next(client: Client) -> None:
    make_world()
    plain = client.get("/en/claims/").content
    chosen = client.get(
        "/en/claims/?q=drones&rating=disputed&contest=denied&since=2022-01-01"
    ).content.decode()
    assert 'value="drones"' in chosen
    assert 'value="2022-01-01"' in chosen
    assert re.search(r'value="disputed"[^>]* checked', chosen)
    assert 'value="denied" selected' in chosen
    assert client.get("/en/claims/").content == plain


def test_menus_are_in_the_language_of_the_page_and_mark_it(client: Client) -> None:
    for _again in range(2):
        for language, here in (("en", "denials"), ("it", "denials"), ("it", "sources")):
            text = client.get(f"/{language}/{here}/").content.decode()
            assert re.findall(r'<li><a href="([^"]+)" aria-current="page"', text) == [f"/{language}/{here}/"]
            assert ("Skip to content" in text) == (language == "en")


def test_a_claim_with_more_statements_than_a_page_is_read_page_by_page(client: Client) -> None:
    claim = make_published_claim("Much was said", slug="much")
    words = [f"Sentence number {n} was said." for n in range(60)]
    source = make_published_source("A title\n\n" + "\n".join(words))
    speaker = make_speaker("Testland")
    for n, sentence in enumerate(words):
        stance = Stance.DENIES if n in (7, 31, 44) else Stance.ASSERTS
        make_shown(make_said(source, sentence, speaker), claim, stance)
    contest.refresh([claim.pk])
    address, seen, pages = f"/en/claims/{claim.slug}/", [], []
    while address:
        text = client.get(address).content.decode()
        assert "60 statements are on record" in text
        assert ("First page of statements" in text) == bool(pages)
        pages.append(re.findall(r'id="st-(\d+)"', text))
        seen += pages[-1]
        older = re.search(r'rel="next" href="([^"#]+)#h-tl">Older statements', text)
        address = older[1] if older else ""
    assert [len(page) for page in pages] == [25, 25, 10]
    assert len(set(seen)) == 60
    denials = {
        str(key) for key in claim.positions.filter(stance=Stance.DENIES).values_list("statement", flat=True)
    }
    assert denials <= set(pages[0])
    for nonsense in ("x", "W10", "%00"):
        assert (
            re.findall(r'id="st-(\d+)"', client.get(f"/en/claims/much/?after={nonsense}").content.decode())
            == pages[0]
        )


def test_the_list_that_nothing_was_asked_of_is_the_one_of_an_empty_form(client: Client) -> None:
    make_world()
    part = {"HX-Request": "true"}
    unasked = client.get("/en/claims/", headers=part).content
    assert b"Testland sold drones" in unasked
    assert client.get("/en/claims/?q=&contest=&since=", headers=part).content == unasked
    make_shown(
        make_said(make_published_source("New\n\nIt rains."), "It rains.", make_speaker("New")),
        make_published_claim("It rains"),
        Stance.ASSERTS,
    )
    contest.refresh(list(Claim.objects.values_list("pk", flat=True)))
    assert b"It rains" in client.get("/en/claims/", headers=part).content, "what was published since"
