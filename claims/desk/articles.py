"""An article on the desk: where its text comes from, what its versions changed, and whether the cited words are still there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from claims import linking
from claims.desk.acting import acts_for
from claims.desk.comparing import Shown, difference, kept, side_by_side
from claims.desk.hands import in_hands
from claims.desk.keys import key_in
from claims.desk.marking import back_to
from claims.desk.people import editor_of
from claims.desk.refusals import told
from claims.desk.versions import rows
from claims.desk.views import on_the_desk
from claims.errors import Refused, Stale
from claims.models import Position, Statement, StatementSpeaker
from claims.permissions import may
from claims.vocabulary import Review, Verb
from sources.models import DerivationProposal, Source, long_columns

STATEMENTS_A_PAGE = 50
# What of a proposal people decide; the rest was measured.
DECIDED = ("state", "decided_by", "decided_at", "source", "from_source")
# Statements of an older version that are looked for in this one.
OLDER_STATEMENTS = 500
# Possible copies and versions listed on a page.
LISTED = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A statement, and its words where they stand in another version; None where they are no longer there."""

    statement: Statement
    kept: list[Shown] | None


@on_the_desk()
@require_safe
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """The article with its versions, its possible originals and copies, and its statements.

    `?compare=` names another version, `?proposal=` the possible copy whose texts stand beside each other, `?page=` the statements.
    """
    source = get_object_or_404(
        Source.objects.select_related("outlet", "origin", "derived_from").defer(
            *long_columns(), *long_columns("origin", "derived_from")
        ),
        pk=pk,
    )
    versions = versions_of(source)
    older = [each for each in versions if each.pk < source.pk]
    newer = [each for each in versions if each.pk > source.pk]
    nearest = (older or newer)[-1:]
    compared = _chosen(request.GET.get("compare"), versions) or (nearest[0] if nearest else None)
    proposals = proposals_of(source)
    opened = _chosen(request.GET.get("proposal"), proposals) or next(
        (each for each in proposals if each.is_waiting), None
    )
    texts = _texts({source, *filter(None, (compared, *newer[-1:], *older[-1:])), *_ends(opened)})
    page = Paginator(_accepted(source), STATEMENTS_A_PAGE).get_page(request.GET.get("page"))
    may_triage = may(request.user, Verb.TRIAGE)
    context = {
        "source": source,
        "versions": [*older, source, *newer],
        "compared": compared,
        "difference": _difference(source, compared, texts) if compared else None,
        "newest": newer[-1] if newer else None,
        "page": page,
        "lines": _lines(list(page.object_list), texts[newer[-1].pk].body if newer else None),
        "waiting": Statement.objects.filter(source=source, review=Review.SUGGESTED).count(),
        "gone": _gone(older[-1], texts[source.pk].body) if older else [],
        "before": older[-1] if older else None,
        "proposals": proposals,
        "opened": opened,
        "beside": side_by_side(*(texts[end.pk] for end in _ends(opened))) if opened else None,
        "doubles": len(linking.in_the_original_too(source)) if may_triage else 0,
        "acts": acts_for(source, request.user),
        "hands": in_hands(source, request.user),
        "may_triage": may_triage,
        "may_draft": may(request.user, Verb.DRAFT),
    }
    return render(request, "desk/article.html", context)


def versions_of(source: Source) -> list[Source]:
    """Other texts of the same page, oldest first: of the same address, or linked as its version."""
    same = Q(pk=source.version_of_id) | Q(version_of=source)
    if source.url:
        same |= Q(url=source.url)
    rows = Source.objects.filter(same).exclude(pk=source.pk)
    return sorted(rows.without_text().order_by("-pk")[:LISTED], key=lambda each: each.pk)


def proposals_of(source: Source) -> list[DerivationProposal]:
    """What it may be a copy of and what may be a copy of it; those that wait for a decision first."""
    rows = (
        DerivationProposal.objects.filter(Q(source=source) | Q(from_source=source))
        .select_related("source__outlet", "from_source__outlet", "decided_by")
        .defer(*long_columns("source", "from_source"))
    )
    found = rows.order_by("-share", "pk")[:LISTED]
    return sorted(found, key=lambda each: (not each.is_waiting, each.source_id != source.pk))


def _chosen(key: str | None, rows: Sequence[Any]) -> Any:
    """The row that the address names, if it is one of these."""
    return next((row for row in rows if str(row.pk) == key), None)


def _ends(proposal: DerivationProposal | None) -> tuple[Source, ...]:
    return (proposal.source, proposal.from_source) if proposal else ()


def _texts(sources: set[Source]) -> dict[int, Source]:
    """Their texts, in one query."""
    return Source.objects.only("body", "furniture").in_bulk([source.pk for source in sources])


def _difference(source: Source, compared: Source, texts: dict[int, Source]) -> Any:
    first, second = sorted((source.pk, compared.pk))
    return difference(texts[first].body, texts[second].body)


def _accepted(source: Source) -> Any:
    return (
        Statement.objects.filter(source=source, review=Review.ACCEPTED)
        .prefetch_related(
            Prefetch("speakers", StatementSpeaker.objects.select_related("speaker")),
            Prefetch(
                "positions",
                Position.objects.select_related("claim").defer("claim__search_it", "claim__search_en"),
            ),
        )
        .order_by("pk")
    )


def _lines(statements: Sequence[Statement], newer: str | None) -> list[Line]:
    return [Line(each, kept(each.spans, newer) if newer is not None else None) for each in statements]


def _gone(older: Source, body: str) -> list[Line]:
    """Accepted statements of the older version whose words this one no longer has."""
    lines = _lines(_accepted(older)[:OLDER_STATEMENTS], body)
    return [line for line in lines if line.kept is None]


# --- Deciding


@on_the_desk(Verb.TRIAGE)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirms or refuses a possible copy; `decision` is confirm, turn (the other way round) or refuse."""
    proposal = get_object_or_404(DerivationProposal.objects.select_related("source", "from_source"), pk=pk)
    by, base = editor_of(request), key_in(request.POST.get("version"))
    decision = request.POST.get("decision")
    if decision not in ("confirm", "turn", "refuse") or base is None:
        return HttpResponseBadRequest(_("Say what you decide: confirm or refuse."))

    def do() -> str:
        if decision == "refuse":
            return _said_refused(linking.refuse_derivation(proposal, by=by, base=base))
        n = linking.confirm_derivation(proposal, by=by, base=base, turned=decision == "turn")
        return _said_confirmed(proposal, n)

    return _done(request, do, reverse("desk:article", args=[proposal.source_id]))


@on_the_desk(Verb.TRIAGE)
@require_POST
def triage_once(request: HttpRequest, pk: int) -> HttpResponse:
    """Discards the suggestions on a confirmed copy that are words of statements of its original."""
    source = get_object_or_404(Source.objects.defer(*long_columns()), pk=pk)

    def do() -> str:
        n = linking.triage_once(source, by=editor_of(request))
        return ngettext(
            "%(n)s suggestion with the same words is triaged in the original.",
            "%(n)s suggestions with the same words are triaged in the original.",
            n,
        ) % {"n": n}

    return _done(request, do, reverse("desk:article", args=[pk]))


def _said_confirmed(proposal: DerivationProposal, n: int) -> str:
    done = _("Confirmed: “%(copy)s” is a copy of “%(original)s”.") % {
        "copy": proposal.source.title,
        "original": proposal.from_source.title,
    }
    if n:
        done += " " + ngettext(
            "%(n)s suggestion with the same words is triaged in the original.",
            "%(n)s suggestions with the same words are triaged in the original.",
            n,
        ) % {"n": n}
    return done


def _said_refused(n: int) -> str:
    done = _("Refused: it is not treated as a copy.")
    if n:
        done += " " + ngettext(
            "%(n)s suggestion waits for triage again.", "%(n)s suggestions wait for triage again.", n
        ) % {"n": n}
    return done


def _done(request: HttpRequest, do: Callable[[], str], back: str) -> HttpResponse:
    try:
        messages.success(request, do())
    except Refused as refused:
        messages.error(request, refused.sentence)
    except Stale as stale:
        told_of = [row for row in rows(DerivationProposal, stale) if row.name in DECIDED]
        context = {"rows": told_of, "next": back_to(request, back)}
        return render(request, "desk/decided_conflict.html", context, status=409)
    except IntegrityError as error:
        messages.error(request, told(error))
    return HttpResponseRedirect(back_to(request, back))
