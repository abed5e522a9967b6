from __future__ import annotations

from typing import TypedDict

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from claims.labels import choices
from claims.models.speaker import Speaker
from claims.vocabulary import REVIEW_MOVES, Act, CarrierKind, Delivery, Hedge, Review, StatementOrigin
from sources.labels import choices as source_choices
from sources.models import Outlet, Source
from sources.triggers import (
    Versioned,
    bump_version,
    keep,
    misplaced,
    moves,
    no_circle,
    refuse_delete,
    tracked,
)
from sources.vocabulary import DateBasis, SourcePublication

# A quotation is what stands at its place in the stored text. Checked when it is written; when a digest gives way to its original,
# every place is checked again (anchoring.py).
SPANS_FIT_THE_BODY = pgtrigger.Trigger(
    name="spans_fit_the_body",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("spans", "cue_span"),
    declare=[("body_text", "text"), ("span", "jsonb"), ("last_end", "int")],
    func=f"""
        IF TG_OP = 'UPDATE' AND OLD.spans = NEW.spans AND OLD.cue_span IS NOT DISTINCT FROM NEW.cue_span THEN
            RETURN NEW;
        END IF;
        SELECT s.body || '' INTO body_text FROM sources_source s WHERE s.id = NEW.source_id;
        IF jsonb_typeof(NEW.spans) <> 'array' OR jsonb_array_length(NEW.spans) < 1 THEN
            RAISE EXCEPTION '[span] a statement needs the place of its words in source %', NEW.source_id
                USING ERRCODE = 'check_violation';
        END IF;
        last_end := 0;
        FOR span IN SELECT value FROM jsonb_array_elements(NEW.spans) LOOP
            IF {misplaced("span", "body_text")} THEN
                RAISE EXCEPTION '[span] the words are not at characters % to % of source %',
                    span->>'start', span->>'end', NEW.source_id USING ERRCODE = 'check_violation';
            END IF;
            IF (span->>'start')::int < last_end THEN
                RAISE EXCEPTION '[span] the places of a statement in source % must follow each other', NEW.source_id
                    USING ERRCODE = 'check_violation';
            END IF;
            last_end := (span->>'end')::int;
        END LOOP;
        IF NEW.cue_span IS NOT NULL AND {misplaced("NEW.cue_span", "body_text")} THEN
            RAISE EXCEPTION '[span] the cue is not at characters % to % of source %',
                NEW.cue_span->>'start', NEW.cue_span->>'end', NEW.source_id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

# Where the name of the speaker or carrier stands, when it stands anywhere.
NAME_FITS_THE_BODY = pgtrigger.Trigger(
    name="name_fits_the_body",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("span", "statement_id"),
    condition=pgtrigger.Condition("NEW.span IS NOT NULL"),
    func=f"""
        IF (SELECT {misplaced("NEW.span", "s.body")}
            FROM claims_statement t JOIN sources_source s ON s.id = t.source_id WHERE t.id = NEW.statement_id) THEN
            RAISE EXCEPTION '[span] the name is not at characters % to % of the source of statement %',
                NEW.span->>'start', NEW.span->>'end', NEW.statement_id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


def anonymous_stays(*fields: str) -> pgtrigger.Trigger:
    """An anonymous speaker speaks in its own article only; equal texts under two addresses (one origin) are one article here."""
    columns = [f"NEW.{field}_id" for field in fields]
    return pgtrigger.Trigger(
        name="anonymous_stays_with_its_source",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("statement_id", *(f"{field}_id" for field in fields)),
        condition=pgtrigger.Condition(" OR ".join(f"{column} IS NOT NULL" for column in columns)),
        func=f"""
            IF EXISTS (
                SELECT 1 FROM claims_speaker p JOIN sources_source o ON o.id = p.only_in_id
                WHERE p.id IN ({", ".join(columns)}) AND o.origin_id <> (
                    SELECT s.origin_id FROM claims_statement t JOIN sources_source s ON s.id = t.source_id
                    WHERE t.id = NEW.statement_id)
            ) THEN
                RAISE EXCEPTION '[anonymous] an anonymous speaker stays with its own article (statement %)', NEW.statement_id
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    )


# A nested statement is words within words of the same text.
INSIDE_THE_SAME_SOURCE = pgtrigger.Trigger(
    name="inside_the_same_source",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("inside_id"),
    condition=pgtrigger.Condition("NEW.inside_id IS NOT NULL"),
    func="""
        IF EXISTS (SELECT 1 FROM claims_statement t WHERE t.id = NEW.inside_id AND t.source_id <> NEW.source_id) THEN
            RAISE EXCEPTION '[span] a statement is inside another of the same source' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """,
)


# So many keys that follow each other are one stretch of statements: 2 to this power.
STRETCH = 15
# The words of a statement and nothing beside them, as both languages find them, and the stretch that it lies in, which no text can say:
# so the newest with a word are found stretch by stretch, and one that thousands have is not fetched as often. One expression for the
# index and for the search.
WORDS_AND_STRETCH = (
    "(to_tsvector('italian', jsonb_path_query_array(spans, '$[*].exact'))"
    " || to_tsvector('english', jsonb_path_query_array(spans, '$[*].exact'))"
    f" || array_to_tsvector(ARRAY['stretch ' || (id >> {STRETCH})::text]))"
)


class Noticed(TypedDict, total=False):
    """What the machine noticed about words that it suggests, for the editor who decides; absent where there is nothing.

    One column, not seven: nothing filters by these, and an editor's own statement has none of them. `also`: other acts to consider.
    `about`: [start, end] of the words that a denial or admission most likely answers. `flags`: see claims.extraction.Finding.
    `negated`: the words that introduce it are negated. `inferred`: what is said was worked out. `unnamed`, `worked_out`: orders of the
    speakers whom the text does not name, and of those whom it leaves out and who were found elsewhere in it.
    """

    also: list[str]
    about: list[list[int]]
    flags: list[str]
    negated: bool
    inferred: bool
    unnamed: list[int]
    worked_out: list[int]


class StatementQuerySet(models.QuerySet["Statement"]):
    def published(self) -> StatementQuerySet:
        """Accepted, on a published source, with a published position on a claim that readers see."""
        from claims.models.position import Position  # the position's module needs this one

        return self.filter(
            Exists(Position.objects.on_published_claims().filter(statement=OuterRef("pk"))), **SEEN
        )

    def counted(self) -> StatementQuerySet:
        """Those that count: titles repeat the text, and a nested copy stands beside its parent."""
        return self.filter(in_title=False, inside=None)


# Conditions on the statement itself; positions add the claim's.
SEEN = {"review": Review.ACCEPTED.value, "source__publication": SourcePublication.PUBLISHED.value}


@tracked()
class Statement(Versioned):
    """One act of speech in one source, anchored at exact characters (Open Claims "utterance"; PolNeAR source, cue, content)."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="statements", verbose_name=_("source"))
    key = models.CharField(_("key"), max_length=100, blank=True, editable=False)
    act = models.CharField(_("act"), max_length=12, choices=choices(Act), default=Act.ASSERTS.value)
    cue = models.CharField(_("words that introduce it"), max_length=200, blank=True)
    cue_span = models.JSONField(null=True, blank=True, editable=False)
    delivery = models.CharField(
        _("delivery"), max_length=10, choices=choices(Delivery), default=Delivery.INDIRECT.value
    )
    hedge = models.CharField(_("caution"), max_length=12, choices=choices(Hedge), default=Hedge.NONE.value)
    spans = models.JSONField(_("place in the text"), editable=False)
    in_title = models.BooleanField(
        _("in the title"), default=False, help_text=_("Titles are shown but never counted.")
    )
    inside = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="nested",
        verbose_name=_("inside"),
    )
    said_earliest = models.DateField(_("said, earliest"), null=True, blank=True)
    said_latest = models.DateField(_("said, latest"), null=True, blank=True)
    said_basis = models.CharField(
        _("date basis"), max_length=10, choices=source_choices(DateBasis), default=DateBasis.UNKNOWN.value
    )
    said_as_written = models.CharField(_("date as written"), max_length=100, blank=True)
    after = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="before", verbose_name=_("said after"),
        help_text=_("For an order that is known although the day is not: an admission said after a denial."),
    )  # fmt: skip
    corrected_reading = models.TextField(_("corrected reading"), blank=True)
    translation_suspect = models.BooleanField(_("translation in doubt"), default=False)
    origin = models.CharField(
        _("origin"),
        max_length=12,
        choices=choices(StatementOrigin),
        default=StatementOrigin.EDITOR.value,
        editable=False,
    )
    review = models.CharField(
        _("review"), max_length=10, choices=choices(Review), default=Review.SUGGESTED.value, editable=False
    )
    review_reason = models.CharField(_("why"), max_length=300, blank=True, editable=False)
    reviewed_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, editable=False, db_index=False, related_name="+",
        verbose_name=_("reviewed by"),
    )  # fmt: skip
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, editable=False)
    desk_note = models.TextField(_("note for the desk"), blank=True, help_text=_("Readers never see it."))
    extractor_version = models.CharField(max_length=40, blank=True, editable=False)
    rule = models.CharField(max_length=80, blank=True, editable=False)
    confidence = models.FloatField(null=True, blank=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    reading = models.JSONField(_("what the machine noticed"), default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("stored"), auto_now_add=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["source", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "key"], condition=~Q(key=""), name="claims_statement_one_per_key"
            ),
            # Reading a source again adds nothing.
            models.UniqueConstraint(
                fields=["source", "fingerprint"],
                condition=~Q(fingerprint=""),
                name="claims_statement_found_once",
            ),
            models.CheckConstraint(
                condition=Q(said_earliest__isnull=True)
                | Q(said_latest__isnull=True)
                | Q(said_earliest__lte=F("said_latest")),
                name="claims_statement_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(said_basis=DateBasis.UNKNOWN.value)
                ^ (Q(said_earliest__isnull=False) | Q(said_latest__isnull=False)),
                name="claims_statement_date_has_a_basis",
            ),
        ]
        indexes = [
            # The queue of suggestions, oldest source first.
            models.Index(fields=["review", "source"], name="claims_statement_by_review"),
            # The desk's filters; of some kinds there are few among millions, of some none.
            models.Index(fields=["origin", "-id"], name="claims_statement_by_origin"),
            models.Index(fields=["act", "-id"], name="claims_statement_by_act"),
            # The articles with something to triage, and what kind: answered from the index alone.
            models.Index(
                fields=["source", "act"],
                condition=Q(review=Review.SUGGESTED.value),
                name="claims_statement_waiting",
            ),
            # The surest suggestions, for accepting many at once.
            models.Index(
                fields=["confidence"],
                condition=Q(review=Review.SUGGESTED.value),
                name="claims_statement_surest",
            ),
            # What readers may see, the newest first: suggestions wait in great numbers at the end of the table.
            models.Index(
                F("id").desc(), condition=Q(review=Review.ACCEPTED.value), name="claims_statement_accepted"
            ),
            # What readers search: the words of accepted statements.
            GinIndex(
                Func(F("spans"), F("id"), template=WORDS_AND_STRETCH, output_field=SearchVectorField()),
                condition=Q(review=Review.ACCEPTED.value),
                name="claims_statement_words",
            ),
            # Few statements have these: what is nested in one, what was said after it.
            models.Index(
                fields=["inside"], condition=Q(inside__isnull=False), name="claims_statement_nested"
            ),
            models.Index(fields=["after"], condition=Q(after__isnull=False), name="claims_statement_later"),
        ]
        triggers = [
            SPANS_FIT_THE_BODY,
            INSIDE_THE_SAME_SOURCE,
            no_circle("inside", why="a statement cannot be inside itself"),
            no_circle("after", why="a statement cannot be said after itself"),
            keep("source_id", name="source_stays", why="a statement stays in its source"),
            moves("review", REVIEW_MOVES),
            bump_version(
                "act",
                "cue",
                "cue_span",
                "delivery",
                "hedge",
                "spans",
                "in_title",
                "inside_id",
                "said_earliest",
                "said_latest",
                "said_basis",
                "said_as_written",
                "after_id",
                "corrected_reading",
                "translation_suspect",
                "review",
                "desk_note",
            ),
            refuse_delete(
                unless="NOT EXISTS (SELECT 1 FROM claims_position p WHERE p.statement_id = OLD.id AND p.published_at IS NOT NULL)",
                why="a published statement is discarded, never deleted",
            ),
        ]

    def __str__(self) -> str:
        return self.quote[:100]

    @property
    def quote(self) -> str:
        """The words of the statement; "[…]" where the text between them is left out."""
        return " […] ".join(span["exact"] for span in self.spans)

    @property
    def start(self) -> int:
        return int(self.spans[0]["start"])

    @property
    def end(self) -> int:
        return int(self.spans[-1]["end"])

    @property
    def is_machine_made(self) -> bool:
        """Found by the machine and not yet touched by an editor."""
        return self.origin == StatementOrigin.EXTRACTION and self.review == Review.SUGGESTED


@tracked(found_by=["statement"])
class StatementSpeaker(models.Model):
    """Who says it, as the source writes it. Several rows: a joint statement. No row with a speaker: the article itself.

    `on_behalf_of` is for whom they speak here; empty means whoever the speaker usually speaks for.
    """

    statement = models.ForeignKey(
        Statement, models.CASCADE, db_index=False, related_name="speakers", verbose_name=_("statement")
    )
    speaker = models.ForeignKey(
        Speaker, models.PROTECT, null=True, blank=True, db_index=False, related_name="spoken",
        verbose_name=_("speaker"),
    )  # fmt: skip
    on_behalf_of = models.ForeignKey(
        Speaker,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("on behalf of"),
    )
    as_written = models.CharField(_("name as written"), max_length=300, blank=True)
    role_as_written = models.CharField(_("role as written"), max_length=300, blank=True)
    span = models.JSONField(null=True, blank=True, editable=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("speaker of a statement")
        verbose_name_plural = _("speakers of a statement")
        ordering = ["order", "id"]
        constraints = [
            # Also the way from a statement to its speakers.
            models.UniqueConstraint(
                fields=["statement", "order"], name="claims_statementspeaker_one_per_place"
            ),
            models.UniqueConstraint(
                fields=["statement", "speaker"],
                condition=Q(speaker__isnull=False),
                name="claims_statementspeaker_once_each",
            ),
        ]
        indexes = [
            # What somebody said, the newest first.
            models.Index(F("speaker"), F("statement").desc(), name="claims_statementspeaker_newest"),
            # Few statements name it: what was said on behalf of a body.
            models.Index(
                fields=["on_behalf_of"],
                condition=Q(on_behalf_of__isnull=False),
                name="claims_statementspeaker_behalf",
            ),
        ]
        triggers = [NAME_FITS_THE_BODY, anonymous_stays("speaker", "on_behalf_of")]

    def __str__(self) -> str:
        return str(self.speaker) if self.speaker else self.as_written


@tracked(found_by=["statement"])
class Carrier(models.Model):
    """Through whose hands a statement came, nearest to the reader first: site ← CBS ← one US official."""

    statement = models.ForeignKey(
        Statement, models.CASCADE, db_index=False, related_name="carriers", verbose_name=_("statement")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=10, choices=choices(CarrierKind))
    speaker = models.ForeignKey(
        Speaker, models.PROTECT, null=True, blank=True, related_name="carried", verbose_name=_("speaker")
    )
    outlet = models.ForeignKey(
        Outlet, models.PROTECT, null=True, blank=True, related_name="carried", verbose_name=_("outlet")
    )
    through = models.ForeignKey(
        Statement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carries",
        verbose_name=_("statement that carries it"),
    )
    as_written = models.CharField(_("as written"), max_length=300, blank=True)
    span = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("carrier")
        verbose_name_plural = _("carriers")
        ordering = ["order", "id"]
        constraints = [
            # Also the way from a statement to its carriers.
            models.UniqueConstraint(fields=["statement", "order"], name="claims_carrier_one_per_place"),
            # A carrier is one thing, or only the words that name it.
            models.CheckConstraint(
                condition=Q(speaker__isnull=True, outlet__isnull=True)
                | Q(speaker__isnull=True, through__isnull=True)
                | Q(outlet__isnull=True, through__isnull=True),
                name="claims_carrier_is_one_thing",
            ),
        ]
        triggers = [NAME_FITS_THE_BODY, anonymous_stays("speaker")]

    def __str__(self) -> str:
        return str(self.speaker or self.outlet or self.as_written)
