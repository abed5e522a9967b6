from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db import models
from django.db.models import F, Model, Q
from django.utils.translation import gettext_lazy as _

from claims.labels import choices
from claims.models.claim import Claim
from claims.models.statement import Statement
from claims.vocabulary import BulkState
from sources.models import Source

# What acts on many call what they are about.
BULK_KINDS: Mapping[str, type[Model]] = {"claim": Claim, "statement": Statement, "source": Source}


class BulkJob(models.Model):
    """One act on many things that an editor chose together; `desk.bulk` works it off in batches.

    No history of its own: every single act has one. `kind` is what the things are (BULK_KINDS), `act` a key of
    `desk.bulk_acts`, `asked` what the editor was asked for, as that act reads it again.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    kind = models.CharField(max_length=20)
    act = models.CharField(max_length=30)
    asked = models.JSONField(default=dict)
    chosen_from = models.TextField(blank=True)
    language = models.CharField(max_length=2)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    why_stopped = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    stopped_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("act on many")
        verbose_name_plural = _("acts on many")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total__gte=F("done") + F("refused")), name="claims_bulkjob_counts_add_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.act} ({self.total})"

    @property
    def goes_on(self) -> bool:
        return self.finished_at is None and self.stopped_at is None

    @property
    def worked(self) -> int:
        return self.done + self.refused


class BulkItem(models.Model):
    """One thing of a BulkJob: its key and version when it was chosen, and what became of it.

    State and act are written in one transaction: each is done once, whoever works at it and whatever is killed.
    """

    job = models.ForeignKey(BulkJob, models.CASCADE, db_index=False, related_name="items")
    thing = models.BigIntegerField()
    version = models.IntegerField()
    state = models.CharField(max_length=10, choices=choices(BulkState), default=BulkState.WAITING.value)
    said = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("one of many")
        verbose_name_plural = _("some of many")
        constraints = [
            models.UniqueConstraint(fields=["job", "thing"], name="claims_bulkitem_once"),
        ]
        indexes = [
            # What is next: the same cost for the last as for the first.
            models.Index(
                fields=["job", "thing"],
                condition=Q(state=BulkState.WAITING.value),
                name="claims_bulkitem_waiting",
            ),
            # The report begins with what was refused.
            models.Index(
                fields=["job", "thing"],
                condition=Q(state=BulkState.REFUSED.value),
                name="claims_bulkitem_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thing}: {self.state}"
