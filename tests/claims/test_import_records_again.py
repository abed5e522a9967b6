"""Records about what is here already: what is filled in, what is kept, what is refused, and who was faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError

from claims.importing import Report, import_records, start_run
from claims.importing.nouns import Again, Noun
from claims.management.carrying_out import carry_out
from claims.models import Claim, Evidence, Speaker, Statement, Verdict
from claims.vocabulary import Role
from sources.inserting import insert
from sources.models import Outlet, Source

pytestmark = pytest.mark.django_db

BODY = "Il ministero ha negato la vendita. Il ministro ammette la vendita."
SOURCE = {
    "type": "source",
    "key": "a",
    "body": BODY,
    "title": "Titolo",
    "language": "it",
    "publication": "published",
}
SPEAKER = {"type": "speaker", "slug": "m", "kind": "person", "name": "M"}
CLAIM = {"type": "claim", "slug": "c", "text_en": "A sale.", "publication": "published"}
STATEMENT = {"type": "statement", "source": "a", "key": "1", "act": "denies", "speakers": [{"speaker": "m"}],
             "quotes": ["ha negato la vendita"]}  # fmt: skip
POSITION = {"type": "position", "statement": {"source": "a", "key": "1"}, "claim": "c"}
EVIDENCE = {
    "type": "evidence",
    "key": "e",
    "claim": "c",
    "kind": "context",
    "source": "a",
    "quote": "ammette la vendita",
}
VERDICT = {
    "type": "verdict",
    "key": "v",
    "claim": "c",
    "rating": "disputed",
    "reason_en": "The ministry denies it.",
}


def store(*records: dict[str, Any], **options: Any) -> Report:
    read = [(f"test:{number}", dict(record)) for number, record in enumerate(records, start=1)]
    return import_records(read, run=start_run(), **options)


def reasons(report: Report) -> list[str]:
    return [answer.reason if answer.outcome == "failed" else answer.outcome for answer in report.answers]


@pytest.fixture
def anna(db: None) -> User:
    user = User.objects.create(username="anna")
    user.groups.add(Group.objects.get(name=Role.SENIOR_EDITOR.value))
    return user


@pytest.fixture
def published(anna: User) -> None:
    report = store(
        SOURCE,
        SPEAKER,
        CLAIM,
        STATEMENT,
        POSITION,
        EVIDENCE,
        VERDICT,
        by=anna,
        then=lambda r: carry_out(r, by=anna),
    )
    assert reasons(report) == ["created"] * 7


@pytest.mark.usefixtures("published")
class TestPublished:
    @pytest.mark.parametrize(
        "record",
        [
            SOURCE | {"body": BODY + " Altro."},
            SOURCE | {"title": "Altro"},
            SOURCE | {"byline": "Altri"},
            SPEAKER | {"name": "N"},
            CLAIM | {"text_it": "Una vendita."},
            STATEMENT | {"act": "admits"},
            STATEMENT | {"speakers": [{"as_written": "qualcuno"}]},
            STATEMENT | {"carriers": [{"kind": "event", "as_written": "incontro"}]},
            POSITION | {"stance": "admits"},
            EVIDENCE | {"note_it": "Altro."},
            VERDICT | {"rating": "refuted"},
        ],
    )
    def test_readers_have_seen_it_so_it_changes_in_the_open_only(self, record: dict[str, Any]) -> None:
        assert reasons(store(record)) == ["published"]
        assert reasons(store(record, keep=True)) == ["matched"]

    @pytest.mark.parametrize(
        "record",
        [
            CLAIM | {"draft_reason": "Per la redazione."},
            STATEMENT | {"note": "Per la redazione."},
            SPEAKER | {"description_it": "Ministra."},
            SPEAKER | {"names": [{"name": "Emme", "kind": "garbled", "seen_in": "a"}]},
        ],
    )
    def test_what_readers_do_not_see_or_miss_may_be_added(self, record: dict[str, Any]) -> None:
        assert reasons(store(record)) == ["updated"]
        assert reasons(store(record)) == ["matched"]

    def test_evidence_on_another_claim_is_another_key(self) -> None:
        other = CLAIM | {"slug": "other"}
        assert reasons(store(other, EVIDENCE | {"claim": "other"})) == ["created", "conflict"]

    def test_the_decision_rests_on_evidence_of_its_claim(self) -> None:
        other = CLAIM | {"slug": "other"}
        verdict = VERDICT | {"key": "w", "claim": "other", "evidence": ["e"]}
        assert reasons(store(other, verdict)) == ["created", "bad_value"]

    def test_a_withdrawn_or_refused_act_leaves_the_rest(self, anna: User) -> None:
        Statement.objects.update(review="rejected")
        verdict = VERDICT | {"key": "w", "rating": "refuted"}
        report = store(verdict, STATEMENT, by=anna, then=lambda r: carry_out(r, by=anna))
        assert reasons(report) == ["not_allowed", "matched"]
        assert Statement.objects.get().review == "rejected"
        assert Verdict.objects.count() == 1


def test_what_is_kept_is_filled_where_it_is_empty() -> None:
    Outlet.objects.create(name="Ore 12", slug="ore-12")
    record = {"type": "outlet", "slug": "ore-12", "name": "ORE 12", "country": "IT", "kind": "website"}
    assert reasons(store(record, keep=True)) == ["updated"]
    outlet = Outlet.objects.get()
    assert (outlet.name, outlet.country, outlet.kind) == ("Ore 12", "IT", "website")


def test_a_draft_source_takes_what_the_record_says_but_never_another_text() -> None:
    store(SOURCE)
    change = SOURCE | {"byline": "Anna", "published": {"earliest": "2022-03-14", "basis": "inferred"}}
    assert reasons(store(change)) == ["updated"]
    assert str(Source.objects.get().published_earliest) == "2022-03-14"
    assert reasons(store(SOURCE | {"body": BODY + " Altro."})) == ["published"]
    assert reasons(store(SOURCE | {"key": "b"})) != ["created"]
    assert Source.objects.count() == 1


def test_a_source_comes_with_outlet_and_date_of_its_own() -> None:
    outlet = {"type": "outlet", "slug": "o", "name": "O"}
    dated = {"earliest": "2022-03-14", "latest": "2022-03-15", "basis": "inferred"}
    store(SOURCE | {"outlet": "o", "published": dated}, outlet)
    source = Source.objects.get()
    assert source.outlet == Outlet.objects.get()
    assert (source.published_basis, str(source.published_latest)) == ("inferred", "2022-03-15")


def test_an_outlet_is_one_speaker() -> None:
    outlet = {"type": "outlet", "slug": "o", "name": "O"}
    speaker = SPEAKER | {"outlet": "o", "kind": "outlet"}
    report = store(outlet, speaker, speaker | {"slug": "n"}, SPEAKER | {"slug": "p", "outlet": "o"})
    assert reasons(report) == ["created", "created", "conflict", "bad_value"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"url": "https://example.org/"}, "bad_value"),
        ({"quote": ""}, "missing_field"),
        ({"quote": "nothing"}, "quote_not_found"),
        ({"kind": ""}, "missing_field"),
        ({"source": "", "quote": ""}, "bad_value"),
    ],
)
def test_evidence_that_makes_no_sense(change: dict[str, Any], reason: str) -> None:
    assert reasons(store(SOURCE, CLAIM, EVIDENCE | change)) == ["created", "created", reason]
    assert not Evidence.objects.exists()


def test_an_assessment_needs_a_reason() -> None:
    assert reasons(store(CLAIM, VERDICT | {"reason_en": "No."})) == ["created", "missing_field"]


def test_who_may_not_import_imports_nothing() -> None:
    with pytest.raises(PermissionDenied):
        store(CLAIM, by=User.objects.create(username="stranger"))
    assert not Claim.objects.exists()


class TestWhoWasFaster:
    """Somebody else writes between our look and our writing."""

    def interrupt(
        self, monkeypatch: pytest.MonkeyPatch, times: int, error: Callable[[], Exception]
    ) -> list[int]:
        real, seen = Noun._write, []

        def write(noun: Noun, *args: Any) -> None:
            if noun.kind == "speaker" and len(seen) < times:
                seen.append(1)
                raise error()
            real(noun, *args)

        monkeypatch.setattr(Noun, "_write", write)
        return seen

    def test_the_run_looks_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen = self.interrupt(monkeypatch, 2, Again)
        assert reasons(store(SPEAKER)) == ["created"]
        assert len(seen) == 2

    def test_it_says_so_when_it_cannot_go_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.interrupt(monkeypatch, 99, Again)
        with pytest.raises(OperationalError, match="somebody else"):
            store(SPEAKER)
        assert not Speaker.objects.exists()

    def test_a_database_that_is_gone_is_not_asked_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen = self.interrupt(monkeypatch, 99, lambda: OperationalError("the server is gone"))
        with pytest.raises(OperationalError, match="gone"):
            store(SPEAKER)
        assert len(seen) == 1

    def test_an_editors_change_in_between_is_seen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        store(SPEAKER)
        real, seen = Noun._lock, []

        def lock(noun: Noun, records: Any) -> None:
            if not seen:
                seen.append(1)
                Speaker.objects.update(country="IT")
            real(noun, records)

        monkeypatch.setattr(Noun, "_lock", lock)
        assert reasons(store(SPEAKER | {"name": "N"})) == ["updated"]
        assert (Speaker.objects.get().name, Speaker.objects.get().version) == ("N", 2)

    def test_only_the_record_the_database_refuses_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def insert_but_bad(rows: list[Any]) -> None:
            if any(isinstance(row, Speaker) and row.slug == "bad" for row in rows):
                raise IntegrityError("[keep] not this one")
            insert(rows)

        monkeypatch.setattr("claims.importing.nouns.copy_in", insert_but_bad)
        report = store(*[SPEAKER | {"slug": slug} for slug in ("x", "y", "bad", "z")])
        assert reasons(report) == ["created", "created", "not_allowed", "created"]
        assert report.answers[2].message == "The database does not take it: not this one."
