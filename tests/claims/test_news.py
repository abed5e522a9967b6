"""What is new on a published claim is counted in its figures: whatever happens, as much as a look at all of it finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Count, Max

from claims import linking, reviewing
from claims.desk import queues
from claims.importing import import_records
from claims.models import Claim, ClaimFigures, Position, Statement
from tests.claims.desk_data import REASON, Newsroom, make_account, make_newsroom, make_words
from tests.factories import make_published_claim

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
        (
            lambda room, by: linking.merge_claims(
                room.claim, into=make_published_claim("Other words"), by=by, because=REASON
            ),
            0,
        ),
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


def test_the_desk_shows_the_newest_news_first_and_reads_no_more_than_it_shows() -> None:
    room, by = make_newsroom(), make_account("chief", "editor", "senior editor")
    claims = [room.claim, make_published_claim("Another"), make_published_claim("A third")]
    reviewing.publish(room.claim, by=by)
    for number, claim in enumerate([claims[1], claims[0], claims[2], claims[1], claims[1]]):
        linking.attach(late(room, key=f"late-{number}"), claim, by=by)
    newest = list(queues.news_on_published_claims(4))
    assert newest == list(Position.objects.news().order_by("-pk")[:4])
    assert [row["claim_id"] for row in queues.claims_with_news()] == [claims[at].pk for at in (1, 2, 0)]
