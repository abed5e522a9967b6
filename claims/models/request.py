from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.labels import choices
from claims.models.claim import READERS_SEE, Claim
from claims.models.speaker import Speaker
from claims.models.statement import Statement
from claims.vocabulary import RequestKind, RequestOutcome
from sources.models import Source
from sources.triggers import Versioned, bump_version, refuse_delete, tracked


class RequestQuerySet(models.QuerySet["Request"]):
    def published(self) -> RequestQuerySet:
        """Only replies that we published, on a claim that readers see."""
        return self.filter(
            kind=RequestKind.REPLY,
            published_at__isnull=False,
            claim__publication__in=READERS_SEE,
            claim__merged_into=None,
        )


@tracked()
class Request(Versioned):
    """Something asked of us, or by us: a right of reply, a correction, a removal, a court order."""

    kind = models.CharField(_("kind"), max_length=20, choices=choices(RequestKind))
    claim = models.ForeignKey(
        Claim, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("claim")
    )
    statement = models.ForeignKey(
        Statement, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("statement")
    )
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("source")
    )
    speaker = models.ForeignKey(
        Speaker,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
        verbose_name=_("person or body"),
    )
    sender = models.CharField(_("from"), max_length=300, blank=True)
    received_at = models.DateTimeField(_("received"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    text = models.TextField(_("text"))
    language = models.CharField(_("language"), max_length=2, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=choices(RequestOutcome), default=RequestOutcome.OPEN.value
    )
    outcome_note = models.TextField(_("note on the outcome"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handled by"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("approved by"),
    )  # fmt: skip
    published_at = models.DateTimeField(_("shown to readers since"), null=True, editable=False)
    created_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["due_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(kind=RequestKind.REPLY.value),
                name="claims_request_only_replies_are_public",
            ),
        ]
        indexes = [models.Index(fields=["outcome", "due_at"], name="claims_request_due")]
        triggers = [
            bump_version("kind", "claim_id", "statement_id", "source_id", "speaker_id", "sender", "received_at", "due_at", "text",
                         "outcome", "outcome_note", "answered_at", "handled_by_id", "approved_by_id", "published_at"),
            refuse_delete(unless="OLD.published_at IS NULL", why="a published reply is never deleted"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.sender or self.speaker or ''}"
