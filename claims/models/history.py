from __future__ import annotations

import pgtrigger
from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _

from sources.triggers import refuse_truncate, tracked


@tracked(exclude=["password", "last_login"], app_label="claims", model_name="AccountEvent")
class Account(User):
    """Whoever may sign in, here only to be tracked: who was made an administrator, who was shut out, and when.

    The history keeps no password, not even its digest, and no times of signing in.
    """

    class Meta:
        proxy = True
        verbose_name = _("account")
        verbose_name_plural = _("accounts")


@tracked(app_label="claims", model_name="MembershipEvent")
class Membership(User.groups.through):  # type: ignore[misc, name-defined]
    """Which account has which role, here only to be tracked."""

    class Meta:
        proxy = True
        verbose_name = _("role of an account")
        verbose_name_plural = _("roles of accounts")


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
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            refuse_truncate(),
        ]

    def __str__(self) -> str:
        return self.head[:12]
