"""Every address of the site by everybody with every method, against one table: who is let in, sent to the login, or refused.

An address that is missing from the table fails: say here who may read it and who may send something to it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.template.base import Template
from django.test import Client
from django.urls import get_resolver

from claims.models import (
    Assignment,
    BulkItem,
    BulkJob,
    Correction,
    Denial,
    Evidence,
    ReadingChange,
    Request,
    TriageAct,
    Verdict,
    Withdrawal,
)
from claims.vocabulary import ALLOWED, Role, Verb
from sources.models import DerivationProposal, ImportRun
from tests.claims.desk_data import REASON, make_account, make_newsroom, signed_in
from tests.claims.every_model import unsaved
from tests.factories import (
    make_claim,
    make_published_claim,
    make_published_source,
    make_said,
    make_shown,
    make_speaker,
)

pytestmark = pytest.mark.django_db
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
PEOPLE = ("anonymous", "disabled", *(role.value for role in Role))
DESK = ALLOWED[Verb.READ_DESK]
NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Rule:
    """Who may do what at an address. `outer` is asked first, whatever the method; None means that the method is not allowed.

    `public`: strangers are let in too.
    """

    outer: frozenset[Role] = DESK
    read: frozenset[Role] | None = DESK
    send: frozenset[Role] | None = None
    public: bool = False

    def expected(self, who: str, method: str) -> str:
        may = {"GET": self.read, "HEAD": self.read, "POST": self.send}.get(method)
        if self.public:
            return "no such method" if may is None else "allowed"
        if who in ("anonymous", "disabled"):
            return "login"
        if Role(who) not in self.outer:
            return "forbidden"
        if may is None:
            return "no such method"
        return "allowed" if Role(who) in may else "forbidden"


READ = Rule()
PUBLIC = Rule(public=True)
OPEN = Rule(public=True, send=DESK)


def form(verb: Verb) -> Rule:
    """A page with a form, both of them for whoever has the verb."""
    return Rule(outer=ALLOWED[verb], read=ALLOWED[verb], send=ALLOWED[verb])


def read_by_all(verb: Verb) -> Rule:
    """Everybody at the desk reads the page; only who has the verb sends its form."""
    return Rule(send=ALLOWED[verb])


def button(verb: Verb) -> Rule:
    """Only a POST, only by who has the verb."""
    return Rule(outer=ALLOWED[verb], read=None, send=ALLOWED[verb])


def asked(verb: Verb) -> Rule:
    """A page of the desk on which the verb is asked for after the method."""
    return Rule(read=ALLOWED[verb], send=ALLOWED[verb])


# The sections of the admin: who reads, adds, changes, deletes.
_DRAFT, _TRIAGE, _IMPORT = ALLOWED[Verb.DRAFT], ALLOWED[Verb.TRIAGE], ALLOWED[Verb.IMPORT]
_ASKED, _USERS = ALLOWED[Verb.RECORD_REQUEST], ALLOWED[Verb.MANAGE_USERS]
SECTIONS: dict[str, tuple[frozenset[Role], ...]] = {
    "auth/user": (_USERS, _USERS, _USERS, NOBODY),
    "auth/group": (_USERS, NOBODY, NOBODY, NOBODY),
    "claims/claim": (DESK, _DRAFT, _DRAFT, _DRAFT),
    "claims/verdict": (DESK, NOBODY, NOBODY, NOBODY),
    "claims/evidence": (DESK, _DRAFT, _DRAFT, _DRAFT),
    "claims/correction": (DESK, NOBODY, NOBODY, NOBODY),
    "claims/withdrawal": (DESK, NOBODY, NOBODY, NOBODY),
    "claims/denial": (DESK, NOBODY, DESK, NOBODY),  # a change leads to the statement
    "claims/request": (DESK, _ASKED, _ASKED, NOBODY),
    "claims/speaker": (DESK, _TRIAGE, _TRIAGE, _TRIAGE),
    "claims/statement": (DESK, _TRIAGE, _TRIAGE, _TRIAGE),
    "claims/topic": (DESK, _DRAFT, _DRAFT, _DRAFT),
    "sources/importrun": (DESK, NOBODY, NOBODY, NOBODY),
    "sources/outlet": (DESK, _DRAFT, _DRAFT, _DRAFT),
    "sources/source": (DESK, DESK, _DRAFT, _DRAFT),  # adding leads to "Add articles"
}


def of_section(rights: tuple[frozenset[Role], ...]) -> dict[str, Rule]:
    reads, adds, changes, deletes = rights
    return {
        "": Rule(read=reads, send=reads),
        "add/": Rule(read=adds, send=adds),
        "<path:object_id>/history/": Rule(read=reads, send=reads),
        "<path:object_id>/delete/": Rule(read=deletes, send=deletes),
        "<path:object_id>/change/": Rule(read=reads, send=changes),
        "<path:object_id>/": Rule(send=DESK),  # leads to the change form
    }


TABLE: dict[str, Rule] = {
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    # --- the admin
    "admin/": Rule(send=DESK),
    "admin/login/": OPEN,
    "admin/logout/": Rule(read=None, send=DESK),
    "admin/password_change/": Rule(send=DESK),
    "admin/password_change/done/": READ,
    "admin/autocomplete/": READ,
    "admin/jsi18n/": READ,
    "admin/r/<path:content_type_id>/<path:object_id>/": Rule(send=DESK),
    "admin/^(?P<app_label>auth|claims|sources)/$": Rule(send=DESK),
    "admin/(?P<url>.*)$": Rule(send=DESK),
    "admin/auth/user/<int:pk>/reset-code/": Rule(read=_USERS, send=_USERS),
    "admin/auth/user/<id>/password/": Rule(read=_USERS, send=_USERS),
    "admin/claims/claim/mark/<slug:rating>/": asked(Verb.MARK),
    "admin/claims/claim/act/<slug:key>/": asked(Verb.PUBLISH),
    **{f"admin/{name}/all/": Rule(send=DESK) for name in ("claims/claim", "claims/statement", "sources/source")},
    "admin/claims/claim/all/<slug:key>/": asked(Verb.PUBLISH),
    "admin/claims/statement/all/<slug:key>/": asked(Verb.TRIAGE),
    "admin/sources/source/all/<slug:key>/": asked(Verb.PUBLISH),
    "admin/sources/source/add-articles/": asked(Verb.IMPORT),
    "admin/sources/importrun/<int:pk>/again/": Rule(read=None, send=_IMPORT),
    "admin/sources/source/<int:pk>/act/<slug:key>/": asked(Verb.PUBLISH),
    **{
        f"admin/{name}/{route}": rule
        for name, rights in SECTIONS.items()
        for route, rule in of_section(rights).items()
    },
    # --- the desk
    "desk/code/": Rule(send=DESK),
    "desk/language/": OPEN,
    "desk/": READ,
    "desk/claims/<int:pk>/": read_by_all(Verb.MARK),
    "desk/claims/<int:pk>/evidence/": form(Verb.DRAFT),
    "desk/claims/<int:pk>/act/<slug:key>/": asked(Verb.PUBLISH),
    "desk/sources/<int:pk>/": READ,
    "desk/sources/<int:pk>/triage-once/": button(Verb.TRIAGE),
    "desk/copies/<int:pk>/": button(Verb.TRIAGE),
    "desk/sources/<int:pk>/reading/": READ,
    "desk/sources/<int:pk>/analyse/": button(Verb.TRIAGE),
    "desk/sources/<int:pk>/changes/": button(Verb.TRIAGE),
    "desk/changes/": READ,
    "desk/changes/<int:pk>/": button(Verb.TRIAGE),
    "desk/statements/<int:pk>/accept/": button(Verb.TRIAGE),
    "desk/statements/<int:pk>/discard/": button(Verb.TRIAGE),
    "desk/decisions/": READ,
    "desk/decisions/<int:pk>/<slug:key>/": asked(Verb.APPROVE),
    "desk/evidence/<int:pk>/file/": READ,
    "desk/claims/<int:pk>/merge/": form(Verb.MERGE),
    "desk/claims/<int:pk>/split/": form(Verb.MERGE),
    "desk/claims/<int:pk>/unmerge/": form(Verb.MERGE),
    "desk/speakers/<int:pk>/merge/": form(Verb.MERGE),
    "desk/speakers/<int:pk>/unmerge/": form(Verb.MERGE),
    "desk/claims/<int:pk>/history/": READ,
    "desk/claims/<int:pk>/as-of/": READ,
    "desk/claims/<int:pk>/dossier/": READ,
    "desk/claims/<int:pk>/dossier.json": READ,
    "desk/orders/<int:pk>/": read_by_all(Verb.APPROVE_ORDER),
    "desk/permissions/": READ,
    "desk/speakers/<int:pk>/": read_by_all(Verb.TRIAGE),
    "desk/speakers/<int:pk>/speaks-for/": form(Verb.TRIAGE),
    "desk/sources/<int:pk>/where-from/": form(Verb.DRAFT),
    "desk/names/<int:pk>/move/": form(Verb.TRIAGE),
    "desk/speakers/<int:pk>/history/": READ,
    "desk/sources/<int:pk>/history/": READ,
    "desk/history/<slug:kind>/<int:pk>/": READ,
    "desk/mine/": READ,
    "desk/notices/": Rule(send=DESK),
    "desk/assign/<slug:kind>/<int:pk>/": button(Verb.ASSIGN),
    "desk/assignments/<int:pk>/done/": button(Verb.ASSIGN),
    "desk/claims/<int:pk>/notes/": button(Verb.ASSIGN),
    "desk/bulk/": READ,
    "desk/bulk/<int:pk>/": Rule(send=NOBODY),  # somebody else's
    "desk/requests/": READ,
    "desk/requests/add/": form(Verb.RECORD_REQUEST),
    "desk/requests/<int:pk>/": read_by_all(Verb.RECORD_REQUEST),
    "desk/triage/": READ,
    "desk/triage/<int:pk>/": READ,
    "desk/triage/<int:pk>/close/": button(Verb.TRIAGE),
    "desk/triage/<int:pk>/next/": READ,
    "desk/triage/statements/<int:pk>/": button(Verb.TRIAGE),
    "desk/triage/sure/": form(Verb.TRIAGE),
    "desk/triage/undo/<int:pk>/": button(Verb.TRIAGE),
    # --- what everybody reads and nobody writes
    **dict.fromkeys(
        (
            "api/v1/", "api/v1/claims", "api/v1/claims/<slug:slug>", "api/v1/statements", "api/v1/statements/<int:key>",
            "api/v1/denials", "api/v1/decisions", "api/v1/replies", "api/v1/speakers", "api/v1/speakers/<slug:slug>",
            "api/v1/sources", "api/v1/sources/<int:key>", "api/v1/outlets", "api/v1/corrections", "api/v1/openapi.json",
            r"api/v1/[\s\S]*", "export/", "history/head.json",
            r"^feeds/(?P<language>it|en)/(?P<name>all|decisions|denials|corrections)\.atom\Z",
            r"^feeds/(?P<language>it|en)/claims/(?P<slug>[-a-zA-Z0-9_]+)\.atom\Z",
            r"^feeds/(?P<language>it|en)/claimreviews\.json\Z",
            r"^(?P<language>it|en)/claims/(?P<slug>[-a-zA-Z0-9_]+)/share\.png\Z",
            "sitemap.xml", "sitemap-pages.xml", "sitemap-claims-<int:number>.xml", "robots.txt",
            ".well-known/security.txt", "", "en/", "en/claims/", "en/claims/<slug:slug>/", "en/claims/<slug:slug>/history/",
            "en/denials/", "en/denials/matrix/", "en/reversals/", "en/speakers/", "en/speakers/<slug:slug>/", "en/sources/",
            "en/sources/<int:pk>-<slug:slug>/", "en/search/", "en/topics/", "en/outlets/", "en/decisions/", "en/corrections/",
            "en/method/", "en/about/", "en/^(?P<language>en|it)/(?P<rest>.*)$",
        ),
        PUBLIC,
    ),
}  # fmt: skip
# Addresses that lead to nothing here: a page that is not found, for whoever was let in.
NOT_FOUND = {
    "admin/(?P<url>.*)$",
    "admin/r/<path:content_type_id>/<path:object_id>/",
    "desk/evidence/<int:pk>/file/",
    r"api/v1/[\s\S]*",
    "sitemap-claims-<int:number>.xml",
    ".well-known/security.txt",
}


def routes(patterns: Any, before: str = "") -> Iterator[str]:
    for each in patterns:
        route = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from routes(each.url_patterns, route)
        else:
            yield route


def test_every_address_is_in_the_table() -> None:
    assert set(routes(get_resolver().url_patterns)) == set(TABLE)


# -- the walk ---------------------------------------------------------------------------------------------------------------------


def made(model: type[Any], **fields: Any) -> int:
    """The key of a new row."""
    row = unsaved(model)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    return int(row.pk)


def addresses() -> dict[str, str]:
    """Each route of the table with rows to be found there; no row is published where that would forbid an act."""
    room = make_newsroom()
    merged = make_speaker(merged_into=room.party)
    act = TriageAct.objects.create(by=make_account("triaging", "editor"), source=room.source, verb="accept")
    shown, read = make_published_claim("Seen by readers."), make_published_source("Read by readers.")
    said = make_said(read, "Read by readers", make_speaker("Seen Speaker", slug="seen-speaker"))
    make_shown(said, shown)
    job = BulkJob.objects.create(by=act.by, kind="claim", act="publish", language="en", total=2, refused=1)
    BulkItem.objects.create(
        job=job, thing=room.claim.pk, version=1, state="refused", said="Its grounds are gone."
    )
    keys: dict[str, Any] = {
        "desk/claims/<int:pk>/unmerge": make_claim("Said twice", merged_into=room.claim).pk,
        "desk/claims/": room.claim.pk,
        "desk/sources/": room.source.pk,
        "desk/copies/": made(DerivationProposal),
        "desk/changes/": made(ReadingChange),
        "desk/statements/": room.suggestion.pk,
        "desk/decisions/": made(Verdict),
        "desk/evidence/": made(Evidence),
        "desk/speakers/<int:pk>/unmerge": merged.pk,
        "desk/speakers/": room.spokesman.pk,
        "desk/names/": room.spokesman.names.values_list("pk", flat=True)[0],
        "desk/orders/": made(Request, kind="removal", sender="A reader"),
        "desk/assign/": room.claim.pk,
        "desk/assignments/": made(Assignment),
        "desk/history/": room.suggestion.pk,
        "desk/requests/": made(Request),
        "desk/bulk/": job.pk,
        "desk/triage/statements/": room.suggestion.pk,
        "desk/triage/undo/": act.pk,
        "desk/triage/": room.source.pk,
        "admin/auth/user/": make_account("somebody").pk,
        "admin/auth/group/": Group.objects.get(name="viewer").pk,
        "admin/claims/claim/": room.claim.pk,
        "admin/claims/verdict/": made(Verdict),
        "admin/claims/evidence/": made(Evidence),
        "admin/claims/correction/": made(Correction),
        "admin/claims/withdrawal/": made(Withdrawal),
        "admin/claims/denial/": Denial.objects.values_list("pk", flat=True)[0],
        "admin/claims/request/": made(Request),
        "admin/claims/speaker/": room.spokesman.pk,
        "admin/claims/statement/": room.suggestion.pk,
        "admin/claims/topic/": room.topic.pk,
        "admin/sources/importrun/": ImportRun.objects.create(kind="articles").pk,
        "admin/sources/outlet/": room.outlet.pk,
        "admin/sources/source/": room.source.pk,
        "api/v1/statements/": said.pk,
        "api/v1/sources/": read.pk,
        "en/sources/": read.pk,
    }
    words = {
        "rating": "unproven", "key": "publish", "kind": "claim", "slug": shown.slug, "language": "en", "name": "all",
        "number": 1, "app_label": "claims", "url": "nowhere", "rest": "claims/", "content_type_id": 1, "object_id": 1,
    }  # fmt: skip

    def filled(route: str) -> str:
        first = next((each for each in keys if route.startswith(each)), None)
        given = {**words, **({"pk": keys[first], "id": keys[first], "key": keys[first]} if first else {})}
        given |= {"object_id": keys[first]} if first else {}
        if "slug:key" in route:
            given["key"] = (
                "approve" if "decisions" in route else "accept" if "statement/" in route else "publish"
            )
        if "speakers/<slug" in route:
            given["slug"] = "seen-speaker"
        path = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda found: str(given[found[1]]), route)
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(given[found[1]]), path)
        path = path.replace(r"[\s\S]*", "nowhere").replace(r"\.", ".").replace(r"\Z", "")
        return "/" + path.replace("^", "").replace("$", "")

    found = {route: filled(route) for route in TABLE}
    found["desk/history/<slug:kind>/<int:pk>/"] = f"/desk/history/statement/{room.suggestion.pk}/"
    asks = {
        "admin/claims/claim/mark/<slug:rating>/": f"claims={room.claim.pk}",
        "admin/claims/claim/act/<slug:key>/": f"claims={room.claim.pk}",
        "admin/autocomplete/": "app_label=claims&model_name=statementspeaker&field_name=speaker",
    }
    return found | {route: f"{found[route]}?{query}" for route, query in asks.items()}


# Whatever some form of the desk takes: a door left open would do something with it.
SENT = {
    "rating": "unproven", "reason_en": REASON, "because": REASON, "note": REASON, "text": REASON, "text_en": "Other words",
    "do": "answer", "decision": "refuse", "outcome": "refused", "answer": REASON, "version": "1", "shown": "whole",
    "kinds": "assigned", "kind": "correction", "at_least": "50", "post": "yes", "name_en": "Other", "slug": "other",
}  # fmt: skip
WRITES = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?(?!django_session)(\w+)', re.IGNORECASE)


@contextmanager
def undone() -> Iterator[list[str]]:
    """What is written inside, as the names of its tables (sessions apart); nothing of it stays."""
    written: list[str] = []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if found := WRITES.match(sql):
            written.append(found[2])
        return execute(sql, *rest)

    with transaction.atomic(), connection.execute_wrapper(watch):
        yield written
        transaction.set_rollback(True)


def client_of(who: str) -> Client:
    if who == "anonymous":
        return Client()
    account = make_account("the-one", "senior editor" if who == "disabled" else who)
    client = signed_in(account)
    if who == "disabled":
        User.objects.filter(pk=account.pk).update(is_active=False)
    return client


def what_came(answer: Any, route: str) -> str:
    # Whoever leaves without having been in is led to the admin's first page, which leads to the login.
    logins = ("/admin/login/", "/admin/") if route == "admin/logout/" else ("/admin/login/",)
    if answer.status_code == 302 and answer["Location"].partition("?")[0] in logins:
        return "login"
    named = {403: "forbidden", 405: "no such method", 404: "not found"}
    return named.get(answer.status_code, "allowed" if answer.status_code < 410 else str(answer.status_code))


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_at_every_address_with_every_method_what_the_table_says(
    who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who is let in is decided before a page is drawn; each refusal would write its line into the log.
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    monkeypatch.setattr(Template, "_render", lambda self, context: "")
    found, client = addresses(), client_of(who)
    cookies = {name: each.value for name, each in client.cookies.items()}
    different: list[str] = []
    for route, address in found.items():
        for method in METHODS:
            client.cookies.load(cookies)
            with undone() as written:
                answer = client.post(address, SENT) if method == "POST" else client.generic(method, address)
                came = what_came(answer, route)
                if answer.streaming:
                    list(answer)  # read to its end, as an export holds its place until then
            wanted = TABLE[route].expected(who, method)
            if came == "not found" and wanted == "allowed" and (route in NOT_FOUND or method == "POST"):
                came = "allowed"
            if came != wanted:
                different.append(f"{method} {route}: {came}, not {wanted}")
            if written and (wanted != "allowed" or method in ("PUT", "DELETE")):
                different.append(f"{method} {route}: wrote {sorted(set(written))}")
    assert not different, "\n".join(different)
