from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.claim import Claim
from claims.models.statement import Statement
from sources.models import Source


class PossibleTurn(models.Model):
    """The claim that a waiting denial, admission or withdrawal is most like: what the triage queue puts first is read from here.

    Derived, written by `linking.weigh`; no history and no version. A row without a claim: weighed, and nothing is like it.
    """

    statement = models.OneToOneField(Statement, models.CASCADE, primary_key=True, related_name="turn")
    claim = models.ForeignKey(Claim, models.CASCADE, null=True, db_index=False, related_name="+")
    score = models.FloatField(null=True)
    weighed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("possible turn")
        verbose_name_plural = _("possible turns")
        indexes = [
            # The front of the queue: few of those weighed are like any claim.
            models.Index(
                fields=["claim", "statement"],
                condition=Q(claim__isnull=False),
                name="claims_possibleturn_found",
            ),
            # Who is weighed again first once there are new claims.
            models.Index(fields=["weighed_at"], name="claims_possibleturn_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} → {self.claim_id}"


class TriageAct(models.Model):
    """One act of triage, with what it takes to undo it (see linking.undoing). The history of what it changed is kept elsewhere.

    `record`: what was there before, and the versions that the act left behind: while those stand, nobody else has worked on it.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+")
    source = models.ForeignKey(Source, models.CASCADE, db_index=False, related_name="+")
    verb = models.CharField(max_length=30)
    record = models.JSONField(default=dict)
    done_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("act of triage")
        verbose_name_plural = _("acts of triage")
        ordering = ["-id"]
        indexes = [
            # The last act of an editor.
            models.Index(
                fields=["by", "-id"],
                condition=Q(undone_at=None),
                name="claims_triageact_last",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} · {self.source_id}"
