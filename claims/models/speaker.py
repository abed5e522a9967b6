from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from translated_fields import TranslatedField
from translated_fields.utils import fallback_to_any

from claims.labels import choices
from claims.vocabulary import NameKind, SpeakerKind
from sources.labels import choices as source_choices
from sources.models import Outlet, Source
from sources.names import folded, sounded
from sources.triggers import Versioned, bump_version, no_circle, refuse_delete, tracked
from sources.vocabulary import Language

# The words of a name, as they are. One expression for the index and for the search.
NAME_WORDS = SearchVector("sort_key", config="simple")

# "Two US officials" of one article are never those of another. Equal texts under two addresses are one article here.
ONLY_IN_ITS_SOURCE = pgtrigger.Trigger(
    name="only_in_its_source",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("only_in_id"),
    condition=pgtrigger.Condition("NEW.only_in_id IS NOT NULL"),
    func="""
        IF EXISTS (
            SELECT 1 FROM claims_statement t JOIN sources_source s ON s.id = t.source_id
            WHERE s.origin_id <> (SELECT o.origin_id FROM sources_source o WHERE o.id = NEW.only_in_id)
              AND (EXISTS (SELECT 1 FROM claims_statementspeaker w WHERE w.statement_id = t.id
                           AND NEW.id IN (w.speaker_id, w.on_behalf_of_id))
                   OR EXISTS (SELECT 1 FROM claims_carrier c WHERE c.statement_id = t.id AND c.speaker_id = NEW.id))
        ) THEN
            RAISE EXCEPTION '[anonymous] speaker % speaks in other articles too', NEW.id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """,
)


class SpeakerQuerySet(models.QuerySet["Speaker"]):
    def published(self) -> SpeakerQuerySet:
        """Those with a statement that readers see. A body met only in a chain of speaks_for is named without a link."""
        from claims.models.listing import ClaimSpeaker  # which needs this module

        heard = ClaimSpeaker.objects.filter(speaker=OuterRef("pk"), is_own=True)
        return self.filter(Exists(heard), merged_into=None)

    def sorted(self) -> SpeakerQuerySet:
        return self.order_by("sort_key", "pk")


@tracked(exclude=["sort_key", "sounds"])
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
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("Two-letter code, for example IT.")
    )
    wikidata_id = models.CharField(_("Wikidata id"), max_length=16, blank=True)
    speaks_for = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="spokespeople",
        verbose_name=_("speaks for"),
    )
    outlet = models.OneToOneField(
        Outlet, models.PROTECT, null=True, blank=True, related_name="speaker", verbose_name=_("outlet")
    )
    only_in = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="anonymous_speakers",
        verbose_name=_("only in"),
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sort_key = models.GeneratedField(
        expression=folded("name"), output_field=models.TextField(), db_persist=True
    )
    sounds = models.GeneratedField(
        expression=sounded("name"), output_field=ArrayField(models.TextField()), db_persist=True
    )

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
                condition=Q(speaks_for__isnull=True) | ~Q(speaks_for=F("id")),
                name="claims_speaker_not_for_itself",
            ),
            models.CheckConstraint(
                condition=Q(outlet__isnull=True) | Q(kind=SpeakerKind.OUTLET.value),
                name="claims_speaker_only_an_outlet_has_one",
            ),
        ]
        indexes = [
            # Lists by name, page by page.
            models.Index(fields=["sort_key", "id"], name="claims_speaker_by_name"),
            # … and by the beginning of any word in them.
            GinIndex(NAME_WORDS, name="claims_speaker_by_word", fastupdate=False),
            # Names typed by people are matched from the start of the folded name.
            models.Index(OpClass(F("sort_key"), name="text_pattern_ops"), name="claims_speaker_by_prefix"),
            # Misspelled and transliterated names are looked up by how their words sound; far more often than they are written,
            # so that a list of pending entries would only be in the way.
            GinIndex(fields=["sounds"], name="claims_speaker_by_sound", fastupdate=False),
        ]
        triggers = [
            no_circle("speaks_for", why="nobody speaks for those who speak for them"),
            no_circle("merged_into", why="nobody can be merged into themselves"),
            ONLY_IN_ITS_SOURCE,
            bump_version(
                "kind",
                "name",
                "slug",
                "description_it",
                "description_en",
                "country",
                "wikidata_id",
                "speaks_for_id",
                "outlet_id",
                "only_in_id",
                "merged_into_id",
            ),
            refuse_delete(
                unless="NOT EXISTS (SELECT 1 FROM claims_statementspeaker s JOIN claims_position p"
                " ON p.statement_id = s.statement_id WHERE s.speaker_id = OLD.id AND p.published_at IS NOT NULL)",
                why="a speaker of published statements is merged, never deleted",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["normalised", "sounds"], found_by=["speaker"])
class SpeakerName(models.Model):
    """Another way in which a speaker is written. Not unique across speakers: a lookup returns candidates."""

    speaker = models.ForeignKey(
        Speaker, models.CASCADE, db_index=False, related_name="names", verbose_name=_("speaker")
    )
    name = models.CharField(_("name"), max_length=200)
    normalised = models.GeneratedField(
        expression=folded("name"), output_field=models.TextField(), db_persist=True
    )
    sounds = models.GeneratedField(
        expression=sounded("name"), output_field=ArrayField(models.TextField()), db_persist=True
    )
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
            # Also the way from a speaker to the names.
            models.UniqueConstraint(fields=["speaker", "name"], name="claims_speakername_once_per_speaker"),
        ]
        indexes = [
            # Names typed by people are matched whole or from the start.
            models.Index(
                OpClass(F("normalised"), name="text_pattern_ops"), name="claims_speakername_by_prefix"
            ),
            # Misspelled and transliterated names are looked up by how their words sound; far more often than they are written,
            # so that a list of pending entries would only be in the way.
            GinIndex(fields=["sounds"], name="claims_speakername_by_sound", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.name


@tracked(found_by=["speaker"])
class Affiliation(models.Model):
    """A role that a speaker held in a body, with what is known of its dates."""

    speaker = models.ForeignKey(
        Speaker, models.CASCADE, related_name="affiliations", verbose_name=_("speaker")
    )
    body = models.ForeignKey(Speaker, models.PROTECT, related_name="members", verbose_name=_("body"))
    role = TranslatedField(
        models.CharField(_("role"), max_length=200, blank=True), attrgetter=fallback_to_any
    )
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
            models.CheckConstraint(condition=~Q(body=F("speaker")), name="claims_affiliation_with_another"),
        ]

    def __str__(self) -> str:
        return f"{self.role}, {self.body}" if self.role else str(self.body)
