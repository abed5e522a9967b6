from __future__ import annotations

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims.labels import choices
from claims.models.claim import READERS_SEE, Claim
from claims.models.speaker import Speaker
from claims.models.statement import Statement
from claims.vocabulary import ORDERS, RequestKind, RequestOutcome
from sources.models import Source
from sources.triggers import Versioned, bump_version, refuse_delete, tracked

# What was approved is what is carried out.
ORDER_STAYS = pgtrigger.Trigger(
    name="order_stays",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition(
        "OLD.approved_by_id IS NOT NULL AND NEW.approved_by_id IS NOT NULL AND"
        " (OLD.kind, OLD.claim_id, OLD.statement_id, OLD.source_id, OLD.text, OLD.approved_by_id, OLD.handled_by_id) IS DISTINCT FROM"
        " (NEW.kind, NEW.claim_id, NEW.statement_id, NEW.source_id, NEW.text, NEW.approved_by_id, NEW.handled_by_id)"
    ),
    func="RAISE EXCEPTION '[keep] an approved order never changes' USING ERRCODE = 'check_violation';",
)

# The application cannot say that words were erased: only the owner writes redactions.
CARRIED_OUT_BY_REDACTING = pgtrigger.Trigger(
    name="carried_out_by_redacting",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="""
        IF TG_OP = 'UPDATE' AND OLD.carried_out_at IS NOT NULL AND OLD.carried_out_at IS DISTINCT FROM NEW.carried_out_at THEN
            RAISE EXCEPTION '[keep] an order was carried out for good' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.carried_out_at IS NOT NULL AND (
            NEW.approved_by_id IS NULL OR NOT EXISTS (SELECT 1 FROM claims_redaction r WHERE r.request_id = NEW.id)
        ) THEN
            RAISE EXCEPTION '[redact] order % is carried out by the command redact alone, when it is approved', NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


class RequestQuerySet(models.QuerySet["Request"]):
    def open(self) -> RequestQuerySet:
        return self.filter(outcome=RequestOutcome.OPEN)

    def due(self, by: datetime) -> RequestQuerySet:
        """Open ones whose answer is due by that moment; what is overdue already is among them."""
        return self.open().filter(due_at__lte=by)

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
    contact = models.EmailField(
        _("e-mail address"), blank=True, help_text=_("For our answer. Readers never see it.")
    )
    answers = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replies",
        verbose_name=_("reply to what we asked"),
    )
    received_at = models.DateTimeField(_("received"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    text = models.TextField(_("text"))
    language = models.CharField(_("language"), max_length=2, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=choices(RequestOutcome), default=RequestOutcome.OPEN.value
    )
    answer = models.TextField(
        _("our answer"), blank=True, help_text=_("The e-mail as we sent it, copied in. Readers never see it.")
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
    carried_out_at = models.DateTimeField(_("words erased"), null=True, editable=False)
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
            # Erasing takes two: who recorded the order, and who approved it.
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (Q(handled_by__isnull=False) & ~Q(approved_by=F("handled_by"))),
                name="claims_request_approved_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["outcome", "due_at"], name="claims_request_due"),
            # The list of all requests, page by page.
            models.Index(fields=["received_at", "id"], name="claims_request_received"),
        ]
        triggers = [
            bump_version("kind", "claim_id", "statement_id", "source_id", "speaker_id", "sender", "contact", "answers_id", "received_at", "due_at",
                         "text", "language", "answer", "outcome", "outcome_note", "answered_at", "handled_by_id", "approved_by_id", "carried_out_at", "published_at"),
            ORDER_STAYS,
            CARRIED_OUT_BY_REDACTING,
            refuse_delete(unless="OLD.published_at IS NULL", why="a published reply is never deleted"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.sender or self.speaker or ''}"

    @property
    def is_an_order(self) -> bool:
        """Whether words can be erased because of it."""
        return self.kind in ORDERS

    @property
    def public_sender(self) -> str:
        """Who replied, as readers are told where no person or body is named. Never an e-mail address."""
        return "" if "@" in self.sender else self.sender
