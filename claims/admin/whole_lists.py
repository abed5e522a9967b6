"""An act on everything that a list lists, however long: the list's own filters and search say what is meant."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from claims.desk.bulk_acts import acts_on, bulk_act
from claims.desk.bulk_pages import ask
from claims.permissions import may
from claims.vocabulary import Verb

# More boxes than a page of a list has.
BOXES = 500


class ActsOnWholeLists:
    """Mixin of a section whose things have acts (see desk.bulk_acts)."""

    bulk_kind: ClassVar[str]

    def get_urls(self: Any) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("all/", view(self.all_view), name=f"{name}_all"),
            path("all/<slug:key>/", view(self.all_act_view), name=f"{name}_all_act"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def whole_list(self: Any, request: HttpRequest) -> str:
        """The address of the page that offers acts on what this list lists; empty for who has none."""
        if not acts_on(self.bulk_kind, request.user):
            return ""
        page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_all")
        return f"{page}?{_filters(request)}"

    def lead_to_all(self: Any, request: HttpRequest, queryset: QuerySet[Any], key: str) -> HttpResponse:
        """From an action of the list to the page that does `key` to many."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_all_act"
        return HttpResponseRedirect(f"{reverse(name, args=[key])}?{_chosen(request, queryset)}")

    def lead_to_acts(self: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """The same, to the page that offers the acts."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_all"
        return HttpResponseRedirect(f"{reverse(name)}?{_chosen(request, queryset)}")

    def all_view(self: Any, request: HttpRequest) -> HttpResponse:
        """Which act?"""
        if not may(request.user, Verb.READ_DESK):
            raise PermissionDenied(_("Your account may not do this."))
        context = self._of_list(request) | {"title": _("Act on the whole list")}
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_all_act"
        filters = _filters(request)
        context["acts"] = [
            (act, f"{reverse(name, args=[act.key])}?{filters}")
            for act in acts_on(self.bulk_kind, request.user)
        ]
        return TemplateResponse(request, "admin/claims/all.html", context)

    def all_act_view(self: Any, request: HttpRequest, key: str) -> HttpResponse:
        act = bulk_act(self.bulk_kind, key)
        if act is None:
            raise Http404
        if not may(request.user, act.verb):
            raise PermissionDenied(_("Your account may not do this."))
        context = self._of_list(request)
        return ask(
            request,
            act,
            kind=self.bulk_kind,
            chosen=context["chosen"],
            n=context["n"],
            template="admin/claims/all_act.html",
            context=context,
        )

    def _of_list(self: Any, request: HttpRequest) -> dict[str, Any]:
        """What the list lists, how many that is about, and the way back to it."""
        try:
            changelist = self.get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise Http404 from error
        page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        filters = _filters(request)
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "chosen": changelist.get_queryset(request),
            "n": f"{changelist.result_count}{'+' if changelist.more else ''}",
            "back": f"{page}?{filters}" if filters else page,
        }


def _chosen(request: HttpRequest, queryset: QuerySet[Any]) -> str:
    """Those with a box ticked, by key; or all that the list lists, by its filters."""
    if request.POST.get("select_across") == "1":
        return _filters(request)
    keys = queryset.order_by("pk").values_list("pk", flat=True)[:BOXES]
    return urlencode({"id__in": ",".join(map(str, keys))})


def _filters(request: HttpRequest) -> str:
    """The filters and the search of a list, without the page that is open."""
    return urlencode(
        [
            (name, value)
            for name, values in request.GET.lists()
            for value in values
            if name not in ("p", "o", "all", "e", "from")
        ]
    )
