"""Import runs with what became of each file or record: a log, read only. What workers gave up is handed over once more from here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.admin.lists import AtAnySize
from claims.admin.permitting import ByTheTable
from claims.desk.onward import stretch
from claims.permissions import may
from claims.tasks import queue_again
from claims.vocabulary import Verb
from sources.labels import LABELS
from sources.models import ImportItem, ImportRun
from sources.queueing import Progress, progress_of
from sources.reasons import REASONS
from sources.vocabulary import Outcome, RunState

ITEMS_A_PAGE = 100


class FailedFilter(admin.SimpleListFilter):
    title, parameter_name = gettext_lazy("outcome"), "failed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", gettext_lazy("With refused files"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(failed__gt=0) if self.value() else queryset


@admin.register(ImportRun)
class ImportRunAdmin(ByTheTable, AtAnySize, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "started_at",
        "kind",
        "by",
        "state",
        "created",
        "updated",
        "matched",
        "skipped",
        "failed",
        "finished_at",
    )
    list_filter = (FailedFilter, "kind")
    list_select_related = ("by",)
    list_per_page = 50
    sortable_by = ("started_at",)
    change_form_template = "admin/sources/importrun/change_form.html"
    readonly_fields = (
        "kind",
        "by",
        "state",
        "started_at",
        "finished_at",
        "created",
        "updated",
        "matched",
        "skipped",
        "failed",
    )
    fields = (
        "kind",
        "by",
        "state",
        ("started_at", "finished_at"),
        ("created", "updated", "matched", "skipped", "failed"),
    )

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, each run with its progress: one query for all of them."""
        found = super().get_changelist_instance(request)
        progress = progress_of(found.result_list)
        for run in found.result_list:
            run.progress = progress[run.pk]
        return found

    def get_urls(self) -> list[URLPattern]:
        again = path(
            "<int:pk>/again/", self.admin_site.admin_view(self.again), name="sources_importrun_again"
        )
        return [again, *super().get_urls()]

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hands what was given up of a run to the workers once more. Pressed twice, the second finds nothing left."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        number = queue_again(get_object_or_404(ImportRun, pk=pk), by=request.user)
        said = ngettext(
            "%(n)s part is handed over once more.", "%(n)s parts are handed over once more.", number
        )
        messages.success(request, said % {"n": number})
        return HttpResponseRedirect(reverse("admin:sources_importrun_change", args=[pk]))

    @admin.display(description=gettext_lazy("state"))
    def state(self, run: ImportRun) -> str:
        """For example: Running (3 of 5 parts)."""
        progress: Progress = getattr(run, "progress", None) or progress_of([run])[run.pk]
        said = [str(LABELS[RunState][progress.state])]
        if progress.left:
            parts = ngettext("(%(done)s of %(n)s part)", "(%(done)s of %(n)s parts)", progress.parts)
            said.append(parts % {"done": progress.parts - progress.left, "n": progress.parts})
        if progress.error:
            said.append(_("Last error: %(error)s") % {"error": progress.error})
        return " ".join(said)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The items by page, the refused ones first when asked for."""
        run, wanted = kwargs["obj"], request.GET.get("outcome", "")
        items = (
            ImportItem.objects.filter(run=run)
            .select_related("source")
            .defer("source__body", "source__raw", "source__search")
        )
        if wanted in {word.value for word in Outcome}:
            items = items.filter(outcome=wanted)
        page = stretch(items, request.GET, size=ITEMS_A_PAGE)
        for item in page.rows:
            item.reason_label = REASONS.get(item.reason, item.reason)
        run.progress = progress_of([run])[run.pk]
        if may(request.user, Verb.IMPORT):
            context["given_up"] = run.progress.failed
        context |= {"page": page, "outcomes": list(LABELS[Outcome].items()), "wanted": wanted}
        return super().render_change_form(request, context, *args, **kwargs)
