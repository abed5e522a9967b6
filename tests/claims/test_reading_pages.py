"""The desk's pages on readings: analyse an article, take over or leave what a newer machine proposes."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.desk import analysing
from claims.models import Reading, ReadingChange, Statement
from claims.reading import read_source, steps, store, texts
from claims.vocabulary import Review
from sources.models import Source
from tests.claims.desk_data import make_account, signed_in
from tests.claims.test_reading import BODY, CLOSED, DENIAL, LEFT, LONGER
from tests.factories import make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Client:
    return signed_in(make_account("editor", "editor"))


@pytest.fixture
def viewer() -> Client:
    return signed_in(make_account("viewer", "viewer"))


@pytest.fixture
def read_twice(monkeypatch: pytest.MonkeyPatch) -> Source:
    """An article for which a newer machine proposes to add one statement, change one and drop one."""
    source = make_source(BODY)
    (text,) = texts(Source.objects.filter(pk=source.pk))
    store(text, [LEFT, CLOSED])
    monkeypatch.setattr(steps, "version", lambda _language: "9.newer")
    store(text, [DENIAL, LONGER])
    return source


def page_of(source: Source) -> str:
    return reverse("desk:reading", args=[source.pk])


def post_pages(source: Source) -> list[tuple[str, dict[str, str]]]:
    change = ReadingChange.objects.filter(reading__source=source).first()
    assert change is not None
    return [
        (reverse("desk:analyse", args=[source.pk]), {}),
        (reverse("desk:decide_reading", args=[change.pk]), {"decision": "take"}),
        (reverse("desk:decide_readings", args=[source.pk]), {"decision": "take"}),
    ]


def test_strangers_sign_in_first_and_accounts_without_a_role_get_nowhere(
    client: Client, read_twice: Source
) -> None:
    nobody = signed_in(make_account("nobody"))
    for page in (page_of(read_twice), reverse("desk:readings")):
        assert client.get(page)["Location"].startswith(reverse("admin:login"))
        assert nobody.get(page).status_code == 403
    for page, data in post_pages(read_twice):
        assert client.post(page, data)["Location"].startswith(reverse("admin:login"))
        assert nobody.post(page, data).status_code == 403
    assert not ReadingChange.objects.exclude(decided_at=None).exists()


def test_a_viewer_sees_what_is_proposed_and_decides_nothing(viewer: Client, read_twice: Source) -> None:
    answer = viewer.get(page_of(read_twice))
    assert answer.status_code == 200 and "<button" not in answer.content.decode().split("<main")[1]
    for page, data in post_pages(read_twice):
        assert viewer.post(page, data).status_code == 403
    assert not ReadingChange.objects.exclude(decided_at=None).exists()


def test_a_decision_is_posted_from_our_own_page_only(read_twice: Source) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(make_account("editor", "editor"))
    for page, data in post_pages(read_twice):
        assert careful.post(page, data).status_code == 403
        assert careful.get(page).status_code == 405


def test_the_page_shows_what_is_and_what_would_be(editor: Client, read_twice: Source) -> None:
    main = editor.get(page_of(read_twice)).content.decode().split("<main")[1]
    assert "<ins>che «</ins>i droni sono partiti<ins>»</ins>" in main
    assert "<del>la fabbrica è chiusa</del>" in main
    assert "<ins>di aver venduto droni al Paese vicino</ins>" in main and "Marco Belli" in main
    assert main.count('value="take"') == 1 + 3
    listed = editor.get(reverse("desk:readings")).content.decode()
    assert page_of(read_twice) in listed and "to add: 1 · to change: 1 · to drop: 1" in listed


def test_the_home_of_the_desk_counts_what_is_proposed(editor: Client, read_twice: Source) -> None:
    main = editor.get(reverse("desk:home")).content.decode().split("<main")[1]
    assert f'href="{reverse("desk:readings")}"><b>3</b>' in main


def test_one_change_is_taken_over_and_another_left(editor: Client, read_twice: Source) -> None:
    changes = {change.kind: change for change in ReadingChange.objects.all()}
    for kind, decision in (("add", "take"), ("drop", "leave")):
        answer = editor.post(reverse("desk:decide_reading", args=[changes[kind].pk]), {"decision": decision})
        assert answer["Location"] == page_of(read_twice)
    assert dict(ReadingChange.objects.exclude(taken=None).values_list("kind", "taken")) == {
        "add": True,
        "drop": False,
    }
    quotes = [row.quote for row in Statement.objects.filter(review=Review.SUGGESTED).order_by("pk")]
    assert quotes == ["i droni sono partiti", "la fabbrica è chiusa", "di aver venduto droni al Paese vicino"]


def test_all_are_taken_over_but_one_that_an_editor_touched(editor: Client, read_twice: Source) -> None:
    Statement.objects.filter(cue="ha aggiunto").update(review=Review.ACCEPTED)
    answer = editor.post(
        reverse("desk:decide_readings", args=[read_twice.pk]), {"decision": "take"}, follow=True
    )
    said = [str(message) for message in answer.context["messages"]]
    assert said == [
        "2 changes taken over.",
        "An editor has worked on this statement since: nothing was replaced.",
    ]
    (left,) = ReadingChange.objects.filter(decided_at=None)
    assert left.kind == "drop"


def test_a_decision_without_a_word_is_refused(editor: Client, read_twice: Source) -> None:
    change = ReadingChange.objects.first()
    assert change is not None
    assert editor.post(reverse("desk:decide_reading", args=[change.pk]), {"decision": "x"}).status_code == 400


def test_lists_take_the_same_number_of_queries_however_long(editor: Client, read_twice: Source) -> None:
    def queries(page: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert editor.get(page).status_code == 200
        return len(seen)

    pages = [page_of(read_twice), reverse("desk:readings")]
    before = [queries(page) for page in pages]
    reading = Reading.objects.get(extractor_version="9.newer")
    finding = ReadingChange.objects.get(kind="add").finding
    ReadingChange.objects.bulk_create(
        ReadingChange(reading=reading, kind="add", finding=finding) for _ in range(20)
    )
    for number in range(5):
        other = Reading.objects.create(source=make_source(f"{BODY}{number}"), extractor_version="1")
        ReadingChange.objects.create(reading=other, kind="add", finding=finding)
    assert [queries(page) for page in pages] == before


# --- Analysing


def test_an_editor_has_an_article_analysed_and_again(editor: Client) -> None:
    source = make_source(BODY)
    assert "Not read yet." in editor.get(page_of(source)).content.decode()
    answer = editor.post(reverse("desk:analyse", args=[source.pk]), follow=True)
    n = Statement.objects.filter(source=source, review=Review.SUGGESTED).count()
    assert n >= 2
    assert [str(message) for message in answer.context["messages"]] == [
        f"Analysed: {n} suggestions wait for triage."
    ]
    answer = editor.post(reverse("desk:analyse", args=[source.pk]), follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Analysed: nothing new."]
    assert Statement.objects.filter(source=source).count() == n


def test_our_own_summary_says_why_it_was_not_read_and_is_read_when_asked(editor: Client) -> None:
    source = make_source(BODY, body_kind="digest")
    assert "Our own summaries are not read by themselves" in editor.get(page_of(source)).content.decode()
    editor.post(reverse("desk:analyse", args=[source.pk]))
    assert Reading.objects.filter(source=source).exists()


def test_the_article_in_the_admin_leads_there(editor: Client) -> None:
    source = make_source(BODY)
    answer = editor.get(reverse("admin:sources_source_change", args=[source.pk]))
    assert page_of(source) in answer.content.decode()
    assert page_of(source) in editor.get(reverse("desk:article", args=[source.pk])).content.decode()


def add_articles(editor: Client, text: str) -> str:
    return editor.post(reverse("admin:sources_source_add_articles"), {"text": text}).content.decode()


def test_an_added_article_has_its_suggestions_at_once(editor: Client) -> None:
    page = add_articles(editor, BODY)
    source = Source.objects.get()
    n = Statement.objects.filter(source=source, review=Review.SUGGESTED).count()
    assert n >= 2
    assert "1 article was read by the machine." in page and f"{n} suggestions wait for triage." in page
    assert "still to be read" not in page
    # The same again: nothing new is read.
    assert "read by the machine." not in add_articles(editor, BODY)
    assert Reading.objects.count() == 1


def test_many_or_long_articles_wait_for_the_command(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysing, "CHARACTERS_AT_ONCE", 100)
    assert "1 article is still to be read by the machine." in add_articles(editor, BODY)
    assert not Reading.objects.exists()
    monkeypatch.undo()
    monkeypatch.setattr(analysing, "AT_ONCE", 2)
    sources = [make_source(f"{BODY}{number}") for number in range(3)]
    done = analysing.analyse_new([source.pk for source in sources], by=make_account("other", "editor"))
    assert (done.articles, done.waiting) == (2, 1) and done.suggestions >= 4


def test_whoever_may_not_triage_has_nothing_analysed() -> None:
    source = make_source(BODY)
    assert analysing.analyse_new([source.pk], by=make_account("viewer", "viewer")) == analysing.Analysed()
    read_source(source)
    assert analysing.analyse_new([source.pk], by=make_account("editor", "editor")) == analysing.Analysed()


def test_articles_chosen_in_the_list_are_analysed_together(
    editor: Client, viewer: Client, read_twice: Source
) -> None:
    other = make_source(f"{BODY}2")
    page = reverse("admin:sources_source_changelist")
    chosen = {"action": "analyse", "_selected_action": [read_twice.pk, other.pk]}
    viewer.post(page, chosen)
    assert not Reading.objects.filter(source=other).exists()
    answer = editor.post(page, chosen, follow=True)
    n = Statement.objects.filter(source=other, review=Review.SUGGESTED).count()
    (said,) = [str(message) for message in answer.context["messages"]]
    assert n >= 2 and said.startswith(f"2 articles analysed. {n} new suggestions. ")
    assert said.endswith(("changes are proposed.", "change is proposed."))


def test_too_many_articles_for_one_go_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysing, "AT_ONCE", 1)
    keys = [make_source(f"{BODY}{number}").pk for number in range(2)]
    done = analysing.analyse_again(keys, by=make_account("editor", "editor"))
    assert analysing.said_of(done)[-1] == "1 article was too much for one go: choose it again."
    with pytest.raises(PermissionDenied):
        analysing.analyse_again(keys, by=make_account("viewer", "viewer"))
