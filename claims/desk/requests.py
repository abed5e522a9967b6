"""Requests on the desk: the list of what waits for an answer, the form that records one, and the page on which it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db import IntegrityError
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from claims import answering
from claims.desk.hands import in_hands
from claims.desk.keys import is_key
from claims.desk.marking import CHANGED_MEANWHILE, back_to, versions_in
from claims.desk.meanwhile import meanwhile
from claims.desk.people import editor_of
from claims.desk.queues import requests_due
from claims.desk.refusals import told
from claims.desk.views import on_the_desk
from claims.errors import Refused, Stale
from claims.labels import choices, label
from claims.models import Claim, Request, Speaker
from claims.models.claim import READERS_SEE
from claims.permissions import may
from claims.vocabulary import ORDERS, OUTCOMES, RequestKind, RequestOutcome, Verb
from sources.labels import choices as language_choices
from sources.models import Source, long_columns
from sources.vocabulary import Language

LINES_A_PAGE = 50

STATES: dict[str, Promise] = {
    "open": pgettext_lazy("requests", "Open"),
    "due": gettext_lazy("Due within a day"),
    "overdue": gettext_lazy("Overdue"),
    "all": pgettext_lazy("requests", "All"),
}
ABOUT = ("claim", "source", "speaker")


# --- The list


@on_the_desk()
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What waits, the soonest due first; with `state=all` everything, the newest first. Page by page by row value."""
    asked = request.GET
    state = asked.get("state", "open")
    state = state if state in STATES else "open"
    kind = asked.get("kind", "") if asked.get("kind") in {each.value for each in RequestKind} else ""
    about = {name: int(asked[name]) for name in ABOUT if is_key(asked.get(name, ""))}
    rows = _in_state(state).filter(**about, **({"kind": kind} if kind else {}))
    is_mine = asked.get("mine") == "yes"
    if is_mine:
        rows = rows.filter(assignments__to=editor_of(request), assignments__done_at=None)
    descending = state == "all"
    place = _place(asked.get("after", ""))
    if place is not None:
        ahead = "lt" if descending else "gt"
        at, pk = place
        rows = rows.filter(**{f"turn_at__{ahead}e": at}).exclude(
            turn_at=at, **{"pk__gte" if descending else "pk__lte": pk}
        )
    order = ("-turn_at", "-pk") if descending else ("turn_at", "pk")
    found = list(with_what_it_is_about(rows).order_by(*order)[: LINES_A_PAGE + 1])
    lines = found[:LINES_A_PAGE]
    older = asked.copy()
    if len(found) > LINES_A_PAGE:
        older["after"] = f"{lines[-1].turn_at.isoformat()}_{lines[-1].pk}"  # type: ignore[attr-defined]
    context = {
        "lines": lines,
        "older": older.urlencode() if len(found) > LINES_A_PAGE else "",
        "states": [(key, words, key == state) for key, words in STATES.items()],
        "kinds": [(key, words, key == kind) for key, words in choices(RequestKind)],
        "mine": is_mine,
        "about": about,
        "now": timezone.now(),
        "may_record": may(request.user, Verb.RECORD_REQUEST),
        "carried": urlencode(about),
    }
    return render(request, "desk/requests.html", context)


def _in_state(state: str) -> QuerySet[Any]:
    now = timezone.now()
    rows = {
        "open": Request.objects.open(),
        "due": requests_due(),
        "overdue": Request.objects.due(now),
        "all": Request.objects.all(),
    }[state]
    turn = F("received_at") if state == "all" else Coalesce("due_at", "received_at")
    return rows.annotate(turn_at=turn)


def with_what_it_is_about(rows: QuerySet[Request]) -> QuerySet[Request]:
    """One query, whatever the requests are about."""
    return rows.select_related("claim", "statement", "source", "speaker", "handled_by").defer(
        *long_columns("source"), "claim__search_it", "claim__search_en", "claim__signature", "speaker__sounds"
    )


def _place(after: str) -> tuple[datetime, int] | None:
    """(moment, key) after which a page begins; None for an address that makes no sense."""
    at, _line, pk = after.rpartition("_")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, int(pk)) if moment.tzinfo and is_key(pk) and 1 < moment.year < 9999 else None


# --- Recording


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]
    """A request as it came in. What holds for each kind is for answering to say."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language of the text"),
        choices=[("", gettext_lazy("Another")), *language_choices(Language)],
        required=False,
    )

    class Meta:
        model = Request
        fields = ("kind", "sender", "contact", "text", "language", "received_at", "due_at")
        widgets = {
            "text": forms.Textarea(attrs={"rows": 10}),
            "received_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "due_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }
        help_texts = {
            "sender": gettext_lazy("A name, not an address: it stands beside a published reply."),
            "text": gettext_lazy(
                "Word for word, as it came by e-mail. A reply that we publish is shown in full. Of what we ask: what we wrote."
            ),
            "received_at": gettext_lazy("Or sent, where we ask. The time is UTC."),
            "due_at": gettext_lazy("Left empty: the usual number of days from then."),
        }


@on_the_desk(Verb.RECORD_REQUEST)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    """Records a request about what the address names: claim, source, speaker; `answers`: what we had asked."""
    about = _about(request.GET)
    kind = request.GET.get("kind", RequestKind.REPLY if about.get("answers") else RequestKind.CORRECTION)
    initial = {
        "kind": kind,
        "received_at": timezone.now(),
        "sender": getattr(about.get("speaker"), "name", ""),
        "language": getattr(about.get("answers"), "language", ""),
    }
    made = Request(**about)
    form = RecordForm(request.POST if request.method == "POST" else None, instance=made, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            stored = answering.record_request(form.save(commit=False), by=editor_of(request))
        except Refused as refused:
            form.add_error(refused.code if refused.code in form.fields else None, refused.sentence)
        except IntegrityError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("The request is recorded."))
            return HttpResponseRedirect(reverse("desk:request", args=[stored.pk]))
    back = back_to(request, reverse("desk:requests"))
    return render(request, "desk/request_record.html", {"form": form, "about": about, "next": back})


def _about(asked: Mapping[str, str]) -> dict[str, Any]:
    """The rows that an address names, by field of a request."""
    rows: dict[str, QuerySet[Any]] = {
        "claim": Claim.objects.without_vectors(),
        "source": Source.objects.without_text(),
        "speaker": Speaker.objects.defer("sounds"),
        "answers": Request.objects.filter(kind=RequestKind.RIGHT_OF_REPLY),
    }
    found = {
        name: get_object_or_404(queryset, pk=int(asked[name]))
        for name, queryset in rows.items()
        if is_key(asked.get(name, ""))
    }
    if answers := found.get("answers"):
        found |= {"claim": answers.claim, "speaker": answers.speaker}
    return found


# --- One request


class AnswerForm(forms.Form):
    """How it ended."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), widget=forms.RadioSelect)
    answer = forms.CharField(
        label=gettext_lazy("Our answer"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("The e-mail as we sent it, copied in. Readers never see it."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note for colleagues"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, kind: RequestKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["outcome"]
        field.choices = [(each.value, label(each, RequestOutcome)) for each in OUTCOMES[kind]]


class ReasonForm(forms.Form):
    """Why something is taken back."""

    because = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("A sentence for your colleagues; it stays in the history."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@dataclass(frozen=True, slots=True)
class Deed:
    """What can be done to a request: who may, when, and what it asks."""

    verb: Verb
    name: Promise
    form: type[forms.Form] | None
    done: Promise

    def is_for(self, key: str, found: Request, user: Any) -> bool:
        is_open = found.outcome == RequestOutcome.OPEN
        is_reply = found.kind == RequestKind.REPLY
        when = {
            "answer": is_open,
            "reopen": not is_open and found.carried_out_at is None,
            "publish": is_reply
            and found.published_at is None
            and bool(found.claim and found.claim.is_public),
            "hide": found.published_at is not None,
        }
        return when[key] and may(user, self.verb)


DEEDS: dict[str, Deed] = {
    "publish": Deed(
        Verb.PUBLISH,
        gettext_lazy("Publish the reply in full"),
        None,
        gettext_lazy("Readers see the reply on the claim's page."),
    ),
    "answer": Deed(
        Verb.RECORD_REQUEST,
        gettext_lazy("Record the answer"),
        AnswerForm,
        gettext_lazy("The answer is recorded."),
    ),
    "hide": Deed(
        Verb.WITHDRAW,
        gettext_lazy("Take the reply off the page"),
        ReasonForm,
        gettext_lazy("Readers no longer see the reply. It stays on record."),
    ),
    "reopen": Deed(
        Verb.RECORD_REQUEST,
        gettext_lazy("Open it again"),
        ReasonForm,
        gettext_lazy("It waits for an answer again."),
    ),
}


@on_the_desk()
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A request with what was written, and the forms for what can be done to it. 409 when somebody changed it meanwhile."""
    found, status = _the_request(pk), 200
    context: dict[str, Any] = {}
    forms_of: dict[str, forms.Form | None] = {}
    if request.method == "POST":
        key = request.POST.get("do", "")
        deed = DEEDS.get(key)
        if deed is None or not may(request.user, deed.verb):
            raise PermissionDenied(_("Your account may not do this."))
        form, base = _form_of(key, found, request.POST), versions_in(request.POST, [found])[pk]
        forms_of[key] = form
        if form.is_valid():
            if _done(request, key, found, form, base):
                messages.success(request, str(deed.done))
                return HttpResponseRedirect(reverse("desk:request", args=[pk]))
            if form.has_error(NON_FIELD_ERRORS, "stale"):
                context["conflict"], status = meanwhile(found, base), 409
            found = _the_request(pk)
    deeds = [
        {"key": key, "name": deed.name, "form": forms_of.get(key) or _form_of(key, found)}
        for key, deed in DEEDS.items()
        if deed.is_for(key, found, request.user) or key in forms_of
    ]
    context |= {
        "asked": found,
        "hands": in_hands(found, request.user),
        "deeds": deeds,
        "replies": list(found.replies.order_by("received_at")),
        "is_order": found.kind in ORDERS,
        "is_late": found.outcome == RequestOutcome.OPEN and found.due_at and found.due_at < timezone.now(),
        "may_record": may(request.user, Verb.RECORD_REQUEST),
        "write_to": _write_to(found),
        "public": found.claim is not None and found.claim.publication in READERS_SEE,
    }
    return render(request, "desk/request.html", context, status=status)


def _the_request(pk: int) -> Request:
    return get_object_or_404(with_what_it_is_about(Request.objects.select_related("answers")), pk=pk)


def _form_of(key: str, found: Request, data: Any = None) -> forms.Form:
    """The deed's form; one without fields where it asks for nothing."""
    kind = DEEDS[key].form
    if kind is AnswerForm:
        return AnswerForm(
            RequestKind(found.kind), data, initial={"answer": found.answer, "note": found.outcome_note}
        )
    return (kind or forms.Form)(data)


def _done(request: HttpRequest, key: str, found: Request, form: forms.Form, base: int) -> bool:
    """Does it; else the form says why not."""
    by, said = editor_of(request), form.cleaned_data
    steps: dict[str, Any] = {
        "answer": lambda: answering.answer_request(
            found, said["outcome"], by=by, answer=said["answer"], note=said["note"], base=base
        ),
        "publish": lambda: answering.publish_reply(found, by=by, base=base),
        "hide": lambda: answering.hide_reply(found, by=by, because=said["because"], base=base),
        "reopen": lambda: answering.reopen_request(found, by=by, because=said["because"], base=base),
    }
    try:
        steps[key]()
    except Refused as refused:
        form.add_error(None, refused.sentence)
    except IntegrityError as error:
        form.add_error(None, told(error))
    except Stale:
        form.add_error(None, forms.ValidationError(CHANGED_MEANWHILE, code="stale"))
    return not form.errors


def _write_to(found: Request) -> str:
    """A mailto link with which one's own mail program begins the answer; "" without an address."""
    if not found.contact:
        return ""
    subject = f"{label(found.kind, RequestKind)}: {found.claim or found.source or found.speaker or found.pk}"
    return f"mailto:{quote(found.contact, safe='@')}?{urlencode({'subject': subject}, quote_via=quote)}"
