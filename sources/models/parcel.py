from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sources.models.importrun import ImportRun


class Parcel(models.Model):
    """A part of a run that waits for a worker: up to a hundred files, or articles to be read. It goes when it is worked off.

    The files themselves lie in it, so that a worker needs nothing but the database, whatever machine it runs on. It is worked off
    in the transactions that store what is in it: whoever is killed leaves either the old `position` or the new one with its rows.
    Like the run it has no history.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="waiting", verbose_name=_("import run"))
    # The queue's job. No foreign key: that table is procrastinate's, and finished jobs are deleted there.
    job = models.BigIntegerField(null=True)
    count = models.PositiveIntegerField(_("files or articles"))
    # Of articles to import: see parcels.pack. Of articles to read: their ids.
    files = models.BinaryField(null=True)
    encoding = models.CharField(max_length=20, blank=True)
    keys = ArrayField(models.BigIntegerField(), default=list)
    # How many articles of it are done.
    position = models.PositiveIntegerField(default=0)
    # Why the last attempt failed, and when the last of them did.
    error = models.TextField(_("why it failed"), blank=True)
    failed_at = models.DateTimeField(_("failed"), null=True)

    class Meta:
        verbose_name = _("part of an import run")
        verbose_name_plural = _("parts of import runs")
        ordering = ["id"]
        constraints = [
            # A worker must know from the row alone what there is to do.
            models.CheckConstraint(
                condition=Q(files__isnull=False, keys=[]) | (Q(files=None) & ~Q(keys=[])),
                name="sources_parcel_files_or_keys",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.pk}"
