from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _
from translated_fields import TranslatedField
from translated_fields.utils import fallback_to_any

from claims.labels import choices
from claims.models.claim import READERS_SEE, Claim
from claims.models.statement import Statement
from claims.models.verdict import IN_FORCE_ONCE, Verdict
from claims.vocabulary import EvidenceKind
from sources.models import Source
from sources.triggers import Versioned, bump_version, misplaced, tracked
from sources.vocabulary import SourcePublication

SPAN_FITS_ITS_SOURCE = pgtrigger.Trigger(
    name="span_fits_its_source",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("span", "source_id"),
    condition=pgtrigger.Condition("NEW.span IS NOT NULL"),
    func=f"""
        IF (SELECT {misplaced("NEW.span", "s.body")} FROM sources_source s WHERE s.id = NEW.source_id) THEN
            RAISE EXCEPTION '[span] the passage is not at characters % to % of source %',
                NEW.span->>'start', NEW.span->>'end', NEW.source_id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def published(self) -> EvidenceQuerySet:
        """On a claim that readers see, and what it rests on is seen too. A private file is described, never handed out."""
        return self.settled().filter(
            # EXISTS asks about this evidence's statement alone; IN would list every published statement first.
            Q(statement=None) | Exists(Statement.objects.published().filter(pk=OuterRef("statement"))),
            Q(source=None) | Q(source__publication=SourcePublication.PUBLISHED),
            claim__publication__in=READERS_SEE,
            claim__merged_into=None,
        )

    def settled(self) -> EvidenceQuerySet:
        """All but what was added for a proposal alone: that is seen when the decision is in force, and never if it is dropped."""
        this = Func(
            Func(Value("id"), OuterRef("pk"), function="jsonb_build_object"),
            function="jsonb_build_array",
            output_field=models.JSONField(),
        )
        cited = Verdict.objects.filter(claim=OuterRef("claim"), evidence__contains=this)
        return self.filter(
            Q(created_at__lte=F("claim__published_at"))
            | Exists(cited.filter(stage__in=IN_FORCE_ONCE))
            | ~Exists(cited.exclude(stage__in=IN_FORCE_ONCE))
        )


@tracked(found_by=["claim"])
class Evidence(Versioned):
    """A passage, link or file that supports, refutes or gives context to a claim (Wikibase "reference")."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="evidence", verbose_name=_("claim"))
    key = models.CharField(_("key"), max_length=100, null=True, blank=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=choices(EvidenceKind))
    statement = models.ForeignKey(
        Statement, models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name=_("statement")
    )
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name=_("source")
    )
    span = models.JSONField(null=True, blank=True, editable=False)
    url = models.URLField(_("link"), max_length=2000, blank=True)
    file = models.FileField(_("file"), upload_to="evidence/", blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    file_public = models.BooleanField(_("readers may download the file"), default=False)
    note = TranslatedField(models.TextField(_("note"), blank=True), attrgetter=fallback_to_any)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="claims_evidence_one_per_key"),
            # Evidence is exactly one thing: a statement, a passage of a source, a link or a file.
            models.CheckConstraint(
                condition=Q(statement__isnull=False, source__isnull=True, url="", file="")
                | Q(statement__isnull=True, source__isnull=False, url="", file="")
                | (Q(statement__isnull=True, source__isnull=True, file="") & ~Q(url=""))
                | (Q(statement__isnull=True, source__isnull=True, url="") & ~Q(file="") & ~Q(file_sha256="")),
                name="claims_evidence_is_one_thing",
            ),
            # A passage is one of a source; the words of a statement have their own place.
            models.CheckConstraint(
                condition=Q(span__isnull=True) | Q(source__isnull=False),
                name="claims_evidence_passage_of_a_source",
            ),
        ]
        triggers = [
            SPAN_FITS_ITS_SOURCE,
            bump_version(
                "kind",
                "statement_id",
                "source_id",
                "span",
                "url",
                "file",
                "file_public",
                "note_it",
                "note_en",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.note or self.url or self.statement or self.source or self.file}"
