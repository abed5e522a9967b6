from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.labels import choices
from claims.models.statement import Statement
from claims.vocabulary import ChangeKind
from sources.models import Source
from sources.triggers import tracked


@tracked()
class Reading(models.Model):
    """One reading of one source by one version of the extractor."""

    source = models.ForeignKey(
        Source, models.CASCADE, db_index=False, related_name="readings", verbose_name=_("source")
    )
    extractor_version = models.CharField(_("extractor version"), max_length=40)
    read_at = models.DateTimeField(_("read"), auto_now_add=True)
    found = models.PositiveIntegerField(_("found"), default=0)
    stored = models.PositiveIntegerField(_("stored"), default=0)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["-id"]
        constraints = [
            # Also the way from a source to its readings.
            models.UniqueConstraint(
                fields=["source", "extractor_version"], name="claims_reading_once_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} · {self.extractor_version}"


@tracked()
class ReadingChange(models.Model):
    """What a newer reading would add, change or drop. It never alters a human decision: the desk offers it."""

    reading = models.ForeignKey(Reading, models.CASCADE, related_name="changes", verbose_name=_("reading"))
    kind = models.CharField(_("kind"), max_length=10, choices=choices(ChangeKind))
    statement = models.ForeignKey(
        Statement,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="reading_changes",
        verbose_name=_("statement"),
    )
    finding = models.JSONField(_("finding"), default=dict)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    taken = models.BooleanField(_("taken over"), null=True)

    class Meta:
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        ordering = ["id"]
        indexes = [
            # What the desk still has to decide: few among all that readings ever proposed.
            models.Index(
                fields=["reading"], condition=Q(decided_at__isnull=True), name="claims_readingchange_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.statement or self.finding.get('exact', '')}"
