from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from sources.labels import choices
from sources.models.source import Source
from sources.vocabulary import Outcome, RunKind


class ImportRun(models.Model):
    """One run of an importer, from the command line or the desk. A log of its own: it has no further history."""

    kind = models.CharField(_("kind"), max_length=10, choices=choices(RunKind))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("by")
    )
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    # Of a run that workers do (see Parcel): in how many parts, and when the last of them was handed over.
    parts = models.PositiveIntegerField(_("parts"), default=0)
    queued_at = models.DateTimeField(_("queued"), null=True)
    created = models.PositiveIntegerField(_("created"), default=0)
    matched = models.PositiveIntegerField(_("already there"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    failed = models.PositiveIntegerField(_("refused"), default=0)

    class Meta:
        verbose_name = _("import run")
        verbose_name_plural = _("import runs")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.started_at:%Y-%m-%d %H:%M}"


class ImportItem(models.Model):
    """What became of one file or record of a run."""

    run = models.ForeignKey(
        ImportRun, models.CASCADE, db_index=False, related_name="items", verbose_name=_("import run")
    )
    name = models.TextField(_("file or record"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=choices(Outcome))
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    message = models.TextField(_("explanation"), blank=True)
    source = models.ForeignKey(Source, models.SET_NULL, null=True, blank=True, related_name="import_items")
    # What the record became, as "claims.claim:12": the archive does not know those tables.
    object_ref = models.CharField(_("object"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("import item")
        verbose_name_plural = _("import items")
        ordering = ["id"]
        # Also the way from a run to its items.
        indexes = [models.Index(fields=["run", "outcome"], name="sources_item_by_outcome")]

    def __str__(self) -> str:
        return self.name
