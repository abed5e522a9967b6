"""Merging two claims or two people, and splitting a claim: each is seen before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from claims import linking
from claims.desk.finding import claims_about, clean
from claims.desk.keys import is_key, key_in
from claims.desk.lookup import offered_as
from claims.desk.marking import CHANGED_MEANWHILE, versions_in
from claims.desk.meanwhile import meanwhile
from claims.desk.people import editor_of
from claims.desk.refusals import told
from claims.desk.views import on_the_desk, positions_of, the_claim
from claims.errors import Refused, Stale
from claims.models import Claim, Speaker
from claims.permissions import may
from claims.vocabulary import Publication, Verb

READERS_SEE_WHY = gettext_lazy("Reason (readers will see it)")
# So many are offered to choose from.
OFFERED = 10
# A claim is split by its first statements; more than these are moved in the admin.
SPLIT = 200


class WhyForm(forms.Form):
    """Why two records are one, or why they are not."""

    because = forms.CharField(
        label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


def carried_out(request: HttpRequest, form: forms.Form, do: Callable[[], Any]) -> tuple[Any, bool]:
    """What the step returned (True for None), and whether somebody was faster. None when refused: the form says why."""
    try:
        done = do()
    except Refused as refused:
        form.add_error(None, refused.sentence)
    except IntegrityError as error:
        form.add_error(None, told(error))
    except Stale:
        form.add_error(None, CHANGED_MEANWHILE)
        return None, True
    else:
        return (True if done is None else done), False
    return None, False


def chosen_in(request: HttpRequest) -> int | None:
    """The other one, as the address names it."""
    return key_in(request.GET.get("into"))


# --- claims


@on_the_desk(Verb.MERGE)
@require_http_methods(["GET", "HEAD", "POST"])
def merge_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the claim that says the same, see what moves, merge."""
    loser, chosen = the_claim(pk), chosen_in(request)
    context: dict[str, Any] = {
        "loser": loser,
        "back": reverse("desk:claim", args=[loser.pk]),
        "is_claim": True,
    }
    if chosen is None:
        context |= {
            "q": request.GET.get("q", ""),
            "offered": _claims_offered(loser, request.GET.get("q", "")),
        }
        return render(request, "desk/merge.html", context)
    into, status = the_claim(chosen), 200
    if into.pk == loser.pk:
        raise Http404
    form = WhyForm(request.POST if request.method == "POST" else None)
    if loser.is_public:
        form.fields["because"].label = READERS_SEE_WHY
    if request.method == "POST" and form.is_valid():
        bases = versions_in(request.POST, [loser, into])
        done, is_stale = carried_out(
            request,
            form,
            lambda: linking.merge_claims(
                loser,
                into=into,
                by=editor_of(request),
                because=form.cleaned_data["because"],
                base=bases[loser.pk],
                into_base=bases[into.pk],
            ),
        )
        if done:
            messages.success(
                request, _("Merged: everything stands here now. It can be taken back on this page.")
            )
            return HttpResponseRedirect(reverse("desk:claim", args=[into.pk]))
        if is_stale:
            status = 409
            context["conflicts"] = [(each, meanwhile(each, bases[each.pk])) for each in (loser, into)]
            loser.refresh_from_db(fields=["version"])
            into.refresh_from_db(fields=["version"])
    context |= {"into": into, "form": form, "moves": _what_moves(loser, into)}
    return render(request, "desk/merge.html", context, status=status)


def _claims_offered(loser: Claim, q: str) -> list[dict[str, Any]]:
    """Claims found by words, or those that may say the same, each with its reason."""
    if clean(q):
        found = Claim.objects.filter(pk__in=claims_about(q), merged_into=None).exclude(pk=loser.pk)
        return [
            {"thing": each, "name": str(each), "reason": each.get_publication_display()}
            for each in found.without_vectors().order_by("-pk")[:OFFERED]
        ]
    return [
        {"thing": each.claim, "name": str(each.claim), "reason": each.reason}
        for each in linking.similar(loser, limit=OFFERED)
    ]


def _what_moves(loser: Claim, into: Claim) -> list[str]:
    """The preview, in sentences."""
    theirs = loser.positions.exclude(statement__in=into.positions.values("statement")).count()
    twice = loser.positions.count() - theirs
    said = [
        ngettext("%(n)s statement moves.", "%(n)s statements move.", theirs) % {"n": theirs},
        ngettext(
            "%(n)s piece of evidence moves.",
            "%(n)s pieces of evidence move.",
            n := loser.evidence.settled().count(),
        )
        % {"n": n},
    ]
    if twice:
        words = ngettext(
            "%(n)s statement stands on both already and is not doubled.",
            "%(n)s statements stand on both already and are not doubled.",
            twice,
        )
        said.append(words % {"n": twice})
    if waiting := loser.evidence.count() - n:
        words = ngettext(
            "%(n)s piece of evidence was added for a proposal alone and stays with it.",
            "%(n)s pieces of evidence were added for a proposal alone and stay with it.",
            waiting,
        )
        said.append(words % {"n": waiting})
    if loser.publication != Publication.DRAFT:
        said.append(_("Its address leads readers to the other one (301), and a public correction says so."))
        if not into.is_public:
            said.append(_("The other one is not published: publish it first."))
    said.append(_("Its own decisions stay on record and count no longer."))
    return [*said, _("It can be taken back.")]


class SplitForm(WhyForm):
    """The new claim's words; which statements go is asked beside each of them."""

    text_it = forms.CharField(
        label=gettext_lazy("The new claim in Italian"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "it"}),
    )
    text_en = forms.CharField(
        label=gettext_lazy("The new claim in English"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "en"}),
    )
    field_order = ("text_it", "text_en", "because")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].required = False
        self.fields["because"].label = READERS_SEE_WHY


@on_the_desk(Verb.MERGE)
@require_http_methods(["GET", "HEAD", "POST"])
def split_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """A part of the claim becomes a claim of its own, with the statements chosen here."""
    claim, status = the_claim(pk), 200
    form = SplitForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"claim": claim, "form": form}
    if request.method == "POST" and form.is_valid():
        base, words = versions_in(request.POST, [claim])[claim.pk], form.cleaned_data
        done, is_stale = carried_out(
            request,
            form,
            lambda: linking.split_claim(
                claim,
                {"it": words["text_it"], "en": words["text_en"]},
                by=editor_of(request),
                goes=_keys(request, "goes"),
                both=_keys(request, "both"),
                evidence=_keys(request, "evidence"),
                because=words["because"],
                base=base,
            ),
        )
        if done:
            messages.success(request, _("The claim is split: this is the new one."))
            return HttpResponseRedirect(reverse("desk:claim", args=[done.pk]))
        if is_stale:
            status, context["conflict"] = 409, meanwhile(claim, base)
            claim.refresh_from_db(fields=["version"])
    goes, both = _keys(request, "goes"), _keys(request, "both")
    context |= {
        "lines": [
            (each, "goes" if each.pk in goes else "both" if each.pk in both else "stays")
            for each in positions_of(claim)[:SPLIT]
        ],
        "evidence": [(each, each.pk in _keys(request, "evidence")) for each in claim.evidence.all()],
        "possible": not claim.is_public or may(request.user, Verb.CORRECT),
    }
    return render(request, "desk/split.html", context, status=status)


def _keys(request: HttpRequest, choice: str) -> list[int]:
    """Keys of the rows for which this was chosen: `p<key>=goes|both`, or `evidence=<key>` once each."""
    if choice == "evidence":
        return [int(key) for key in request.POST.getlist("evidence") if is_key(key)]
    return [
        int(name[1:])
        for name, value in request.POST.items()
        if name[:1] == "p" and is_key(name[1:]) and value == choice
    ]


# --- people and bodies


@on_the_desk(Verb.MERGE)
@require_http_methods(["GET", "HEAD", "POST"])
def merge_speaker(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose who is the same person or body, see what moves, merge."""
    loser, chosen = get_object_or_404(Speaker, pk=pk, merged_into=None), chosen_in(request)
    back = reverse("admin:claims_speaker_change", args=[loser.pk])
    context: dict[str, Any] = {"loser": loser, "back": back, "is_claim": False}
    if chosen is None:
        q = request.GET.get("q", "")
        context |= {"q": q, "offered": speakers_offered(loser, q)}
        return render(request, "desk/merge.html", context)
    into, status = get_object_or_404(Speaker.objects.exclude(pk=loser.pk), pk=chosen, merged_into=None), 200
    form = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        bases = versions_in(request.POST, [loser, into])
        done, is_stale = carried_out(
            request,
            form,
            lambda: linking.merge_speakers(
                loser,
                into=into,
                by=editor_of(request),
                because=form.cleaned_data["because"],
                base=bases[loser.pk],
                into_base=bases[into.pk],
            ),
        )
        if done:
            messages.success(request, _("Merged. It can be taken back on the page of who stays."))
            return HttpResponseRedirect(reverse("admin:claims_speaker_change", args=[into.pk]))
        if is_stale:
            status = 409
            context["conflicts"] = [(each, meanwhile(each, bases[each.pk])) for each in (loser, into)]
            loser.refresh_from_db(fields=["version"])
            into.refresh_from_db(fields=["version"])
    context |= {"into": into, "form": form, "moves": _what_of_them_moves(loser, into)}
    return render(request, "desk/merge.html", context, status=status)


def speakers_offered(loser: Speaker, q: str) -> list[dict[str, Any]]:
    """By the name typed, or by their own."""
    found = linking.candidates(clean(q) or loser.name, limit=OFFERED + 1)
    return [
        {"thing": each.speaker, "name": offered_as(each), "reason": each.speaker.speaks_for or ""}
        for each in found
        if each.speaker.pk != loser.pk
    ][:OFFERED]


def _what_of_them_moves(loser: Speaker, into: Speaker) -> Sequence[str]:
    n = linking.what_merging_moves(loser, into)
    lines = (
        (n["statements"], ngettext("%(n)s statement moves.", "%(n)s statements move.", n["statements"])),
        (
            n["both"],
            ngettext(
                "%(n)s statement names both: one of the two names goes.",
                "%(n)s statements name both: one of the two names goes.",
                n["both"],
            ),
        ),
        (
            n["on_behalf"] + n["carriers"],
            ngettext(
                "%(n)s statement said for it or through it moves.",
                "%(n)s statements said for it or through it move.",
                n["on_behalf"] + n["carriers"],
            ),
        ),
        (
            n["spokespeople"],
            ngettext(
                "%(n)s who speaks for it speaks for the other one then.",
                "%(n)s who speak for it speak for the other one then.",
                n["spokespeople"],
            ),
        ),
        (n["affiliations"], ngettext("%(n)s role moves.", "%(n)s roles move.", n["affiliations"])),
        (
            n["names"],
            ngettext("%(n)s name is kept as a variant.", "%(n)s names are kept as variants.", n["names"]),
        ),
        (
            n["seen"],
            ngettext(
                "A public correction is written for %(n)s statement that readers have seen.",
                "A public correction is written for each of %(n)s statements that readers have seen.",
                n["seen"],
            ),
        ),
    )
    said = [sentence % {"n": count} for count, sentence in lines if count]
    return [*said, _("Its address leads readers to the other one (301)."), _("It can be taken back.")]
