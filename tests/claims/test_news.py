"""What is new on a published claim is counted in its figures: whatever happens, as much as a look at all of it finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, Max
from django.urls import reverse

from claims import linking, reviewing
from claims.desk import bulk, queues
from claims.desk.bulk_acts import bulk_act
from claims.history.events import event_model_of
from claims.importing import import_records
from claims.models import Claim, ClaimFigures, Position, Statement
from claims.vocabulary import TRIAGED_IN_THE_ORIGINAL
from sources.models import DerivationProposal, Source
from tests.claims.desk_data import (
    REASON,
    Newsroom,
    make_account,
    make_article,
    make_newsroom,
    make_words,
    signed_in,
)
from tests.factories import make_claim, make_published_claim

pytestmark = pytest.mark.django_db


def found() -> dict[int, tuple[int, int]]:
    """Claim → how much is new and the newest of it, looked for in all that was said."""
    rows = Position.objects.news().order_by().values_list("claim").annotate(n=Count("pk"), last=Max("pk"))
    return {claim: (n, last) for claim, n, last in rows}


def counted() -> dict[int, tuple[int, int]]:
    rows = ClaimFigures.objects.filter(news__gt=0).values_list("claim", "news", "news_newest")
    return {claim: (n, last) for claim, n, last in rows}


def late(room: Newsroom, words: str = "Officials met", act: str = "denies", **more: Any) -> Statement:
    return make_words(room.source, words, act=act, **{"review": "accepted", **more})


def denied(room: Newsroom, by: User) -> None:
    linking.attach(late(room), room.claim, by=by)


def suggested(room: Newsroom, by: User) -> None:
    linking.attach(late(room, act="admits", review="suggested"), room.claim, by=by)


def marked(room: Newsroom, by: User) -> None:
    reviewing.decide([room.claim], "disputed", by=by, because=REASON)


def shown(room: Newsroom, by: User) -> None:
    reviewing.publish_update(room.claim, by=by)


def elsewhere(room: Newsroom, by: User) -> None:
    """Denied in an article of its own."""
    words = "They deny all of it"
    said = make_words(make_article("Another", f"{words}."), words, act="denies", review="accepted")
    linking.attach(said, room.claim, by=by)


def merged(room: Newsroom, by: User) -> None:
    linking.merge_claims(room.claim, into=make_published_claim("Other words"), by=by, because=REASON)


def triaged_in_the_original(room: Newsroom, by: User) -> None:
    copy = make_article("A copy", f"{room.source.body}\nMore.")
    said = make_words(copy, "Officials met", act="denies")
    linking.attach(said, room.claim, by=by)
    linking.reject(said, by=by, because=TRIAGED_IN_THE_ORIGINAL)
    shares: dict[str, Any] = {"share": 0.9, "share_of_original": 0.8, "words": 140}
    proposal = DerivationProposal.objects.create(source=copy, from_source=room.source, **shares)
    linking.confirm_derivation(proposal, by=by)


def undone(room: Newsroom, by: User) -> None:
    last = linking.last_act(by=by)
    assert last is not None
    linking.undo(last, by=by)


def discarded_among_many(room: Newsroom, by: User) -> None:
    act = bulk_act("statement", "discard")
    assert act is not None
    waiting = Statement.objects.filter(review="suggested", positions__claim=room.claim)
    job = bulk.work(bulk.start(waiting, act, kind="statement", by=by, asked={"because": ""}), seconds=5)
    assert job.done == 1


# Acts in their order, and how much is new on the claim afterwards.
STORIES: dict[str, list[tuple[Callable[[Newsroom, User], Any], int]]] = {
    "said after the decision, shown, and decided again": [(marked, 0), (denied, 1), (shown, 1), (marked, 0)],
    "shown before anybody decided": [(denied, 1), (shown, 0)],
    "the machine suggests, an editor discards": [
        (suggested, 1),
        (lambda room, by: linking.reject(Statement.objects.latest("pk"), by=by), 0),
    ],
    "taken off again": [
        (denied, 1),
        (lambda room, by: linking.detach(Position.objects.latest("pk"), by=by), 0),
    ],
    "an old denial accepted once more after the decision": [
        (marked, 0),
        (lambda room, by: linking.reject(room.denial, by=by), 0),
        (lambda room, by: linking.accept(Statement.objects.get(pk=room.denial.pk), by=by), 1),
    ],
    "what readers no longer see has no news": [
        (denied, 1),
        (lambda room, by: reviewing.withdraw(room.claim, by=by, because=REASON), 0),
        (lambda room, by: reviewing.reopen(Claim.objects.get(pk=room.claim.pk), by=by), 1),
    ],
    "merged: the news stands where the claim stands": [
        (denied, 1),
        (merged, 0),
        (lambda room, by: linking.unmerge_claims(Claim.objects.get(pk=room.claim.pk), by=by, because=REASON), 1),
    ],
    "split: the news goes along": [
        (denied, 1),
        (
            lambda room, by: linking.split_claim(
                room.claim, {"en": "A part of it"}, by=by, goes=[Position.objects.latest("pk").pk], because=REASON
            ),
            0,
        ),
    ],
    "discarded, and that undone": [
        (suggested, 1),
        (lambda room, by: linking.discard(Statement.objects.latest("pk"), by=by), 0),
        (undone, 1),
    ],
    "discarded among many": [(suggested, 1), (discarded_among_many, 0)],
    "deleted": [
        (denied, 1),
        (lambda room, by: linking.delete_statement(Statement.objects.latest("pk"), by=by), 0),
    ],
    "deleted with its article": [
        (elsewhere, 1),
        (lambda room, by: linking.delete_source(Source.objects.latest("pk"), by=by), 0),
    ],
    "triaged in the original, which it is no copy of": [
        (triaged_in_the_original, 0),
        (lambda room, by: linking.refuse_derivation(DerivationProposal.objects.get(), by=by), 1),
    ],
    "a title counts as news too": [
        (lambda room, by: linking.attach(late(room, "Talks resume", in_title=True), room.claim, by=by), 1)
    ],
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_the_figures_of_a_claim_count_what_is_new_on_it(story: str) -> None:
    room, by = make_newsroom(), make_account("chief", "editor", "senior editor")
    Position.objects.filter(statement=room.suggestion).delete()
    reviewing.publish(room.claim, by=by)
    for act, n in STORIES[story]:
        act(room, by)
        assert counted() == found()
        assert counted().get(room.claim.pk, (0, 0))[0] == n


@pytest.mark.parametrize(
    "delete",
    [
        lambda by: linking.delete_statement(Statement.objects.latest("pk"), by=by),
        lambda by: linking.delete_source(Source.objects.latest("pk"), by=by),
    ],
    ids=["a statement", "an article"],
)
def test_whoever_had_the_form_of_a_claim_open_hears_that_a_statement_of_it_was_deleted(
    delete: Callable[[Any], None],
) -> None:
    room, by = make_newsroom(), make_account("chief", "editor", "senior editor")
    elsewhere(room, by)
    before = Claim.objects.get(pk=room.claim.pk).version
    delete(by)
    assert Claim.objects.get(pk=room.claim.pk).version > before


def test_imported_statements_on_a_published_claim_are_news() -> None:
    room, by = make_newsroom(), make_account("chief", "editor", "senior editor")
    reviewing.publish(room.claim, by=by)
    records: list[dict[str, Any]] = [
        {"type": "source", "key": "s", "language": "en", "title": "A title", "body": "They deny all of it."},
        {"type": "statement", "source": "s", "key": "1", "act": "denies", "quotes": ["They deny all of it"]},
        {"type": "position", "statement": {"source": "s", "key": "1"}, "claim": room.claim.slug},
    ]
    report = import_records([(str(n), each) for n, each in enumerate(records)], run=None, dry_run=False)
    assert report.counts() == {"created": 3}
    assert counted() == found() != {}


def test_what_is_deleted_in_the_admin_is_no_news_and_history_says_who_did_it() -> None:
    room, chief = make_newsroom(), make_account("chief", "editor", "senior editor")
    Position.objects.filter(statement=room.suggestion).delete()
    reviewing.publish(room.claim, by=chief)
    denied(room, chief)
    elsewhere(room, chief)
    assert counted()[room.claim.pk][0] == 2
    editor = make_account("editor", "editor")
    said, article = Statement.objects.order_by("pk")[3], Source.objects.latest("pk")
    for thing, name in ((said, "claims_statement"), (article, "sources_source")):
        page = reverse(f"admin:{name}_delete", args=[thing.pk])
        assert signed_in(editor).post(page, {"post": "yes"}).status_code == 302
        assert not type(thing)._default_manager.filter(pk=thing.pk).exists()
        event: Any = event_model_of(type(thing))._default_manager.filter(pgh_obj_id=thing.pk).latest("pgh_id")
        told = event.pgh_context.metadata
        assert (event.pgh_label, told["user"], told["verb"]) == ("delete", editor.pk, "delete")
        assert counted() == found()
    assert counted() == {}


def test_figures_that_the_version_before_writes_are_stored_while_a_site_is_upgraded() -> None:
    claim = make_claim()
    columns = "contest, parties, rating, statements, denials, admissions, sources, origins, refreshed_at"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO claims_claimfigures (claim_id, {columns})"
            " VALUES (%s, 'uncontested', '[]', '', 0, 0, 0, 0, 0, now())",
            [claim.pk],
        )
    assert ClaimFigures.objects.get(pk=claim.pk).news == 0


def test_the_list_of_news_holds_as_many_as_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "NEWS", 2)
    room, by = make_newsroom(), make_account("chief", "editor", "senior editor")
    claims = [make_published_claim(f"Claim number {n}") for n in range(4)]
    for number, claim in enumerate(claims):
        linking.attach(late(room, key=f"late-{number}"), claim, by=by)
    listed = signed_in(by).get(reverse("admin:claims_claim_changelist"), {"news": "yes"}).context["cl"]
    assert [each.pk for each in listed.result_list] == [claims[at].pk for at in (3, 2, 1, 0)]
    assert queues.how_many_with_news() == 4


def test_the_desk_shows_the_newest_news_first_and_reads_no_more_than_it_shows() -> None:
    room, by = make_newsroom(), make_account("chief", "editor", "senior editor")
    claims = [room.claim, make_published_claim("Another"), make_published_claim("A third")]
    reviewing.publish(room.claim, by=by)
    for number, claim in enumerate([claims[1], claims[0], claims[2], claims[1], claims[1]]):
        linking.attach(late(room, key=f"late-{number}"), claim, by=by)
    newest = list(queues.news_on_published_claims(4))
    assert newest == list(Position.objects.news().order_by("-pk")[:4])
    assert [row["claim_id"] for row in queues.claims_with_news()] == [claims[at].pk for at in (1, 2, 0)]
