from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
import pgtrigger

from sources.labels import choices
from sources.models.outlet import Outlet
from sources.triggers import Versioned, bump_version, moves, refuse_delete, refuse_truncate, tracked
from sources.vocabulary import (
    SOURCE_MOVES,
    BodyKind,
    DateBasis,
    Language,
    Shown,
    SourceKind,
    SourcePublication,
    Translation,
)

# The body may change once, from our digest to the very original that the digest says it stands for. (Erasing a text on a
# recorded order, `redact`, is done by the owner's role, for which pgtrigger.ignore works.)
BODY_IS_IMMUTABLE = pgtrigger.Trigger(
    name="body_is_immutable",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func="""
        IF OLD.body_kind = 'digest' AND NEW.body_kind = 'full' AND NEW.text_sha256 = OLD.original_sha256 THEN
            RETURN NEW;
        END IF;
        IF OLD.body IS DISTINCT FROM NEW.body OR OLD.raw IS DISTINCT FROM NEW.raw
           OR OLD.text_sha256 IS DISTINCT FROM NEW.text_sha256 OR OLD.raw_sha256 IS DISTINCT FROM NEW.raw_sha256
           OR OLD.body_kind IS DISTINCT FROM NEW.body_kind THEN
            RAISE EXCEPTION '[body] the text of a stored article never changes' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

# Equal text is one origin: a source that names none is its own. Set by the database, so that COPY does it too.
ORIGIN_BY_DEFAULT = pgtrigger.Trigger(
    name="origin_by_default",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="IF NEW.origin_id IS NULL THEN NEW.origin_id := NEW.id; END IF; RETURN NEW;",
)


class SourceQuerySet(models.QuerySet["Source"]):
    def published(self) -> SourceQuerySet:
        """What readers may see: published and not withdrawn."""
        return self.filter(publication=SourcePublication.PUBLISHED)

    def without_text(self) -> SourceQuerySet:
        """For lists: leaves the long columns in the database."""
        return self.defer("body", "raw", "search", "furniture")


@tracked(exclude=["search", "raw"])
class Source(Versioned):
    """One published text (schema.org CreativeWork). Its `body` never changes once stored.

    `body` is the whole text, title lines included, as NFC with LF; every span in the product is half-open characters of it.
    `title` is a copy; `title_span` ([start, end]) its place, when it stands in the body.
    """

    key = models.CharField(
        _("key"), max_length=100, null=True, blank=True, editable=False, help_text=_("The record's own name for it, if any.")
    )
    outlet = models.ForeignKey(
        Outlet, models.PROTECT, null=True, blank=True, related_name="sources", verbose_name=_("outlet")
    )
    title = models.CharField(_("title"), max_length=1000)
    title_span = ArrayField(models.PositiveIntegerField(), size=2, null=True, blank=True, editable=False)
    url = models.URLField(_("address on the web"), max_length=2000, blank=True)
    archive_url = models.URLField(_("archived copy"), max_length=2000, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=choices(SourceKind), default=SourceKind.ARTICLE.value)
    language = models.CharField(_("language"), max_length=2, choices=choices(Language))
    translation = models.CharField(
        _("translation"), max_length=10, choices=choices(Translation), default=Translation.UNKNOWN.value
    )
    byline = models.CharField(_("byline"), max_length=500, blank=True)
    published_earliest = models.DateField(_("published, earliest"), null=True, blank=True)
    published_latest = models.DateField(_("published, latest"), null=True, blank=True)
    published_basis = models.CharField(
        _("date basis"), max_length=10, choices=choices(DateBasis), default=DateBasis.UNKNOWN.value
    )
    published_as_written = models.CharField(_("date as written"), max_length=100, blank=True)
    retrieved_at = models.DateTimeField(_("retrieved"), null=True, blank=True)

    body = models.TextField(_("text"), editable=False)
    body_kind = models.CharField(
        _("kind of text"), max_length=10, choices=choices(BodyKind), default=BodyKind.FULL.value, editable=False
    )
    raw = models.BinaryField(_("as received"), null=True, editable=False)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True, editable=False)
    text_sha256 = models.CharField(max_length=64, editable=False)
    raw_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    original_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    furniture = models.JSONField(_("not part of the article"), default=list, blank=True, editable=False)
    flags = ArrayField(models.CharField(max_length=20), verbose_name=_("flags"), default=list, blank=True, editable=False)

    publication = models.CharField(
        _("publication"),
        max_length=10,
        choices=choices(SourcePublication),
        default=SourcePublication.DRAFT.value,
        editable=False,
    )
    published_at = models.DateTimeField(_("shown to readers since"), null=True, editable=False)
    shown = models.CharField(_("readers see"), max_length=10, choices=choices(Shown), default=Shown.PASSAGES.value)

    origin = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="copies", verbose_name=_("original source")
    )
    derived_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="derived", verbose_name=_("derived from")
    )
    version_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="newer_versions", verbose_name=_("newer version of")
    )
    created_at = models.DateTimeField(_("stored"), auto_now_add=True)
    search = models.GeneratedField(
        expression=Case(
            When(
                language="it",
                then=SearchVector("title", weight="A", config="italian")
                + SearchVector("body", weight="D", config="italian"),
            ),
            default=SearchVector("title", weight="A", config="english")
            + SearchVector("body", weight="D", config="english"),
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("article or document")
        verbose_name_plural = _("articles")
        ordering = ["-id"]
        constraints = [
            # The same text at the same address is one source; without an address, the same text is.
            models.UniqueConstraint(
                fields=["url", "text_sha256"], condition=~Q(url=""), name="sources_source_one_per_address_and_text"
            ),
            models.UniqueConstraint(
                fields=["text_sha256"], condition=Q(url=""), name="sources_source_one_per_text_without_address"
            ),
            models.UniqueConstraint(fields=["key"], name="sources_source_one_per_key"),
            models.CheckConstraint(
                condition=Q(published_earliest__isnull=True)
                | Q(published_latest__isnull=True)
                | Q(published_earliest__lte=F("published_latest")),
                name="sources_source_dates_in_order",
            ),
            # A date always says how it is known, and an unknown one is empty.
            models.CheckConstraint(
                condition=Q(published_basis=DateBasis.UNKNOWN.value)
                ^ (Q(published_earliest__isnull=False) | Q(published_latest__isnull=False)),
                name="sources_source_date_has_a_basis",
            ),
            # Only a digest stands for another text; once replaced, the source is that text.
            models.CheckConstraint(
                condition=Q(body_kind=BodyKind.DIGEST.value)
                | Q(original_sha256="")
                | Q(original_sha256=F("text_sha256")),
                name="sources_source_only_a_digest_has_an_original",
            ),
            models.CheckConstraint(condition=~Q(body=""), name="sources_source_has_text"),
        ]
        indexes = [
            GinIndex(fields=["search"], name="sources_source_search"),
            # Finding the other copies of a text, and the digest that stands for an original.
            models.Index(fields=["text_sha256"], name="sources_source_by_text"),
            models.Index(
                fields=["original_sha256"], condition=~Q(original_sha256=""), name="sources_source_by_original"
            ),
            models.Index(fields=["publication", "-id"], name="sources_source_by_publication"),
        ]
        triggers = [
            BODY_IS_IMMUTABLE,
            ORIGIN_BY_DEFAULT,
            moves("publication", SOURCE_MOVES),
            bump_version(
                "outlet_id", "title", "url", "archive_url", "kind", "language", "translation", "byline",
                "published_earliest", "published_latest", "published_basis", "published_as_written", "body", "publication",
                "shown", "origin_id", "derived_from_id", "version_of_id",
            ),
            refuse_truncate(),
            refuse_delete(unless="OLD.publication = 'draft'", why="a published article is withdrawn, never deleted"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def slug(self) -> str:
        """The readable part of the public address `<id>-<slug>`; the id alone decides."""
        return slugify(self.title)[:80].strip("-") or "source"

    @property
    def is_digest(self) -> bool:
        return self.body_kind == BodyKind.DIGEST
