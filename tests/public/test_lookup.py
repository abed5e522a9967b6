"""Search across everything, and the table of who denies whom."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from claims import contest
from claims.models import Claim, ClaimFigures, Correction, ListedClaim
from claims.models.claim import STRETCH_OF_CLAIMS
from claims.models.statement import STRETCH
from claims.public import lists, searching
from claims.public.facets import Facets, read
from claims.public.filters import Narrowed
from claims.public.hits import Hits, newest_hits
from claims.public.lists import how_many, listed_claims
from claims.public.marking import Marker, positive
from claims.public.paging import MOST_COUNTED, Count, Page, at_least
from claims.public.searching import everything, hits
from claims.vocabulary import Contest, Rating
from tests.factories import (
    make_claim,
    make_published_claim,
    make_published_source,
    make_said,
    make_shown,
    make_topic,
    make_user,
    make_verdict,
)
from tests.public.world import SECRETS, World, every_address, make_world

pytestmark = pytest.mark.django_db


def text_of(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("drone", {"claims", "statements"}),  # "drones": stems
        ("smentire", {"statements"}),  # an Italian statement on the English page
        ('"small number"', {"claims", "statements"}),
        ("small -number", set()),
        ("Karim", {"speakers"}),
        ("tsti", {"speakers"}),
        ("talks", {"sources"}),
        ("giornale", {"sources"}),
        ("harbour", set()),  # in the article, not in a passage
        ("talks -harbour", {"sources"}),  # nor may it decide by being left out
        ("-drone", set()),
        ("or", set()),
    ],
)
def test_search_finds_what_readers_may_see_and_nothing_else(
    world: World, words: str, found: set[str]
) -> None:
    every = everything(words)
    assert {kind for kind in searching.KINDS if hits(kind, words, every).exists()} == found
    assert {kind for kind, count in every.counts.items() if count.n} == found


def test_articles_are_found_before_there_is_any_claim(client: Client) -> None:
    source = make_published_source("Boats were seen.")
    source.title = "The harbour of Testland"
    source.save()
    assert not Claim.objects.exists()
    assert 'The <mark class="hit">harbour</mark> of Testland' in text_of(client, "/en/search/?q=harbour")


def test_hits_lead_to_the_claim_the_marked_passage_the_person_and_the_article(
    client: Client, world: World
) -> None:
    text = text_of(client, "/en/search/?q=drones")
    assert f'href="/en/claims/{world.claim.slug}/"' in text
    assert 'Testland sold <mark class="hit">drones</mark>' in text
    assert re.search(rf'href="/en/sources/{world.article.pk}-{world.article.slug}/#p\d+"', text)
    assert f'href="/en/speakers/{world.spokesman.slug}/"' in text_of(client, "/en/search/?q=karim")
    assert f'href="/en/sources/{world.article.pk}-' in text_of(client, "/en/search/?q=talks")


@pytest.mark.parametrize("words", ["secret", "UNSHOWN", "person", "rejected", "pending", "pillows"])
def test_no_search_shows_or_counts_what_is_not_public(client: Client, world: World, words: str) -> None:
    for address in (f"/en/search/?q={words}", f"/it/search/?q={words}&in=statements"):
        text = text_of(client, address)
        assert "Nothing found" in text or "Nessun risultato" in text
        assert not [secret for secret in SECRETS if secret != words and secret in text]
        assert "<mark" not in text


def test_a_search_that_finds_nothing_says_what_else_to_try(client: Client, world: World) -> None:
    assert f'href="/en/speakers/{world.spokesman.slug}/"' in text_of(client, "/en/search/?q=Charim+Texti")
    text = text_of(client, "/en/search/?q=drone+zeppelin")
    assert 'href="/en/search/?q=drone"' in text
    assert "zeppelin</a>" not in text
    assert 'href="/it/search/?q=testlandia%20venduto" hreflang="it"' in text_of(
        client, "/en/search/?q=testlandia+venduto"
    )
    assert ">number</a>" in text_of(client, "/en/search/?q=numbat")


@pytest.mark.parametrize(
    "words", ['"unclosed', "a\x00b", "'&|!():*", "\\", "%", "x" * 5000, "'''a''' b", "or or"]
)
def test_no_words_break_the_search(client: Client, world: World, words: str) -> None:
    for kind in ("", *searching.KINDS, "nothing"):
        response = client.get("/en/search/", {"q": words, "in": kind, "after": "xx"})
        assert response.status_code == 200, kind


def test_marks_stand_in_the_text_as_it_is() -> None:
    text = "<b>Drones</b> & l’invio dei droni"
    pieces = Marker("drone OR drones", [text])(text)
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.is_hit] == ["Drones", "droni"]
    assert positive('drone -sold "exact words" or -x') == ["drone", "exact", "words"]


def test_a_long_statement_is_shown_around_its_first_hit() -> None:
    text = "A word. " * 60 + "Then a zeppelin came. " + "And more. " * 60
    pieces = Marker("zeppelin", [text]).snippet(text)
    shown = "".join(piece.text for piece in pieces)
    assert "Then a zeppelin came." in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < 350


def test_one_kind_is_listed_page_by_page(client: Client, world: World) -> None:
    words = [f"Zeppelin number {n} was seen." for n in range(35)]
    source = make_published_source("Many\n\n" + "\n".join(words))
    for sentence in words:
        make_shown(make_said(source, sentence, world.spokesman), world.claim)
    text = client.get("/en/search/?q=zeppelin").content.decode()
    assert text.count('class="said"') == 5
    assert 'href="/en/search/?q=zeppelin&amp;in=statements"' in text
    first = client.get("/en/search/?q=zeppelin&in=statements").content.decode()
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = client.get(older[1].replace("&amp;", "&")).content.decode()
    assert (first.count('class="said"'), second.count('class="said"')) == (30, 5)


def test_the_newest_statements_with_a_word_are_found_however_far_apart_they_were_stored(world: World) -> None:
    said = [f"Zeppelin number {n} was seen." for n in range(6)]
    source = make_published_source("Many\n\n" + "\n".join(said))
    far = 10 << STRETCH
    stored = [far + (n << STRETCH) // 2 for n in range(6)]
    for key, sentence in zip(stored, said, strict=True):
        make_shown(make_said(source, sentence, world.spokesman, pk=key), world.claim)
    hidden = make_said(source, said[0], world.spokesman, pk=far + 1)
    assert everything("zeppelin").statements == sorted(stored, reverse=True)
    assert everything('"zeppelin number" -seen').statements == []
    assert everything("zeppelin or nothingofthekind").counts["statements"] == Count(6, is_capped=False)
    assert hidden.pk not in everything("number").statements
    assert everything("a").statements == [], "words too common to be looked for ask for nothing"
    assert hits("statements", "zeppelin", everything("zeppelin")).count() == 6


def test_the_newest_claims_with_a_word_are_found_however_far_apart_they_were_stored(world: World) -> None:
    far = 20 << STRETCH_OF_CLAIMS
    stored = [far - (n << STRETCH_OF_CLAIMS) // 2 for n in range(40)]
    for key in stored:
        contest.refresh([make_published_claim(f"Zeppelin number {key} was seen", pk=key).pk])
    make_published_claim("Zeppelins merged", pk=far + 1, merged_into=Claim.objects.get(pk=far))
    make_claim("Zeppelins in a draft", pk=far + 2)
    found = newest_hits("zeppelin -balloon")
    assert (found.keys, found.is_all, found.count) == (stored, True, Count(40, is_capped=False))
    assert newest_hits('"zeppelin number"').keys == stored
    assert newest_hits("zeppelin balloon").keys == newest_hits("a or the").keys == []


def test_a_list_has_all_claims_with_a_word_however_it_is_read(world: World) -> None:
    keys = [make_published_claim(f"A zeppelin, number {n}").pk for n in range(5)]
    make_published_claim("A balloon")
    contest.refresh(Claim.objects.values_list("pk", flat=True))
    close = list(range(MOST_COUNTED + 1, 0, -1))
    for known in (
        newest_hits("zeppelin"),
        Hits("zeppelin", "en", close),
        Hits("zeppelin", "en", [10**6, *close]),
    ):
        assert set(known.among(listed_claims()).values_list("pk", flat=True)) == set(keys)


def test_the_claims_of_a_search_are_told_by_kind_and_each_kind_leads_to_a_list_of_as_many(
    client: Client, world: World
) -> None:
    topics = [make_topic("Air"), make_topic("Sea")]
    for n in range(5):
        make_published_claim(f"A zeppelin, number {n}", topic=topics[n % 2])
    make_published_claim("A balloon", topic=topics[0])
    contest.refresh(Claim.objects.values_list("pk", flat=True))
    rated = list(Claim.objects.filter(text_en__contains="zeppelin").values_list("pk", flat=True)[:2])
    ClaimFigures.objects.filter(claim__in=rated).update(rating=Rating.DISPUTED, contest=Contest.DENIED)
    text = client.get("/en/search/?q=zeppelin").content.decode()
    links = re.findall(
        r'<a href="(/en/claims/\?q=[^"]+)">[^<]+</a> <span[^>]+>(\d+)</span><span class="vh">: ([^<]+)', text
    )
    told = {url.replace("&amp;", "&").partition("zeppelin&")[2]: (n, words) for url, n, words in links}
    assert told == {
        "rating=disputed": ("2", "2 claims"), "rating=unreviewed": ("3", "3 claims"),
        "contest=denied": ("2", "2 claims"), "contest=uncontested": ("3", "3 claims"),
        f"topic={topics[0].slug}": ("3", "3 claims"), f"topic={topics[1].slug}": ("2", "2 claims"),
    }  # fmt: skip
    for narrower, (_n, words) in told.items():
        assert f">{words}" in client.get(f"/en/claims/?q=zeppelin&{narrower}").content.decode()
    assert 'class="kinds' not in client.get("/en/search/?q=balloon").content.decode(), (
        "nothing to choose from"
    )


def test_of_more_claims_than_are_counted_each_kind_is_told_by_what_is_certain() -> None:
    rows = [
        ("looked_at", "", 1001),
        ("all", "", 1001),
        ("rating", "disputed", 642),
        ("rating", "", 12),
        ("topic", "1", 0),
        ("topic", "2", 1),
    ]
    found = read(rows, is_all=False)
    assert found.total == Count(1000, is_capped=True)
    assert found.numbers["rating"] == {
        "disputed": Count(600, is_capped=True),
        "unreviewed": Count(11, is_capped=True),
    }
    assert found.of("topic", "1") is found.of("rating", "refuted") is None
    assert found.of("topic", "2") == Count(0, is_capped=True)


def test_a_count_that_did_not_look_at_everything_says_no_more_than_is_certain() -> None:
    told = {n: at_least(n, is_all=False) for n in (642, 101, 1000, 40, 1, 0)}
    assert told == {
        642: Count(600, is_capped=True),
        101: Count(100, is_capped=True),
        1000: Count(900, is_capped=True),
        40: Count(39, is_capped=True),
        1: Count(0, is_capped=True),
        0: Count(0, is_capped=False),
    }
    assert at_least(642, is_all=True) == Count(642, is_capped=False)
    assert [count.is_any for count in told.values()] == [True, True, True, True, True, False]
    assert (told[40].short, told[40].told) == ("39+", "more than 39 claims")
    assert (told[1].short, told[1].told) == ("1+", "1+ claims")
    assert (told[0].short, told[0].told) == ("0", "0 claims")


def test_the_one_hit_among_those_that_are_looked_at_is_listed_and_not_told_to_be_the_only_one(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "LOOKED_THROUGH_BESIDES", 2)
    source = make_published_source("One\n\nA zeppelin was seen. Another zeppelin was not.")
    make_shown(make_said(source, "A zeppelin was seen.", world.spokesman), world.claim)
    make_said(source, "Another zeppelin was not.", world.spokesman)
    text = text_of(client, "/en/search/?q=zeppelin")
    assert text.count('class="said"') == 1
    assert 'in=statements">1+ statements</a>' in text
    assert "Nothing found" not in text


def test_a_kind_of_which_only_one_claim_was_looked_at_is_offered_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.public.hits.MOST_COUNTED", 3)
    keys = [make_published_claim(f"A zeppelin, number {n}").pk for n in range(5)]
    contest.refresh(keys)
    ClaimFigures.objects.filter(claim__in=keys[:-1]).update(rating=Rating.DISPUTED)
    text = client.get("/en/search/?q=zeppelin").content.decode()
    told = re.findall(r'rating=(\w+)">[^<]+</a> <span[^>]+>([^<]+)</span><span class="vh">: ([^<]+)', text)
    assert told == [("disputed", "2+", "more than 2 claims"), ("unreviewed", "1+", "1+ claims")]
    text = client.get("/en/claims/?q=zeppelin&rating=unreviewed").content.decode()
    assert 'role="status">1 claim ·' in text, "a page that is the whole list tells how many there are"


def test_a_list_that_was_not_counted_to_its_end_has_no_fewer_claims_than_its_page_shows() -> None:
    asked, few, some = (
        Narrowed(words="zeppelin"),
        Facets(Count(3, is_capped=True)),
        Facets(Count(200, is_capped=True)),
    )
    first = Page(list(range(20)), newer="", older="after=x")
    assert how_many(asked, few, first) == Count(20, is_capped=True)
    assert how_many(asked, some, first) == Count(200, is_capped=True)
    assert how_many(asked, few, Page([1, 2], newer="", older="")) == Count(2, is_capped=False)
    beyond = Page([], newer="", older="", is_placed=True)
    assert how_many(asked, few, beyond) == few.total
    assert how_many(asked, few, Page([], newer="", older="")) == Count.upto(0)
    one = Facets(at_least(1, is_all=False))
    assert how_many(asked, one, first) == Count(20, is_capped=True)
    assert how_many(asked, one, beyond) == one.total
    make_world()
    n = ListedClaim.objects.count()
    assert n and how_many(Narrowed(), Facets(None), beyond) == Count.upto(n)


def test_live_search_gets_the_results_alone(client: Client, world: World) -> None:
    part = client.get("/en/search/?q=drone", headers={"hx-request": "true"})
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]


# -- who denies whom -----------------------------------------------------------------------------------------------------------------


def test_the_table_names_who_denies_and_leads_to_each_denial(client: Client, world: World) -> None:
    text = text_of(client, "/en/denials/matrix/")
    denied = world.claim.positions.get(statement__speakers__speaker=world.spokesman).statement_id
    own = world.claim.positions.get(statement__speakers__speaker=world.party).statement_id
    assert f'href="/en/claims/{world.claim.slug}/#st-{denied}">Karim Testi' in text
    assert f'href="/en/claims/{world.claim.slug}/#st-{own}"><span class="chip st-denies"' in text
    assert re.search(
        r'<th role="columnheader" scope="col"><a href="[^"]+speaker=testland">Testland</a>', text
    )
    assert ">Two officials</a>" in text
    assert text.count('role="row"') == 3


def test_the_table_can_be_filtered_and_turned_round_from_its_address(client: Client, world: World) -> None:
    def lines(query: str) -> list[str]:
        text = client.get(f"/en/denials/matrix/?{query}").content.decode()
        return re.findall(r'role="rowheader" scope="row"><a href="/en/claims/([a-z-]+)/"', text)

    both = lines("")
    assert sorted(both) == ["drones-sold", "small-number"]
    assert lines("order=oldest") == both[::-1]
    assert lines("topic=drones") == ["drones-sold"]
    assert lines("speaker=tsti") == both
    assert lines("speaker=two-officials") == []  # they say so, they do not deny
    assert lines("topic=none&speaker=%00") == []


@pytest.mark.parametrize("looked_for_one_by_one", [1000, 0], ids=["few speak for them", "many do"])
def test_denials_can_be_filtered_and_turned_round_from_their_address(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch, looked_for_one_by_one: int
) -> None:
    monkeypatch.setattr(lists, "SPOKESPEOPLE", looked_for_one_by_one)

    def lines(query: str) -> list[str]:
        text = client.get(f"/en/denials/?{query}").content.decode()
        return re.findall(r'<h2><a href="/en/claims/([a-z-]+)/#', text)

    every = lines("")
    assert sorted(every) == ["drones-sold", "drones-sold", "small-number"]
    assert lines("order=oldest") == every[::-1]
    assert lines("topic=drones") == ["drones-sold", "drones-sold"]
    assert lines("speaker=tsti&topic=drones") == ["drones-sold"]
    assert lines("topic=none&speaker=%00") == []
    assert "No denial matches these filters" in client.get("/en/denials/?speaker=nobody").content.decode()
    for language, name in (("en", "Drones"), ("it", "Droni")):
        text = client.get(f"/{language}/denials/?topic=drones").content.decode()
        assert f'<option value="drones" selected>{name}</option>' in text
        assert "SECRET-TOPIC" not in text


def test_the_list_of_claims_marks_the_words_and_says_what_else_to_try(client: Client, world: World) -> None:
    assert (
        'Testland sold <mark class="hit">drones</mark>' in client.get("/en/claims/?q=drone").content.decode()
    )
    text = client.get("/en/claims/?q=numbat").content.decode()
    assert 'href="/en/search/?q=numbat"' in text
    assert ">number</a>" in text


def test_decisions_and_articles_can_be_filtered_and_turned_round(client: Client, world: World) -> None:
    make_verdict(world.changed, Rating.UNPROVEN)

    def decided(query: str) -> list[str]:
        text = client.get(f"/en/decisions/?{query}").content.decode()
        return re.findall(r'<h2><a href="/en/claims/([a-z-]+)/"', text)

    assert decided("") == ["small-number", "drones-sold"]
    assert decided("order=oldest") == ["drones-sold", "small-number"]
    assert decided("rating=disputed") == decided("topic=drones") == ["drones-sold"]
    assert decided("rating=true&topic=%00") == []

    def articles(query: str) -> list[str]:
        text = client.get(f"/en/sources/?{query}").content.decode()
        return re.findall(r'<h2><a href="/en/sources/(\d+)-', text)

    every = articles("")
    assert articles("order=oldest") == every[::-1]
    assert articles("q=talk") == [str(world.article.pk)]
    assert articles("language=it") == [str(world.digest.pk)]
    assert articles("q=talk&outlet=daily-testimony") == [str(world.article.pk)]
    assert articles("q=harbour") == articles("outlet=none") == articles("language=%00x") == []


def test_changes_of_story_can_be_filtered_by_topic(client: Client, world: World) -> None:
    assert "small-number" in client.get("/en/reversals/?order=oldest").content.decode()
    text = client.get("/en/reversals/?topic=drones").content.decode()
    assert "small-number" not in text
    assert "Nothing found" in text


def test_outlets_can_be_found_by_name_and_corrections_by_kind(client: Client, world: World) -> None:
    # An outlet has the words of its name, from the beginning of each.
    assert "The Daily Testimony" in text_of(client, "/en/outlets/?q=daily t")
    assert "The Daily Testimony" not in text_of(client, "/en/outlets/?q=aily")
    assert "Nothing found" in text_of(client, "/en/outlets/?q=aily")
    by = make_user()
    Correction.objects.create(claim=world.claim, text_en="The day was wrong.", by=by)
    Correction.objects.create(claim=world.claim, kind="rectification", text_en="We never said so.", by=by)

    def noted(query: str) -> list[str]:
        return re.findall(r"The day was wrong|We never said so", text_of(client, f"/en/corrections/?{query}"))

    assert noted("") == ["We never said so", "The day was wrong"]
    assert noted("order=oldest") == ["The day was wrong", "We never said so"]
    assert noted("kind=rectification") == ["We never said so"]
    assert noted("kind=digest") == noted("kind=true") == []


def test_every_page_describes_itself_in_its_own_words(client: Client, world: World) -> None:
    described: dict[str, str] = {}
    for address in every_address(world):
        if address.startswith("search/?q=zeppelins"):  # the same page as the other search
            continue
        found = re.search(r'<meta name="description" content="([^"]+)">', text_of(client, f"/it/{address}"))
        assert found, address
        assert found[1] not in described, (address, described[found[1]])
        described[found[1]] = address
