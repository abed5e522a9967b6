"""Copies are found when articles are stored, and proposed; nothing follows from it by itself. Texts of made-up words."""

from __future__ import annotations

import io
import json
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import monotonic
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from sources import origins
from sources.articles import Article, article_from_text
from sources.importing import Answer, import_batch, start_run
from sources.models import DerivationProposal, Outlet, Sketch, Source
from tests.databases import Clone


def made_up(count: int, *, seed: int) -> str:
    rng = random.Random(seed)
    return " ".join("".join(rng.choices("abcdefghilmnoprstuvz", k=6)) for _ in range(count))


def an_article(text: str, *, at: str = "", **fields: Any) -> Article:
    fields = {"title": text.split()[0], "language": "it", **fields}
    return article_from_text(text, url=f"https://example.org/{at}" if at else "", **fields)


def store(*articles: Article) -> list[Answer]:
    return import_batch([(article.title, article) for article in articles], run=start_run())


def pairs() -> list[tuple[int, int]]:
    """(copy, original) of what is proposed."""
    return sorted(DerivationProposal.objects.values_list("source_id", "from_source_id"))


STORY = made_up(220, seed=1)
ITS_COPY = f"{made_up(30, seed=2)}. {STORY.replace(STORY.split()[50], 'altro')}"


@pytest.mark.django_db
class TestProposing:
    def test_a_copy_is_proposed_with_the_share_of_its_text_and_never_set_by_itself(self) -> None:
        original, copy = (store(each)[0].source for each in (an_article(STORY), an_article(ITS_COPY)))
        found = DerivationProposal.objects.get()
        assert (found.source_id, found.from_source_id, found.state) == (copy, original, "suggested")
        assert (found.percent, round(found.share_of_original, 1), found.quoted) == (87, 1.0, 0)
        source = Source.objects.get(pk=copy)
        assert (source.derived_from_id, source.origin_id, source.version) == (None, copy, 1)

    def test_the_answer_says_that_it_seems_a_copy(self) -> None:
        original = store(an_article(STORY))[0].source
        answer = store(an_article(ITS_COPY))[0]
        assert (answer.verdict, answer.outcome, answer.reason) == ("accept", "created", "ok")
        assert answer.message.startswith(f"87 % of its text stands in article {original} too")
        assert store(an_article(made_up(220, seed=3)))[0].message == ""

    def test_copies_handed_in_together_are_found(self) -> None:
        first, second, third = store(
            an_article(STORY), an_article(made_up(200, seed=4)), an_article(ITS_COPY)
        )
        assert pairs() == [(third.source, first.source)]
        assert second.message == first.message == ""

    def test_importing_again_proposes_nothing_more(self) -> None:
        for _time in range(2):
            store(an_article(STORY), an_article(ITS_COPY))
        found = pairs()
        assert len(found) == 1
        DerivationProposal.objects.update(state="rejected")
        origins.recognise(list(Source.objects.all()))
        assert pairs() == found

    def test_equal_texts_have_one_origin_and_need_no_proposal(self) -> None:
        store(an_article(STORY, at="a"), an_article(STORY, at="b"))
        assert pairs() == []
        assert Source.objects.values("origin_id").distinct().count() == 1
        copy = store(an_article(ITS_COPY, at="c"))[0]
        assert pairs() == [(copy.source, Source.objects.earliest("pk").pk)]

    def test_a_newer_version_of_a_page_is_no_copy_of_the_older(self) -> None:
        store(an_article(STORY, at="a"), an_article(ITS_COPY, at="a"))
        assert pairs() == []

    def test_of_several_versions_of_a_page_one_is_proposed(self) -> None:
        store(an_article(STORY, at="a"), an_article(ITS_COPY, at="a"))
        copy = store(an_article(f"{STORY} {made_up(10, seed=5)}", at="b"))[0]
        assert [source for source, _original in pairs()] == [copy.source]

    def test_a_newer_version_of_the_original_is_not_proposed_again(self) -> None:
        original = store(an_article(STORY, at="a"))[0]
        copy = store(an_article(ITS_COPY, at="b"))[0]
        Outlet.objects.create(name="Agenzia Prova", slug="agenzia-prova", kind="agency")
        newer = an_article(f"{STORY} {made_up(10, seed=5)}", at="a", outlet="Agenzia Prova")
        assert store(newer)[0].message == ""
        assert pairs() == [(copy.source, original.source)]

    def test_what_an_agency_wrote_is_the_original_even_when_it_is_stored_later(self) -> None:
        Outlet.objects.create(name="Agenzia Prova", slug="agenzia-prova", kind="agency")
        site = store(an_article(ITS_COPY))[0]
        agency = store(an_article(STORY, outlet="Agenzia Prova"))[0]
        assert pairs() == [(site.source, agency.source)]

    def test_what_was_published_first_is_the_original_even_when_it_is_stored_later(self) -> None:
        later = store(an_article(ITS_COPY, published="2022-03-15"))[0]
        earlier = store(an_article(STORY, published="2022-03-14"))[0]
        assert pairs() == [(later.source, earlier.source)]

    def test_a_common_quotation_or_comment_form_makes_no_copy(self) -> None:
        quoted = f"«{made_up(20, seed=6)}»"
        form = "Lascia un commento\nIl tuo indirizzo email non sarà pubblicato.\nCommento *\nNome *\nEmail *"
        store(*(an_article(f"{made_up(90, seed=n)} {quoted}\n\n{form}") for n in range(30, 36)))
        assert pairs() == []

    def test_at_most_two_originals_are_proposed_and_the_fullest_first(self) -> None:
        parts = [made_up(80, seed=n) for n in (7, 8, 9)]
        store(*(an_article(f"{STORY} {part}") for part in parts))
        DerivationProposal.objects.all().delete()
        store(an_article(f"{STORY} {parts[1]}."))
        found = list(DerivationProposal.objects.all())
        assert len(found) == 2
        assert found[0].percent >= 99

    def test_a_digest_is_our_own_text_and_is_not_compared(self) -> None:
        store(an_article(STORY))
        body = f"Titolo\n\n{ITS_COPY}"
        digest = Source.objects.create(
            title="Titolo", language="it", body=body, body_kind="digest", text_sha256="d"
        )
        assert origins.recognise([digest]) == []
        assert Sketch.objects.count() == 1

    def test_a_dry_run_compares_nothing(self) -> None:
        store(an_article(STORY))
        import_batch([("a", an_article(ITS_COPY))], run=None, dry_run=True)
        assert (Sketch.objects.count(), pairs()) == (1, [])

    def test_a_batch_costs_the_same_queries_however_many_copies_it_holds(self) -> None:
        stories = [made_up(60, seed=n) for n in range(100, 140)]
        store(*(an_article(story) for story in stories))
        counts = []
        for start, size in ((0, 2), (2, 38)):
            some = stories[start : start + size]
            with CaptureQueriesContext(connection) as queries:
                store(*(an_article(f"{story} {made_up(5, seed=1)}") for story in some))
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 21
        assert DerivationProposal.objects.count() == 40

    def test_a_copy_is_found_among_hundreds_of_pages_of_one_site(self) -> None:
        """The site's own words, not known as furniture, stand in every article of it."""
        words = made_up(60, seed=10)
        store(
            *(an_article(f"{made_up(120, seed=n)}\n\n{words}") for n in range(1000, 1000 + origins.CROWD + 5))
        )
        assert pairs() == []
        original = store(an_article(f"{STORY}\n\n{words}"))[0]
        copy = store(an_article(f"{STORY}\n\n{made_up(10, seed=11)}\n\n{words}"))[0]
        assert pairs() == [(copy.source, original.source)]

    def test_what_came_by_other_ways_is_compared_by_the_command(self) -> None:
        store(an_article(STORY))
        body = f"Titolo\n\n{ITS_COPY}"
        made = Source.objects.bulk_create(
            [Source(title="Titolo", language="it", body=body, text_sha256="a" * 64)]
        )
        assert origins.missing().count() == 1
        assert said("find_copies") == "Compared 1 article: 1 possible copy.\n"
        assert [source for source, _original in pairs()] == [made[0].pk]
        assert said("find_copies") == "Compared 0 articles: 0 possible copies.\n"

    def test_a_sketch_of_an_older_kind_is_made_again(self) -> None:
        store(an_article(STORY), an_article(ITS_COPY))
        Sketch.objects.update(made_by=0, hashes=[1])
        assert json.loads(said("find_copies", "--json")) == {"compared": 2, "proposed": 0}
        assert not Sketch.objects.filter(hashes=[1]).exists()

    def test_comparing_writes_no_history_and_counts_as_no_change(self) -> None:
        store(an_article(STORY))
        source = Source.objects.get()
        before = source.events.count()
        Sketch.objects.all().delete()
        said("find_copies")
        source.refresh_from_db()
        assert (source.version, source.events.count()) == (1, before)

    def test_a_pair_is_proposed_once_whichever_way_round(self) -> None:
        from tests.claims.rules import refused

        one, other = (store(an_article(made_up(50, seed=n)))[0].source for n in (1, 2))
        shares = {"share": 0.5, "share_of_original": 0.5, "words": 50}
        DerivationProposal.objects.create(source_id=one, from_source_id=other, **shares)
        with refused("sources_derivationproposal_once_a_pair"):
            DerivationProposal.objects.create(source_id=other, from_source_id=one, **shares)
        with refused("sources_derivationproposal_of_two_texts"):
            DerivationProposal.objects.create(source_id=one, from_source_id=one, **shares)
        with refused("[move]"):
            third = store(an_article(made_up(50, seed=3)))[0].source
            DerivationProposal.objects.create(source_id=third, from_source_id=one, state="accepted", **shares)


def said(*command: str) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_of_two_copies_stored_at_the_same_moment_the_second_finds_the_first(clone_db: Clone) -> None:
    """Both importers have stored their text before either compares it."""
    stories = [made_up(100, seed=n) for n in range(300, 310)]
    for story in stories:
        barrier = Barrier(2, timeout=20)

        def one(text: str, barrier: Barrier = barrier) -> None:
            try:
                barrier.wait()
                store(an_article(text))
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as importers:
            list(importers.map(one, [story, f"{story} {made_up(8, seed=1)}"]))
    assert DerivationProposal.objects.count() == len(stories)


WAITING = """
    SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted
"""


def test_a_copy_that_is_stored_while_ours_is_being_compared_is_found_in_the_end(clone_db: Clone) -> None:
    """The other commits when we have looked through everything and wait for our turn."""
    story = made_up(100, seed=400)
    stored, looked = Event(), Event()

    def other() -> None:
        try:
            with transaction.atomic():
                store(an_article(story))
                stored.set()
                assert looked.wait(20)
        finally:
            connections.close_all()

    def watch() -> None:
        try:
            deadline = monotonic() + 20
            with connection.cursor() as cursor:
                while not looked.is_set() and monotonic() < deadline:
                    cursor.execute(WAITING)
                    if cursor.fetchone():
                        looked.set()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as beside:
        waiting = [beside.submit(other), beside.submit(watch)]
        assert stored.wait(20)
        store(an_article(f"{story} {made_up(8, seed=1)}"))
        for each in waiting:
            each.result()
    assert DerivationProposal.objects.count() == 1
