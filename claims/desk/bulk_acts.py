"""What can be done to many things at once, each by its one step: the acts of the desk's pages, and a few small ones besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from claims import assigning, linking, reviewing
from claims.desk.acting import CLAIM_ACTS, SOURCE_ACTS, Act, ActForm
from claims.desk.hands import HandForm
from claims.desk.marking import MARK_AS, PROPOSE_AS, MarkForm
from claims.errors import Refused
from claims.models import Claim, Statement, Topic
from claims.permissions import may
from claims.vocabulary import REASON_MIN_LENGTH, Rating, Verb
from sources.models import Source, long_columns

__all__ = ["BulkAct", "acts_on", "bulk_act", "things"]


@dataclass(frozen=True, slots=True)
class BulkAct:
    """One act on many. `form` makes the page's form out of what was sent (or None); its `asked()` is what is kept of it, as JSON.

    `run(thing, by, asked, base)` does it to one thing; it raises Refused, Stale, PermissionDenied, IntegrityError.
    """

    key: str
    verb: Verb
    name: Promise
    explains: Promise
    form: Callable[[Any], Any]
    run: Callable[[Any, User, Mapping[str, Any], int], Any]


class NothingForm(forms.Form):
    """An act that asks for nothing."""

    def asked(self) -> dict[str, Any]:
        return {}


class ReasonedForm(ActForm):
    """The fields of an act; its reason is checked once here and not a hundred thousand times later."""

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        _long_enough(self, said)
        return said


class RatingForm(MarkForm):
    """The reason of a rating that is chosen already."""

    def __init__(self, rating: Rating, data: Any = None) -> None:
        super().__init__(None if data is None else {**data.dict(), "rating": rating.value})
        self.fields["rating"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        _long_enough(self, said)
        return said

    def asked(self) -> dict[str, Any]:
        return {"because": self.because()}


def _long_enough(form: forms.Form, said: Mapping[str, Any]) -> None:
    reasons = [str(said.get(name, "")).strip() for name in form.fields if name.startswith("reason_")]
    if reasons and max(map(len, reasons)) < REASON_MIN_LENGTH:
        sentence = _("Give a reason of at least %(n)s characters: readers will see it.")
        form.add_error(None, sentence % {"n": REASON_MIN_LENGTH})


class DiscardForm(forms.Form):
    because = forms.CharField(
        label=gettext_lazy("Reason (colleagues will see it)"), required=False, max_length=300
    )

    def asked(self) -> dict[str, Any]:
        return {"because": self.cleaned_data["because"]}


class TopicForm(forms.Form):
    """A topic by its name or address: there may be more of them than a menu holds."""

    topic = forms.CharField(
        label=gettext_lazy("Topic"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Its name or its address. Empty: no topic."),
    )

    def clean_topic(self) -> Topic | None:
        words = self.cleaned_data["topic"].strip()
        if not words:
            return None
        named = Q(slug=words) | Q(name_it__iexact=words) | Q(name_en__iexact=words)
        found = list(Topic.objects.filter(named).order_by("slug")[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                _("There is no such topic.") if not found else _("More than one topic is called that: give its address.")
            )  # fmt: skip
        return found[0]

    def asked(self) -> dict[str, Any]:
        topic = self.cleaned_data["topic"]
        return {"topic": topic.pk if topic else None}


class ToColleagueForm(HandForm):
    def __init__(self, data: Any = None) -> None:
        super().__init__(assigning.colleagues(), data)

    def asked(self) -> dict[str, Any]:
        due_on = self.cleaned_data["due_on"]
        return {"to": self.cleaned_data["to"].pk, "due_on": due_on.isoformat() if due_on else None}


# --- What is done to one of them


def _mark(rating: Rating, claim: Claim, by: User, asked: Mapping[str, Any], base: int) -> None:
    reviewing.decide([claim], rating, by=by, because=asked["because"], bases={claim.pk: base})


def _set_topic(claim: Claim, by: User, asked: Mapping[str, Any], base: int) -> None:
    if claim.topic_id == asked["topic"]:
        raise Refused("topic", _("It has this topic already."))
    topic = Topic.objects.filter(pk=asked["topic"]).first()
    if asked["topic"] is not None and topic is None:
        raise Refused("topic", _("There is no such topic."))
    reviewing.edit_claim(claim, {"topic": topic}, by=by, base=base)


def _assign(thing: Any, by: User, asked: Mapping[str, Any], _base: int) -> None:
    due_on = date.fromisoformat(asked["due_on"]) if asked["due_on"] else None
    assigning.assign(thing, to=User.objects.get(pk=asked["to"]), by=by, due_on=due_on)


def _accept(statement: Statement, by: User, _asked: Mapping[str, Any], base: int) -> None:
    linking.settle(statement, by=by, base=base)


def _discard(statement: Statement, by: User, asked: Mapping[str, Any], base: int) -> None:
    linking.discard(statement, by=by, because=asked["because"], base=base)


def _of_page(act: Act) -> BulkAct:
    """An act of the desk's pages, on many."""
    return BulkAct(act.key, act.verb, act.name, act.explains, partial(ReasonedForm, act.asks), act.run)


def _marking(rating: Rating) -> BulkAct:
    second = settings.CLAIMTRACKER_SECOND_READER
    return BulkAct(
        f"mark_{rating.value}",
        Verb.PROPOSE if second else Verb.MARK,
        (PROPOSE_AS if second else MARK_AS)[rating],
        gettext_lazy("Each claim is looked at by itself: one whose grounds are missing stays as it is, and the report says so."),
        partial(RatingForm, rating),
        partial(_mark, rating),
    )  # fmt: skip


ASSIGN = BulkAct(
    "assign",
    Verb.ASSIGN,
    gettext_lazy("Hand to a colleague"),
    gettext_lazy("They find it among what is in their hands."),
    ToColleagueForm,
    _assign,
)
TOPIC = BulkAct(
    "topic",
    Verb.DRAFT,
    gettext_lazy("Set the topic"),
    gettext_lazy("A published claim is changed by a senior editor only."),
    TopicForm,
    _set_topic,
)
ACCEPT = BulkAct(
    "accept",
    Verb.TRIAGE,
    pgettext_lazy("triage", "Accept"),
    gettext_lazy("Suggestions that still wait are accepted as they stand. Readers see nothing of it before an update is published."),
    NothingForm,
    _accept,
)  # fmt: skip
DISCARD = BulkAct(
    "discard",
    Verb.TRIAGE,
    pgettext_lazy("triage", "Discard"),
    gettext_lazy("Suggestions that still wait are discarded."),
    DiscardForm,
    _discard,
)


def acts_of(kind: str) -> dict[str, BulkAct]:
    """All acts on things of a kind (claim, statement, source), by key."""
    acts: list[BulkAct] = []
    if kind == "claim":
        pages = [_of_page(act) for act in CLAIM_ACTS.values() if not act.alone]
        acts = [*map(_marking, Rating), *pages, TOPIC, ASSIGN]
    elif kind == "source":
        acts = [*(_of_page(act) for act in SOURCE_ACTS.values() if not act.alone), ASSIGN]
    elif kind == "statement":
        acts = [ACCEPT, DISCARD]
    return {act.key: act for act in acts}


def acts_on(kind: str, user: Any) -> list[BulkAct]:
    """Those that this person may ask for."""
    return [act for act in acts_of(kind).values() if may(user, act.verb)]


def bulk_act(kind: str, key: str) -> BulkAct | None:
    return acts_of(kind).get(key)


def things(kind: str) -> QuerySet[Any]:
    """The rows of a kind, as the steps take them."""
    if kind == "statement":
        return Statement.objects.select_related("source").defer(*long_columns("source"))
    return Source.objects.without_text() if kind == "source" else Claim.objects.without_vectors()
