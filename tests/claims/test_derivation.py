"""An editor confirms or refuses that a text is a copy: families of one origin, and suggestions that are triaged once."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pghistory.models
import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from claims import contest, linking, reviewing
from claims.errors import Refused, Stale
from claims.models import ClaimFigures, Statement, StatementSpeaker
from claims.vocabulary import TRIAGED_IN_THE_ORIGINAL, Role, SpeakerKind
from sources.articles import article_from_text
from sources.importing import import_batch, start_run
from sources.models import DerivationProposal, Source
from tests.claims.rules import at_commit
from tests.databases import Clone
from tests.factories import (
    make_claim,
    make_position,
    make_published_source,
    make_source,
    make_speaker,
    make_statement,
    make_user,
    span_of,
)


def made_up(count: int, *, seed: int) -> str:
    rng = random.Random(seed)
    return " ".join("".join(rng.choices("abcdefghilmnoprstuvz", k=6)) for _ in range(count))


DENIED = "il ministero ha negato di avere venduto navi alla compagnia"
ANSWER = "«No»"
STORY = f"Porto chiuso\n\n{made_up(60, seed=1)}, {DENIED}. {made_up(20, seed=2)} {ANSWER}, ha risposto il ministro. {made_up(60, seed=3)}"
COPY = f"Navi e porto\n\n{made_up(12, seed=4)}.\n\n" + STORY.split("\n\n")[1].replace("«No»", "“No”")


@pytest.fixture
def editor() -> User:
    return make_user(Role.EDITOR)


def propose(copy: Source, original: Source, **fields: Any) -> DerivationProposal:
    shares = {"share": 0.9, "share_of_original": 0.8, "words": 140, **fields}
    return DerivationProposal.objects.create(source=copy, from_source=original, **shares)


def a_pair() -> tuple[Source, Source, DerivationProposal]:
    original, copy = make_source(STORY), make_source(COPY)
    return copy, original, propose(copy, original)


def found(source: Source, words: str, **fields: Any) -> Statement:
    """A suggestion of the machine."""
    return make_statement(source, words, **{"review": "suggested", "origin": "extraction", **fields})


def origin_of(source: Source) -> int | None:
    source.refresh_from_db()
    return source.origin_id


def suggested(source: Source) -> list[str]:
    return [each.quote for each in Statement.objects.filter(source=source, review="suggested").order_by("pk")]


# --- Confirming


@pytest.mark.django_db
class TestConfirming:
    def test_a_confirmed_copy_is_derived_from_the_original_and_has_its_origin(self, editor: User) -> None:
        copy, original, proposal = a_pair()
        linking.confirm_derivation(proposal, by=editor, base=proposal.version)
        at_commit()
        copy.refresh_from_db()
        assert (copy.derived_from, copy.origin) == (original, original)
        assert (proposal.state, proposal.decided_by) == ("accepted", editor)
        assert not DerivationProposal.objects.waiting().exists()

    def test_the_whole_family_of_the_copy_moves_to_the_root_of_the_original(self, editor: User) -> None:
        agency, site, blog, mirror = (
            make_source(f"{STORY} {n}", url=f"https://example.org/{n}") for n in range(4)
        )
        twin = make_source(site.body, url="https://example.org/twin", origin=site)
        linking.confirm_derivation(propose(blog, site), by=editor)
        linking.confirm_derivation(propose(mirror, blog), by=editor)
        at_commit()
        assert {origin_of(each) for each in (site, twin, blog, mirror)} == {site.pk}
        linking.confirm_derivation(propose(site, agency), by=editor)
        at_commit()
        assert {origin_of(each) for each in (agency, site, twin, blog, mirror)} == {agency.pk}
        assert [each.derived_from_id for each in (site, blog, mirror)] == [agency.pk, site.pk, blog.pk]

    def test_five_articles_become_one_origin_in_the_claims_figures(self, editor: User) -> None:
        claim, speaker = make_claim(), make_speaker()
        original = make_published_source(STORY)
        copy = make_published_source(COPY)
        for source in (original, copy):
            make_position(claim, statement=make_statement(source, DENIED, speaker))
        contest.refresh([claim.pk])
        figures = ClaimFigures.objects.get(claim=claim)
        assert (figures.sources, figures.origins) == (2, 2)
        linking.confirm_derivation(propose(copy, original), by=editor)
        figures.refresh_from_db()
        assert (figures.sources, figures.origins) == (2, 1)

    def test_it_can_be_confirmed_the_other_way_round(self, editor: User) -> None:
        copy, original, proposal = a_pair()
        linking.confirm_derivation(proposal, by=editor, turned=True)
        at_commit()
        original.refresh_from_db()
        assert (original.derived_from, original.origin_id) == (copy, copy.pk)
        assert (proposal.source, proposal.from_source, proposal.share) == (original, copy, 0.8)

    def test_history_says_who_confirmed_it(self, editor: User) -> None:
        copy, _original, proposal = a_pair()
        linking.confirm_derivation(proposal, by=editor)
        context = copy.events.order_by("-pgh_id").first().pgh_context  # type: ignore[attr-defined]
        assert (context.metadata["user"], context.metadata["verb"]) == (editor.pk, "confirm_derivation")
        assert pghistory.models.Context.objects.filter(metadata__verb="confirm_derivation").count() == 1

    def test_a_text_has_one_original(self, editor: User) -> None:
        copy, _original, proposal = a_pair()
        linking.confirm_derivation(proposal, by=editor)
        with pytest.raises(Refused, match="Both texts have the same original"):
            linking.confirm_derivation(proposal, by=editor)
        other = propose(copy, make_source(f"{STORY} altro"))
        with pytest.raises(Refused, match="Another original was confirmed"):
            linking.confirm_derivation(other, by=editor)

    def test_an_origin_that_an_editor_chose_stays(self, editor: User) -> None:
        chosen = make_source(f"{STORY} scelto")
        copy, _original, proposal = a_pair()
        Source.objects.filter(pk=copy.pk).update(origin=chosen)
        with pytest.raises(Refused, match="An editor has chosen"):
            linking.confirm_derivation(proposal, by=editor)

    def test_what_was_decided_meanwhile_is_not_overwritten(self, editor: User) -> None:
        copy, _original, proposal = a_pair()
        base = proposal.version
        linking.refuse_derivation(DerivationProposal.objects.get(), by=editor)
        with pytest.raises(Stale):
            linking.confirm_derivation(proposal, by=editor, base=base)
        copy.refresh_from_db()
        assert copy.derived_from is None
        linking.confirm_derivation(proposal, by=editor, base=base + 1)
        with pytest.raises(Stale):
            linking.refuse_derivation(proposal, by=editor, base=base + 1)
        copy.refresh_from_db()
        assert copy.derived_from_id == proposal.from_source_id

    def test_it_costs_the_same_queries_however_large_the_family_is(self, editor: User) -> None:
        counts = []
        for start, size in ((0, 1), (100, 30)):
            original = make_source(f"{STORY} {start}")
            copy = make_source(f"{COPY} {start}")
            for n in range(size):
                member = make_source(copy.body, url=f"https://example.org/{start + n}", origin=copy)
                make_position(make_claim(), statement=make_statement(member, DENIED, make_speaker()))
                found(copy, DENIED, fingerprint=f"{n}")
            make_statement(original, DENIED)
            proposal = propose(copy, original)
            with CaptureQueriesContext(connection) as queries:
                linking.confirm_derivation(proposal, by=editor)
            counts.append(len(queries))
        assert counts[1] <= counts[0] <= 27


# --- Refusing, and taking back


@pytest.mark.django_db
class TestRefusing:
    def test_a_refused_proposal_changes_no_text_and_waits_no_longer(self, editor: User) -> None:
        copy, _original, proposal = a_pair()
        assert DerivationProposal.objects.waiting().count() == 1
        linking.refuse_derivation(proposal, by=editor, because="Both quote one speech.", base=1)
        copy.refresh_from_db()
        assert (copy.derived_from_id, copy.origin_id, copy.version) == (None, copy.pk, 1)
        assert (proposal.state, proposal.decided_by) == ("rejected", editor)
        assert not DerivationProposal.objects.waiting().exists()
        context = proposal.events.order_by("-pgh_id").first().pgh_context  # type: ignore[attr-defined]
        assert context.metadata["reason"] == "Both quote one speech."

    def test_what_was_refused_can_be_confirmed_after_all(self, editor: User) -> None:
        copy, original, proposal = a_pair()
        linking.refuse_derivation(proposal, by=editor)
        linking.confirm_derivation(proposal, by=editor)
        copy.refresh_from_db()
        assert copy.derived_from == original

    def test_taking_back_parts_the_families_as_they_were(self, editor: User) -> None:
        agency, site, blog, loose = (
            make_source(f"{STORY} {n}", url=f"https://example.org/{n}") for n in range(4)
        )
        other_copy = make_source(agency.body, url="https://example.org/agency2", origin=agency)
        Source.objects.filter(pk=loose.pk).update(origin=site)  # an editor's choice
        linking.confirm_derivation(propose(blog, site), by=editor)
        proposal = propose(site, agency)
        linking.confirm_derivation(proposal, by=editor)
        later = make_source(site.body, url="https://example.org/later", origin=agency)
        assert {origin_of(each) for each in (site, blog, loose, later)} == {agency.pk}
        linking.refuse_derivation(proposal, by=editor)
        at_commit()
        assert {origin_of(each) for each in (site, blog, loose, later)} == {site.pk}
        assert {origin_of(each) for each in (agency, other_copy)} == {agency.pk}
        site.refresh_from_db()
        assert site.derived_from is None
        assert proposal.moved == []

    def test_a_family_whose_root_is_an_equal_text_gets_that_root_back(self, editor: User) -> None:
        first = make_source(COPY, url="https://example.org/1")
        copy = make_source(COPY, url="https://example.org/2", origin=first)
        proposal = propose(copy, make_source(STORY))
        linking.confirm_derivation(proposal, by=editor)
        assert origin_of(first) == proposal.from_source_id
        linking.refuse_derivation(proposal, by=editor)
        at_commit()
        assert {origin_of(first), origin_of(copy)} == {first.pk}

    def test_what_got_another_original_since_stays_there(self, editor: User) -> None:
        agency, site, blog = (make_source(f"{STORY} {n}", url=f"https://example.org/{n}") for n in range(3))
        of_blog, of_site = propose(blog, site), propose(site, agency)
        linking.confirm_derivation(of_blog, by=editor)
        linking.confirm_derivation(of_site, by=editor)
        Source.objects.filter(pk=blog.pk).update(derived_from=agency)
        linking.refuse_derivation(of_site, by=editor)
        at_commit()
        assert (origin_of(site), origin_of(blog)) == (site.pk, agency.pk)
        with pytest.raises(Refused, match="was changed since"):
            linking.refuse_derivation(of_blog, by=editor)

    @pytest.mark.parametrize("at_home", ["copy", "original"])
    def test_families_that_share_an_unnamed_speaker_are_not_parted(self, editor: User, at_home: str) -> None:
        copy, original, proposal = a_pair()
        linking.confirm_derivation(proposal, by=editor)
        home, away = (copy, original) if at_home == "copy" else (original, copy)
        officials = make_speaker("two officials", kind=SpeakerKind.ANONYMOUS.value, only_in=home)
        make_statement(away, DENIED, officials)
        with pytest.raises(Refused, match="An unnamed speaker"):
            linking.refuse_derivation(proposal, by=editor)
        assert origin_of(copy) == original.pk
        StatementSpeaker.objects.update(speaker=make_speaker())
        linking.refuse_derivation(proposal, by=editor)
        assert origin_of(copy) == copy.pk


# --- Triaged once


@pytest.mark.django_db
class TestTriagedOnce:
    def test_suggestions_in_the_originals_words_are_triaged_there(self, editor: User) -> None:
        copy, original, proposal = a_pair()
        for words in (DENIED, ANSWER):
            make_statement(original, words)
        found(copy, DENIED)
        found(copy, "“No”")
        own = found(copy, COPY[20:60])
        assert linking.confirm_derivation(proposal, by=editor) == 2
        assert suggested(copy) == [own.quote]
        done = Statement.objects.filter(source=copy, review="rejected")
        assert {(each.review_reason, each.reviewed_by) for each in done} == {
            (TRIAGED_IN_THE_ORIGINAL, editor)
        }

    @pytest.mark.parametrize("review", ["suggested", "accepted", "rejected"])
    def test_whatever_became_of_the_words_in_the_original(self, editor: User, review: str) -> None:
        copy, original, proposal = a_pair()
        kept = make_statement(original, DENIED, review="suggested", origin="extraction")
        Statement.objects.filter(pk=kept.pk).update(review=review)
        found(copy, DENIED)
        assert linking.confirm_derivation(proposal, by=editor) == 1
        kept.refresh_from_db()
        assert kept.review == review

    def test_words_of_another_passage_wait(self, editor: User) -> None:
        """The same short words elsewhere are another statement."""
        copy = make_source(
            f"{COPY} {made_up(30, seed=9)}. “No”, ha detto anche il sindaco di un altro paese."
        )
        original = make_source(STORY)
        make_statement(original, ANSWER)
        start = copy.body.rindex("“No”")
        span = {"start": start, "end": start + 4, "exact": "“No”", "prefix": "", "suffix": ""}
        other = Statement.objects.create(source=copy, spans=[span], review="suggested", origin="extraction")
        assert linking.confirm_derivation(propose(copy, original), by=editor) == 0
        other.refresh_from_db()
        assert other.review == "suggested"

    def test_edited_words_and_parts_of_a_statement_wait(self, editor: User) -> None:
        copy = make_source(COPY.replace("venduto navi", "venduto barche"))
        original = make_source(STORY)
        make_statement(original, DENIED)
        found(copy, DENIED.replace("navi", "barche"))
        found(copy, "il ministero ha negato")
        assert linking.confirm_derivation(propose(copy, original), by=editor) == 0

    def test_what_an_editor_has_in_hand_stays(self, editor: User) -> None:
        copy, original, proposal = a_pair()
        make_statement(original, DENIED)
        make_position(statement=found(copy, DENIED))
        make_statement(copy, DENIED, review="accepted", origin="extraction")
        make_statement(copy, DENIED, review="suggested", origin="import", key="record")
        assert linking.confirm_derivation(proposal, by=editor) == 0
        assert Statement.objects.filter(source=copy, review="rejected").count() == 0

    def test_pieces_of_one_statement_are_compared_one_by_one(self, editor: User) -> None:
        copy, original, proposal = a_pair()
        for source in (original, copy):
            pieces = [span_of(source.body, "il ministero ha negato"), span_of(source.body, "alla compagnia")]
            Statement.objects.create(source=source, spans=pieces, review="suggested", origin="extraction")
        assert linking.confirm_derivation(proposal, by=editor) == 1

    def test_taking_the_confirmation_back_puts_them_into_the_queue_again(self, editor: User) -> None:
        copy, original, proposal = a_pair()
        make_statement(original, DENIED)
        double, judged = found(copy, DENIED), found(copy, COPY[20:60])
        linking.reject(judged, by=editor, because="No statement.")
        linking.confirm_derivation(proposal, by=editor)
        assert linking.refuse_derivation(proposal, by=editor) == 1
        double.refresh_from_db()
        judged.refresh_from_db()
        assert (double.review, double.review_reason, double.reviewed_by) == ("suggested", "", None)
        assert (judged.review, judged.review_reason) == ("rejected", "No statement.")
        assert linking.confirm_derivation(proposal, by=editor) == 1

    def test_what_is_suggested_after_the_confirmation_is_triaged_once_too(self, editor: User) -> None:
        copy, original, proposal = a_pair()
        linking.confirm_derivation(proposal, by=editor)
        make_statement(original, DENIED)
        double = found(copy, DENIED)
        copy.refresh_from_db()
        assert linking.in_the_original_too(copy) == [double.pk]
        assert linking.triage_once(copy, by=editor) == 1
        assert linking.triage_once(copy, by=editor) == 0
        assert linking.in_the_original_too(original) == []
        assert linking.triage_once(original, by=editor) == 0


# --- Who may


ACTS: list[Callable[[DerivationProposal, Any], Any]] = [
    lambda proposal, by: linking.confirm_derivation(proposal, by=by),
    lambda proposal, by: linking.refuse_derivation(proposal, by=by),
    lambda proposal, by: linking.triage_once(proposal.source, by=by),
]


@pytest.mark.django_db
@pytest.mark.parametrize("do", ACTS, ids=["confirm", "refuse", "triage once"])
def test_editors_may_and_colleagues_and_strangers_may_not(
    do: Callable[[DerivationProposal, Any], Any],
) -> None:
    _copy, _original, proposal = a_pair()
    for nobody in (make_user(Role.VIEWER), make_user(Role.ADMIN), make_user(), AnonymousUser()):
        with pytest.raises(PermissionDenied):
            do(proposal, nobody)
    proposal.refresh_from_db()
    assert proposal.state == "suggested"
    do(proposal, make_user(Role.EDITOR))


# --- Races


def test_an_equal_text_imported_at_the_same_moment_joins_the_moved_family(clone_db: Clone) -> None:
    editor = make_user(Role.EDITOR)
    for n in range(8):
        copy = make_source(f"{COPY} {n}", url=f"https://example.org/{n}")
        proposal = propose(copy, make_source(f"{STORY} {n}"))
        barrier = Barrier(2, timeout=20)

        def confirm(proposal: DerivationProposal = proposal, barrier: Barrier = barrier) -> None:
            try:
                barrier.wait()
                linking.confirm_derivation(proposal, by=editor)
            finally:
                connections.close_all()

        def store(body: str = copy.body, n: int = n, barrier: Barrier = barrier) -> None:
            try:
                article = article_from_text(body, url=f"https://example.org/twin/{n}", language="it")
                barrier.wait()
                import_batch([(article.title, article)], run=start_run())
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as two:
            for job in [two.submit(confirm), two.submit(store)]:
                job.result()
        twins = Source.objects.filter(text_sha256=copy.text_sha256)
        assert set(twins.values_list("origin_id", flat=True)) == {proposal.from_source_id}
        assert twins.count() == 2


def test_of_two_editors_who_decide_at_once_one_is_told(clone_db: Clone) -> None:
    editors = [make_user(Role.EDITOR), make_user(Role.EDITOR)]
    for n in range(6):
        copy, original = make_source(f"{COPY} {n}"), make_source(f"{STORY} {n}")
        proposal = propose(copy, original)
        barrier = Barrier(2, timeout=20)

        def decide(
            act: Callable[..., int], by: User, pk: int = proposal.pk, barrier: Barrier = barrier
        ) -> str:
            try:
                mine = DerivationProposal.objects.get(pk=pk)
                barrier.wait()
                act(mine, by=by, base=1)
                return "done"
            except Stale:
                return "stale"
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as two:
            acts = [linking.confirm_derivation, linking.refuse_derivation]
            told = sorted(two.map(decide, acts, editors))
        assert told == ["done", "stale"]
        copy.refresh_from_db()
        proposal.refresh_from_db()
        assert (copy.derived_from_id is not None) == (proposal.state == "accepted")


@pytest.mark.django_db
def test_the_original_that_takes_a_summarys_place_is_compared_with_the_others() -> None:
    chief = make_user(Role.SENIOR_EDITOR)
    original = article_from_text(COPY, language="it")
    stored = article_from_text(STORY, language="it")
    import_batch([("story", stored)], run=start_run())
    digest = make_source(
        "Riassunto\n\nIl porto è chiuso.", body_kind="digest", original_sha256=original.text_sha256
    )
    assert not DerivationProposal.objects.exists()
    reviewing.replace_digest(digest, original, {}, by=chief)
    assert DerivationProposal.objects.get().source == digest
