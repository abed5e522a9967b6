from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from translated_fields import TranslatedField
from translated_fields.utils import fallback_to_any

from claims.labels import choices
from claims.models.claim import Claim
from claims.models.statement import Statement
from claims.vocabulary import CorrectionKind
from sources.models import Source
from sources.triggers import keep, refuse_delete, tracked, written_once


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def published(self) -> CorrectionQuerySet:
        """All: a correction is only ever written about something that readers have seen."""
        return self.all()


@tracked()
class Correction(models.Model):
    """A public note of what changed after publication, and why (IFCN principle 5). Never edited, never deleted.

    `before` and `after`: {field: value}, as readers saw and see them.
    """

    claim = models.ForeignKey(Claim, models.PROTECT, null=True, blank=True, related_name="corrections")
    statement = models.ForeignKey(
        Statement, models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="corrections")
    kind = models.CharField(
        _("kind"), max_length=15, choices=choices(CorrectionKind), default=CorrectionKind.CORRECTION.value
    )
    text = TranslatedField(models.TextField(_("text"), blank=True), attrgetter=fallback_to_any)
    before = models.JSONField(_("before"), default=dict, blank=True)
    after = models.JSONField(_("after"), default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    made_at = models.DateTimeField(_("made"), auto_now_add=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(claim__isnull=False) | Q(statement__isnull=False) | Q(source__isnull=False),
                name="claims_correction_of_something",
            ),
            models.CheckConstraint(
                condition=~Q(text_it="") | ~Q(text_en=""), name="claims_correction_has_words"
            ),
        ]
        indexes = [models.Index(fields=["-made_at", "-id"], name="claims_correction_newest")]
        triggers = [
            keep("claim_id", "statement_id", "source_id", "kind", "before", "after", "by_id", "made_at",
                 name="correction_stays", why="a published correction never changes"),
            written_once("text_it", "text_en", name="words_stay", why="a published correction never changes"),
            refuse_delete(unless="false", why="a published correction is never deleted"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.text)[:80]


class WithdrawalQuerySet(models.QuerySet["Withdrawal"]):
    def published(self) -> WithdrawalQuerySet:
        """All: what is withdrawn had been public, and the reason is too."""
        return self.all()


@tracked()
class Withdrawal(models.Model):
    """Why something published is no longer shown. Readers of the old address read the reason (410 Gone)."""

    claim = models.ForeignKey(Claim, models.PROTECT, null=True, blank=True, related_name="withdrawals")
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="withdrawals")
    reason = TranslatedField(models.TextField(_("reason"), blank=True), attrgetter=fallback_to_any)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), auto_now_add=True)
    reopened_at = models.DateTimeField(_("reopened"), null=True, blank=True)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        ordering = ["-withdrawn_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(claim__isnull=False) ^ Q(source__isnull=False),
                name="claims_withdrawal_of_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(reason_it="") | ~Q(reason_en=""), name="claims_withdrawal_has_a_reason"
            ),
            # What is withdrawn is withdrawn once, until it is reopened.
            *(
                models.UniqueConstraint(
                    fields=[kind],
                    condition=Q(reopened_at__isnull=True),
                    name=f"claims_withdrawal_one_open_per_{kind}",
                )
                for kind in ("claim", "source")
            ),
        ]
        triggers = [
            keep("claim_id", "source_id", "by_id", "withdrawn_at",
                 name="withdrawal_stays", why="a withdrawal never changes"),
            written_once("reason_it", "reason_en", name="reason_stays", why="the reason of a withdrawal never changes"),
            refuse_delete(unless="false", why="a withdrawal is never deleted"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.reason)[:80]
