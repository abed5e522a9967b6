from __future__ import annotations

import pgtrigger
from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from claims.models.request import Request
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


@tracked(
    exclude=[
        *("key", "step", "t0", "digits", "tolerance", "drift", "last_t", "created_at", "last_used_at"),
        *("throttling_failure_timestamp", "throttling_failure_count"),
    ],
    app_label="claims",
    model_name="CodeAppEvent",
)
class CodeApp(TOTPDevice):  # type: ignore[misc]
    """The code app of an account, here only to be tracked: when it was set up, and by whom and why it was reset.

    The history keeps no key, and nothing of the codes that were typed.
    """

    class Meta:
        proxy = True
        verbose_name = _("code app of an account")
        verbose_name_plural = _("code apps of accounts")


class HistorySeal(models.Model):
    """A link of the hash chain over committed history events, written by `seal_history` and checked by `verify_history`.

    `first` and `last` bound the events it covers, [transaction, table, id], in that order. `leaves` holds for each of them its place
    and the digest of its payload, 50 bytes (claims.history.leaves); `digest` = sha256(leaves), `head` = sha256(previous head + digest).
    An event whose words are erased on an order keeps its leaf: see Redaction.

    `layout`: [[table, [columns]]], what the digests are taken of. `era`: where the transactions are counted, {"cluster": id of the
    server, "floors": {table: last event brought along}}; a backup restored elsewhere begins another. Both null: as in the seal before.
    """

    sealed_at = models.DateTimeField(_("sealed"), auto_now_add=True)
    first = models.JSONField()
    last = models.JSONField()
    events = models.PositiveBigIntegerField(_("events"))
    leaves = models.BinaryField(default=b"")
    layout = models.JSONField(null=True)
    era = models.JSONField(null=True)
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


class Redaction(models.Model):
    """An event whose words were erased on an order, written by `redact` alone, with the owner's connection.

    `was` is the digest of what stood there, as in the leaf of its seal; `left` the digest of what stands there now.
    """

    request = models.ForeignKey(Request, models.PROTECT, related_name="redactions", verbose_name=_("request"))
    table = models.CharField(max_length=63)
    event = models.BigIntegerField()
    was = models.CharField(max_length=64)
    left = models.CharField(max_length=64)
    erased_at = models.DateTimeField(_("erased"), auto_now_add=True)

    class Meta:
        verbose_name = _("erased event")
        verbose_name_plural = _("erased events")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            refuse_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.event}"

    @property
    def line(self) -> str:
        """The row as one line of what an order erased (claims.history.verifying)."""
        return f"{self.table} {self.event} {self.was} {self.left}"
