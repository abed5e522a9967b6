"""The list on which the desk opens, and the page that marks claims."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims import contest, linking, reviewing
from claims.models import Claim, Position, StatementSpeaker, Verdict
from tests.claims.desk_data import REASON, Newsroom, make_account, make_newsroom, make_words, signed_in
from tests.claims.desk_forms import fields_of

pytestmark = pytest.mark.django_db

LIST = "/admin/claims/claim/"
QUERIES = 12


@pytest.fixture
def room() -> Newsroom:
    made = make_newsroom()
    contest.refresh([made.claim.pk])
    return made


@pytest.fixture
def editor() -> Client:
    return signed_in(make_account("editor", "editor"))


@pytest.fixture
def chief() -> Client:
    return signed_in(make_account("chief", "senior editor"))


def publish(room: Newsroom) -> None:
    chief = make_account("publisher", "senior editor")
    reviewing.publish_source(room.source, by=chief, shown="passages")
    reviewing.publish(room.claim, by=chief)
    room.claim.refresh_from_db()


def listed(client: Client, query: str = "") -> list[int]:
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 200
    return [claim.pk for claim in answer.context["cl"].result_list]


def test_the_list_asks_the_database_the_same_few_times_whatever_its_length(
    editor: Client, room: Newsroom
) -> None:
    publish(room)
    for number in range(40):
        Claim.objects.create(
            text_en=f"Another claim, number {number}", slug=f"another-{number}", topic=room.topic
        )
    for query in (
        "",
        "q=drones",
        "q=tsti",
        "rating=none",
        "news=yes",
        f"publication=draft&contest=uncontested&topic={room.topic.pk}&q=number",
    ):
        with CaptureQueriesContext(connection) as asked:
            assert editor.get(f"{LIST}?{query}").status_code == 200
        assert len(asked) <= QUERIES, query
        assert not [each["sql"] for each in asked if "DISTINCT" in each["sql"]], query


def test_published_claims_with_something_new_come_first_then_the_newest(
    editor: Client, room: Newsroom
) -> None:
    publish(room)
    newer = [Claim.objects.create(text_en=f"A newer claim {n}", slug=f"newer-{n}").pk for n in range(3)]
    assert listed(editor) == [room.claim.pk, *reversed(newer)]
    assert listed(editor, "news=yes") == [room.claim.pk]
    linking.delete_statement(room.suggestion, by=make_account("colleague", "editor"))
    assert listed(editor) == [*reversed(newer), room.claim.pk]


def test_facet_counts_say_what_choosing_them_would_list(editor: Client, room: Newsroom) -> None:
    publish(room)
    for number in range(5):
        Claim.objects.create(text_en=f"Another claim, number {number}", slug=f"another-{number}")
    for chosen_before in (
        "",
        "publication=draft",
        "contest=denied&news=yes",
        "q=another",
        f"topic={room.topic.pk}&rating=none",
    ):
        shown = editor.get(f"{LIST}?{chosen_before}").context["cl"]
        for spec in shown.filter_specs:
            for place, (choice, _title) in enumerate(spec.lookup_choices):
                kept = [
                    part
                    for part in chosen_before.split("&")
                    if part and not part.startswith(f"{spec.parameter_name}=")
                ]
                query = "&".join([*kept, f"{spec.parameter_name}={choice}"])
                assert spec.get_facet_queryset(shown)[f"{place}__c"] == len(listed(editor, query)), (
                    chosen_before,
                    query,
                )


def test_facet_counts_stand_beside_their_choices(editor: Client, room: Newsroom) -> None:
    for number in range(5):
        Claim.objects.create(text_en=f"Another claim, number {number}", slug=f"another-{number}")
    page = editor.get(LIST).content.decode()
    assert re.search(r"To be reviewed \(6\)", page)
    assert re.search(r"Draft \(6\)", page)
    assert re.search(r"Denied \(1\)", page)
    assert re.search(r"Drones \(1\)", page)


@pytest.mark.parametrize(
    "words", ["drones sold", "droni venduto", "testland", "tsti", "Karim", "drones-sold"]
)
def test_a_claim_is_found_by_words_of_either_language_and_by_any_name_of_who_spoke(
    words: str, editor: Client, room: Newsroom
) -> None:
    Claim.objects.create(text_en="Something else entirely", slug="else")
    assert listed(editor, f"q={words}") == [room.claim.pk]


@pytest.mark.parametrize(
    "words", ["(", "a & | !", '"unclosed', "'", "%00", "x" * 5000, "99999999999999999999"]
)
def test_odd_words_find_nothing_and_break_nothing(words: str, editor: Client, room: Newsroom) -> None:
    assert editor.get(LIST, {"q": words}).status_code in (200, 302)


def chosen(client: Client, claims: list[Claim], action: str, query: str = "") -> str:
    answer = client.post(
        f"{LIST}?{query}", {"action": action, "_selected_action": [claim.pk for claim in claims]}
    )
    assert answer.status_code == 302
    return str(answer["Location"])


def test_marking_after_a_search_leads_to_a_page_that_knows_the_way_back(
    editor: Client, room: Newsroom
) -> None:
    page = chosen(editor, [room.claim], "mark_disputed", "q=tsti")
    assert parse_qs(urlsplit(page).query)["next"] == [f"{LIST}?q=tsti"]
    answer = editor.get(page)
    assert answer.status_code == 200
    assert "The grounds hold." in answer.content.decode()


def marked(client: Client, claims: list[Claim], rating: str, reason: str = REASON, **versions: int) -> object:
    keys = ",".join(str(claim.pk) for claim in claims)
    data: dict[str, object] = {f"version_{claim.pk}": claim.version for claim in claims}
    return client.post(
        f"{reverse('admin:claims_claim_mark', args=[rating])}?claims={keys}",
        {**data, **versions, "reason_en": reason},
    )


def test_claims_are_marked_and_the_message_says_how_many(editor: Client, room: Newsroom) -> None:
    other = Claim.objects.create(text_en="Another claim with a denial", slug="other")
    Position.objects.create(statement=room.denial, claim=other, stance="denies")
    answer = marked(editor, [room.claim, other], "disputed")
    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert Verdict.objects.filter(rating="disputed", stage="current", reason_en=REASON).count() == 2
    assert "2 claims marked: Disputed." in editor.get(LIST).content.decode()


def test_a_short_reason_is_refused_and_stays_on_the_page(editor: Client, room: Newsroom) -> None:
    page = marked(editor, [room.claim], "disputed", "No idea").content.decode()  # type: ignore[attr-defined]
    assert "No idea</textarea>" in page
    assert 'role="alert"' in page
    assert not Verdict.objects.exists()


def test_one_claim_without_grounds_and_none_is_marked(editor: Client, room: Newsroom) -> None:
    bare = Claim.objects.create(text_en="Nobody denies this one", slug="bare")
    answer = marked(editor, [room.claim, bare], "disputed")
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 200  # type: ignore[attr-defined]
    assert REASON in page
    assert f"claim={bare.pk}&amp;kind=refutes" in page
    assert not Verdict.objects.exists()


def test_a_claim_changed_meanwhile_is_reported_and_nothing_is_overwritten(
    editor: Client, room: Newsroom
) -> None:
    stale = room.claim.version
    Claim.objects.filter(pk=room.claim.pk).update(text_en="Testland gave drones away")
    answer = marked(editor, [room.claim], "disputed", **{f"version_{room.claim.pk}": stale})
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 409  # type: ignore[attr-defined]
    assert "Changed by somebody else" in page
    assert "Testland gave drones away" in page
    assert REASON in page
    assert not Verdict.objects.exists()


def test_more_claims_than_a_page_holds_are_marked_in_batches(editor: Client) -> None:
    Claim.objects.bulk_create(Claim(text_en=f"Claim number {n}", slug=f"claim-{n}") for n in range(101))
    data = {
        "action": "mark_disputed",
        "_selected_action": list(Claim.objects.values_list("pk", flat=True)),
        "select_across": "1",
    }
    page = editor.post(f"{LIST}?publication=draft", data)["Location"]
    assert page == f"{reverse('admin:claims_claim_all_act', args=['mark_disputed'])}?publication=draft"
    assert "101 claims of the list" in editor.get(page).content.decode()


def test_only_who_may_mark_reaches_the_page(room: Newsroom) -> None:
    for role, status in (("viewer", 403), ("editor", 200), ("senior editor", 200), ("admin", 403)):
        client = signed_in(make_account(role.replace(" ", ""), role))
        assert (
            client.get(
                f"{reverse('admin:claims_claim_mark', args=['disputed'])}?claims={room.claim.pk}"
            ).status_code
            == status
        )


def test_a_senior_editor_publishes_from_the_list(chief: Client, editor: Client, room: Newsroom) -> None:
    page = chosen(chief, [room.claim], "publish")
    assert editor.get(page).status_code == 403
    assert chief.get(page).status_code == 200
    chief.post(page, {f"version_{room.claim.pk}": room.claim.version})
    room.claim.refresh_from_db()
    assert room.claim.publication == "published"


def test_the_claims_form_shows_each_statement_in_its_passage_and_what_each_assessment_lacks(
    editor: Client, room: Newsroom
) -> None:
    page = editor.get(reverse("admin:claims_claim_change", args=[room.claim.pk])).content.decode()
    assert "<mark>no drones were sent to anybody</mark>" in page
    assert len(re.findall(r'<select name="positions-\d+-stance"', page)) == 3
    assert "Mark as disputed…" in page
    assert "The grounds hold." in page


def test_the_claims_form_stays_small_and_asks_little_with_many_statements(
    editor: Client, room: Newsroom
) -> None:
    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            answer = editor.get(reverse("admin:claims_claim_change", args=[room.claim.pk]))
        return len(queries), len(answer.content)

    few, _size = asked()
    for number in range(30):
        statement = make_words(room.source, "Officials met", review="accepted", key=f"k{number}")
        StatementSpeaker.objects.create(statement=statement, speaker=room.party)
        Position.objects.create(statement=statement, claim=room.claim, stance="context")
    many, size = asked()
    assert many <= few + 2
    assert size <= 100_000


def test_changing_what_a_statement_does_to_the_claim_goes_through_the_step(
    editor: Client, room: Newsroom
) -> None:
    answer = editor.get(reverse("admin:claims_claim_change", args=[room.claim.pk]))
    data = fields_of(answer.content.decode())
    prefix = next(
        name.rsplit("-", 1)[0]
        for name, value in data.items()
        if name.endswith("-id") and value == str(Position.objects.get(statement=room.denial).pk)
    )
    data[f"{prefix}-stance"] = "context"
    assert editor.post(reverse("admin:claims_claim_change", args=[room.claim.pk]), data).status_code == 302
    assert Position.objects.get(statement=room.denial).stance == "context"
