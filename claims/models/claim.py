from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from translated_fields import TranslatedField
from translated_fields.utils import fallback_to_any

from claims.labels import choices
from claims.vocabulary import (
    LINK_MOVES,
    PUBLICATION_MOVES,
    Contest,
    LinkKind,
    LinkState,
    Publication,
    Rating,
)
from sources.labels import choices as source_choices
from sources.triggers import Versioned, bump_version, moves, no_circle, refuse_delete, tracked
from sources.vocabulary import DateBasis

# Readers see these; under review the page stays, with a notice on top.
READERS_SEE = (Publication.PUBLISHED.value, Publication.UNDER_REVIEW.value)


# So many keys that follow each other are one stretch of claims: 2 to this power.
STRETCH_OF_CLAIMS = 14


def words_and_stretch(language: str) -> str:
    """SQL of a claim's words in a language and the stretch that it lies in, which no text can say: so the newest claims with a word are
    found stretch by stretch, and one that a hundred thousand have is not fetched as often. One expression for index and search."""
    return f"(search_{language} || array_to_tsvector(ARRAY['stretch ' || (id >> {STRETCH_OF_CLAIMS})::text]))"


class TopicQuerySet(models.QuerySet["Topic"]):
    def published(self) -> TopicQuerySet:
        """Topics of a claim that readers see."""
        return self.filter(Exists(Claim.objects.published().filter(topic=OuterRef("pk"))))


@tracked()
class Topic(Versioned):
    """What a claim is about, in a word or two."""

    slug = models.SlugField(_("address"), max_length=120, unique=True)
    name = TranslatedField(
        models.CharField(_("name"), max_length=120, blank=True), attrgetter=fallback_to_any
    )

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=~Q(name_it="") | ~Q(name_en=""), name="claims_topic_has_a_name"),
        ]
        triggers = [bump_version("slug", "name_it", "name_en")]

    def __str__(self) -> str:
        return str(self.name)


# Readers of a page that was there are told why it is gone. At commit: the reason may be written before or after.
WITHDRAWN_WITH_A_REASON = pgtrigger.Trigger(
    name="withdrawn_with_a_reason",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("publication"),
    condition=pgtrigger.Condition("NEW.publication = 'withdrawn' AND OLD.publication <> 'withdrawn'"),
    timing=pgtrigger.Deferred,
    func="""
        IF NOT EXISTS (SELECT 1 FROM claims_withdrawal w WHERE w.claim_id = NEW.id AND w.reopened_at IS NULL)
           AND EXISTS (SELECT 1 FROM claims_claim c WHERE c.id = NEW.id AND c.publication = 'withdrawn') THEN
            RAISE EXCEPTION '[withdrawal] claim % cannot be withdrawn without a public reason', NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """,
)


# Other words, actors or themes: what was worked out of the old ones no longer holds. `signatures.sign` fills it again.
UNSIGNED_WHEN_CHANGED = pgtrigger.Trigger(
    name="unsigned_when_changed",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("text_it", "text_en", "actors", "themes"),
    condition=pgtrigger.Condition(
        "NEW.signature IS NOT DISTINCT FROM OLD.signature AND"
        " (OLD.text_it, OLD.text_en, OLD.actors, OLD.themes) IS DISTINCT FROM"
        " (NEW.text_it, NEW.text_en, NEW.actors, NEW.themes)"
    ),
    func="NEW.signature := NULL; RETURN NEW;",
)


class ClaimQuerySet(models.QuerySet["Claim"]):
    def published(self) -> ClaimQuerySet:
        """What readers may see: published or under review."""
        return self.filter(publication__in=READERS_SEE, merged_into=None)

    def without_vectors(self) -> ClaimQuerySet:
        """For lists: leaves the columns by which claims are found in the database."""
        return self.defer("search_it", "search_en", "signature")


@tracked(exclude=["search_it", "search_en", "signature"])
class Claim(Versioned):
    """A proposition, worded in each language we publish (Open Claims "proposition").

    It has a period: what was said of December 2022 is not said of today. One language is enough to publish.
    `actors` (slugs of speakers) and `themes` are what editors and records say it is about. `signature` is worked out of them and of its
    words, and similar claims are found by it in either language; null until `signatures.sign` has seen the words as they are now.
    """

    text = TranslatedField(
        models.CharField(_("claim"), max_length=500, blank=True), attrgetter=fallback_to_any
    )
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("topic")
    )
    period_earliest = models.DateField(_("period, earliest"), null=True, blank=True)
    period_latest = models.DateField(_("period, latest"), null=True, blank=True)
    period_basis = models.CharField(
        _("period basis"), max_length=10, choices=source_choices(DateBasis), default=DateBasis.UNKNOWN.value
    )
    period_note = models.TextField(_("how the period is known"), blank=True)
    publication = models.CharField(
        _("publication"),
        max_length=15,
        choices=choices(Publication),
        default=Publication.DRAFT.value,
        editable=False,
    )
    published_at = models.DateTimeField(_("first published"), null=True, editable=False)
    desk_note = models.TextField(_("note for the desk"), blank=True, help_text=_("Readers never see it."))
    actors = ArrayField(
        models.CharField(max_length=120), verbose_name=_("actors"), default=list, blank=True,
        help_text=_("Who it is about: addresses of people and bodies, separated by commas."),
    )  # fmt: skip
    themes = ArrayField(models.CharField(max_length=60), verbose_name=_("themes"), default=list, blank=True)
    signature = ArrayField(models.TextField(), null=True, default=None, editable=False)
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
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    search_it = models.GeneratedField(
        expression=SearchVector("text_it", config="italian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    search_en = models.GeneratedField(
        expression=SearchVector("text_en", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text_it="") | ~Q(text_en=""), name="claims_claim_has_words"),
            models.CheckConstraint(
                condition=Q(period_earliest__isnull=True)
                | Q(period_latest__isnull=True)
                | Q(period_earliest__lte=F("period_latest")),
                name="claims_claim_period_in_order",
            ),
            models.CheckConstraint(
                condition=Q(period_basis=DateBasis.UNKNOWN.value)
                ^ (Q(period_earliest__isnull=False) | Q(period_latest__isnull=False)),
                name="claims_claim_period_has_a_basis",
            ),
        ]
        indexes = [
            GinIndex(fields=["search_it"], name="claims_claim_search_it"),
            GinIndex(fields=["search_en"], name="claims_claim_search_en"),
            # The newest that readers see with these words. A search looks into it once for each stretch: it must not read pending entries
            # each time.
            *(
                GinIndex(
                    Func(
                        F(f"search_{code}"),
                        F("id"),
                        template=words_and_stretch(code),
                        output_field=SearchVectorField(),
                    ),
                    condition=Q(publication__in=READERS_SEE, merged_into=None),
                    fastupdate=False,
                    name=f"claims_claim_words_{code}",
                )
                for code in ("it", "en")
            ),
            # Similar claims share actors, themes or names. One search looks two dozen times: it must not read a list of pending
            # entries each time (measured: 3.4 ms a look with it, 0.03 without).
            GinIndex(fields=["signature"], name="claims_claim_by_signature", fastupdate=False),
            # What is still to be signed.
            models.Index(fields=["id"], condition=Q(signature=None), name="claims_claim_unsigned"),
            # The desk's list, newest first, by publication.
            models.Index(fields=["publication", "-id"], name="claims_claim_by_publication"),
        ]
        triggers = [
            moves("publication", PUBLICATION_MOVES),
            WITHDRAWN_WITH_A_REASON,
            UNSIGNED_WHEN_CHANGED,
            no_circle("merged_into", why="a claim cannot be merged into itself"),
            bump_version(
                "text_it",
                "text_en",
                "slug",
                "topic_id",
                "period_earliest",
                "period_latest",
                "period_basis",
                "period_note",
                "publication",
                "desk_note",
                "actors",
                "themes",
                "merged_into_id",
                "updated_at",
            ),
            refuse_delete(
                unless="OLD.publication = 'draft'",
                why="a published claim is withdrawn or merged, never deleted",
            ),
        ]

    def __str__(self) -> str:
        return str(self.text)

    @property
    def language(self) -> str:
        """The language of the words that `text` returns for the page's language."""
        current = (get_language() or "en")[:2]
        if getattr(self, f"text_{current}", ""):
            return current
        return "it" if getattr(self, "text_it", "") else "en"

    @property
    def languages(self) -> list[str]:
        """The languages in which it is worded."""
        return [code for code in ("it", "en") if getattr(self, f"text_{code}")]

    @property
    def is_public(self) -> bool:
        return self.publication in READERS_SEE and self.merged_into_id is None


class ClaimFigures(models.Model):
    """Derived figures of a claim, written by `contest.refresh`; no history and no version of their own.

    `parties`: [{"party": speaker id or null, "name": str, "slug": str, "state": PartyState}], in the order in which the page names
    them. They count accepted and published positions only, titles and nested copies left out.
    """

    claim = models.OneToOneField(Claim, models.CASCADE, primary_key=True, related_name="figures")
    contest = models.CharField(max_length=25, choices=choices(Contest), default=Contest.UNCONTESTED.value)
    parties = models.JSONField(default=list)
    rating = models.CharField(max_length=10, choices=choices(Rating), blank=True)
    rated_at = models.DateTimeField(null=True)
    newest_on = models.DateField(null=True)
    sort_at = models.DateTimeField(null=True)
    statements = models.PositiveIntegerField(default=0)
    denials = models.PositiveIntegerField(default=0)
    admissions = models.PositiveIntegerField(default=0)
    sources = models.PositiveIntegerField(default=0)
    origins = models.PositiveIntegerField(default=0)
    # Of `PositionQuerySet.news`: how much, and the key of the newest.
    # The default is the database's too: while a site is upgraded, processes of the version before write figures without it.
    news = models.PositiveIntegerField(default=0, db_default=0)
    news_newest = models.BigIntegerField(null=True)
    refreshed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("figures")
        verbose_name_plural = _("figures")
        indexes = [
            # The public list: newest first, filtered by decision or by contest.
            models.Index(fields=["-sort_at", "-claim"], name="claims_figures_newest"),
            models.Index(fields=["rating", "-sort_at", "-claim"], name="claims_figures_by_rating"),
            models.Index(fields=["contest", "-sort_at", "-claim"], name="claims_figures_by_contest"),
            # What the desk's list begins with.
            models.Index(fields=["-news_newest"], condition=Q(news__gt=0), name="claims_figures_with_news"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.contest}"


class ClaimLinkQuerySet(models.QuerySet["ClaimLink"]):
    def published(self) -> ClaimLinkQuerySet:
        """Accepted links between two claims that readers see."""
        seen = Claim.objects.published().values("pk")
        return self.filter(state=LinkState.ACCEPTED, from_claim__in=seen, to_claim__in=seen)


@tracked(found_by=["from_claim", "to_claim"])
class ClaimLink(models.Model):
    """How two claims stand to each other; suggested with a reason in words, accepted by an editor."""

    from_claim = models.ForeignKey(
        Claim, models.CASCADE, db_index=False, related_name="links_from", verbose_name=_("from")
    )
    to_claim = models.ForeignKey(Claim, models.CASCADE, related_name="links_to", verbose_name=_("to"))
    kind = models.CharField(_("kind"), max_length=15, choices=choices(LinkKind))
    state = models.CharField(
        _("state"), max_length=10, choices=choices(LinkState), default=LinkState.SUGGESTED.value
    )
    reason = models.TextField(_("reason"), blank=True)
    score = models.FloatField(_("score"), null=True, blank=True)

    objects = ClaimLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link between claims")
        verbose_name_plural = _("links between claims")
        constraints = [
            # Also the way from a claim to its links.
            models.UniqueConstraint(fields=["from_claim", "to_claim", "kind"], name="claims_claimlink_once"),
            models.CheckConstraint(
                condition=~Q(from_claim=F("to_claim")), name="claims_claimlink_of_two_claims"
            ),
        ]
        triggers = [moves("state", LINK_MOVES)]

    def __str__(self) -> str:
        return f"{self.from_claim_id} {self.kind} {self.to_claim_id}"
