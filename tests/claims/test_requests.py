"""Requests: recorded as they came, answered in time, nothing deleted; of all of them only a published reply is ever shown to readers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims import answering
from claims.errors import Refused, Stale
from claims.models import Claim, Request
from claims.vocabulary import OUTCOMES, RequestKind, Role
from tests.claims.desk_data import make_account, signed_in
from tests.factories import make_claim, make_published_claim, make_source, make_speaker, make_user

pytestmark = pytest.mark.django_db
WHY = "They asked us to wait."
LETTER = "We never said this.\n\nThe minister was abroad that week."


def account(name: str) -> User:
    roles = {"chief": "senior editor", "viewer": "viewer"}
    return User.objects.filter(username=name).first() or make_account(name, roles.get(name, "editor"))


def as_(name: str) -> Client:
    return signed_in(account(name))


def asked(kind: str = "correction", **fields: Any) -> Request:
    usual = {
        "kind": kind,
        "sender": "A reader",
        "received_at": timezone.now(),
        "text": LETTER,
        "language": "en",
    }
    if kind in ("reply", "right_of_reply"):
        usual["claim"] = fields.get("claim") or make_published_claim("Drones were sold")
    return answering.record_request(Request(**{**usual, **fields}), by=account("editor"))


def page_of(request: Request) -> str:
    return reverse("desk:request", args=[request.pk])


def sent(request: Request, do: str, **data: Any) -> dict[str, Any]:
    request.refresh_from_db()
    return {"do": do, f"version_{request.pk}": request.version, **data}


# --- recording


def test_an_answer_is_due_in_two_days_unless_the_setting_or_the_request_says_otherwise(settings: Any) -> None:
    first = asked()
    assert first.due_at == first.received_at + timedelta(days=2)
    settings.CLAIMTRACKER_REQUEST_DUE_DAYS = 5
    second = asked()
    assert second.due_at == second.received_at + timedelta(days=5)
    tomorrow = timezone.now() + timedelta(days=1)
    assert asked(due_at=tomorrow).due_at == tomorrow
    assert second.handled_by == account("editor")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": "  "}, "text"),
        ({"sender": "anna@example.org"}, "sender"),
        ({"received_at": timezone.now() + timedelta(days=3)}, "received_at"),
        ({"due_at": timezone.now() - timedelta(days=30)}, "due_at"),
        ({"kind": "reply", "claim": None}, "claim"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        asked(**fields)
    assert refused.value.code == code
    assert not Request.objects.exists()


def test_a_reply_closes_what_we_had_asked() -> None:
    question = asked("right_of_reply", speaker=make_speaker("The ministry"))
    page = as_("editor").get(page_of(question)).content.decode()
    add = f"{reverse('desk:record_request')}?answers={question.pk}"
    assert add in page
    data = {
        "kind": "reply",
        "sender": "",
        "text": LETTER,
        "received_at": "2026-01-02T10:00",
        "language": "en",
    }
    answer = as_("editor").post(add, data)
    reply = Request.objects.get(kind="reply")
    assert answer["Location"] == page_of(reply)
    assert (reply.claim, reply.speaker, reply.answers) == (question.claim, question.speaker, question)
    question.refresh_from_db()
    assert question.outcome == "answered"
    with pytest.raises(Refused, match="same claim"):
        asked("reply", answers=question, claim=make_claim())


def test_the_form_records_what_came_about_a_claim_and_keeps_what_was_typed_when_it_is_refused() -> None:
    claim = make_claim("Drones were sold")
    add = f"{reverse('desk:record_request')}?claim={claim.pk}"
    now = timezone.now().strftime("%Y-%m-%dT%H:%M")
    data = {
        "kind": "correction",
        "sender": "a@b.example",
        "contact": "a@b.example",
        "text": LETTER,
        "received_at": now,
    }
    refused = as_("editor").post(add, data)
    assert refused.status_code == 200
    assert "its own field" in refused.content.decode()
    assert "The minister was abroad" in refused.content.decode()
    as_("editor").post(add, {**data, "sender": "Anna"})
    (stored,) = Request.objects.all()
    assert (stored.claim, stored.contact, stored.text.split()) == (claim, "a@b.example", LETTER.split())
    event = stored.events.order_by("-pgh_id").first()  # type: ignore[attr-defined]
    assert event.pgh_context.metadata["verb"] == "record_request"
    assert event.pgh_context.metadata["user"] == account("editor").pk


# --- answering


@pytest.mark.parametrize("kind", list(RequestKind))
def test_each_kind_ends_as_it_can_end_and_only_once(kind: RequestKind) -> None:
    good = OUTCOMES[kind][0].value
    bad = "no_answer" if kind is not RequestKind.RIGHT_OF_REPLY else "refused"
    found = asked(kind.value)
    with pytest.raises(Refused, match="does not end like this"):
        answering.answer_request(found, bad, by=account("editor"))
    answering.answer_request(found, good, by=account("editor"), answer="Dear reader …", note="Phoned them.")
    assert (found.outcome, found.answer, found.answered_at is not None) == (good, "Dear reader …", True)
    with pytest.raises(Refused, match="answered already"):
        answering.answer_request(found, good, by=account("editor"))
    answering.reopen_request(found, by=account("editor"), because=WHY)
    assert (found.outcome, found.answered_at, found.answer) == ("open", None, "Dear reader …")
    event = found.events.order_by("-pgh_id").first()  # type: ignore[attr-defined]
    assert event.pgh_context.metadata == {
        **event.pgh_context.metadata,
        "verb": "reopen_request",
        "reason": WHY,
    }


def test_whoever_answers_second_is_shown_what_the_first_did_and_keeps_the_words() -> None:
    found = asked()
    late = sent(found, "answer", outcome="refused", answer="A different letter")
    answering.edit_request(found, {"sender": "Another reader"}, by=account("faster"))
    answer = as_("editor").post(page_of(found), late)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'class="desk-conflict"' in page
    assert "Another reader" in page
    assert "A different letter</textarea>" in page
    found.refresh_from_db()
    assert found.outcome == "open"
    with pytest.raises(Stale):
        answering.answer_request(found, "refused", by=account("editor"), base=1)


# --- replies


def published(client: Client, claim: Claim) -> str:
    return client.get(reverse("public:claim", args=[claim.slug])).content.decode()


def test_a_reply_is_shown_in_full_with_its_date_and_who_by_a_senior_editor_alone(client: Client) -> None:
    reply = asked("reply", sender="The ministry", contact="press@ministry.example")
    other = asked("correction", claim=reply.claim, sender="SECRET-READER", text="SECRET-LETTER")
    assert reply.claim is not None
    assert "minister was abroad" not in published(client, reply.claim)
    assert as_("editor").post(page_of(reply), sent(reply, "publish")).status_code == 403
    assert as_("chief").post(page_of(reply), sent(reply, "publish")).status_code == 302
    page = published(client, reply.claim)
    assert "<p>We never said this.</p>" in page
    assert "<p>The minister was abroad that week.</p>" in page
    assert "The ministry" in page
    for hidden in ("press@ministry.example", "SECRET-READER", "SECRET-LETTER"):
        assert hidden not in page
    with pytest.raises(Refused, match="Only a reply"):
        answering.publish_reply(other, by=account("chief"))
    with pytest.raises(Refused, match="take it off"):
        answering.edit_request(reply, {"text": "Something else."}, by=account("chief"))
    answering.edit_request(reply, {"outcome_note": "Filed."}, by=account("editor"))
    assert as_("chief").post(page_of(reply), sent(reply, "hide", because=WHY)).status_code == 302
    assert "minister was abroad" not in published(client, reply.claim)


def test_an_address_that_was_stored_as_the_sender_is_not_shown_to_readers(client: Client) -> None:
    claim = make_published_claim("Drones were sold")
    now = timezone.now()
    Request.objects.create(
        kind="reply", claim=claim, sender="p@m.example", text=LETTER, received_at=now, published_at=now
    )
    for name in ("claim", "claim-history"):
        page = client.get(reverse(f"public:{name}", args=[claim.slug])).content.decode()
        assert "We never said this." in page
        assert "p@m.example" not in page


def test_a_reply_without_a_name_or_on_a_draft_is_not_published() -> None:
    for fields, code in (({"sender": ""}, "sender"), ({"claim": make_claim("A draft")}, "claim")):
        with pytest.raises(Refused) as refused:
            answering.publish_reply(asked("reply", **fields), by=account("chief"))
        assert refused.value.code == code


# --- who may


STEPS: dict[str, tuple[Callable[[User], Any], str]] = {
    "record": (lambda by: answering.record_request(Request(kind="correction", text=LETTER, received_at=timezone.now()), by=by), "editor"),
    "edit": (lambda by: answering.edit_request(asked(), {"sender": "Anna"}, by=by), "editor"),
    "answer": (lambda by: answering.answer_request(asked(), "refused", by=by), "editor"),
    "publish": (lambda by: answering.publish_reply(asked("reply"), by=by), "senior editor"),
}  # fmt: skip


@pytest.mark.parametrize("step", list(STEPS))
def test_who_may_does_it_and_the_colleague_and_the_stranger_do_not(step: str) -> None:
    run, role = STEPS[step]
    run(make_user(Role(role)))
    colleagues = [make_user(Role.VIEWER), make_user(Role.ADMIN), make_user()]
    for user in [*colleagues, *([make_user(Role.EDITOR)] if role == "senior editor" else [])]:
        with pytest.raises(PermissionDenied):
            run(user)


def test_strangers_sign_in_and_a_viewer_reads_and_changes_nothing(client: Client) -> None:
    found = asked()
    viewer = as_("viewer")
    for address in (reverse("desk:requests"), page_of(found)):
        assert client.get(address)["Location"].startswith(reverse("admin:login"))
        assert viewer.get(address).status_code == 200
    assert LETTER.split("\n")[0] in viewer.get(page_of(found)).content.decode()
    assert viewer.post(page_of(found), sent(found, "answer", outcome="refused")).status_code == 403
    assert viewer.get(reverse("desk:record_request")).status_code == 403
    assert as_("editor").post(page_of(found), {"do": "delete"}).status_code == 403
    assert as_("chief").post(reverse("admin:claims_request_delete", args=[found.pk])).status_code == 403


# --- the list


def test_the_list_shows_what_waits_and_filters_by_when_it_is_due_and_by_kind() -> None:
    now = timezone.now()
    claim = make_claim("Drones were sold")
    old = now - timedelta(days=9)
    late, soon, later, done = (
        asked(received_at=old, due_at=at, **more)
        for at, more in (
            (now - timedelta(hours=1), {"claim": claim}),
            (now + timedelta(hours=2), {"kind": "privacy"}),
            (now + timedelta(days=3), {"source": make_source()}),
            (now - timedelta(days=5), {}),
        )
    )
    answering.answer_request(done, "refused", by=account("editor"))
    editor, listed = as_("editor"), reverse("desk:requests")

    def found(query: str) -> list[Request]:
        return list(editor.get(f"{listed}?{query}").context["lines"])

    assert found("") == found("state=nonsense&after=nonsense") == [late, soon, later]
    assert found("state=due") == [late, soon]
    assert found("state=overdue") == [late]
    assert found("kind=privacy") == [soon]
    assert found(f"claim={claim.pk}") == [late]
    assert set(found("state=all")) == {late, soon, later, done}


def test_the_list_goes_on_page_by_page_and_asks_no_more_with_more_requests(monkeypatch: Any) -> None:
    editor, listed = as_("editor"), reverse("desk:requests")
    moment = timezone.now()

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked_for:
            assert editor.get(listed).status_code == 200
        return len(asked_for)

    asked(claim=make_claim(), received_at=moment)
    few = queries()
    for _number in range(6):
        asked(claim=make_claim(), source=make_source(), speaker=make_speaker(), received_at=moment)
    assert queries() == few
    monkeypatch.setattr("claims.desk.requests.LINES_A_PAGE", 3)
    for state in ("open", "all"):
        seen, query = [], f"state={state}"
        while query:
            answer = editor.get(f"{listed}?{query}")
            seen += [each.pk for each in answer.context["lines"]]
            query = answer.context["older"]
        assert sorted(seen) == sorted(Request.objects.values_list("pk", flat=True))
        assert len(seen) == len(set(seen)) == 7


def test_the_claims_page_lists_its_requests_and_leads_to_recording_one() -> None:
    found = asked(claim=make_claim("Drones were sold"))
    page = as_("editor").get(reverse("desk:claim", args=[found.claim_id])).content.decode()
    assert page_of(found) in page
    assert f"{reverse('desk:record_request')}?claim={found.claim_id}" in page
