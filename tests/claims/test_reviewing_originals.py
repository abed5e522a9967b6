"""Our summary gives way to its original: the same article, the same statements, now with the exact words."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection

from claims import linking, reviewing
from claims.errors import Refused
from claims.models import Carrier, ClaimFigures, Correction, Evidence, Position, Statement
from claims.reviewing import Anchor, replace_digest
from claims.vocabulary import Role, Stance
from sources.articles import Article, article_from_text
from sources.models import Source
from tests.factories import (
    make_claim,
    make_position,
    make_source,
    make_speaker,
    make_statement,
    make_user,
    span_of,
)

pytestmark = pytest.mark.django_db

DIGEST = "Sui droni\n\nIl ministero nega la vendita. Il ministro poi la ammette.\n"
ORIGINAL = (
    "Colloqui sui droni\n\nIeri, a sera, il ministero ha negato «ogni vendita di droni». Oggi il signor Bianchi ha ammesso: "
    "«ne abbiamo venduti alcuni»."
)


def place(words: str) -> list[int]:
    start = ORIGINAL.index(words)
    return [start, start + len(words)]


@pytest.fixture
def chief() -> User:
    return make_user(Role.SENIOR_EDITOR)


@pytest.fixture
def article() -> Article:
    return article_from_text(ORIGINAL)


@pytest.fixture
def digest(article: Article) -> Source:
    return make_source(DIGEST, body_kind="digest", shown="whole", original_sha256=article.text_sha256)


@pytest.fixture
def denial(digest: Source) -> Position:
    position = make_position(
        make_claim(),
        Stance.DENIES,
        statement=make_statement(digest, "nega la vendita", make_speaker("Ministry"), key="d1"),
    )
    position.statement.speakers.update(span=span_of(DIGEST, "Il ministero"), as_written="Il ministero")
    return position


ANCHORS = {
    "d1": Anchor(
        spans=[place("ha negato"), place("ogni vendita di droni")],
        delivery="mixed",
        cue_span=place("ha negato"),
        speaker_spans=[place("il ministero")],
    )
}


def checked() -> None:
    """What the database checks at commit, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_every_statement_moves_to_its_exact_words(
    digest: Source, denial: Position, article: Article, chief: User
) -> None:
    Carrier.objects.create(
        statement=denial.statement, as_written="Il ministro", span=span_of(DIGEST, "Il ministro")
    )
    reviewing.publish_source(digest, by=chief)
    reviewing.publish(denial.claim, by=chief)
    assert replace_digest(digest, article, ANCHORS, by=chief) == 1
    checked()
    stored, statement = Source.objects.get(), Statement.objects.get()
    assert (stored.body, stored.body_kind, stored.shown, stored.title) == (
        ORIGINAL,
        "full",
        "passages",
        "Colloqui sui droni",
    )
    assert statement.quote == "ha negato […] ogni vendita di droni"
    assert (statement.delivery, statement.cue) == ("mixed", "ha negato")
    assert (statement.speakers.get().as_written, statement.carriers.get().span) == ("il ministero", None)
    note = Correction.objects.get()
    assert (note.source, note.kind, note.before["body_kind"]) == (stored, "digest", "digest")
    assert ClaimFigures.objects.get(claim=denial.claim).denials == 1


def test_again_changes_nothing(digest: Source, denial: Position, article: Article, chief: User) -> None:
    reviewing.publish_source(digest, by=chief)
    replace_digest(digest, article, ANCHORS, by=chief)
    before = (Source.objects.get().version, Statement.objects.get().version, Correction.objects.count())
    assert replace_digest(Source.objects.get(), article, ANCHORS, by=chief) == 0
    assert before == (
        Source.objects.get().version,
        Statement.objects.get().version,
        Correction.objects.count(),
    )


def test_nobody_is_told_of_a_draft(digest: Source, denial: Position, article: Article, chief: User) -> None:
    replace_digest(digest, article, ANCHORS, by=chief)
    assert not Correction.objects.exists()


def test_suggestions_made_on_the_summary_are_discarded_with_that_reason(
    digest: Source, denial: Position, article: Article, chief: User
) -> None:
    found = make_statement(digest, "poi la ammette", review="suggested", origin="extraction", act="admits")
    replace_digest(digest, article, ANCHORS, by=chief)
    checked()
    found.refresh_from_db()
    assert (found.review, found.reviewed_by) == ("rejected", chief)
    assert "summary" in found.review_reason
    with pytest.raises(Refused, match="mark these words again"):
        linking.accept(found, by=chief)


def test_what_an_editor_stands_by_is_not_left_behind(
    digest: Source, denial: Position, article: Article, chief: User
) -> None:
    kept = make_statement(digest, "poi la ammette", act="admits")
    proof = Evidence.objects.create(
        claim=denial.claim, kind="context", source=digest, span=span_of(DIGEST, "Il ministro")
    )
    with pytest.raises(Refused) as refused:
        replace_digest(digest, article, ANCHORS, by=chief)
    assert f"#{kept.pk}" in refused.value.sentence and f"#{proof.pk}" in refused.value.sentence
    assert Source.objects.get().body == DIGEST


def test_another_article_does_not_take_its_place(digest: Source, chief: User) -> None:
    other = article_from_text(ORIGINAL.replace("Ieri", "Allora"))
    with pytest.raises(Refused, match="not the article"):
        replace_digest(digest, other, {}, by=chief)
    with pytest.raises(Refused, match="not the article"):
        replace_digest(make_source(), other, {}, by=chief)


def test_places_for_more_speakers_than_there_are_are_refused_whole(
    digest: Source, denial: Position, article: Article, chief: User
) -> None:
    anchor = Anchor(ANCHORS["d1"].spans, "direct", speaker_spans=[None, place("il signor Bianchi")])
    with pytest.raises(Refused, match="fewer speakers"):
        replace_digest(digest, article, {"d1": anchor}, by=chief)
    assert Source.objects.get().body == DIGEST
    nobody = Anchor(ANCHORS["d1"].spans, "direct", cue="ha negato", speaker_spans=[None, None])
    assert replace_digest(digest, article, {"d1": nobody}, by=chief) == 1
    row = Statement.objects.get().speakers.get()
    assert (row.span, row.as_written, Statement.objects.get().cue) == (None, "Il ministero", "ha negato")


def test_an_original_without_a_title_keeps_that_of_its_summary(chief: User) -> None:
    text = ORIGINAL.split("\n\n")[1]
    article = article_from_text(text)
    untitled = Article(
        **{name: getattr(article, name) for name in Article.__slots__} | {"title": "", "title_span": None}
    )
    digest = make_source(DIGEST, body_kind="digest", original_sha256=untitled.text_sha256)
    replace_digest(digest, untitled, {}, by=chief)
    assert (Source.objects.get().title, Source.objects.get().title_span) == ("Sui droni", None)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.ADMIN])
def test_only_a_senior_editor_replaces_it(digest: Source, article: Article, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        replace_digest(digest, article, {}, by=make_user(role))


def test_dates_and_positions_stay(digest: Source, denial: Position, article: Article, chief: User) -> None:
    Statement.objects.update(said_earliest=date(2022, 9, 1), said_basis="stated")
    replace_digest(digest, article, ANCHORS, by=chief)
    assert Statement.objects.get().said_earliest == date(2022, 9, 1)
    assert Position.objects.get() == denial
