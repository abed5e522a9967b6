from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class HistorySeal(models.Model):
    """A link of the hash chain over committed history events, written by `seal_history` and checked by `verify_history`.

    `first` and `last` bound the events it covers, in (transaction, table, id) order; `head` = sha256(previous head + digest).
    """

    sealed_at = models.DateTimeField(_("sealed"), auto_now_add=True)
    first = models.JSONField()
    last = models.JSONField()
    events = models.PositiveBigIntegerField(_("events"))
    digest = models.CharField(max_length=64)
    previous = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="next")
    head = models.CharField(_("head"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("history seal")
        verbose_name_plural = _("history seals")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.head[:12]
