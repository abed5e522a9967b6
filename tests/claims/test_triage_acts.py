"""Acts of triage: each is one transaction, can be undone while nobody else has worked on it, and shows readers nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import linking, signatures
from claims.desk import queues
from claims.errors import Refused, Stale
from claims.linking import OnClaim, Who
from claims.models import (
    Claim,
    Position,
    PossibleTurn,
    Speaker,
    SpeakerName,
    Statement,
    StatementSpeaker,
    TriageAct,
)
from claims.vocabulary import Role, Stance
from sources.models import Source
from tests.factories import (
    make_claim,
    make_published_claim,
    make_published_source,
    make_speaker,
    make_user,
    span_of,
)

pytestmark = pytest.mark.django_db

BODY = (
    "Droni, il ministero nega\n\n"
    "Il portavoce Pesco ha negato di avere venduto droni alla Bielorussia. "
    "Una settimana dopo il ministro ha ammesso una vendita di droni. "
    "Due funzionari sostengono che i droni sono partiti lunedì, e che altri seguiranno.\n"
)
DENIAL = "di avere venduto droni alla Bielorussia"
ADMISSION = "una vendita di droni"
TWO = "che i droni sono partiti lunedì, e che altri seguiranno"


@pytest.fixture
def editor() -> User:
    return make_user(Role.EDITOR)


@pytest.fixture
def colleague() -> User:
    return make_user(Role.EDITOR)


@pytest.fixture
def article() -> Source:
    return make_published_source(BODY, language="it")


def suggest(article: Source, words: str, written: str = "", act: str = "asserts", **fields: Any) -> Statement:
    statement = Statement.objects.create(
        source=article,
        spans=[span_of(article.body, words)],
        act=act,
        **{"origin": "extraction", "confidence": 0.9, "extractor_version": "1", "rule": "r", **fields},
    )
    if written:
        StatementSpeaker.objects.create(statement=statement, as_written=written)
    return statement


@pytest.fixture
def denial(article: Source) -> Statement:
    return suggest(article, DENIAL, "Pesco", "denies")


def state() -> dict[str, Any]:
    """Everything that triage may change; ids of rows that were made again do not count."""
    return {
        "statements": list(
            Statement.objects.order_by("pk").values_list(
                "pk", "spans", "act", "review", "review_reason", "reviewed_by", "reviewed_at", "inside"
            )
        ),
        "speakers": list(
            StatementSpeaker.objects.order_by("statement", "order").values_list(
                "statement", "speaker", "as_written", "role_as_written", "order"
            )
        ),
        "positions": list(
            Position.objects.order_by("statement", "claim").values_list("statement", "claim", "stance")
        ),
        "claims": list(Claim.objects.order_by("pk").values_list("pk", flat=True)),
        "people": list(Speaker.objects.order_by("pk").values_list("pk", flat=True)),
        "names": list(SpeakerName.objects.order_by("pk").values_list("pk", flat=True)),
    }


# --- accepting


def test_one_act_accepts_with_speaker_claim_and_what_it_does_to_it(editor: User, denial: Statement) -> None:
    claim, peskov = make_claim("Drones were sold"), make_speaker("Dmitry Peskov")
    linking.settle(
        denial, by=editor, base=denial.version, who=[Who(0, peskov, variant=True)], on=OnClaim(claim)
    )
    denial.refresh_from_db()
    assert (denial.review, denial.reviewed_by) == ("accepted", editor)
    row = denial.speakers.get()
    assert (row.speaker, row.as_written) == (peskov, "Pesco")
    position = denial.positions.get()
    assert (position.claim, position.stance, position.published_at) == (claim, Stance.DENIES, None)
    variant = peskov.names.get()
    assert (variant.name, variant.seen_in) == ("Pesco", denial.source)


def test_a_new_claim_is_a_draft_worded_from_the_statement_and_can_be_found_at_once(
    editor: User, denial: Statement
) -> None:
    linking.settle(denial, by=editor, on=OnClaim(text="La Bielorussia ha comprato droni"))
    claim = Claim.objects.get()
    assert (claim.text_it, claim.publication) == ("La Bielorussia ha comprato droni", "draft")
    assert claim.signature
    other = linking.make_claim_from(denial, by=editor)
    assert other.text_it == DENIAL


def test_a_new_person_is_made_and_an_unnamed_one_stays_with_the_article(
    editor: User, article: Source
) -> None:
    named = suggest(article, ADMISSION, "il ministro Testi")
    unnamed = suggest(article, TWO, "Due funzionari")
    linking.settle(named, by=editor, who=[Who(0, name="Karim Testi")])
    linking.settle(unnamed, by=editor, who=[Who(0, name="Due funzionari", kind="anonymous")])
    assert named.speakers.get().speaker.kind == "person"
    speaker = unnamed.speakers.get().speaker
    assert (speaker.kind, speaker.only_in) == ("anonymous", article)


def test_when_a_part_is_refused_nothing_at_all_is_stored(editor: User, denial: Statement) -> None:
    merged = make_claim(merged_into=make_claim())
    stranger = make_speaker("Two aides", kind="anonymous", only_in=make_published_source("Other text\n\nx"))
    before = state()
    with pytest.raises(Refused):
        linking.settle(denial, by=editor, who=[Who(0, make_speaker("X", slug="x"))], on=OnClaim(merged))
    Speaker.objects.get(slug="x").delete()
    with pytest.raises(Refused):
        linking.settle(denial, by=editor, who=[Who(0, stranger)], on=OnClaim(text="Something new"))
    assert state() == before
    assert not TriageAct.objects.exists()


def test_a_suggestion_changed_since_the_page_was_opened_is_not_accepted(
    editor: User, colleague: User, denial: Statement
) -> None:
    base = denial.version
    linking.revise(Statement.objects.get(), {"act": "refuses"}, by=colleague, base=base)
    with pytest.raises(Stale) as conflict:
        linking.settle(denial, by=editor, base=base)
    assert (conflict.value.base["act"], conflict.value.theirs["act"]) == ("denies", "refuses")
    linking.discard(Statement.objects.get(), by=colleague)
    with pytest.raises(Refused, match="decided"):
        linking.settle(Statement.objects.get(), by=editor)
    assert Statement.objects.get().review == "rejected"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN, None])
def test_whoever_may_not_triage_changes_nothing(
    role: Role | None, editor: User, article: Source, denial: Statement
) -> None:
    stranger = make_user(*([role] if role else []))
    other = suggest(article, ADMISSION)
    done = linking.discard(suggest(article, TWO), by=editor)
    before = state()
    for attempt in (
        lambda: linking.settle(denial, by=stranger),
        lambda: linking.discard(denial, by=stranger),
        lambda: linking.revise(denial, {"act": "asks"}, by=stranger),
        lambda: linking.merge_statements(other, into=denial, by=stranger),
        lambda: linking.split_statement(denial, [span_of(BODY, "droni alla Bielorussia")], by=stranger),
        lambda: linking.close_article(article, by=stranger, up_to=other.pk),
        lambda: linking.accept_sure(linking.sure(0.0), by=stranger),
        lambda: linking.make_claim_from(denial, by=stranger),
        lambda: linking.make_speaker_from(denial, "A", "person", by=stranger),
        lambda: linking.undo(done, by=stranger),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert state() == before


def test_readers_see_nothing_of_a_denial_before_the_update_and_the_desk_does(
    editor: User, denial: Statement
) -> None:
    claim = make_published_claim("Drones were sold to Belarus")
    linking.settle(denial, by=editor, who=[Who(0, make_speaker("Peskov"))], on=OnClaim(claim))
    assert not Statement.objects.published().exists()
    assert [position.claim for position in queues.news_on_published_claims(10)] == [claim]
    assert [row["claim_id"] for row in queues.claims_with_news()] == [claim.pk]
    assert queues.how_many_with_news() == 1


# --- editing, merging, splitting


def test_the_words_of_a_suggestion_are_changed_and_it_goes_on_waiting(
    editor: User, denial: Statement
) -> None:
    linking.revise(denial, {"spans": [span_of(BODY, "venduto droni")]}, by=editor, base=denial.version)
    stored = Statement.objects.get()
    assert (stored.quote, stored.review) == ("venduto droni", "suggested")
    with pytest.raises(Refused):
        linking.revise(stored, {"review": "accepted"}, by=editor)


def test_two_suggestions_become_one_with_the_words_of_both(editor: User, article: Source) -> None:
    first = suggest(article, "i droni sono partiti lunedì")
    second = suggest(article, "che altri seguiranno", "Due funzionari")
    inner = suggest(article, "altri", inside=second)
    claim = make_claim()
    linking.attach(second, claim, by=editor)
    linking.merge_statements(second, into=first, by=editor)
    first.refresh_from_db()
    second.refresh_from_db()
    inner.refresh_from_db()
    assert first.quote == "i droni sono partiti lunedì […] che altri seguiranno"
    assert first.speakers.get().as_written == "Due funzionari"
    assert first.positions.get().claim == claim
    assert (first.review, second.review, inner.inside) == ("suggested", "rejected", first)


def test_what_overlaps_or_touches_is_one_piece(editor: User, article: Source) -> None:
    first, second = suggest(article, "i droni sono partiti"), suggest(article, "partiti lunedì")
    linking.merge_statements(second, into=first, by=editor)
    first.refresh_from_db()
    assert [span["exact"] for span in first.spans] == ["i droni sono partiti lunedì"]


def test_suggestions_of_two_articles_are_not_merged(editor: User, denial: Statement) -> None:
    other = suggest(make_published_source("Another text\n\nwith words"), "with words")
    with pytest.raises(Refused):
        linking.merge_statements(other, into=denial, by=editor)
    with pytest.raises(Refused):
        linking.merge_statements(denial, into=denial, by=editor)


def test_part_of_the_words_becomes_a_suggestion_of_its_own(editor: User, article: Source) -> None:
    both = suggest(article, TWO, "Due funzionari", act="warns", hedge="reported")
    linking.split_statement(both, [span_of(BODY, "altri seguiranno")], by=editor, base=both.version)
    kept, half = Statement.objects.order_by("pk")
    assert kept.quote == "che i droni sono partiti lunedì, e che"
    assert (half.quote, half.act, half.review, half.origin) == (
        "altri seguiranno",
        "warns",
        "suggested",
        "editor",
    )
    assert half.speakers.get().as_written == "Due funzionari"


@pytest.mark.parametrize("words", [TWO, ADMISSION])
def test_neither_all_of_the_words_nor_others_are_split_off(editor: User, article: Source, words: str) -> None:
    both = suggest(article, TWO)
    with pytest.raises(Refused):
        linking.split_statement(both, [span_of(BODY, words)], by=editor)
    assert Statement.objects.count() == 1


# --- closing


def test_closing_an_article_discards_what_waits_and_nothing_else(
    editor: User, article: Source, denial: Statement
) -> None:
    kept = suggest(article, ADMISSION, review="accepted")
    last = suggest(article, TWO)
    elsewhere = suggest(make_published_source("Another text\n\nwith words"), "with words")
    unseen = suggest(article, "altri seguiranno")
    linking.close_article(article, by=editor, up_to=last.pk)
    reviews = dict(Statement.objects.values_list("pk", "review"))
    assert reviews == {
        denial.pk: "rejected",
        kept.pk: "accepted",
        last.pk: "rejected",
        elsewhere.pk: "suggested",
        unseen.pk: "suggested",
    }
    assert linking.close_article(article, by=editor, up_to=last.pk) is None


def test_closing_asks_as_much_for_many_as_for_few(editor: User) -> None:
    def asked(count: int) -> int:
        article = make_published_source("Title\n\n" + " ".join(f"word{n}" for n in range(count)))
        for n in range(count):
            last = suggest(article, f"word{n}")
        with CaptureQueriesContext(connection) as queries:
            done = linking.close_article(article, by=editor, up_to=last.pk)
        assert len(str(done.record)) < 200 + 40 * count
        return len(queries)

    asked(1)  # whoever asks is looked up once
    assert asked(2) == asked(60)


# --- undoing


def acts_on(denial: Statement, editor: User) -> dict[str, Any]:
    article = denial.source
    other, third = suggest(article, ADMISSION, "il ministro"), suggest(article, TWO, "Due funzionari")
    nested = suggest(article, "altri seguiranno", inside=other)
    claim, peskov = make_claim(), make_speaker("Dmitry Peskov")
    linking.attach(other, claim, by=editor)
    return {
        "accept": lambda: linking.settle(
            denial, by=editor, who=[Who(0, peskov, variant=True)], on=OnClaim(claim)
        ),
        "accept on a new claim": lambda: linking.settle(
            denial, by=editor, who=[Who(0, name="Pesco Testi")], on=OnClaim(text="Nuova")
        ),
        "accept with another stance": lambda: linking.settle(
            other, by=editor, on=OnClaim(claim, stance="context")
        ),
        "discard": lambda: linking.discard(denial, by=editor, because="A title"),
        "edit": lambda: linking.revise(
            denial,
            {
                "act": "asks",
                "said_earliest": "2024-03-01",
                "said_basis": "inferred",
                "spans": [span_of(BODY, "droni")],
            },
            by=editor,
        ),
        "merge": lambda: linking.merge_statements(other, into=denial, by=editor),
        "split": lambda: linking.split_statement(third, [span_of(BODY, "altri seguiranno")], by=editor),
        "close": lambda: linking.close_article(article, by=editor, up_to=nested.pk),
        "accept many": lambda: linking.accept_sure(Statement.objects.filter(review="suggested"), by=editor)[
            0
        ],
    }


NAMES = [
    "accept", "accept on a new claim", "accept with another stance", "discard", "edit", "merge", "split", "close", "accept many",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_act_can_be_undone_and_leaves_nothing_behind(
    name: str, editor: User, denial: Statement
) -> None:
    acts = acts_on(denial, editor)
    assert set(acts) == set(NAMES)
    before = state()
    done = acts[name]()
    assert state() != before
    linking.undo(done, by=editor)
    assert state() == before
    assert done.undone_at is not None
    with pytest.raises(Refused, match="already"):
        linking.undo(done, by=editor)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_undone_that_a_colleague_has_worked_on_since(
    name: str, editor: User, colleague: User, denial: Statement
) -> None:
    done = acts_on(denial, editor)[name]()
    touched = Statement.objects.get(pk=next(iter(done.record["changed"][0]["left"])))
    linking.attach(touched, make_claim(), "context", by=colleague)
    after = state()
    with pytest.raises(Refused, match="nothing was undone"):
        linking.undo(done, by=editor)
    assert state() == after


def test_only_whoever_did_it_undoes_it(editor: User, colleague: User, denial: Statement) -> None:
    done = linking.discard(denial, by=editor)
    with pytest.raises(Refused, match="Only whoever"):
        linking.undo(done, by=colleague)
    assert linking.last_act(by=editor) == done
    assert linking.last_act(by=colleague) is None


def test_what_readers_have_seen_is_not_undone(editor: User, denial: Statement) -> None:
    claim = make_published_claim("Drones were sold")
    done = linking.settle(denial, by=editor, on=OnClaim(claim))
    before = Position.objects.get().version
    Position.objects.update(published_at="2024-03-01T00:00Z")
    done.record["changed"][0]["left"][str(denial.pk)][1] = {
        str(pk): version for pk, version in Position.objects.values_list("pk", "version")
    }
    assert Position.objects.get().version > before
    done.save()
    with pytest.raises(Refused, match="Readers have seen"):
        linking.undo(done, by=editor)
    assert Statement.objects.get().review == "accepted"


def test_a_new_claim_that_somebody_else_uses_stays_and_so_does_the_act(
    editor: User, colleague: User, article: Source, denial: Statement
) -> None:
    done = linking.settle(denial, by=editor, on=OnClaim(text="Nuova"))
    linking.attach(suggest(article, ADMISSION), Claim.objects.get(), by=colleague)
    with pytest.raises(Refused, match="nothing was undone"):
        linking.undo(done, by=editor)
    assert Claim.objects.exists()


def test_the_history_names_the_act_and_whoever_did_it(editor: User, denial: Statement) -> None:
    done = linking.discard(denial, by=editor, because="Not a statement")
    linking.undo(done, by=editor)
    last = denial.events.order_by("-pgh_id").first()  # type: ignore[attr-defined]
    assert last.review == "suggested"
    assert last.pgh_context.metadata["user"] == editor.pk
    assert last.pgh_context.metadata["verb"] == "undo discard"


# --- many at once


def test_many_are_accepted_at_once_but_never_what_could_turn_a_claim(editor: User, article: Source) -> None:
    known = make_speaker("Known")

    def make(words: str, act: str = "asserts", **fields: Any) -> Statement:
        statement = suggest(article, words, "", act, **fields)
        StatementSpeaker.objects.create(statement=statement, speaker=known)
        return statement

    good = make(TWO)
    make("i droni", confidence=0.5)
    for act in ("denies", "admits", "retracts"):
        make("sono partiti", act)
    make("lunedì", reading={"also": ["denies"]})
    make("altri", reading={"flags": ["self_transfer"]})
    make("seguiranno", in_title=True)
    suggest(article, DENIAL, "Pesco")  # nobody we know
    public = make(ADMISSION)
    linking.attach(public, make_published_claim("Sold"), by=editor)
    possible = make("una vendita")
    PossibleTurn.objects.create(statement=possible, claim=make_claim())
    assert list(linking.sure(0.8)) == [good]
    assert not linking.sure(0.95).exists()
    assert list(linking.sure(0.8, act="asserts", language="it")) == [good]
    assert not linking.sure(0.8, language="en").exists()
    assert not linking.sure(0.8, outlet=0).exists()
    (done,) = linking.accept_sure(linking.sure(0.8), by=editor)
    assert list(Statement.objects.filter(review="accepted")) == [good]
    linking.undo(done, by=editor)
    assert not Statement.objects.filter(review="accepted").exists()


def test_a_batch_has_a_cap(editor: User, article: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in ("i droni", "sono partiti", "lunedì"):
        StatementSpeaker.objects.create(statement=suggest(article, words), speaker=make_speaker())
    linking.accept_sure(linking.sure(0.5), by=editor, limit=2)
    assert Statement.objects.filter(review="accepted").count() == 2
    monkeypatch.setattr("claims.linking.triage.AT_ONCE", 0)
    assert linking.accept_sure(linking.sure(0.5), by=editor, limit=10_000) == []


# --- what comes first


def test_a_denial_that_is_like_a_published_claim_is_weighed_once(article: Source, denial: Statement) -> None:
    claim = make_published_claim(
        "Russia sold drones to Belarus", text_it="La Russia ha venduto droni alla Bielorussia"
    )
    make_claim("The price of bread in Peru fell")
    signatures.sign(Claim.objects.values_list("pk", flat=True))
    assert list(linking.unweighed()) == [denial]
    assert linking.weigh() == 1
    turn = PossibleTurn.objects.get()
    assert (turn.statement, turn.claim) == (denial, claim)
    assert turn.score > 0.25
    assert linking.weigh() == 0
    newer = make_claim("Bread")
    assert linking.weigh() == 1  # there is a newer claim: compared again
    Statement.objects.update(review="rejected")
    linking.weigh()
    assert not PossibleTurn.objects.exists()
    assert newer.pk


def test_a_denial_already_on_a_published_claim_is_about_that_one(editor: User, denial: Statement) -> None:
    claim = make_published_claim("Something quite different")
    linking.attach(denial, claim, by=editor)
    linking.weigh(source=denial.source_id)
    assert PossibleTurn.objects.get().claim == claim
