"""What can be done to a claim or an article as a whole: publish, withdraw, reopen … One page asks, the step does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from claims import reviewing
from claims.desk import telling
from claims.desk.marking import CHANGED_MEANWHILE, back_to, versions_in
from claims.desk.meanwhile import meanwhile
from claims.desk.people import editor_of
from claims.desk.refusals import told
from claims.errors import Refused, Stale
from claims.models import Claim
from claims.permissions import may
from claims.vocabulary import Publication, Verb
from sources.labels import choices
from sources.models import Source
from sources.vocabulary import Shown, SourcePublication


@dataclass(frozen=True, slots=True)
class Act:
    """One act: whom it is for, on what it is possible, what the page asks, and the step that does it."""

    key: str
    verb: Verb
    name: Promise
    explains: Promise
    states: tuple[str, ...]
    run: Callable[[Any, Any, Mapping[str, Any], int], Any]
    asks: tuple[str, ...] = ()
    tells: telling.Telling | None = None
    # Words for one thing only: it cannot be done to several at once.
    alone: bool = False


CLAIM_ACTS: dict[str, Act] = {
    act.key: act
    for act in (
        Act(
            "publish",
            Verb.PUBLISH,
            pgettext_lazy("act of an editor", "Publish"),
            gettext_lazy("Readers will see the claim with its accepted statements from published articles."),
            (Publication.DRAFT.value,),
            lambda claim, by, _asked, base: reviewing.publish(claim, by=by, base=base),
            tells=telling.publishing,
        ),
        Act(
            "publish_update",
            Verb.PUBLISH_UPDATE,
            gettext_lazy("Publish update"),
            gettext_lazy("Readers will also see the statements accepted since the claim was published."),
            (Publication.PUBLISHED.value, Publication.UNDER_REVIEW.value),
            lambda claim, by, _asked, base: reviewing.publish_update(claim, by=by, base=base),
            tells=telling.updating,
        ),
        Act(
            "review_again",
            Verb.REVIEW_AGAIN,
            gettext_lazy("Put under review"),
            gettext_lazy("The page stays, with a notice on top that we are looking at it again."),
            (Publication.PUBLISHED.value,),
            lambda claim, by, _asked, _base: reviewing.review_again(claim, by=by),
            tells=telling.looking_again,
        ),
        Act(
            "correct",
            Verb.CORRECT,
            gettext_lazy("Publish a correction"),
            gettext_lazy(
                "Readers are told in your words what was wrong, and see the claim as you word it here."
            ),
            (Publication.PUBLISHED.value, Publication.UNDER_REVIEW.value),
            lambda claim, by, asked, _base: reviewing.correct(
                claim, by=by, text=asked["because"], changes=reworded(claim, asked)
            ),
            ("told_it", "told_en", "text_it", "text_en"),
            telling.correcting,
            alone=True,
        ),
        Act(
            "reopen",
            Verb.REOPEN,
            gettext_lazy("Reopen"),
            gettext_lazy("Readers will see the claim again as published."),
            (Publication.WITHDRAWN.value, Publication.UNDER_REVIEW.value),
            lambda claim, by, _asked, _base: reviewing.reopen(claim, by=by),
            tells=telling.reopening,
        ),
        Act(
            "withdraw",
            Verb.WITHDRAW,
            gettext_lazy("Withdraw"),
            gettext_lazy("The page will say that the claim was withdrawn, and why."),
            (Publication.PUBLISHED.value, Publication.UNDER_REVIEW.value),
            lambda claim, by, asked, _base: reviewing.withdraw(claim, by=by, because=asked["because"]),
            ("reason_it", "reason_en"),
            telling.withdrawing,
        ),
    )
}

SOURCE_ACTS: dict[str, Act] = {
    act.key: act
    for act in (
        Act(
            "publish",
            Verb.PUBLISH,
            pgettext_lazy("act of an editor", "Publish"),
            gettext_lazy(
                "Readers will see the article's title, outlet and date, and of its text what you choose here."
            ),
            (SourcePublication.DRAFT.value,),
            lambda source, by, asked, _base: reviewing.publish_source(source, by=by, shown=asked["shown"]),
            ("shown",),
            telling.publishing_an_article,
        ),
        Act(
            "correct",
            Verb.CORRECT,
            gettext_lazy("Publish a correction"),
            gettext_lazy("Readers are told in your words what was wrong with the article as we showed it."),
            (SourcePublication.PUBLISHED.value,),
            lambda source, by, asked, _base: reviewing.correct(source, by=by, text=asked["because"]),
            ("told_it", "told_en"),
            telling.correcting,
            alone=True,
        ),
        Act(
            "withdraw",
            Verb.WITHDRAW,
            gettext_lazy("Withdraw"),
            gettext_lazy(
                "Readers will no longer see the article nor anything cited from it; its page will say why."
            ),
            (SourcePublication.PUBLISHED.value,),
            lambda source, by, asked, _base: reviewing.withdraw(source, by=by, because=asked["because"]),
            ("reason_it", "reason_en"),
            telling.withdrawing,
        ),
        Act(
            "reopen",
            Verb.REOPEN,
            gettext_lazy("Reopen"),
            gettext_lazy("Readers will see the article again as published."),
            (SourcePublication.WITHDRAWN.value,),
            lambda source, by, _asked, _base: reviewing.reopen(source, by=by),
            tells=telling.reopening,
        ),
    )
}


class ActForm(forms.Form):
    """The fields that some acts ask for; the page keeps only those of its act."""

    shown = forms.ChoiceField(
        label=gettext_lazy("Readers see"),
        choices=choices(Shown),
        initial=Shown.PASSAGES.value,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The whole text only where it is ours or free to reproduce."),
    )
    reason_it = forms.CharField(
        label=gettext_lazy("Reason in Italian (readers will see it)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "it"}),
    )
    reason_en = forms.CharField(
        label=gettext_lazy("Reason in English (readers will see it)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "en"}),
    )
    told_it = forms.CharField(
        label=gettext_lazy("The correction in Italian (readers will see it)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "it"}),
    )
    told_en = forms.CharField(
        label=gettext_lazy("The correction in English (readers will see it)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "en"}),
        help_text=gettext_lazy("One language is enough: what was wrong, and what is right."),
    )
    text_it = forms.CharField(
        label=gettext_lazy("The claim in Italian"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "it"}),
    )
    text_en = forms.CharField(
        label=gettext_lazy("The claim in English"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "en"}),
    )

    def __init__(self, asks: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(asks):
            del self.fields[name]

    def asked(self) -> dict[str, Any]:
        said = self.cleaned_data
        words = {code: said.get(f"reason_{code}") or said.get(f"told_{code}", "") for code in ("it", "en")}
        return {
            "because": {code: text for code, text in words.items() if text.strip()},
            "shown": self.cleaned_data.get("shown"),
            "text_it": self.cleaned_data.get("text_it", ""),
            "text_en": self.cleaned_data.get("text_en", ""),
        }


def reworded(claim: Claim, asked: Mapping[str, Any]) -> dict[str, str]:
    """The wordings that differ from the stored ones."""
    return {name: asked[name] for name in ("text_it", "text_en") if asked[name] != getattr(claim, name)}


def acts_for(obj: Claim | Source, user: Any) -> list[Act]:
    """What this person can do to it now."""
    acts = CLAIM_ACTS if isinstance(obj, Claim) else SOURCE_ACTS
    if isinstance(obj, Claim) and obj.merged_into_id:
        return []
    return [act for act in acts.values() if obj.publication in act.states and may(user, act.verb)]


def changed_since(things: Sequence[Any], bases: Mapping[int, int]) -> set[int]:
    """Keys of those whose version is no longer the one the page started from; inside a transaction they are held until its end."""
    rows = type(things[0])._default_manager.filter(pk__in=bases)
    if transaction.get_connection().in_atomic_block:
        rows = rows.select_for_update(of=("self",))
    now = dict(rows.order_by("pk").values_list("pk", "version"))
    return {pk for pk, version in bases.items() if now.get(pk) != version}


def try_to_act(request: HttpRequest, things: Sequence[Any], act: Act, form: ActForm) -> set[int]:
    """Does it to all of them or to none. When it was not done the form says why; the keys of those changed meanwhile are returned."""
    bases = versions_in(request.POST, things)
    changed = set[int]()
    try:
        with transaction.atomic():
            changed = changed_since(things, bases)
            if not changed:
                for thing in things:
                    act.run(thing, editor_of(request), form.asked(), bases[thing.pk])
    except Refused as refused:
        form.add_error(None, refused.sentence)
    except IntegrityError as error:
        form.add_error(None, told(error))
    except Stale:
        changed = changed_since(things, bases) or set(bases)
    if changed:
        form.add_error(None, CHANGED_MEANWHILE)
    return changed


def act_page(
    request: HttpRequest,
    things: Sequence[Any],
    act: Act,
    *,
    template: str,
    context: Mapping[str, Any],
    back: str,
) -> HttpResponse:
    """Asks and does, all or nothing. 409 when one of them was changed since the page was opened."""
    if not may(request.user, act.verb):
        raise PermissionDenied(_("Your account may not do this."))
    if act.alone and len(things) > 1:
        raise Http404
    back, status, changed = back_to(request, back), 200, set[int]()
    bases = versions_in(request.POST, things)
    initial = {name: getattr(things[0], name, "") for name in ("text_it", "text_en")} if act.alone else None
    form = ActForm(act.asks, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = try_to_act(request, things, act, form)
        if not form.errors:
            n = len(things)
            done = ngettext("Done for %(n)s item: %(act)s.", "Done for %(n)s items: %(act)s.", n)
            messages.success(request, done % {"n": n, "act": act.name})
            return HttpResponseRedirect(back)
        if changed:
            status = 409
            things = [type(thing)._default_manager.get(pk=thing.pk) for thing in things]
    lines = [
        {
            "thing": thing,
            "changed": thing.pk in changed,
            "conflict": meanwhile(thing, bases[thing.pk]) if thing.pk in changed else [],
            "possible": thing.publication in act.states,
            "checks": act.tells(thing, request.user) if act.tells and thing.publication in act.states else [],
        }
        for thing in things
    ]
    page = {**context, "title": act.name, "act": act, "form": form, "lines": lines, "next": back}
    return TemplateResponse(request, template, page, status=status)
