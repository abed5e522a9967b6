from __future__ import annotations

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from translated_fields import TranslatedField
from translated_fields.utils import fallback_to_any

from claims.labels import choices
from claims.vocabulary import NameKind, SpeakerKind
from sources.labels import choices as source_choices
from sources.models import Outlet, Source
from sources.names import folded
from sources.triggers import Versioned, bump_version, refuse_delete, refuse_truncate, tracked
from sources.vocabulary import Language


class SpeakerQuerySet(models.QuerySet["Speaker"]):
    def published(self) -> SpeakerQuerySet:
        """Those with a statement that readers see. A body met only in a chain of speaks_for is named without a link."""
        from claims.models.statement import Statement, StatementSpeaker  # the statement's module needs this one

        spoken = StatementSpeaker.objects.filter(
            speaker=OuterRef("pk"), statement__in=Statement.objects.published().values("pk")
        )
        return self.filter(Exists(spoken), merged_into=None)

    def sorted(self) -> SpeakerQuerySet:
        return self.order_by("sort_key", "pk")


@tracked(exclude=["sort_key"])
class Speaker(Versioned):
    """A person or body credited with words (schema.org Person, Organization).

    `speaks_for` leads to the party: Peskov → Kremlin → Russia. The party is the root of that chain; parties are counted,
    not mouths. An anonymous speaker stays with its source (`only_in`) and is never the same as another article's.
    """

    kind = models.CharField(_("kind"), max_length=15, choices=choices(SpeakerKind))
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    description = TranslatedField(
        models.CharField(_("description"), max_length=300, blank=True), attrgetter=fallback_to_any
    )
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two-letter code, for example IT."))
    wikidata_id = models.CharField(_("Wikidata id"), max_length=16, blank=True)
    speaks_for = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="spokespeople", verbose_name=_("speaks for")
    )
    outlet = models.OneToOneField(
        Outlet, models.PROTECT, null=True, blank=True, related_name="speaker", verbose_name=_("outlet")
    )
    only_in = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="anonymous_speakers", verbose_name=_("only in")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged", verbose_name=_("merged into")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sort_key = models.GeneratedField(expression=folded("name"), output_field=models.TextField(), db_persist=True)

    objects = SpeakerQuerySet.as_manager()

    class Meta:
        verbose_name = _("person or body")
        verbose_name_plural = _("people and bodies")
        ordering = ["sort_key", "id"]
        constraints = [
            # "Two US officials" of two articles are never one, and are nobody in Wikidata.
            models.CheckConstraint(
                condition=(Q(kind=SpeakerKind.ANONYMOUS.value) & Q(only_in__isnull=False) & Q(wikidata_id=""))
                | (~Q(kind=SpeakerKind.ANONYMOUS.value) & Q(only_in__isnull=True)),
                name="claims_speaker_anonymous_stays_with_its_source",
            ),
            models.UniqueConstraint(
                fields=["wikidata_id"],
                condition=~Q(wikidata_id="") & Q(merged_into__isnull=True),
                name="claims_speaker_one_per_wikidata_item",
            ),
            models.CheckConstraint(
                condition=Q(speaks_for__isnull=True) | ~Q(speaks_for=F("id")), name="claims_speaker_not_for_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="claims_speaker_by_name"),
            # Names typed by people are matched from the start of the folded name.
            models.Index(OpClass(F("sort_key"), name="text_pattern_ops"), name="claims_speaker_by_prefix"),
        ]
        triggers = [
            bump_version(
                "kind", "name", "slug", "description_it", "description_en", "country", "wikidata_id", "speaks_for_id",
                "outlet_id", "only_in_id", "merged_into_id",
            ),
            refuse_truncate(),
            refuse_delete(
                unless="NOT EXISTS (SELECT 1 FROM claims_statementspeaker s JOIN claims_position p"
                " ON p.statement_id = s.statement_id WHERE s.speaker_id = OLD.id AND p.published_at IS NOT NULL)",
                why="a speaker of published statements is merged, never deleted",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["normalised"])
class SpeakerName(models.Model):
    """Another way in which a speaker is written. Not unique across speakers: a lookup returns candidates."""

    speaker = models.ForeignKey(Speaker, models.CASCADE, related_name="names", verbose_name=_("speaker"))
    name = models.CharField(_("name"), max_length=200)
    normalised = models.GeneratedField(expression=folded("name"), output_field=models.TextField(), db_persist=True)
    language = models.CharField(_("language"), max_length=2, choices=source_choices(Language), blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=choices(NameKind))
    seen_in = models.ForeignKey(
        Source, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("seen in")
    )

    class Meta:
        verbose_name = _("name variant")
        verbose_name_plural = _("name variants")
        ordering = ["kind", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["speaker", "name"], name="claims_speakername_once_per_speaker"),
        ]
        indexes = [
            models.Index(OpClass(F("normalised"), name="text_pattern_ops"), name="claims_speakername_by_prefix"),
        ]
        triggers = [refuse_truncate()]

    def __str__(self) -> str:
        return self.name


@tracked()
class Affiliation(models.Model):
    """A role that a speaker held in a body, with what is known of its dates."""

    speaker = models.ForeignKey(Speaker, models.CASCADE, related_name="affiliations", verbose_name=_("speaker"))
    body = models.ForeignKey(Speaker, models.PROTECT, related_name="members", verbose_name=_("body"))
    role = TranslatedField(models.CharField(_("role"), max_length=200, blank=True), attrgetter=fallback_to_any)
    from_on = models.DateField(_("from"), null=True, blank=True)
    to_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ["from_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(to_on__isnull=True) | Q(from_on__lte=F("to_on")),
                name="claims_affiliation_dates_in_order",
            ),
        ]
        triggers = [refuse_truncate()]

    def __str__(self) -> str:
        return f"{self.role}, {self.body}" if self.role else str(self.body)
