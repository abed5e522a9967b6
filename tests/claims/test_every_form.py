"""Every form of the desk and of the admin, in one walk: whoever comes second is answered 409 and overwrites nothing.

A new address or section that is missing here fails: say how it is kept from overwriting, or why there is nothing to overwrite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from claims import linking, reviewing
from claims.admin.accounts import AccountAdmin
from claims.admin.permitting import ByTheTable
from claims.admin.versions import KeepsVersions
from claims.models import Affiliation, Claim, Evidence, Request, Speaker, Statement
from sources.models import DerivationProposal, Source
from tests.claims.desk_data import REASON, Newsroom, make_account, make_article, make_newsroom, signed_in
from tests.claims.desk_forms import fields_of

pytestmark = pytest.mark.django_db
WHY = "They are one and the same."
SAID = "We had the wrong month, as a reader told us."

# Pages without a form that changes anything.
READ = {
    "home", "article", "reading", "readings", "second_readings", "evidence_file", "claim_history", "claim_as_of", "dossier",
    "dossier_json", "permissions", "bulk_jobs", "speaker_history", "source_history", "requests", "mine", "triage", "triage_article", "triage_next",
}  # fmt: skip
# Forms with nothing to overwrite, and why.
NOTHING_TO_OVERWRITE = {
    "evidence": "adds a row",
    "record_request": "adds a row",
    "assign": "adds a row; the same one twice is refused",
    "finish_assignment": "is done once, by conditional update",
    "write_note": "adds a row",
    "notices": "one's own choice",
    "analyse": "reads the text again, which never changes; what it finds is only proposed",
    "decide_reading": "a proposed change is decided once: the second is told so",
    "decide_readings": "the same, for all on a page",
    "triage_once": "touches what still waits, by conditional update",
    "triage_close": "discards what still waits of what the page showed, by conditional update",
    "triage_sure": "accepts what still waits, by conditional update",
    "triage_undo": "refuses where anything has moved on since the act",
    "order": "has nothing to fill in; the version that was read is approved, or none (test_orders)",
    "language": "one's own session",
    "bulk_job": "stops or goes on; each thing has the version with which it was chosen (test_bulk)",
}


@dataclass
class Opened:
    """A form as somebody opened it: where it is sent, what is sent, and who sends it."""

    address: str
    data: dict[str, Any] = field(default_factory=dict)
    who: str = "chief"


def account(name: str) -> User:
    roles = {"chief": ("senior editor",), "admin": ("admin",)}
    return User.objects.filter(username=name).first() or make_account(name, *roles.get(name, ("editor",)))


def as_(name: str) -> Client:
    return signed_in(account(name))


def versions(*things: Any) -> dict[str, Any]:
    return {f"version_{each.pk}": type(each).objects.get(pk=each.pk).version for each in things}


def shown(room: Newsroom) -> None:
    reviewing.publish_source(room.source, by=account("chief"))
    reviewing.publish(room.claim, by=account("chief"))


def mark(room: Newsroom) -> Opened:
    data = {"rating": "disputed", "reason_en": REASON, **versions(room.claim)}
    return Opened(reverse("desk:claim", args=[room.claim.pk]), data)


def mark_in_the_admin(room: Newsroom) -> Opened:
    page = f"{reverse('admin:claims_claim_mark', args=['disputed'])}?claims={room.claim.pk}"
    return Opened(page, {"reason_en": REASON, **versions(room.claim)})


def act(key: str) -> Callable[[Newsroom], Opened]:
    def opened(room: Newsroom) -> Opened:
        if key != "publish":
            shown(room)
        if key == "reopen":
            reviewing.review_again(room.claim, by=account("chief"))
        said = {"reason_en": SAID, "told_en": SAID, "text_en": "Another wording"}
        return Opened(reverse("desk:act", args=[room.claim.pk, key]), {**said, **versions(room.claim)})

    return opened


def act_on_an_article(key: str) -> Callable[[Newsroom], Opened]:
    def opened(room: Newsroom) -> Opened:
        if key != "publish":
            shown(room)
        if key == "reopen":
            reviewing.withdraw(room.source, by=account("chief"), because=SAID)
        page = reverse("admin:sources_source_act", args=[room.source.pk, key])
        data = {"reason_en": SAID, "told_en": SAID, "shown": "passages"}
        return Opened(page, {**data, **versions(room.source)})

    return opened


def stage(key: str) -> Callable[[Newsroom], Opened]:
    def opened(room: Newsroom) -> Opened:
        author = "chief" if key in ("publish-now", "propose-again") else "author"
        verdict = reviewing.propose(room.claim, "disputed", by=account(author), because={"en": REASON})
        if key == "propose-again":
            reviewing.send_back(verdict, by=account("reader"), note=SAID)
        data = {"note": SAID, "early_reason": SAID, "rating": "disputed", "reason_en": REASON}
        return Opened(reverse("desk:stage", args=[verdict.pk, key]), {**data, **versions(room.claim)})

    return opened


def on_a_suggestion(name: str) -> Callable[[Newsroom], Opened]:
    def opened(room: Newsroom) -> Opened:
        data = {"do": "accept", "version": room.suggestion.version, **versions(room.suggestion)}
        return Opened(reverse(f"desk:{name}", args=[room.suggestion.pk]), data, "editor")

    return opened


def merge_claims(room: Newsroom) -> Opened:
    other = Claim.objects.create(text_en="The same in other words", slug="the-same")
    page = f"{reverse('desk:merge_claim', args=[other.pk])}?into={room.claim.pk}"
    return Opened(page, {"because": WHY, **versions(other, room.claim)})


def split_claim(room: Newsroom) -> Opened:
    first = room.claim.positions.first()
    assert first is not None
    data = {"text_en": "One half of it", "because": WHY, f"p{first.pk}": "goes", **versions(room.claim)}
    return Opened(reverse("desk:split_claim", args=[room.claim.pk]), data)


def merge_people(room: Newsroom) -> Opened:
    double = Speaker.objects.create(name="Carim Testi", slug="carim", kind="person")
    page = f"{reverse('desk:merge_speaker', args=[double.pk])}?into={room.spokesman.pk}"
    return Opened(page, {"because": WHY, **versions(double, room.spokesman)})


def unmerge_people(room: Newsroom) -> Opened:
    linking.merge_speakers(room.spokesman, into=room.party, by=account("editor"), because=WHY)
    return Opened(
        reverse("desk:unmerge_speaker", args=[room.spokesman.pk]),
        {"because": WHY, **versions(room.spokesman)},
    )


def unmerge_claims(room: Newsroom) -> Opened:
    other = Claim.objects.create(text_en="The same in other words", slug="the-same")
    linking.merge_claims(other, into=room.claim, by=account("editor"), because=WHY)
    page = reverse("desk:unmerge_claim", args=[other.pk])
    return Opened(page, {"because": WHY, **versions(other, room.claim)})


def on_a_speaker(do: str) -> Callable[[Newsroom], Opened]:
    def opened(room: Newsroom) -> Opened:
        row = Affiliation.objects.create(speaker=room.spokesman, body=room.party)
        data = {
            "name": {"name": "K. T.", "kind": "garbled"},
            "role": {"body": "Testland", "role_en": WHY},
            "end": {"row": row.pk, "on": "2022-01-01"},
        }
        page = reverse("desk:speaker", args=[room.spokesman.pk])
        return Opened(page, {"do": do, **data[do], **versions(room.spokesman)}, "editor")

    return opened


def where_from(room: Newsroom) -> Opened:
    other = make_article("Another", "Another\n\nWords of another article.\n")
    data = {"do": "origin", "origin": other.pk, "because": WHY, **versions(room.source)}
    return Opened(reverse("desk:where_from", args=[room.source.pk]), data, "editor")


def speaks_for(room: Newsroom) -> Opened:
    page = f"{reverse('desk:speaks_for', args=[room.spokesman.pk])}?alone=yes"
    return Opened(page, {"because": WHY, **versions(room.spokesman)}, "editor")


def move_name(room: Newsroom) -> Opened:
    name = room.spokesman.names.get()
    page = f"{reverse('desk:move_name', args=[name.pk])}?into={room.party.pk}"
    return Opened(page, {"because": WHY, **versions(room.spokesman)}, "editor")


def possible_copy(room: Newsroom) -> Opened:
    copy = make_article("Talks", "Talks\n\nOfficials met on Monday in the capital, it is said.\n")
    made = DerivationProposal.objects.create(
        source=copy, from_source=room.source, share=0.5, share_of_original=0.1, words=8
    )
    return Opened(
        reverse("desk:decide_copy", args=[made.pk]), {"decision": "confirm", "version": made.version}
    )


def answer_a_request(room: Newsroom) -> Opened:
    made = make_request(room)
    data = {"do": "answer", "outcome": "refused", "answer": SAID, **versions(made)}
    return Opened(reverse("desk:request", args=[made.pk]), data)


# --- what somebody else does meanwhile


def on_the_claim(room: Newsroom) -> None:
    Claim.objects.filter(pk=room.claim.pk).update(text_en="Said otherwise meanwhile")


def on_the_article(room: Newsroom) -> None:
    Source.objects.filter(pk=room.source.pk).update(title="Said otherwise meanwhile")


def on_the_suggestion(room: Newsroom) -> None:
    linking.reject(room.suggestion, by=account("faster"), because="A figure of speech.")


def on_the_spokesman(room: Newsroom) -> None:
    Speaker.objects.filter(pk=room.spokesman.pk).update(name="Said otherwise meanwhile")


def on_the_copy(room: Newsroom) -> None:
    linking.refuse_derivation(DerivationProposal.objects.get(), by=account("faster"), base=1)


def on_the_request(room: Newsroom) -> None:
    Request.objects.update(sender="Somebody else")


Form = tuple[Callable[[Newsroom], Opened], Callable[[Newsroom], None]]
FORMS: dict[str, Form] = {
    "claim": (mark, on_the_claim),
    "claim, from the list": (mark_in_the_admin, on_the_claim),
    **{
        f"act: {key}": (act(key), on_the_claim)
        for key in ("publish", "publish_update", "review_again", "correct", "reopen", "withdraw")
    },
    **{
        f"act on an article: {key}": (act_on_an_article(key), on_the_article)
        for key in ("publish", "correct", "reopen", "withdraw")
    },
    **{
        f"stage: {key}": (stage(key), on_the_claim)
        for key in ("approve", "send-back", "publish-now", "propose-again")
    },
    **{name: (on_a_suggestion(name), on_the_suggestion) for name in ("accept", "discard", "triage_decide")},
    "merge_claim": (merge_claims, on_the_claim),
    "split_claim": (split_claim, on_the_claim),
    "merge_speaker": (merge_people, on_the_spokesman),
    "unmerge_claim": (unmerge_claims, on_the_claim),
    "unmerge_speaker": (unmerge_people, on_the_spokesman),
    **{f"speaker: {do}": (on_a_speaker(do), on_the_spokesman) for do in ("name", "role", "end")},
    "where_from": (where_from, on_the_article),
    "speaks_for": (speaks_for, on_the_spokesman),
    "move_name": (move_name, on_the_spokesman),
    "decide_copy": (possible_copy, on_the_copy),
    "request": (answer_a_request, on_the_request),
}


def state() -> list[Any]:
    """What none of the forms may have changed."""
    return [
        list(model._default_manager.order_by("pk").values_list("pk", "version"))
        for model in (Claim, Source, Statement, Speaker, DerivationProposal, Request)
    ]


@pytest.mark.parametrize("name", list(FORMS))
def test_whoever_comes_second_is_shown_what_changed_and_overwrites_nothing(name: str) -> None:
    room = make_newsroom()
    opens, meanwhile = FORMS[name]
    opened = opens(room)
    meanwhile(room)
    before = state()
    answer = as_(opened.who).post(opened.address, opened.data)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert 'class="desk-conflict"' in page
    assert state() == before
    if "<textarea" in page:  # a form that asks for words still has them
        assert any(words in page for words in (REASON, SAID, WHY))


def test_every_address_of_the_desk_is_in_one_of_the_tables() -> None:
    names = {name for name in _names(get_resolver().url_patterns) if name}
    walked = {name.partition(":")[0].partition(",")[0] for name in FORMS} - {"act on an article"}
    assert names == READ | {"history"} | set(NOTHING_TO_OVERWRITE) | walked


def _names(patterns: Any, inside: bool = False) -> list[str]:
    """Names of the addresses in the desk's namespace."""
    found: list[str] = []
    for each in patterns:
        if hasattr(each, "url_patterns"):
            found += _names(each.url_patterns, inside or each.namespace == "desk")
        elif inside:
            found.append(each.name)
    return found


def test_every_section_of_the_admin_that_anybody_changes_keeps_versions() -> None:
    for model, section in admin.site._registry.items():
        changes = getattr(section, "changes", None)
        if isinstance(section, ByTheTable) and changes is None:
            continue
        assert isinstance(section, KeepsVersions | AccountAdmin), model


def make_request(room: Newsroom) -> Request:
    return Request.objects.create(
        kind="correction",
        sender="A reader",
        received_at=timezone.now(),
        due_at=timezone.now() + timedelta(days=2),
        text="The month is wrong.",
        language="en",
        claim=room.claim,
    )


def make_evidence(room: Newsroom) -> Evidence:
    return reviewing.add_evidence(
        room.claim, by=account("chief"), kind="context", url="https://example.org", note_en="As it was"
    )


# Each form of the admin: the row, and a field of it that two people change.
SECTIONS: dict[str, tuple[Callable[[Newsroom], models.Model], str]] = {
    "Claim": (lambda room: room.claim, "text_en"),
    "Topic": (lambda room: room.topic, "name_en"),
    "Outlet": (lambda room: room.outlet, "name"),
    "Speaker": (lambda room: room.party, "description_en"),
    "Source": (lambda room: room.source, "title"),
    "Statement": (lambda room: room.denial, "desk_note"),
    "Evidence": (make_evidence, "note_en"),
    "Request": (make_request, "outcome_note"),
}


@pytest.mark.parametrize("section", list(SECTIONS))
def test_every_form_of_the_admin_shows_base_theirs_and_yours(section: str) -> None:
    room = make_newsroom()
    make, name = SECTIONS[section]
    row = make(room)
    page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    chief = as_("chief")
    data = fields_of(chief.get(page).content.decode())
    type(row)._default_manager.filter(pk=row.pk).update(**{name: "Theirs"})
    answer = chief.post(page, {**data, name: "Yours"})
    assert answer.status_code == 409
    (line,) = [each for each in answer.context["rows"] if each.name == name]
    assert (line.theirs, line.yours) == ("Theirs", "Yours")
    row.refresh_from_db()
    assert getattr(row, name) == "Theirs"


def test_every_section_that_keeps_versions_is_walked() -> None:
    kept = {model.__name__ for model, each in admin.site._registry.items() if isinstance(each, KeepsVersions)}
    assert kept == set(SECTIONS)
