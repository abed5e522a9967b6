from __future__ import annotations

from functools import lru_cache

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from sources.labels import choices
from sources.models.outlet import Outlet
from sources.triggers import Versioned, bump_version, moves, no_circle, refuse_delete, tracked
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

# How the words of titles are read, by the language of the source; what is not Italian is read as English.
TITLES = {"it": "italian", "en": "english"}

# What lists leave in the database.
LONG = ("body", "raw", "search", "furniture")


def long_columns(*through: str) -> list[str]:
    """The names by which `defer` leaves out the long columns of sources, and of those that fields lead to ("statement__source")."""
    return [f"{field}__{column}" for field in through for column in LONG] if through else list(LONG)


# The body may change once, from our digest to the very original that the digest says it stands for: the database takes the sum
# of the new text itself. (Erasing a text on a recorded order, `redact`, is done by the owner, for whom pgtrigger.ignore works.)
BODY_IS_IMMUTABLE = pgtrigger.Trigger(
    name="body_is_immutable",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func="""
        IF OLD.body_kind = 'digest' AND NEW.body_kind = 'full' AND NEW.text_sha256 = OLD.original_sha256
           AND NEW.original_sha256 = OLD.original_sha256
           AND encode(sha256(convert_to(NEW.body, 'UTF8')), 'hex') = NEW.text_sha256 THEN
            RETURN NEW;
        END IF;
        IF OLD.body IS DISTINCT FROM NEW.body OR OLD.raw IS DISTINCT FROM NEW.raw
           OR OLD.text_sha256 IS DISTINCT FROM NEW.text_sha256 OR OLD.raw_sha256 IS DISTINCT FROM NEW.raw_sha256
           OR OLD.original_sha256 IS DISTINCT FROM NEW.original_sha256
           OR OLD.body_kind IS DISTINCT FROM NEW.body_kind THEN
            RAISE EXCEPTION '[body] the text of a stored article never changes' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

# Where the title and the furniture stand is stored as characters of the body, in order.
PLACES_FIT_THE_BODY = pgtrigger.Trigger(
    name="places_fit_the_body",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("body", "title_span", "furniture"),
    declare=[("piece", "jsonb"), ("last_end", "int"), ("size", "int")],
    func="""
        size := char_length(NEW.body);
        IF NEW.title_span IS NOT NULL AND NOT coalesce(
            array_length(NEW.title_span, 1) = 2 AND NEW.title_span[1] < NEW.title_span[2] AND NEW.title_span[2] <= size, false
        ) THEN
            RAISE EXCEPTION '[span] the place of the title is not in the text' USING ERRCODE = 'check_violation';
        END IF;
        last_end := 0;
        IF jsonb_typeof(NEW.furniture) <> 'array' THEN
            RAISE EXCEPTION '[span] furniture is a list of places in the text' USING ERRCODE = 'check_violation';
        END IF;
        FOR piece IN SELECT value FROM jsonb_array_elements(NEW.furniture) LOOP
            IF NOT coalesce(
                piece->>'start' ~ '^[0-9]{1,9}$' AND piece->>'end' ~ '^[0-9]{1,9}$' AND piece->>'kind' <> '', false
            ) THEN
                RAISE EXCEPTION '[span] a piece of furniture has a start, an end and a kind' USING ERRCODE = 'check_violation';
            END IF;
            IF (piece->>'start')::int < last_end OR (piece->>'end')::int <= (piece->>'start')::int
               OR (piece->>'end')::int > size THEN
                RAISE EXCEPTION '[span] the pieces of furniture must follow each other in the text'
                    USING ERRCODE = 'check_violation';
            END IF;
            last_end := (piece->>'end')::int;
        END LOOP;
        RETURN NEW;
    """,
)

# Equal text is one origin: a source that names none is its own. Set by the database, so that COPY does it too.
ORIGIN_BY_DEFAULT = pgtrigger.Trigger(
    name="origin_by_default",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("origin_id"),
    condition=pgtrigger.Condition("NEW.origin_id IS NULL"),
    func="NEW.origin_id := NEW.id; RETURN NEW;",
)

# "5 articles, 1 origin" counts distinct origins: one step leads to the root. At commit, so that a family can be moved row by row;
# FOR SHARE, so that an origin cannot stop being one meanwhile.
ORIGIN_IS_A_ROOT = pgtrigger.Trigger(
    name="origin_is_a_root",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("origin_id"),
    condition=pgtrigger.Condition("NEW.origin_id <> NEW.id"),
    timing=pgtrigger.Deferred,
    declare=[("root", "bigint"), ("root_of_root", "bigint")],
    func="""
        SELECT origin_id INTO root FROM sources_source WHERE id = NEW.id;
        SELECT origin_id INTO root_of_root FROM sources_source WHERE id = root FOR SHARE;
        IF root <> NEW.id AND (
            root_of_root <> root OR EXISTS (SELECT 1 FROM sources_source WHERE origin_id = NEW.id AND id <> NEW.id)
        ) THEN
            RAISE EXCEPTION '[origin] the original source of source % is itself a copy, or has copies of its own', NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """,
)


class SourceQuerySet(models.QuerySet["Source"]):
    def published(self) -> SourceQuerySet:
        """What readers may see: published and not withdrawn."""
        return self.filter(publication=SourcePublication.PUBLISHED)

    def without_text(self) -> SourceQuerySet:
        """For lists: leaves the long columns in the database."""
        return self.defer(*long_columns())


@tracked(exclude=["search", "raw"])
class Source(Versioned):
    """One published text (schema.org CreativeWork). Its `body` never changes once stored.

    `body` is the whole text, title lines included, as NFC with LF; every span in the product is half-open characters of it.
    `title` is a copy; `title_span` ([start, end]) its place, when it stands in the body.
    """

    key = models.CharField(
        _("key"),
        max_length=100,
        null=True,
        blank=True,
        editable=False,
        help_text=_("The record's own name for it, if any."),
    )
    outlet = models.ForeignKey(
        Outlet, models.PROTECT, null=True, blank=True, related_name="sources", verbose_name=_("outlet")
    )
    title = models.CharField(_("title"), max_length=1000)
    title_span = ArrayField(models.PositiveIntegerField(), size=2, null=True, blank=True, editable=False)
    url = models.URLField(_("address on the web"), max_length=2000, blank=True)
    archive_url = models.URLField(_("archived copy"), max_length=2000, blank=True)
    kind = models.CharField(
        _("kind"), max_length=20, choices=choices(SourceKind), default=SourceKind.ARTICLE.value
    )
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
        _("kind of text"),
        max_length=10,
        choices=choices(BodyKind),
        default=BodyKind.FULL.value,
        editable=False,
    )
    raw = models.BinaryField(_("as received"), null=True, editable=False)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True, editable=False)
    text_sha256 = models.CharField(max_length=64, editable=False)
    raw_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    original_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    furniture = models.JSONField(_("not part of the article"), default=list, blank=True, editable=False)
    flags = ArrayField(
        models.CharField(max_length=20), verbose_name=_("flags"), default=list, blank=True, editable=False
    )

    publication = models.CharField(
        _("publication"),
        max_length=10,
        choices=choices(SourcePublication),
        default=SourcePublication.DRAFT.value,
        editable=False,
    )
    published_at = models.DateTimeField(_("shown to readers since"), null=True, editable=False)
    shown = models.CharField(
        _("readers see"), max_length=10, choices=choices(Shown), default=Shown.PASSAGES.value
    )

    # RESTRICT, not PROTECT: most sources are their own origin, and must not protect themselves.
    origin = models.ForeignKey(
        "self",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="copies",
        verbose_name=_("original source"),
    )
    derived_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="derived",
        verbose_name=_("derived from"),
    )  # fmt: skip
    version_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="newer_versions",
        verbose_name=_("newer version of"),
    )  # fmt: skip
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
                fields=["url", "text_sha256"],
                condition=~Q(url=""),
                name="sources_source_one_per_address_and_text",
            ),
            models.UniqueConstraint(
                fields=["text_sha256"],
                condition=Q(url=""),
                name="sources_source_one_per_text_without_address",
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
            # A digest says which text it stands for; that is the only one that may take its place.
            models.CheckConstraint(
                condition=~Q(body_kind=BodyKind.DIGEST.value) | ~Q(original_sha256=F("text_sha256")),
                name="sources_source_a_digest_is_not_its_original",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="sources_source_search"),
            # Readers search titles only: a text's words would decide what is looked at.
            *(
                GinIndex(
                    SearchVector("title", config=TITLES[language]),
                    condition=Q(publication=SourcePublication.PUBLISHED.value)
                    & (Q(language="it") if language == "it" else ~Q(language="it")),
                    name=f"sources_source_titles_{language}",
                )
                for language in TITLES
            ),
            # Finding the other copies of a text, and the digest that stands for an original.
            models.Index(fields=["text_sha256"], name="sources_source_by_text"),
            models.Index(
                fields=["original_sha256"],
                condition=~Q(original_sha256=""),
                name="sources_source_by_original",
            ),
            # The desk's list, newest first, by publication.
            models.Index(fields=["publication", "-id"], name="sources_source_by_publication"),
            # The readers' list: drafts wait in great numbers at the end of the table.
            models.Index(
                F("id").desc(),
                condition=Q(publication=SourcePublication.PUBLISHED.value),
                name="sources_source_published",
            ),
            # Few sources have these: what else was taken from this text, its newer versions.
            models.Index(
                fields=["derived_from"],
                condition=Q(derived_from__isnull=False),
                name="sources_source_derived",
            ),
            models.Index(
                fields=["version_of"], condition=Q(version_of__isnull=False), name="sources_source_versions"
            ),
        ]
        triggers = [
            BODY_IS_IMMUTABLE,
            PLACES_FIT_THE_BODY,
            ORIGIN_BY_DEFAULT,
            ORIGIN_IS_A_ROOT,
            no_circle("derived_from", why="a text cannot be derived from itself"),
            no_circle("version_of", why="a text cannot be a version of itself"),
            moves("publication", SOURCE_MOVES),
            bump_version(
                "outlet_id",
                "title",
                "url",
                "archive_url",
                "kind",
                "language",
                "translation",
                "byline",
                "published_earliest",
                "published_latest",
                "published_basis",
                "published_as_written",
                "body",
                "publication",
                "shown",
                "origin_id",
                "derived_from_id",
                "version_of_id",
            ),
            refuse_delete(
                unless="OLD.publication = 'draft'", why="a published article is withdrawn, never deleted"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def slug(self) -> str:
        """The readable part of the public address `<id>-<slug>`; the id alone decides."""
        return _readable(self.title)

    @property
    def is_digest(self) -> bool:
        return self.body_kind == BodyKind.DIGEST


# A page names the same articles again and again.
@lru_cache(maxsize=2000)
def _readable(title: str) -> str:
    return slugify(title)[:80].strip("-") or "source"
