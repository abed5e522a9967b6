"""Claims: the list on which the desk opens, marking, publishing, and one claim's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from claims import reviewing, signatures
from claims.admin.filters import ContestFilter, NewsFilter, PublicationFilter, RatingFilter, TopicFilter
from claims.admin.inlines import EvidenceOnClaim, PositionsOnClaim, store_positions
from claims.admin.lists import AtAnySize, NewsFirst
from claims.admin.permitting import ByTheTable
from claims.admin.versions import KeepsVersions
from claims.admin.whole_lists import ActsOnWholeLists
from claims.desk.acting import CLAIM_ACTS, act_page, acts_for
from claims.desk.bulk_acts import acts_on
from claims.desk.finding import claims_of, speakers_called, with_words
from claims.desk.keys import is_key
from claims.desk.marking import AT_ONCE, MARK_AS, mark_page, may_mark, name_of_act
from claims.desk.people import editor_of
from claims.desk.stages import waiting_on
from claims.labels import NO_VERDICT_DESK, label
from claims.models import Claim, ClaimFigures
from claims.models.addresses import free_slug
from claims.permissions import may
from claims.vocabulary import Contest, Publication, Rating, Verb


@admin.register(Claim)
class ClaimAdmin(ByTheTable, AtAnySize, ActsOnWholeLists, KeepsVersions):
    bulk_kind = "claim"
    adds = changes = deletes = Verb.DRAFT
    change_form_template = "admin/claims/claim/change_form.html"
    list_display = ("words", "rating", "contest", "news", "publication")
    list_display_links = ("words",)
    list_filter: ClassVar[Any] = (NewsFilter, RatingFilter, PublicationFilter, ContestFilter, TopicFilter)
    list_select_related = ("figures",)
    list_per_page = 50
    sortable_by = ("words",)
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ("slug",)
    search_help_text = gettext_lazy(
        "Words of the claim in either language, or the name of whoever spoke about it."
    )
    actions = ("mark_confirmed", "mark_disputed", "mark_unproven", "mark_refuted", "publish", "other")
    autocomplete_fields = ("topic",)
    inlines = (PositionsOnClaim, EvidenceOnClaim)
    fieldsets = (
        (None, {"fields": ("text_it", "text_en", "topic")}),
        (
            gettext_lazy("Period"),
            {"fields": (("period_earliest", "period_latest", "period_basis"), "period_note")},
        ),
        (
            gettext_lazy("Details"),
            {"fields": ("slug", "actors", "themes", "desk_note"), "classes": ("collapse",)},
        ),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A claim is a sentence: room for two lines."""
        if db_field.name in ("text_it", "text_en"):
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 2})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    # --- the list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        return super().get_queryset(request).filter(merged_into=None).defer("search_it", "search_en")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[NewsFirst]:
        return NewsFirst

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Claim], search_term: str
    ) -> tuple[Any, bool]:
        """Never DISTINCT: the hits are keys, so that a list after a search can be locked and marked."""
        if not search_term.strip():
            return queryset, False
        found = getattr(request, "claims_found", None)
        if found is None:
            found = request.claims_found = claims_of(speakers_called(search_term))  # type: ignore[attr-defined]
        return queryset.filter(with_words(search_term) | Q(pk__in=found)), False

    @admin.display(description=gettext_lazy("claim"), ordering="pk")
    def words(self, claim: Claim) -> str:
        return str(claim)

    @admin.display(description=gettext_lazy("our assessment"))
    def rating(self, claim: Claim) -> str:
        rated = figures_of(claim).rating
        return str(label(rated, Rating) if rated else NO_VERDICT_DESK)

    @admin.display(description=gettext_lazy("who denies, who admits"))
    def contest(self, claim: Claim) -> str:
        figures = figures_of(claim)
        names = [party["name"] for party in figures.parties if party["state"] not in ("asserts", "retracted")]
        return (
            f"{label(figures.contest, Contest)}: {', '.join(names)}"
            if names
            else str(label(figures.contest, Contest))
        )

    @admin.display(description=pgettext_lazy("column", "new"))
    def news(self, claim: Claim) -> str:
        n = figures_of(claim).news
        return ngettext("%(n)s to look at", "%(n)s to look at", n) % {"n": n} if n else ""

    # --- marking and publishing many

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        marking = {f"mark_{rating.value}": rating for rating in Rating}
        left_out = {
            *(() if may(request.user, CLAIM_ACTS["publish"].verb) else ("publish",)),
            *(() if acts_on(self.bulk_kind, request.user) else ("other",)),
        }
        kept: dict[str, Any] = {}
        for name, (function, key, description) in actions.items():
            if name in marking:
                if not may_mark(request.user):
                    continue
                description = f"{name_of_act(marking[name])}…"
            elif name in left_out:
                continue
            kept[name] = (function, key, description)
        return kept

    @admin.action(description=MARK_AS[Rating.CONFIRMED])
    def mark_confirmed(self, request: HttpRequest, queryset: QuerySet[Claim]) -> HttpResponse | None:
        return self._lead_to(request, queryset, "mark", Rating.CONFIRMED.value)

    @admin.action(description=MARK_AS[Rating.DISPUTED])
    def mark_disputed(self, request: HttpRequest, queryset: QuerySet[Claim]) -> HttpResponse | None:
        return self._lead_to(request, queryset, "mark", Rating.DISPUTED.value)

    @admin.action(description=MARK_AS[Rating.UNPROVEN])
    def mark_unproven(self, request: HttpRequest, queryset: QuerySet[Claim]) -> HttpResponse | None:
        return self._lead_to(request, queryset, "mark", Rating.UNPROVEN.value)

    @admin.action(description=MARK_AS[Rating.REFUTED])
    def mark_refuted(self, request: HttpRequest, queryset: QuerySet[Claim]) -> HttpResponse | None:
        return self._lead_to(request, queryset, "mark", Rating.REFUTED.value)

    @admin.action(description=gettext_lazy("Publish…"))
    def publish(self, request: HttpRequest, queryset: QuerySet[Claim]) -> HttpResponse | None:
        return self._lead_to(request, queryset, "act", "publish")

    @admin.action(description=gettext_lazy("Another act…"))
    def other(self, request: HttpRequest, queryset: QuerySet[Claim]) -> HttpResponse:
        return self.lead_to_acts(request, queryset)

    def _lead_to(
        self, request: HttpRequest, queryset: QuerySet[Claim], view: str, word: str
    ) -> HttpResponse | None:
        """To the page that asks, with the keys of the claims and the way back to this very list."""
        keys = list(queryset.order_by("-pk").values_list("pk", flat=True)[: AT_ONCE + 1])
        if len(keys) > AT_ONCE:
            key = f"mark_{word}" if view == "mark" else word
            return self.lead_to_all(request, queryset, key)
        query = urlencode({"claims": ",".join(map(str, keys)), "next": request.get_full_path()})
        return HttpResponseRedirect(f"{reverse(f'admin:claims_claim_{view}', args=[word])}?{query}")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("mark/<slug:rating>/", view(self.mark_view), name="claims_claim_mark"),
            path("act/<slug:key>/", view(self.act_view), name="claims_claim_act"),
            *super().get_urls(),
        ]

    def mark_view(self, request: HttpRequest, rating: str) -> HttpResponse:
        if rating not in {word.value for word in Rating}:
            raise Http404
        if not may_mark(request.user):
            raise PermissionDenied(_("Your account may not do this."))
        return mark_page(
            request,
            self._named(request),
            Rating(rating),
            template="admin/claims/mark.html",
            context=self._context(request),
            back=reverse("admin:claims_claim_changelist"),
        )

    def act_view(self, request: HttpRequest, key: str) -> HttpResponse:
        if key not in CLAIM_ACTS:
            raise Http404
        return act_page(
            request,
            self._named(request),
            CLAIM_ACTS[key],
            template="admin/claims/act.html",
            context=self._context(request),
            back=reverse("admin:claims_claim_changelist"),
        )

    def _named(self, request: HttpRequest) -> list[Claim]:
        """The claims whose keys the address carries, re-selected by key."""
        words = request.GET.get("claims", "").split(",")[:AT_ONCE]
        keys = [int(word) for word in words if is_key(word)]
        claims = list(
            Claim.objects.filter(pk__in=keys, merged_into=None).select_related("figures").order_by("-pk")
        )
        if not claims:
            raise Http404(_("None of these claims is here any more."))
        return claims

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}

    # --- one claim

    def get_fieldsets(self, request: HttpRequest, obj: Claim | None = None) -> Any:
        """A new claim gets its address from its words; the address can be changed afterwards."""
        sections = super().get_fieldsets(request, obj)
        if obj is not None:
            return sections
        return [
            (name, {**options, "fields": [field for field in options["fields"] if field != "slug"]})
            for name, options in sections
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Claim | None = None) -> Any:
        """What readers see of a published claim is corrected by a senior editor; its statements can still be worked on."""
        if obj is None or obj.publication == Publication.DRAFT or may(request.user, Verb.CORRECT):
            return ()
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def get_inlines(self, request: HttpRequest, obj: Claim | None = None) -> Any:
        return self.inlines if obj else ()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        claim = kwargs.get("obj")
        if claim is not None:
            context["figures"] = figures_of(claim)
            context["rating_label"] = self.rating(claim)
            context["contest_label"] = self.contest(claim)
            context["marks"] = self._marks(claim) if may_mark(request.user) else []
            context["acts"] = acts_for(claim, request.user)
            context["may_merge"] = may(request.user, Verb.MERGE)
            context["waiting"] = waiting_on(claim, request.user)
            context["verdicts"] = claim.verdicts.select_related("author")[:5]
        return super().render_change_form(request, context, *args, **kwargs)

    def _marks(self, claim: Claim) -> list[dict[str, Any]]:
        return [
            {
                "rating": rating.value,
                "name": name_of_act(rating, claim),
                "missing": reviewing.lacks(claim, rating),
            }
            for rating in Rating
        ]

    def store_changes(
        self, request: HttpRequest, obj: Claim, changes: Mapping[str, Any], *, base: int
    ) -> None:
        reviewing.edit_claim(obj, dict(changes), by=editor_of(request), base=base)

    def create(self, request: HttpRequest, obj: Claim, form: Any) -> None:
        obj.slug = free_slug(Claim, str(obj))
        obj.save()
        signatures.sign([obj.pk])

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model.__name__ == "Position":
            store_positions(formset, by=editor_of(request))
        else:
            super().save_formset(request, form, formset, change)


def figures_of(claim: Claim) -> ClaimFigures:
    """The derived figures; empty ones for a claim that has none yet."""
    return getattr(claim, "figures", None) or ClaimFigures(claim=claim)
