"""Marking claims: one form and one page, used by the admin's list, the claim's own admin page and the desk.

The decision itself is reviewing.decide; this carries the words and the versions there and its answer back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy, ngettext

from claims import reviewing
from claims.desk.keys import key_in
from claims.desk.meanwhile import meanwhile
from claims.desk.people import editor_of
from claims.desk.refusals import told
from claims.desk.versions import Row
from claims.errors import Refused, Stale
from claims.labels import choices, label
from claims.models import Claim, Verdict
from claims.permissions import may
from claims.vocabulary import Publication, Rating, Stage, Verb

# So many claims fit on one page and into one head.
AT_ONCE = 100

MARK_AS = {
    Rating.CONFIRMED: gettext_lazy("Mark as confirmed"),
    Rating.DISPUTED: gettext_lazy("Mark as disputed"),
    Rating.UNPROVEN: gettext_lazy("Mark as unproven"),
    Rating.REFUTED: gettext_lazy("Mark as contradicted by the evidence"),
}
PROPOSE_AS = {
    Rating.CONFIRMED: gettext_lazy("Propose as confirmed"),
    Rating.DISPUTED: gettext_lazy("Propose as disputed"),
    Rating.UNPROVEN: gettext_lazy("Propose as unproven"),
    Rating.REFUTED: gettext_lazy("Propose as contradicted by the evidence"),
}

# Which evidence would be the missing ground.
EVIDENCE_FOR = {
    Rating.CONFIRMED: "supports",
    Rating.DISPUTED: "refutes",
    Rating.REFUTED: "refutes",
    Rating.UNPROVEN: "context",
}

CHANGED_MEANWHILE = gettext_lazy(
    "Somebody changed what is marked below since you opened this page. Nothing was written: read it again, then decide."
)


def name_of_act(rating: Rating, claim: Claim | None = None) -> str:
    """What the button says: with a second reader, an editor proposes. A draft is marked at once, where it is known to be one."""
    draft = claim is not None and claim.publication == Publication.DRAFT
    return str((PROPOSE_AS if settings.CLAIMTRACKER_SECOND_READER and not draft else MARK_AS)[rating])


def may_mark(user: Any) -> bool:
    return may(user, Verb.PROPOSE if settings.CLAIMTRACKER_SECOND_READER else Verb.MARK)


class MarkForm(forms.Form):
    """A rating and its reason in at least one language. What a reason must be is for reviewing to say."""

    rating = forms.ChoiceField(
        label=gettext_lazy("Our assessment"), choices=choices(Rating), widget=forms.RadioSelect, required=True
    )
    reason_it = forms.CharField(
        label=gettext_lazy("Reason in Italian (readers will see it)"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "it"}),
    )
    reason_en = forms.CharField(
        label=gettext_lazy("Reason in English (readers will see it)"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "en"}),
        help_text=gettext_lazy("One language is enough. Say what the assessment rests on, in a sentence."),
    )

    def because(self) -> dict[str, str]:
        return {
            code: self.cleaned_data[f"reason_{code}"]
            for code in ("it", "en")
            if self.cleaned_data[f"reason_{code}"].strip()
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One claim on the page: what the rating still lacks ([] = its grounds hold), and whether somebody changed it meanwhile."""

    claim: Claim
    missing: Sequence[str]
    changed: bool
    conflict: Sequence[Row] = ()

    @property
    def version_name(self) -> str:
        return version_name(self.claim.pk)


def version_name(pk: int) -> str:
    return f"version_{pk}"


def versions_in(data: Mapping[str, Any], things: Iterable[Any]) -> dict[int, int]:
    """The versions that the form started from; 0 (no row has it) where it carries none."""
    found = {}
    for each in things:
        found[each.pk] = key_in(str(data.get(version_name(each.pk), ""))) or 0
    return found


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where to go on: the page named by `next`, if it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else otherwise


def try_to_mark(
    request: HttpRequest, claims: Sequence[Claim], form: MarkForm
) -> tuple[list[Verdict], set[int]]:
    """Carries out a valid form. ([], …) when refused: the form then says why, and the set names the claims changed meanwhile."""
    bases = versions_in(request.POST, claims)
    rating = Rating(form.cleaned_data["rating"])
    try:
        return reviewing.decide(
            claims, rating, by=editor_of(request), because=form.because(), bases=bases
        ), set()
    except Refused as refused:
        form.add_error(None, refused.sentence)
    except IntegrityError as error:
        form.add_error(None, told(error))
    except Stale:
        now = dict(Claim.objects.filter(pk__in=bases).values_list("pk", "version"))
        form.add_error(None, CHANGED_MEANWHILE)
        return [], {pk for pk, version in bases.items() if now.get(pk) != version} or set(bases)
    return [], set()


def say_done(request: HttpRequest, verdicts: Sequence[Verdict]) -> None:
    """The success message, with the number of claims."""
    n = len(verdicts)
    if any(verdict.stage == Stage.PROPOSED for verdict in verdicts):
        text = ngettext(
            "%(n)s decision is proposed; it counts when another editor approves it.",
            "%(n)s decisions are proposed; they count when another editor approves them.",
            n,
        )
        messages.success(request, text % {"n": n})
        return
    rating = str(label(verdicts[0].rating, Rating))
    text = ngettext("%(n)s claim marked: %(rating)s.", "%(n)s claims marked: %(rating)s.", n)
    messages.success(request, text % {"n": n, "rating": rating})


def mark_page(
    request: HttpRequest,
    claims: Sequence[Claim],
    rating: Rating,
    *,
    template: str,
    context: Mapping[str, Any],
    back: str,
) -> HttpResponse:
    """The page that marks `claims` as `rating`, all or nothing. 409 when one was changed since the page was opened."""
    back, changed, status = back_to(request, back), set[int](), 200
    form = (
        MarkForm({**request.POST.dict(), "rating": rating.value}) if request.method == "POST" else MarkForm()
    )
    if request.method == "POST" and form.is_valid():
        verdicts, changed = try_to_mark(request, claims, form)
        if verdicts:
            say_done(request, verdicts)
            return HttpResponseRedirect(back)
        if changed:
            claims, status = (
                list(Claim.objects.filter(pk__in=[claim.pk for claim in claims]).select_related("figures")),
                409,
            )
    bases = versions_in(request.POST, claims)
    lines = [
        Line(
            claim,
            reviewing.lacks(claim, rating),
            claim.pk in changed,
            meanwhile(claim, bases[claim.pk]) if claim.pk in changed else (),
        )
        for claim in claims
    ]
    page = {
        **context,
        "title": name_of_act(rating),
        "form": form,
        "lines": lines,
        "rating": rating.value,
        "evidence_kind": EVIDENCE_FOR[rating],
        "next": back,
        "ready": sum(not line.missing for line in lines),
    }
    return TemplateResponse(request, template, page, status=status)
