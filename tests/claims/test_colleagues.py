"""Work handed to colleagues, notes between them, and the e-mails that tell of it: each occasion once, and only to who wants it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims import answering, assigning, noticing, reviewing
from claims.errors import Refused
from claims.models import Assignment, Claim, Note, Request, SentNotice
from claims.vocabulary import NoticeKind, Role
from sources.models import Source
from tests.claims.desk_data import REASON, make_account, make_newsroom, signed_in
from tests.factories import make_claim, make_source, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return make_account("anna", "editor")


@pytest.fixture
def ben() -> User:
    return make_account("ben", "editor")


def with_address(user: User) -> User:
    User.objects.filter(pk=user.pk).update(email=f"{user.username}@desk.example")
    user.refresh_from_db()
    return user


def a_request(**fields: Any) -> Request:
    made = Request(
        kind="correction", text="SECRET-LETTER", sender="SECRET-READER", received_at=timezone.now(), **fields
    )
    return answering.record_request(made, by=User.objects.filter(groups__name="editor").order_by("pk")[0])  # fmt: skip


def send() -> str:
    out = StringIO()
    call_command("send_notices", stdout=out)
    return out.getvalue()


# --- handing over


@pytest.mark.parametrize("make", [make_claim, make_source, a_request])
def test_a_claim_an_article_a_request_is_handed_over_on_its_page_and_done_by_who_has_it(
    make: Callable[[], Claim | Source | Request], anna: User, ben: User
) -> None:
    thing = make()
    kind = type(thing).__name__.lower()
    page = reverse(
        {"claim": "desk:claim", "source": "desk:article", "request": "desk:request"}[kind], args=[thing.pk]
    )
    give = reverse("desk:assign", args=[kind, thing.pk])
    editor = signed_in(anna)
    assert give in editor.get(page).content.decode()
    assert editor.post(give, {"to": ben.pk, "due_on": "2027-01-02"})["Location"] == page
    row = Assignment.objects.get()
    assert (row.thing, row.to, row.by, str(row.due_on)) == (thing, ben, anna, "2027-01-02")
    assert "until Jan. 2, 2027" in editor.get(page).content.decode()
    with pytest.raises(Refused, match="in their hands already"):
        assigning.assign(thing, to=ben, by=anna)
    his = signed_in(ben)
    assert page in his.get(reverse("desk:mine")).content.decode()
    assert his.get(reverse("desk:home")).context["waiting"][8][1] == 1
    with pytest.raises(Refused, match="Whoever has it"):
        assigning.finish_assignment(row, by=make_account("carl", "editor"))
    his.post(reverse("desk:finish_assignment", args=[row.pk]))
    row.refresh_from_db()
    assert row.done_at is not None
    with pytest.raises(Refused, match="done already"):
        assigning.finish_assignment(row, by=ben)
    event = row.events.order_by("-pgh_id").first()  # type: ignore[attr-defined]
    assert event.pgh_context.metadata["verb"] == "finish_assignment"


def test_work_goes_to_colleagues_who_can_do_it_and_the_list_of_requests_can_show_ones_own(
    anna: User, ben: User
) -> None:
    first, _second = a_request(), a_request()
    for nobody in (make_account("viewer", "viewer"), make_user(Role.ADMIN), make_user()):
        with pytest.raises(Refused, match="does not work at the desk"):
            assigning.assign(first, to=nobody, by=anna)
        assert nobody not in assigning.colleagues()
    assigning.assign(first, to=ben, by=anna)
    assert signed_in(ben).get(f"{reverse('desk:requests')}?mine=yes").context["lines"] == [first]
    assert signed_in(anna).get(f"{reverse('desk:requests')}?mine=yes").context["lines"] == []


def test_a_note_is_for_colleagues_and_never_for_readers(anna: User, client: Client) -> None:
    room = make_newsroom()
    chief = make_account("chief", "senior editor")
    reviewing.publish_source(room.source, by=chief)
    reviewing.publish(room.claim, by=chief)
    editor = signed_in(anna)
    editor.post(reverse("desk:write_note", args=[room.claim.pk]), {"text": "SECRET-NOTE"})
    editor.post(reverse("desk:write_note", args=[room.claim.pk]), {"text": "  "})
    assert [note.author for note in Note.objects.all()] == [anna]
    assert "SECRET-NOTE" in editor.get(reverse("desk:claim", args=[room.claim.pk])).content.decode()
    for name in ("claim", "claim-history"):
        page = client.get(reverse(f"public:{name}", args=[room.claim.slug]))
        assert page.status_code == 200
        assert "SECRET-NOTE" not in page.content.decode()


def test_viewers_administrators_and_strangers_hand_over_nothing_and_write_nothing(
    anna: User, client: Client
) -> None:
    claim = make_claim()
    row = assigning.assign(claim, to=anna, by=anna)
    addresses = (
        reverse("desk:assign", args=["claim", claim.pk]),
        reverse("desk:finish_assignment", args=[row.pk]),
        reverse("desk:write_note", args=[claim.pk]),
    )
    viewer = signed_in(make_account("viewer", "viewer"))
    for address in addresses:
        assert client.post(address)["Location"].startswith(reverse("admin:login"))
        assert viewer.post(address, {"to": anna.pk, "text": "Hm."}).status_code == 403
    for user in (make_user(Role.VIEWER), make_user(Role.ADMIN), make_user()):
        for step in (
            lambda user=user: assigning.assign(claim, to=anna, by=user),
            lambda user=user: assigning.finish_assignment(row, by=user),
            lambda user=user: assigning.write_note(claim, by=user, text="Hm."),
        ):
            with pytest.raises(PermissionDenied):
                step()
    assert signed_in(anna).post(reverse("desk:assign", args=["speaker", 1])).status_code == 404


def test_the_home_asks_the_same_whatever_waits(anna: User) -> None:
    editor = signed_in(anna)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert editor.get(reverse("desk:home")).status_code == 200
        return len(queries)

    room = make_newsroom()
    chief = make_account("chief", "senior editor")
    reviewing.publish_source(room.source, by=chief)
    reviewing.publish(room.claim, by=chief)
    few = asked()
    for _number in range(5):
        assigning.assign(a_request(claim=room.claim), to=anna, by=anna)
        make_claim()
    Request.objects.update(due_at=timezone.now() + timedelta(hours=3))
    home = editor.get(reverse("desk:home"))
    assert [home.context["waiting"][place][1] for place in (7, 8)] == [5, 5]
    for place in (7, 8):
        page = editor.get(home.context["waiting"][place][2]).content.decode()
        assert page.count('href="/desk/requests/') >= 5
    assert asked() == few


# --- e-mails


def test_each_occasion_is_told_once_and_never_what_a_reader_wrote(
    anna: User, ben: User, settings: Any
) -> None:
    settings.CLAIMTRACKER_SECOND_READER = True
    settings.CLAIMTRACKER_SITE_URL = "https://claims.example/"
    for user in (anna, ben):
        with_address(user)
    room = make_newsroom()
    chief = make_account("chief", "senior editor")
    reviewing.publish_source(room.source, by=chief)
    reviewing.publish(room.claim, by=chief)
    assigning.assign(room.claim, to=ben, by=anna)
    assigning.assign(room.source, to=anna, by=anna)  # nobody is told what they took themselves
    request = a_request(claim=room.claim)
    Request.objects.update(due_at=timezone.now() + timedelta(hours=3))
    verdict = reviewing.propose(room.claim, "disputed", by=anna, because={"en": REASON})
    assert send() == "Sent 3.\n"
    told = {(each.to[0].partition("@")[0], each.subject) for each in mail.outbox}
    assert told == {
        ("ben", "ClaimTracker: something is handed to you"),
        ("ben", "ClaimTracker: a proposal waits for a second reading"),
        ("anna", "ClaimTracker: a request is due"),
    }
    everything = "".join(each.subject + str(each.body) for each in mail.outbox)
    assert "SECRET" not in everything
    assert f"https://claims.example/desk/requests/{request.pk}/" in everything
    assert send() == "Sent 0.\n"
    reviewing.send_back(verdict, by=ben, note="Name the second source, please.")
    assert send() == "Sent 1.\n"
    assert mail.outbox[-1].to == ["anna@desk.example"]
    verdict.refresh_from_db()
    reviewing.propose_again(verdict, by=anna, rating="disputed", because={"en": REASON}, note="Done.")
    assert send() == "Sent 1.\n"  # a new occasion
    Request.objects.update(due_at=timezone.now() + timedelta(hours=9))
    assert send() == "Sent 1.\n"  # its day was moved


def test_whoever_does_not_want_them_or_has_no_address_gets_none(anna: User, ben: User, settings: Any) -> None:
    assigning.assign(make_claim(), to=ben, by=anna)
    assert noticing.waiting() == []
    with_address(ben)
    assert len(noticing.waiting()) == 1
    his, page = signed_in(ben), reverse("desk:notices")
    assert "ben@desk.example" in his.get(page).content.decode()
    his.post(page, {"kinds": ["second_reading", "request_due"]})
    assert noticing.muted_by(ben) == {NoticeKind.ASSIGNED, NoticeKind.SENT_BACK}
    assert noticing.waiting() == []
    his.post(page, {"kinds": [kind.value for kind in NoticeKind]})
    assert len(noticing.waiting()) == 1
    settings.CLAIMTRACKER_NOTICES = ["request_due"]
    assert noticing.waiting() == []
    settings.CLAIMTRACKER_NOTICES = ["assigned"]
    Assignment.objects.update(created_at=timezone.now() - timedelta(days=20))
    assert noticing.waiting() == []
    Assignment.objects.update(created_at=timezone.now())
    User.objects.filter(pk=ben.pk).update(is_active=False)
    assert noticing.waiting() == []


def test_everybody_gets_e_mails_in_the_language_of_their_choice_else_in_that_of_the_site(
    anna: User, ben: User, settings: Any
) -> None:
    for user in (anna, ben):
        with_address(user)
    claim = make_claim("Two ships sank", text_it="Due navi sono affondate")
    assigning.assign(claim, to=ben, by=anna)
    assigning.assign(claim, to=anna, by=ben)
    page = reverse("desk:notices")
    signed_in(ben).post(page, {"kinds": [kind.value for kind in NoticeKind], "language": "it"})
    assert '<option value="it" selected>' in signed_in(ben).get(page).content.decode()
    assert send() == "Sent 2.\n"
    told = {each.to[0].partition("@")[0]: str(each.body) for each in mail.outbox}
    assert "Due navi sono affondate" in told["ben"] and "Two ships sank" in told["anna"]
    settings.LANGUAGE_CODE = "it"
    assert (noticing.language_of(anna), noticing.language_of(ben)) == ("it", "it")


def test_what_could_not_be_sent_is_tried_again(anna: User, ben: User, settings: Any) -> None:
    assigning.assign(make_claim(), to=with_address(ben), by=anna)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 2
    with pytest.raises(CommandError, match="1 could not be sent"):
        send()
    assert not SentNotice.objects.exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send() == "Sent 1.\n"
