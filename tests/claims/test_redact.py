"""Erasing words on an order: gone from every table and from history, while history still fits its seals."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from claims import linking, reviewing
from claims.desk import bulk
from claims.desk.bulk_acts import bulk_act
from claims.history import Misfit, verify
from claims.models import Claim, Redaction, Request, Statement, TriageAct
from sources.models import Source
from tests.claims.desk_data import REASON, Newsroom, make_account, make_newsroom, make_words, signed_in
from tests.claims.test_news import counted, found
from tests.claims.test_seal import owner, seal, settle, without_rules
from tests.databases import Clone

PASSAGE = "no drones were sent to anybody"


def a_published_story() -> Newsroom:
    room = make_newsroom()
    senior = make_account("grace", "senior editor", "editor")
    linking.settle(room.suggestion, by=senior)
    for row in (room.denial, room.denial.positions.get(), room.claim, room.source):
        LogEntry.objects.log_actions(senior.pk, [row], CHANGE, change_message="Changed.", single_object=True)
    TriageAct.objects.create(by=senior, source=room.source, verb="revise", record={"was": room.denial.spans})
    reviewing.publish_source(room.source, by=senior)
    claim = Claim.objects.get(pk=room.claim.pk)
    reviewing.dispute(claim, by=senior, because={"en": REASON})
    claim.refresh_from_db()
    reviewing.publish(claim, by=senior)
    seal()
    return room


def an_order(**fields: Any) -> Request:
    recorded, approved = (User.objects.get_or_create(username=name)[0] for name in ("recorder", "approver"))
    usual = {
        "kind": "court_order",
        "text": "Erase it.",
        "received_at": timezone.now(),
        "handled_by": recorded,
    }
    return Request.objects.create(**{**usual, "approved_by": approved, **fields})


def refused_among_many(claim: Claim, searched: str) -> str:
    """What an act on many answered about the claim: it quotes it, and so do its reason and the list that it was chosen from."""
    act = bulk_act("claim", "mark_refuted")
    assert act is not None
    job = bulk.start(
        Claim.objects.filter(pk=claim.pk), act, kind="claim", by=User.objects.get(username="grace"),
        asked={"because": {"en": REASON, "it": ""}}, chosen_from=f"/admin/claims/claim/?q={searched}",
    )  # fmt: skip
    bulk.work(job, seconds=5)
    return job.items.get().said


def redact(order: Request) -> str:
    out = StringIO()
    call_command("redact", str(order.pk), stdout=out)
    return out.getvalue()


def everywhere(words: str) -> set[str]:
    """The tables in which these words still stand, in any column of any kind."""
    found = set()
    tables = owner(
        "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
    )
    for (table,) in tables:
        if owner(f"SELECT 1 FROM {table} t WHERE strpos(t::text, %s) > 0 LIMIT 1", [words]):
            found.add(table)
        for (column,) in owner(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND data_type = 'bytea'",
            [table],
        ):
            if owner(
                f"SELECT 1 FROM {table} WHERE position(convert_to(%s, 'UTF8') in {column}) > 0 LIMIT 1",
                [words],
            ):
                found.add(f"{table}.{column}")
    return found


# -- what is erased ------------------------------------------------------------------------------------------------------------------


def test_an_article_is_erased_from_every_table_and_history_still_fits(
    clone_db: Clone, client: Client
) -> None:
    room = a_published_story()
    public = reverse("public:source", args=[room.source.pk, room.source.slug])
    assert client.get(public).status_code == 200
    holding = {
        "sources_source",
        "sources_sourceevent",
        "claims_statement",
        "claims_triageact",
        "django_admin_log",
    }
    assert holding <= everywhere(PASSAGE)
    before = verify().events
    order = an_order(source=room.source)
    settle()
    assert redact(order).startswith(f"Request {order.pk} is carried out: ")
    for words in (
        PASSAGE,
        "no drones",
        "Karim Testi, its spokesman",
        "Officials met on Monday",
        "small number had been sold",
    ):
        assert everywhere(words) == set(), words
    settle()
    seal()
    after = verify()
    assert (after.newer, after.erased > 5) == (0, True)
    assert after.events > before  # that it was erased is history too
    answer = client.get(public)
    assert answer.status_code == 451
    assert "Removed to comply with an order." in answer.content.decode()
    # What was decided about the claim is ours and stays, with its reason; the statements are no longer shown.
    assert everywhere(REASON)
    claim = client.get(reverse("public:claim", args=[room.claim.slug]))
    assert (claim.status_code, "█" in claim.content.decode()) == (200, False)
    order.refresh_from_db()
    assert (order.outcome, order.carried_out_at is not None) == ("accepted", True)
    # The desk still reads the history: who erased, on which order.
    viewer = signed_in(make_account("viewer", "viewer"))
    page = viewer.get(reverse("desk:source_history", args=[room.source.pk])).content.decode()
    assert "Erased words on an order" in page
    assert f"Request {order.pk}" in page


def test_a_statement_is_erased_where_it_stands_and_the_rest_of_the_article_stays(
    clone_db: Clone, client: Client
) -> None:
    room = a_published_story()
    old, act = room.source.body, bulk_act("statement", "discard")
    assert act is not None
    searched = urlencode({"q": PASSAGE})
    chosen = bulk.start(
        Statement.objects.filter(pk=room.denial.pk), act, kind="statement", by=User.objects.get(username="grace"),
        asked={"because": ""}, chosen_from=f"/admin/claims/statement/?{searched}",
    )  # fmt: skip
    settle()
    redact(an_order(statement=room.denial))
    assert everywhere(PASSAGE) == everywhere(searched) == set()
    chosen.refresh_from_db()
    assert chosen.chosen_from == ""
    room.source.refresh_from_db()
    assert room.source.body == old.replace(PASSAGE, "█" * len(PASSAGE))
    room.denial.refresh_from_db()
    assert room.denial.quote == "█" * len(PASSAGE)
    for other in Statement.objects.exclude(pk=room.denial.pk):
        for span in (
            other.spans
        ):  # every other place is where it was, and what stands beside it is what stands there now
            around = room.source.body[span["start"] - len(span["prefix"]) : span["end"] + len(span["suffix"])]
            assert around == span["prefix"] + span["exact"] + span["suffix"]
    page = client.get(reverse("public:source", args=[room.source.pk, room.source.slug]))
    assert page.status_code == 200
    assert PASSAGE not in page.content.decode()
    settle()
    seal()
    assert verify().newer == 0


def test_a_claim_is_erased_with_our_words_on_it(clone_db: Clone, client: Client) -> None:
    room = a_published_story()
    words = room.claim.text_en
    usual = {"claim": room.claim, "received_at": timezone.now(), "sender": "A reader"}
    letter = Request.objects.create(kind="correction", text=f"You wrote: {words}", **usual)
    an_order(claim=room.claim, kind="removal", text=f"Take away “{words}”.")  # another one, about the same
    assert words in refused_among_many(room.claim, words)
    said = make_words(room.source, "Officials met", act="denies", review="accepted")
    linking.attach(said, room.claim, by=User.objects.get(username="grace"))
    assert room.claim.pk in counted()
    settle()
    redact(an_order(claim=room.claim, kind="privacy"))
    letter.refresh_from_db()
    assert (letter.sender, set(letter.text)) == ("A reader", {"█"})
    assert counted() == found() == {}
    assert everywhere(words) == set()
    assert everywhere(REASON) == set()  # in the verdict, its history, and the reasons of the acts
    assert everywhere(PASSAGE)  # the article is not ours, and was not ordered
    answer = client.get(reverse("public:claim", args=[room.claim.slug]))
    assert answer.status_code == 451
    settle()
    seal()
    assert verify().newer == 0


def test_what_an_order_left_cannot_be_changed_and_nothing_is_erased_beside_it(clone_db: Clone) -> None:
    room = a_published_story()
    order = an_order(statement=room.denial)
    settle()
    redact(order)
    with without_rules():
        owner("UPDATE claims_statementevent SET cue = 'forged' WHERE pgh_obj_id = %s", [room.denial.pk])
    with pytest.raises(Misfit, match="was changed"):
        verify()
    with without_rules():
        owner("UPDATE claims_statementevent SET cue = '' WHERE pgh_obj_id = %s", [room.denial.pk])
    verify()
    # An order that was carried out explains no other change: what it erased is sealed with it.
    (pk,) = owner("SELECT min(pgh_id) FROM claims_claimevent")[0]
    with without_rules():
        owner(
            'INSERT INTO claims_redaction (request_id, "table", event, was, "left", erased_at) VALUES (%s, %s, %s, %s, %s, now())',
            [order.pk, "claims_claimevent", pk, "a" * 64, "b" * 64],
        )
    with pytest.raises(Misfit, match=f"What request {order.pk} erased is not what its history says"):
        verify()


# -- who may, and when ---------------------------------------------------------------------------------------------------------------


def test_an_order_is_refused_unless_it_is_one_and_approved(clone_db: Clone) -> None:
    room = a_published_story()
    words = room.source.body
    settle()
    done = an_order(source=room.source)
    for order, said in (
        (an_order(source=room.source, approved_by=None), "is not approved"),
        (an_order(source=room.source, kind="correction"), "is no court order"),
        (an_order(), "exactly one"),
        (an_order(source=room.source, claim=room.claim), "exactly one"),
    ):
        with pytest.raises(CommandError, match=said) as refused:
            redact(order)
        assert refused.value.returncode == 1
    with pytest.raises(CommandError, match="There is no request 4711"):
        call_command("redact", "4711")
    assert Source.objects.get(pk=room.source.pk).body == words
    assert not Redaction.objects.exists()
    settle()
    redact(done)
    with pytest.raises(CommandError, match="was carried out on"):
        redact(done)


def test_only_the_owners_address_erases(clone_db: Clone) -> None:
    room = a_published_story()
    order = an_order(source=room.source)
    as_owner = connections["owner"].settings_dict
    connections["owner"].close()
    user = as_owner["USER"]
    as_owner["USER"] = connections["default"].settings_dict["USER"]
    try:
        with pytest.raises(CommandError, match="Only the database's owner erases"):
            redact(order)
    finally:
        connections["owner"].close()
        as_owner["USER"] = user
    assert everywhere(PASSAGE)


def test_where_history_does_not_fit_nothing_is_erased(clone_db: Clone) -> None:
    room = a_published_story()
    order = an_order(source=room.source)
    with without_rules():
        owner("UPDATE claims_claimevent SET text_en = 'forged'")
    with pytest.raises(CommandError, match="was changed after the history was sealed"):
        redact(order)
    assert everywhere(PASSAGE)
