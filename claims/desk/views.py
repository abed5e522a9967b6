"""The desk outside the admin: its home, and the page on which a claim is reviewed. Every button calls a step."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from claims import reviewing
from claims.desk import queues
from claims.desk.acting import CLAIM_ACTS, act_page, acts_for
from claims.desk.evidence import EvidenceForm, try_to_add
from claims.desk.hands import in_hands, notes_on
from claims.desk.marking import EVIDENCE_FOR, back_to, may_mark, name_of_act, say_done, versions_in
from claims.desk.meanwhile import meanwhile
from claims.desk.passages import passages_of
from claims.desk.proposing import DecisionForm, try_to_decide, waits_for_a_second_reader
from claims.desk.stages import waiting_on
from claims.desk.waiting import possible_turns
from claims.labels import choices
from claims.models import Claim, ClaimFigures, Position, StatementSpeaker
from claims.permissions import may
from claims.vocabulary import Rating, Stage, Verb
from sources.models import long_columns

View = Callable[..., HttpResponse]
STATEMENTS_A_PAGE = 50
REQUESTS_SHOWN = 10
# So many new denials and admissions stand on the home page.
NEWEST = 10
# What was decided, or given up; what is still to be decided stands under "Second reading".
DECIDED = (Stage.CURRENT.value, Stage.SUPERSEDED.value, Stage.DROPPED.value)


def on_the_desk(verb: Verb = Verb.READ_DESK) -> Callable[[View], View]:
    """Only for accounts that the table of permissions lets do `verb`; strangers are asked to sign in."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("admin:login"))
            if not may(request.user, verb):
                raise PermissionDenied(_("Your account may not do this."))
            return view(request, *args, **kwargs)

        return never_cache(guarded)

    return decorate


@on_the_desk()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits, in counts that lead to it."""
    claims, articles, runs = (
        reverse(f"admin:{name}_changelist")
        for name in ("claims_claim", "sources_source", "sources_importrun")
    )
    to_triage = queues.how_many(queues.suggestions())
    waiting = [
        (
            _("Published claims with new denials or admissions"),
            queues.how_many_with_news(),
            f"{claims}?news=yes",
        ),
        (
            _("Suggested denials and admissions that may turn a published claim"),
            queues.how_many(possible_turns()),
            reverse("desk:triage"),
        ),
        (
            _("Published claims to be reviewed"),
            queues.how_many(queues.to_be_reviewed()),
            f"{claims}?rating=none&publication=published",
        ),
        (_("Suggested statements to triage"), to_triage, reverse("desk:triage")),
        (
            _("Changes proposed by a newer reading"),
            queues.how_many(queues.proposed_changes()),
            reverse("desk:readings"),
        ),
        (
            _("Possible copies to decide on"),
            queues.how_many(queues.possible_copies()),
            f"{articles}?copies=waiting",
        ),
        (
            _("Decisions that wait for a second reading"),
            queues.how_many(queues.second_readings()),
            reverse("desk:second_readings"),
        ),
        (_("Requests due"), queues.how_many(queues.requests_due()), f"{reverse('desk:requests')}?state=due"),
        (_("Handed to you"), queues.how_many(queues.in_hands_of(request.user)), reverse("desk:mine")),
        (_("Claims in draft"), queues.how_many(queues.drafts()), f"{claims}?publication=draft"),
        (_("Files refused at import"), queues.how_many(queues.failed_imports()), f"{runs}?failed=yes"),
    ]
    newest = (
        queues.news_on_published_claims(NEWEST)
        .select_related("claim", "statement__source")
        .defer(
            "statement__source__body",
            "statement__source__raw",
            "statement__source__search",
            "claim__search_it",
            "claim__search_en",
        )
        .prefetch_related(Prefetch("statement__speakers", StatementSpeaker.objects.select_related("speaker")))
    )
    return render(
        request,
        "desk/home.html",
        {
            "waiting": waiting,
            "newest": newest,
            "to_triage": to_triage,
            "may_import": may(request.user, Verb.IMPORT),
            "acts_on_many": queues.has_acts_on_many(request.user),
        },
    )


def the_claim(pk: int) -> Claim:
    """The claim, or the one that it was merged into."""
    claim = get_object_or_404(
        Claim.objects.select_related("figures", "topic", "merged_into").without_vectors(), pk=pk
    )
    return the_claim(claim.merged_into_id) if claim.merged_into_id else claim


@on_the_desk()
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """A claim with everything that its assessment rests on, and the form that records one."""
    found, status = the_claim(pk), 200
    if found.pk != pk:
        return HttpResponseRedirect(reverse("desk:claim", args=[found.pk]))
    form = DecisionForm(found, request.POST if request.method == "POST" else None)
    adding = EvidenceForm(found, *_sent(request), prefix="new", optional=True)
    more: dict[str, Any] = {}
    if request.method == "POST":
        if not may_mark(request.user):
            raise PermissionDenied(_("Your account may not do this."))
        if all([form.is_valid(), adding.is_valid()]):
            verdict = try_to_decide(request, found, form, adding)
            if verdict:
                say_done(request, [verdict])
                return HttpResponseRedirect(reverse("desk:claim", args=[pk]))
            if form.is_stale:
                more["conflict"] = meanwhile(found, versions_in(request.POST, [found])[pk])
                found, status = the_claim(pk), 409
    context = claim_context(request, found, form) | {"adding": adding} | more
    return render(request, "desk/claim.html", context, status=status)


def _sent(request: HttpRequest) -> tuple[Any, Any]:
    """What a form with files is bound to; nothing for a page that is only read."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def claim_context(request: HttpRequest, claim: Claim, form: DecisionForm) -> dict[str, Any]:
    page = Paginator(positions_of(claim), STATEMENTS_A_PAGE).get_page(request.GET.get("page"))
    positions = list(page.object_list)
    passages = passages_of([position.statement for position in positions])
    ratings = [
        {
            "value": rating.value,
            "name": name_of_act(rating, claim),
            "label": rating_label,
            "missing": reviewing.lacks(claim, rating),
            "evidence": EVIDENCE_FOR[rating],
            "chosen": form["rating"].value() == rating.value,
        }
        for rating, rating_label in ((Rating(value), words) for value, words in choices(Rating))
    ]
    return {
        "claim": claim,
        "figures": getattr(claim, "figures", None) or ClaimFigures(claim=claim),
        "page": page,
        "lines": [
            {
                "position": position,
                "statement": position.statement,
                "passage": passages.get(position.statement_id),
            }
            for position in positions
        ],
        "ratings": ratings,
        "form": form,
        "may_mark": may_mark(request.user),
        "proposes": waits_for_a_second_reader(claim),
        "waiting": waiting_on(claim, request.user),
        "may_triage": may(request.user, Verb.TRIAGE),
        "may_draft": may(request.user, Verb.DRAFT),
        "acts": acts_for(claim, request.user),
        "may_merge": may(request.user, Verb.MERGE),
        "merged": claim.merged.without_vectors().order_by("-pk"),
        "evidence": claim.evidence.select_related("statement", "source").defer(
            "source__body", "source__raw", "source__search"
        ),
        **requests_on(claim),
        "hands": in_hands(claim, request.user),
        "notes": notes_on(claim),
        "may_write_notes": may(request.user, Verb.ASSIGN),
        "may_record": may(request.user, Verb.RECORD_REQUEST),
        "verdicts": claim.verdicts.filter(stage__in=DECIDED).select_related("author", "second_reader"),
    }


def requests_on(claim: Claim) -> dict[str, Any]:
    """The newest requests about a claim; the list of requests has them all."""
    found = list(
        claim.requests.select_related("speaker").order_by("-received_at", "-pk")[: REQUESTS_SHOWN + 1]
    )
    return {
        "requests": found[:REQUESTS_SHOWN],
        "more_requests": len(found) > REQUESTS_SHOWN,
        "now": timezone.now(),
    }


def positions_of(claim: Claim) -> Any:
    """The claim's statements, oldest first by what is known of their day, then as they were stored."""
    return (
        Position.objects.filter(claim=claim)
        .exclude(statement__review="rejected")
        .select_related("statement__source__outlet")
        .defer(*long_columns("statement__source"))
        .prefetch_related(
            Prefetch(
                "statement__speakers", StatementSpeaker.objects.select_related("speaker", "on_behalf_of")
            )
        )
        .order_by("statement__said_earliest", "statement__source__published_earliest", "pk")
    )


@on_the_desk(Verb.DRAFT)
@require_http_methods(["GET", "HEAD", "POST"])
def add_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Evidence for or against a claim: one of its statements, a passage, a link or a file."""
    found = the_claim(pk)
    back = back_to(request, reverse("desk:claim", args=[found.pk]))
    form = EvidenceForm(found, *_sent(request), initial={"kind": request.GET.get("kind")})
    if request.method == "POST" and form.is_valid() and try_to_add(request, form):
        messages.success(request, _("The evidence is added."))
        return HttpResponseRedirect(back)
    return render(request, "desk/evidence.html", {"claim": found, "form": form, "next": back})


@on_the_desk()
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Publish, withdraw, reopen …: asks first."""
    if key not in CLAIM_ACTS:
        raise Http404
    found = the_claim(pk)
    back = reverse("desk:claim", args=[found.pk])
    return act_page(
        request, [found], CLAIM_ACTS[key], template="desk/act.html", context={"claim": found}, back=back
    )
