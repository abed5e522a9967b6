"""The article's page on the desk: possible copies, versions, statements whose words are gone."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.history.events import event_model_of
from claims.models import Statement
from sources.models import DerivationProposal, ImportRun, Source
from tests.claims.desk_data import make_account, signed_in
from tests.claims.test_derivation import COPY, DENIED, STORY, found, made_up, propose
from tests.factories import make_claim, make_position, make_source, make_speaker, make_statement

pytestmark = pytest.mark.django_db
OLDER = (
    "Porto chiuso\n\nIl ministero ha negato di avere venduto navi. Undici barche aspettano fuori dal porto.\n\n"
    "Il prefetto ha ammesso un ritardo di tre giorni nei lavori.\n"
)
NEWER = OLDER.replace("Undici barche", "Dodici barche").replace("un ritardo di tre giorni", "qualche ritardo")


@pytest.fixture
def editor() -> Client:
    return signed_in(make_account("editor", "editor"))


def page_of(source: Source) -> str:
    return reverse("desk:article", args=[source.pk])


def two_versions() -> tuple[Source, Source]:
    older = make_source(OLDER, url="https://example.org/a")
    return older, make_source(NEWER, url="https://example.org/a", version_of=older)


def a_proposal(**fields: Any) -> DerivationProposal:
    return propose(make_source(COPY), make_source(STORY), **fields)


def asked(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


# --- Who may


def test_strangers_sign_in_first_and_accounts_without_a_role_get_nowhere(client: Client) -> None:
    proposal = a_proposal()
    for address in (
        page_of(proposal.source),
        reverse("desk:decide_copy", args=[proposal.pk]),
        reverse("desk:triage_once", args=[proposal.source_id]),
    ):
        for answer in (client.get(address), client.post(address, {"decision": "confirm", "version": 1})):
            assert answer.status_code == 302
            assert answer["Location"].startswith(reverse("admin:login"))
        nobody = signed_in(make_account(f"nobody-{address}"))
        assert nobody.post(address, {"decision": "confirm", "version": 1}).status_code in (403, 405)
    assert nobody.get(page_of(proposal.source)).status_code == 403
    assert not Source.objects.exclude(derived_from=None).exists()


def test_a_viewer_reads_and_does_not_decide(client: Client) -> None:
    proposal = a_proposal()
    viewer = signed_in(make_account("viewer", "viewer"))
    page = viewer.get(page_of(proposal.source)).content.decode()
    assert "of its text stands in" in page
    assert "Confirm: it is a copy" not in page
    answer = viewer.post(
        reverse("desk:decide_copy", args=[proposal.pk]), {"decision": "confirm", "version": 1}
    )
    assert answer.status_code == 403
    assert viewer.post(reverse("desk:triage_once", args=[proposal.source_id])).status_code == 403
    assert DerivationProposal.objects.get().state == "suggested"


def test_a_decision_needs_the_token_of_the_page() -> None:
    proposal = a_proposal()
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(make_account("editor", "editor"), backend="django.contrib.auth.backends.ModelBackend")
    data = {"decision": "confirm", "version": proposal.version}
    assert forged.post(reverse("desk:decide_copy", args=[proposal.pk]), data).status_code == 403
    assert forged.post(reverse("desk:triage_once", args=[proposal.source_id])).status_code == 403
    assert DerivationProposal.objects.get().state == "suggested"


def test_what_is_not_there_is_not_found(editor: Client) -> None:
    for pk in (0, 10**30):
        assert editor.get(reverse("desk:article", args=[pk])).status_code == 404
        assert editor.post(reverse("desk:decide_copy", args=[pk])).status_code == 404
        assert editor.post(reverse("desk:triage_once", args=[pk])).status_code == 404
    assert editor.get(reverse("desk:decide_copy", args=[1])).status_code == 405


# --- Copies


def test_a_possible_copy_shows_the_passages_that_both_have(editor: Client) -> None:
    proposal = a_proposal(share=0.878)
    page = editor.get(page_of(proposal.source)).content.decode()
    assert "<strong>87 %</strong> of its text stands in" in page
    marked = [re.findall(r"\w+", each) for each in re.findall(r"<mark>(.*?)</mark>", page, re.DOTALL)]
    assert len(marked) % 2 == 0
    assert sorted(marked[: len(marked) // 2]) == sorted(marked[len(marked) // 2 :])
    assert DENIED in " ".join(marked[0])
    assert 'id="a1" href="#b1"' in page
    assert 'id="b1" href="#a1"' in page


def test_a_copy_is_confirmed_in_one_click_and_the_page_says_so(editor: Client) -> None:
    proposal = a_proposal()
    make_statement(proposal.from_source, DENIED)
    found(proposal.source, DENIED)
    page = page_of(proposal.source)
    data = {"decision": "confirm", "version": proposal.version, "next": page}
    answer = editor.post(reverse("desk:decide_copy", args=[proposal.pk]), data)
    assert (answer.status_code, answer["Location"]) == (302, page)
    shown = editor.get(page).content.decode()
    assert "Confirmed: “Navi e porto” is a copy of “Porto chiuso”." in shown
    assert "1 suggestion with the same words is triaged in the original." in shown
    assert "Copy of" in shown
    assert "Take it back" in shown
    assert Source.objects.get(pk=proposal.source_id).derived_from_id == proposal.from_source_id


def test_a_confirmed_copy_is_taken_back_on_the_same_page(editor: Client) -> None:
    proposal = a_proposal()
    make_statement(proposal.from_source, DENIED)
    found(proposal.source, DENIED)
    decide = reverse("desk:decide_copy", args=[proposal.pk])
    editor.post(decide, {"decision": "confirm", "version": 1})
    answer = editor.post(decide, {"decision": "refuse", "version": 2}, follow=True)
    assert "1 suggestion waits for triage again." in answer.content.decode()
    assert Source.objects.get(pk=proposal.source_id).derived_from is None
    assert "Confirm after all" in answer.content.decode()


def test_the_other_way_round_is_one_click_too(editor: Client) -> None:
    proposal = a_proposal()
    editor.post(reverse("desk:decide_copy", args=[proposal.pk]), {"decision": "turn", "version": 1})
    assert Source.objects.get(pk=proposal.from_source_id).derived_from_id == proposal.source_id


def test_a_decision_on_an_old_page_is_told_and_changes_nothing(editor: Client) -> None:
    proposal = a_proposal()
    decide = reverse("desk:decide_copy", args=[proposal.pk])
    editor.post(decide, {"decision": "refuse", "version": 1})
    answer = editor.post(decide, {"decision": "confirm", "version": 1})
    assert answer.status_code == 409
    assert "Somebody decided this since you opened the page" in answer.content.decode()
    assert DerivationProposal.objects.get().state == "rejected"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"decision": "confirm"},
        {"decision": "maybe", "version": "1"},
        {"decision": "confirm", "version": "x"},
        {"decision": "confirm", "version": "²"},
    ],
)
def test_nonsense_decides_nothing(editor: Client, data: dict[str, str]) -> None:
    proposal = a_proposal()
    assert editor.post(reverse("desk:decide_copy", args=[proposal.pk]), data).status_code == 400
    assert DerivationProposal.objects.get().state == "suggested"


def test_what_the_step_refuses_is_one_sentence(editor: Client) -> None:
    proposal = a_proposal()
    Source.objects.filter(pk=proposal.source_id).update(origin=proposal.from_source_id)
    data = {"decision": "confirm", "version": 1}
    answer = editor.post(reverse("desk:decide_copy", args=[proposal.pk]), data, follow=True)
    assert "Both texts have the same original source already." in answer.content.decode()
    assert "Settled: both have one original source" in answer.content.decode()


def test_the_way_back_never_leads_to_another_site(editor: Client) -> None:
    proposal = a_proposal()
    data = {"decision": "refuse", "version": 1, "next": "https://example.com/"}
    answer = editor.post(reverse("desk:decide_copy", args=[proposal.pk]), data)
    assert answer["Location"] == page_of(proposal.source)


def test_the_original_lists_its_possible_copies_and_each_can_be_opened(editor: Client) -> None:
    original = make_source(STORY)
    copies = [propose(make_source(f"{COPY} {n}"), original, share=0.5 + n / 10) for n in range(3)]
    page = editor.get(page_of(original))
    assert page.context["proposals"] == copies[::-1]
    assert page.context["opened"] == copies[2]
    other = editor.get(f"{page_of(original)}?proposal={copies[0].pk}")
    assert other.context["opened"] == copies[0]
    stranger = propose(make_source(OLDER), make_source(NEWER))
    assert editor.get(f"{page_of(original)}?proposal={stranger.pk}").context["opened"] == copies[2]


def test_suggestions_made_after_the_confirmation_are_triaged_once_by_a_button(editor: Client) -> None:
    proposal = a_proposal()
    editor.post(reverse("desk:decide_copy", args=[proposal.pk]), {"decision": "confirm", "version": 1})
    make_statement(proposal.from_source, DENIED)
    found(proposal.source, DENIED)
    page = editor.get(page_of(proposal.source)).content.decode()
    assert "1 suggestion has the same words as a statement of the original." in page
    answer = editor.post(reverse("desk:triage_once", args=[proposal.source_id]), follow=True)
    assert "Triage them there" not in answer.content.decode()
    assert Statement.objects.get(source=proposal.source).review == "rejected"


# --- Versions


def test_the_diff_shows_what_was_taken_out_and_put_in(editor: Client) -> None:
    older, newer = two_versions()
    for source in (older, newer):
        page = editor.get(page_of(source)).content.decode()
        assert "<del>Undici</del><ins>Dodici</ins>" in page
        assert page.count("<del>") == page.count("<ins>") == 2


def test_any_two_versions_can_be_compared(editor: Client) -> None:
    older, newer = two_versions()
    newest = make_source(NEWER.replace("Dodici", "Venti"), url=older.url, version_of=newer)
    page = editor.get(page_of(newest))
    assert (page.context["compared"], page.context["before"]) == (newer, newer)
    assert "<del>Dodici</del><ins>Venti</ins>" in page.content.decode()
    page = editor.get(f"{page_of(newest)}?compare={older.pk}")
    assert "<del>Undici</del><ins>Venti</ins>" in page.content.decode()
    elsewhere = make_source(STORY)
    assert editor.get(f"{page_of(newest)}?compare={elsewhere.pk}").context["compared"] == newer


def test_a_statement_whose_words_the_newest_version_lacks_is_no_longer_there(editor: Client) -> None:
    older, _newer = two_versions()
    stays = make_statement(older, "ha negato di avere venduto navi")
    gone = make_statement(older, "ha ammesso un ritardo di tre giorni")
    make_statement(older, "Undici barche", review="suggested")
    answer = editor.get(page_of(older))
    kept = {line.statement.pk: line.kept is not None for line in answer.context["lines"]}
    assert kept == {stays.pk: True, gone.pk: False}
    page = answer.content.decode()
    assert page.count("No longer there") == 1
    assert "Still there in the newest version" in page
    assert "<mark>ha negato di avere venduto navi</mark>" in page


def test_the_newer_version_lists_the_words_that_it_lost(editor: Client) -> None:
    older, newer = two_versions()
    make_statement(older, "ha negato di avere venduto navi")
    gone = make_statement(older, "ha ammesso un ritardo di tre giorni", make_speaker("Aldo Ferri"))
    answer = editor.get(page_of(newer))
    assert [line.statement for line in answer.context["gone"]] == [gone]
    assert "Aldo Ferri" in answer.content.decode()
    Statement.objects.filter(pk=gone.pk).update(review="rejected")
    assert "have their words here too" in editor.get(page_of(newer)).content.decode()


def test_an_article_without_versions_or_copies_shows_its_statements(editor: Client) -> None:
    position = make_position(make_claim("Ships were sold."), speaker=make_speaker("Aldo Ferri"))
    page = editor.get(page_of(position.statement.source)).content.decode()
    assert "Aldo Ferri" in page
    assert "Ships were sold." in page
    for absent in ("Possible copies", "Versions", "No longer there"):
        assert absent not in page


def test_what_a_text_says_is_never_taken_for_markup(editor: Client) -> None:
    evil = "<script>alert(1)</script> <ins>Undici</ins>"
    older = make_source(OLDER.replace("Undici", evil), url="https://example.org/a")
    newer = make_source(NEWER.replace("Dodici", f"{evil} e"), url=older.url, version_of=older)
    propose(make_source(f"{evil} {COPY}"), newer)
    make_statement(older, evil)
    for source in (older, newer):
        assert "<script>alert" not in editor.get(page_of(source)).content.decode()


def test_texts_of_a_megabyte_make_a_page_that_opens(editor: Client) -> None:
    words = made_up(2000, seed=1).split()
    rng = random.Random(1)
    body = "\n\n".join(" ".join(rng.choices(words, k=80)) for _ in range(1700))
    fields = {"title": "Long", "url": "https://example.org/long"}
    older = make_source(body, **fields)
    newer = make_source(body.replace("a", "e"), version_of=older, **fields)
    propose(newer, make_source(body[:-20], title="Short"))
    answer = editor.get(page_of(newer))
    assert answer.status_code == 200
    assert answer.context["difference"].removed > 10_000
    touched = make_source(re.sub(r"(\w+)(( \w+){9})", r"altro\2", body), version_of=newer, **fields)
    answer = editor.get(f"{page_of(touched)}?compare={older.pk}")
    assert answer.context["difference"].cut
    assert len(answer.content) < 400_000


# --- Cost


def test_the_page_asks_no_more_with_more_statements_versions_and_copies(editor: Client) -> None:
    older, newer = two_versions()
    make_position(statement=make_statement(newer, "ha negato di avere venduto navi", make_speaker()))
    make_statement(older, "ha ammesso un ritardo di tre giorni", make_speaker())
    propose(make_source(COPY), newer)
    few = asked(editor, page_of(newer))
    for n in range(12):
        make_position(statement=make_statement(newer, "ha negato di avere venduto navi", make_speaker()))
        make_statement(older, "ha ammesso un ritardo di tre giorni", make_speaker())
        propose(make_source(f"{COPY} {n}"), newer)
        make_source(f"{NEWER} {n}", url=older.url, version_of=newer)
    assert asked(editor, page_of(newer)) <= few <= 19


# --- Ways that lead there


def test_the_report_of_added_articles_says_what_seems_a_copy_and_leads_there(editor: Client) -> None:
    add = reverse("admin:sources_source_add_articles")
    editor.post(add, {"text": STORY})
    with CaptureQueriesContext(connection) as queries:
        answer = editor.post(add, {"text": COPY})
    copy = Source.objects.latest("pk")
    (line,) = answer.context["report"]
    assert (line.source, line.copy_of.source_id) == (copy.pk, copy.pk)
    page = answer.content.decode()
    assert "of its text stands in “Porto chiuso”: is it a copy?" in page
    assert page.count(f'href="{page_of(copy)}"') == 2
    assert sum("derivationproposal" in query["sql"] for query in queries) <= 4
    (line,) = editor.post(add, {"text": made_up(150, seed=30)}).context["report"]
    assert line.copy_of is None


def test_the_log_of_an_import_and_the_articles_form_lead_there(editor: Client) -> None:
    editor.post(reverse("admin:sources_source_add_articles"), {"text": STORY})
    source = Source.objects.get()
    run = reverse("admin:sources_importrun_change", args=[ImportRun.objects.get().pk])
    form = reverse("admin:sources_source_change", args=[source.pk])
    for page in (run, form):
        assert f'href="{page_of(source)}"' in editor.get(page).content.decode()


def test_the_home_counts_those_that_wait_for_a_decision(editor: Client) -> None:
    proposal = a_proposal()
    home = editor.get(reverse("desk:home"))
    [(count, address)] = [
        (n, to) for words, n, to in home.context["waiting"] if words == "Possible copies to decide on"
    ]
    assert count == 1
    assert proposal.source.title in editor.get(address).content.decode()
    DerivationProposal.objects.update(state="rejected")
    assert "<b>1</b>" not in editor.get(reverse("desk:home")).content.decode()


def test_the_list_of_articles_finds_those_that_wait_for_a_decision(editor: Client) -> None:
    proposal = a_proposal()
    wanted = f"{reverse('admin:sources_source_changelist')}?copies=waiting"
    assert [each.pk for each in editor.get(wanted).context["cl"].result_list] == [proposal.source_id]
    editor.post(reverse("desk:decide_copy", args=[proposal.pk]), {"decision": "refuse", "version": 1})
    assert list(editor.get(wanted).context["cl"].result_list) == []


def test_an_editor_says_where_a_text_comes_from_and_where_it_is_kept() -> None:
    first, taken, third = (
        make_source(f"Text {name}\n\nWords of {name} and of nobody else.\n")
        for name in ("one", "two", "three")
    )
    client = signed_in(make_account("choosing", "editor"))

    def send(source: Source, **data: Any) -> Any:
        page, now = reverse("desk:where_from", args=[source.pk]), Source.objects.get(pk=source.pk)
        return client.post(
            page, {"because": "It says so itself.", f"version_{source.pk}": now.version, **data}
        )

    assert send(third, do="origin", origin=taken.pk).status_code == 302
    assert send(taken, do="origin", origin=first.pk).status_code == 302  # what was taken from it goes along
    assert set(Source.objects.filter(origin=first)) == {first, taken, third}
    page = client.get(reverse("desk:where_from", args=[first.pk])).content.decode()
    assert "Text two" in page and "Text three" in page
    assert send(taken, do="origin", origin="").status_code == 302
    taken.refresh_from_db()
    assert taken.origin == taken
    for origin, said in (
        ("", "already"),
        (taken.pk, "already"),
        ("soon", "No article has these words"),
        ("999999", "no article of this number"),
    ):
        assert said in send(taken, do="origin", origin=origin).content.decode()
    with CaptureQueriesContext(connection) as asked:
        assert "at most 200 characters" in send(taken, do="origin", origin="word " * 2000).content.decode()
    assert "word " * 41 not in " ".join(each["sql"] for each in asked), "no more is looked for"
    offered = send(
        taken, do="origin", origin="words nobody"
    ).content.decode()  # found by its words, then chosen
    assert (
        "say which one" in offered and f'name="which" value="{first.pk}"' in offered and "Text one" in offered
    )
    assert (
        "Select a valid choice"
        in send(taken, do="origin", origin="words nobody", which="999999").content.decode()
    )
    assert send(taken, do="origin", origin="words nobody", which=third.pk).status_code == 302
    taken.refresh_from_db()
    assert taken.origin == first, "the original of what it was taken from"
    assert send(taken, do="origin", origin="").status_code == 302
    assert send(taken, do="archive", archive_url="web.archive.org/x").status_code == 302
    article = client.get(reverse("desk:article", args=[taken.pk])).content.decode()
    assert 'href="https://web.archive.org/x"' in article
    said = [
        each.pgh_context.metadata
        for each in event_model_of(Source)._default_manager.filter(pgh_obj=taken.pk).exclude(pgh_context=None)
    ]  # type: ignore[attr-defined]
    assert ("choose_origin", "It says so itself.") in {(each["verb"], each["reason"]) for each in said}
    page = reverse("desk:where_from", args=[taken.pk])
    late = client.post(
        page, {"do": "archive", "archive_url": "https://example.org/late", f"version_{taken.pk}": 1}
    )
    assert late.status_code == 409 and "https://example.org/late" in late.content.decode()
    Source.objects.filter(pk=third.pk).update(derived_from=first)
    assert "taken back on the article" in send(third, do="origin", origin=taken.pk).content.decode()
    third.refresh_from_db()
    assert third.origin != taken
    viewer = signed_in(make_account("looking", "viewer"))
    assert viewer.get(reverse("desk:where_from", args=[first.pk])).status_code == 403
