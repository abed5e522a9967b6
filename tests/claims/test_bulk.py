"""One act on many things: all that a list lists, each once, each by its step, whoever works at it and whatever is killed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims import reviewing
from claims.admin import claims as claims_of_the_admin
from claims.desk import bulk
from claims.desk.bulk_acts import acts_of, bulk_act
from claims.errors import Refused
from claims.models import Assignment, BulkItem, BulkJob, Claim, Statement, Topic, Verdict
from claims.vocabulary import Rating, Verb
from sources.models import Source
from tests.claims.desk_data import (
    REASON,
    Newsroom,
    make_account,
    make_article,
    make_newsroom,
    make_words,
    signed_in,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/claims/claim/"


@pytest.fixture
def room() -> Newsroom:
    return make_newsroom()


@pytest.fixture
def chief() -> Client:
    return signed_in(make_account("chief", "senior editor"))


def make_drafts(n: int) -> list[Claim]:
    return [Claim.objects.create(text_en=f"Claim number {i}", slug=f"claim-{i}") for i in range(n)]


def asked_for(key: str, things: Any, by: Any, **asked: Any) -> BulkJob:
    act = bulk_act("claim", key)
    assert act is not None
    return bulk.start(things, act, kind="claim", by=by, asked=asked)


def finished(job: BulkJob) -> BulkJob:
    for _turn in range(50):
        if not (job := bulk.work(job, seconds=5)).goes_on:
            return job
    raise AssertionError("it never ends")


def worked_off(client: Client, page: str) -> BulkJob:
    """Follows the page as a browser without JavaScript would."""
    for _turn in range(50):
        html = client.get(page).content.decode()
        if "http-equiv" not in html:
            return BulkJob.objects.latest("pk")
        assert '<noscript><meta http-equiv="refresh" content="0; url=' in html
    raise AssertionError("it never ends")


def sent(client: Client, page: str, **data: Any) -> str:
    answer = client.post(page, data)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


# --- The whole way, through the pages


def test_all_that_a_list_lists_is_published_without_javascript_and_what_was_left_is_reported(
    chief: Client, room: Newsroom, monkeypatch: Any
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 3)
    monkeypatch.setattr("claims.desk.bulk_pages.SECONDS", 0.001)
    drafts = make_drafts(7)
    reviewing.publish(drafts[0], by=make_account("other", "senior editor"))
    found = chief.get(f"{LIST}?topic=0").content.decode()
    assert "Act on the whole list" not in found, "there is nothing in it"
    page = f"{LIST}all/"
    assert chief.get(LIST).content.decode().count("Act on the whole list") == 1
    assert page in chief.get(LIST).content.decode()
    assert f"{page}publish/?" in chief.get(page).content.decode()
    asking = chief.get(f"{page}publish/").content.decode()
    assert "8 claims of the list" in asking
    job = worked_off(chief, sent(chief, f"{page}publish/"))
    assert (job.total, job.done, job.refused) == (8, 7, 1)
    assert not Claim.objects.filter(publication="draft").exists()
    report = chief.get(reverse("desk:bulk_job", args=[job.pk])).content.decode()
    assert "Finished." in report
    assert "This claim is published already." in report
    assert reverse("desk:claim", args=[drafts[0].pk]) in report
    done = chief.get(f"{reverse('desk:bulk_job', args=[job.pk])}?show=done").content.decode()
    assert reverse("desk:claim", args=[drafts[1].pk]) in done
    assert "Publish" in chief.get(reverse("desk:bulk_jobs")).content.decode()


def test_only_what_the_filters_and_the_search_leave_is_meant(chief: Client, room: Newsroom) -> None:
    make_drafts(3)
    job = worked_off(chief, sent(chief, f"{LIST}all/publish/?publication=draft&q=drones"))
    assert job.total == 1
    assert list(Claim.objects.filter(publication="published")) == [room.claim]


def test_every_box_that_was_ticked_comes_along(chief: Client, room: Newsroom, monkeypatch: Any) -> None:
    make_drafts(4)
    monkeypatch.setattr(claims_of_the_admin, "AT_ONCE", 2)
    ticked = list(Claim.objects.filter(slug__startswith="claim-").values_list("pk", flat=True))
    led = chief.post(LIST, {"action": "publish", "_selected_action": ticked})
    assert sorted(parse_qs(urlsplit(led["Location"]).query)["id__in"][0].split(",")) == sorted(
        map(str, ticked)
    )


def test_boxes_ticked_lead_to_every_act(chief: Client, room: Newsroom) -> None:
    drafts = make_drafts(3)
    data = {"action": "other", "_selected_action": [drafts[0].pk, drafts[2].pk]}
    page = chief.post(LIST, data)["Location"]
    assert "2 claims?" in chief.get(page).content.decode()
    address = page.replace("/all/", "/all/topic/")
    assert "There is no such topic." in chief.post(address, {"topic": "Dragons"}).content.decode()
    job = worked_off(chief, sent(chief, address, topic="Droni"))
    assert job.done == 2
    assert set(Claim.objects.filter(topic=room.topic)) == {room.claim, drafts[0], drafts[2]}


def test_a_reason_is_asked_for_once_before_anything_is_done(chief: Client, room: Newsroom) -> None:
    page = f"{LIST}all/mark_disputed/"
    answer = chief.post(page, {"reason_en": "short"}).content.decode()
    assert "at least 10 characters" in answer
    assert not BulkJob.objects.exists()
    make_drafts(2)
    job = worked_off(chief, sent(chief, page, reason_en=REASON))
    assert (job.done, job.refused) == (1, 2)
    assert [verdict.claim for verdict in Verdict.objects.all()] == [room.claim]
    assert all("It needs an accepted denial" in item.said for item in job.items.filter(state="refused"))


def test_suggestions_of_a_whole_list_are_accepted_and_those_decided_are_left(
    chief: Client, room: Newsroom
) -> None:
    data = {
        "action": "accept_all",
        "select_across": "1",
        "_selected_action": [room.suggestion.pk],
    }
    page = chief.post("/admin/claims/statement/?origin__exact=extraction", data)["Location"]
    assert page.endswith("/all/accept/?origin__exact=extraction")
    others = make_words(
        room.source, "The talks go on", review="accepted", origin="extraction", fingerprint="e" * 64
    )
    job = worked_off(chief, sent(chief, page))
    assert (job.done, job.refused) == (1, 1)
    room.suggestion.refresh_from_db()
    assert room.suggestion.review == "accepted"
    assert job.items.get(thing=others.pk).said == "Somebody has decided about this statement already."


def test_articles_are_published_and_withdrawn_with_one_reason(chief: Client, room: Newsroom) -> None:
    make_article("Another", "Another\n\nWith other words altogether.")
    page = "/admin/sources/source/all/"
    assert worked_off(chief, sent(chief, f"{page}publish/", shown="passages")).done == 2
    assert (
        worked_off(chief, sent(chief, f"{page}withdraw/", reason_en="It was a forgery, all of it.")).done == 2
    )
    assert set(Source.objects.values_list("publication", flat=True)) == {"withdrawn"}


def test_work_is_handed_to_a_colleague_once_each(chief: Client, room: Newsroom) -> None:
    colleague = make_account("colleague", "editor")
    make_drafts(2)
    for done, refused in ((3, 0), (0, 3)):
        job = worked_off(chief, sent(chief, f"{LIST}all/assign/", to=colleague.pk, due_on="2030-01-01"))
        assert (job.done, job.refused) == (done, refused)
    assert Assignment.objects.filter(to=colleague).count() == 3


def test_a_browser_with_javascript_gets_the_progress_alone_and_then_the_whole_page(
    chief: Client, room: Newsroom, monkeypatch: Any
) -> None:
    make_drafts(3)
    monkeypatch.setattr(bulk, "BATCH", 2)
    monkeypatch.setattr("claims.desk.bulk_pages.SECONDS", 0.001)
    page = sent(chief, f"{LIST}all/publish/")
    answer = chief.get(page, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert "<html" not in html
    assert 'hx-trigger="load"' in html
    for _turn in range(5):
        answer = chief.get(page, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == page.partition("?")[0]


# --- Nothing is lost, nothing twice


def test_what_somebody_changed_after_it_was_chosen_is_left_as_it_is(room: Newsroom) -> None:
    chief = make_account("chief", "senior editor")
    first, second, gone = make_drafts(3)
    job = asked_for("publish", Claim.objects.filter(pk__in=[first.pk, second.pk, gone.pk]), chief)
    reviewing.edit_claim(first, {"text_en": "Other words"}, by=chief)
    gone.delete()
    job = finished(job)
    assert (job.done, job.refused) == (1, 2)
    said = dict(job.items.exclude(said="").values_list("thing", "said"))
    assert list(said.values()) == ["Somebody changed it after you chose it.", "It is not here any more."]


def test_each_act_has_its_own_history(room: Newsroom) -> None:
    chief = make_account("chief", "senior editor")
    drafts = make_drafts(3)
    finished(asked_for("publish", Claim.objects.filter(slug__startswith="claim-"), chief))
    contexts = [draft.events.latest("pgh_id").pgh_context for draft in drafts]  # type: ignore[attr-defined]
    assert len({context.pk for context in contexts}) == 3
    assert {(context.metadata["user"], context.metadata["verb"]) for context in contexts} == {
        (chief.pk, "publish")
    }


def test_what_the_database_refuses_at_the_end_is_refused_of_that_one_alone(
    room: Newsroom, monkeypatch: Any
) -> None:
    """The grounds of a rating are checked when a transaction ends; the others of its batch must not fall with it."""
    monkeypatch.setattr("claims.reviewing.verdicts.lacks", lambda claim, rating: [])
    make_drafts(2)
    chief = make_account("chief", "editor")
    job = finished(asked_for("mark_refuted", Claim.objects.all(), chief, because={"en": REASON}))
    assert (job.done, job.refused) == (0, 3)
    assert {item.said for item in job.items.all()} == {"The grounds for this assessment are missing."}
    job = finished(asked_for("mark_disputed", Claim.objects.all(), chief, because={"en": REASON}))
    assert (job.done, job.refused) == (1, 2)


def test_work_that_was_cut_off_leaves_nothing_half_done_and_goes_on(room: Newsroom, monkeypatch: Any) -> None:
    chief = make_account("chief", "senior editor")
    drafts = make_drafts(6)
    job = asked_for("publish", Claim.objects.filter(slug__startswith="claim-"), chief)
    monkeypatch.setattr(bulk, "BATCH", 3)
    real, seen = bulk._one, []

    def killed(item: BulkItem, *rest: Any, **alone: Any) -> Any:
        seen.append(item.thing)
        if len(seen) == 5:
            raise KeyboardInterrupt
        return real(item, *rest, **alone)

    monkeypatch.setattr(bulk, "_one", killed)
    with pytest.raises(KeyboardInterrupt):
        bulk.work(job, seconds=60)
    job.refresh_from_db()
    assert job.done == 3 == Claim.objects.filter(publication="published").count()
    assert finished(job).done == 6
    for draft in drafts:
        verbs = [event.pgh_context.metadata["verb"] for event in draft.events.exclude(pgh_context=None)]  # type: ignore[attr-defined]
        assert verbs.count("publish") == 1


def test_a_row_that_somebody_holds_costs_its_batch_a_second_try(room: Newsroom, monkeypatch: Any) -> None:
    chief = make_account("chief", "senior editor")
    make_drafts(3)
    job = asked_for("publish", Claim.objects.filter(slug__startswith="claim-"), chief)
    real, times = bulk._try, []

    def held(*given: Any) -> str:
        times.append(1)
        if len(times) == 2:
            raise OperationalError("canceling statement due to lock timeout")
        return real(*given)

    monkeypatch.setattr(bulk, "_try", held)
    assert finished(job).done == 3


def test_one_that_never_ends_in_time_is_refused_and_the_others_are_done(
    room: Newsroom, monkeypatch: Any
) -> None:
    chief = make_account("chief", "senior editor")
    held, *_others = make_drafts(3)
    job = asked_for("publish", Claim.objects.filter(slug__startswith="claim-"), chief)
    real = bulk._try

    def too_much(item: BulkItem, *given: Any) -> str:
        if item.thing == held.pk:
            raise OperationalError("canceling statement due to statement timeout")
        return real(item, *given)

    monkeypatch.setattr(bulk, "_try", too_much)
    done = bulk.work(job, seconds=0)  # as a page works at it: what failed takes its time all the same
    assert (done.done, done.refused) == (2, 1)
    assert BulkItem.objects.get(job=job, state="refused").said.startswith("It could not be done in time")


def test_a_job_that_somebody_holds_all_the_time_does_not_hold_up_the_page(
    room: Newsroom, monkeypatch: Any
) -> None:
    monkeypatch.setattr(bulk, "SECONDS_A_BATCH", 0.15)
    job = asked_for("publish", Claim.objects.all(), make_account("chief", "senior editor"))
    tries = []

    def held(execute: Any, sql: str, *given: Any) -> Any:
        if sql.startswith('UPDATE "claims_bulkjob"') and len(tries) < 20:
            tries.append(sql)
            raise OperationalError("canceling statement due to lock timeout")
        return execute(sql, *given)

    with connection.execute_wrapper(held):
        assert bulk.work(job, seconds=0).worked == 0
    assert len(tries) < 5


def test_a_job_is_bounded_and_nothing_is_nothing(room: Newsroom, monkeypatch: Any) -> None:
    chief = make_account("chief", "senior editor")
    make_drafts(3)
    with pytest.raises(Refused, match="Nothing is left"):
        asked_for("publish", Claim.objects.none().filter(pk=0), chief)
    monkeypatch.setattr(bulk, "MOST", 2)
    with pytest.raises(Refused, match="at most 2 at a time"):
        asked_for("publish", Claim.objects.all(), chief)
    assert not BulkJob.objects.exists()
    assert not BulkItem.objects.exists()


# --- Who may


@pytest.mark.parametrize("role", ["viewer", "editor", "admin"])
def test_who_may_not_do_it_to_one_may_not_do_it_to_many(role: str, room: Newsroom) -> None:
    client = signed_in(make_account("somebody", role))
    assert client.get(f"{LIST}all/publish/").status_code == 403
    assert client.post(f"{LIST}all/publish/").status_code == 403
    offered = client.get(f"{LIST}all/").content.decode()
    assert "all/publish/" not in offered
    assert ("all/topic/" in offered) == (role == "editor")
    assert not BulkJob.objects.exists()


def test_a_colleague_sees_the_report_but_neither_works_nor_stops(chief: Client, room: Newsroom) -> None:
    page = sent(chief, f"{LIST}all/publish/").partition("?")[0]
    colleague = signed_in(make_account("colleague", "senior editor"))
    assert colleague.get(page).status_code == 200
    assert colleague.get(f"{page}?go=1").status_code == 403
    assert colleague.post(page, {"do": "stop"}).status_code == 403
    assert Client().get(page).status_code == 302
    assert BulkJob.objects.get().goes_on
    assert BulkJob.objects.get().worked == 0


def test_a_job_is_stopped_and_goes_on_by_who_asked_for_it(chief: Client, room: Newsroom) -> None:
    page = sent(chief, f"{LIST}all/publish/").partition("?")[0]
    sent(chief, page, do="stop")
    assert "Go on" in chief.get(f"{page}?go=1").content.decode()
    assert BulkJob.objects.get().worked == 0
    assert worked_off(chief, sent(chief, page, do="go")).done == 1


def test_an_account_that_lost_the_role_since_does_nothing_more(room: Newsroom) -> None:
    chief = make_account("chief", "senior editor")
    job = asked_for("publish", Claim.objects.all(), chief)
    chief.groups.clear()
    job = bulk.work(job, seconds=1)
    assert not job.goes_on
    assert job.why_stopped == "This account may not do this any more."
    assert job.worked == 0


def test_every_act_on_many_asks_for_a_verb_of_the_table() -> None:
    for kind in ("claim", "source", "statement"):
        for key, act in acts_of(kind).items():
            assert act.key == key
            assert isinstance(act.verb, Verb)
    assert {f"mark_{rating.value}" for rating in Rating} <= set(acts_of("claim"))
    assert "correct" not in acts_of("claim"), "its words are of one claim alone"


# --- Without a page, and in few queries


def test_a_command_works_at_what_waits(room: Newsroom, capsys: Any) -> None:
    chief = make_account("chief", "senior editor")
    call_command("work_bulk")
    assert "Nothing waits." in capsys.readouterr().out
    job = asked_for("publish", Claim.objects.all(), chief)
    call_command("work_bulk")
    assert f"{job.pk}: 1 of 1, 0 not done." in capsys.readouterr().out
    job.refresh_from_db()
    assert job.finished_at is not None


def test_the_report_of_what_was_finished_long_ago_goes_when_more_is_asked_for(
    room: Newsroom, capsys: Any
) -> None:
    chief, days = make_account("chief", "senior editor"), [91, 89, 200, 300]
    jobs = [finished(asked_for("publish", Claim.objects.all(), chief)) for _each in days]
    for job, ago in zip(jobs, days, strict=True):
        BulkJob.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=ago))
    going = asked_for("publish", Claim.objects.all(), chief)
    BulkJob.objects.filter(pk=going.pk).update(created_at=timezone.now() - timedelta(days=400))
    assert set(BulkJob.objects.all()) == {*jobs[1:], going}, "one at a time: nobody waits for a page"
    call_command("work_bulk")
    assert set(BulkJob.objects.all()) == {jobs[1], going}
    assert set(BulkItem.objects.values_list("job", flat=True)) == {jobs[1].pk, going.pk}
    bulk.stop(going, by=chief)
    BulkJob.objects.filter(pk=going.pk).update(stopped_at=timezone.now() - timedelta(days=91))
    newer = asked_for("publish", Claim.objects.all(), chief)
    assert set(BulkJob.objects.all()) == {jobs[1], newer}, "what was stopped long ago goes too"


def test_what_is_asked_for_is_stored_even_if_an_old_report_cannot_be_deleted_now(room: Newsroom) -> None:
    chief = make_account("chief", "senior editor")
    old = finished(asked_for("publish", Claim.objects.all(), chief))
    BulkJob.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=91))

    def in_use(execute: Any, sql: str, *given: Any) -> Any:
        if sql.startswith("DELETE"):
            raise OperationalError("canceling statement due to lock timeout")
        return execute(sql, *given)

    with connection.execute_wrapper(in_use):
        made = asked_for("publish", Claim.objects.all(), chief)
    assert set(BulkJob.objects.all()) == {old, made}


def test_choosing_many_is_one_statement_and_progress_asks_little(chief: Client, room: Newsroom) -> None:
    make_drafts(60)
    with CaptureQueriesContext(connection) as queries:
        page = sent(chief, f"{LIST}all/topic/?publication=draft", topic="drones")
    assert len([each for each in queries if "claims_bulkitem" in each["sql"]]) == 1
    for address in (
        page.partition("?")[0],
        f"{page.partition('?')[0]}?show=waiting",
        reverse("desk:bulk_jobs"),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert chief.get(address).status_code == 200
        assert len(queries) <= 10
    assert Topic.objects.count() == 1
    assert Statement.objects.exists()


def test_the_desks_home_and_ones_own_page_lead_whoever_has_such_acts_to_them(
    chief: Client, room: Newsroom
) -> None:
    link = f'<a href="{reverse("desk:bulk_jobs")}">Acts on many</a>'
    pages = (reverse("desk:home"), reverse("desk:mine"))
    assert [link in chief.get(page).content.decode() for page in pages] == [False, False]
    asked_for("publish", Claim.objects.all(), User.objects.get(username="chief"))
    assert [link in chief.get(page).content.decode() for page in pages] == [True, True]
    colleague = signed_in(make_account("colleague", "senior editor"))
    assert [link in colleague.get(page).content.decode() for page in pages] == [False, False]
