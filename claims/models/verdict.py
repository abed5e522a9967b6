from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from translated_fields import TranslatedField
from translated_fields.utils import fallback_to_any

from claims.labels import choices
from claims.models.claim import READERS_SEE, Claim
from claims.vocabulary import REASON_MIN_LENGTH, STAGE_MOVES, Rating, Stage
from sources.triggers import keep, moves, refuse_delete, tracked, written_once

A_SENTENCE = rf"\S[\s\S]{{{REASON_MIN_LENGTH - 2},}}\S"

# What a rating rests on when it becomes current. FOR SHARE: what was counted cannot vanish before we commit. (Discarding the
# denial later is allowed, and puts the claim on the desk's list.) A party is the root of the chain of speaks_for; who is unnamed
# is a party of their own, as in contest.Parties.
RATING_HAS_ITS_GROUNDS = pgtrigger.Trigger(
    name="rating_has_its_grounds",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("stage"),
    timing=pgtrigger.Deferred,
    declare=[("held", "boolean")],
    func="""
        IF NEW.stage <> 'current' OR NEW.rating = 'unproven' THEN
            RETURN NULL;
        END IF;
        PERFORM 1 FROM claims_evidence e WHERE e.claim_id = NEW.claim_id
            AND e.kind = CASE NEW.rating WHEN 'confirmed' THEN 'supports' ELSE 'refutes' END FOR SHARE;
        held := FOUND;
        IF NOT held AND NEW.rating = 'disputed' THEN
            PERFORM 1 FROM claims_position p JOIN claims_statement s ON s.id = p.statement_id
                WHERE p.claim_id = NEW.claim_id AND p.stance = 'denies' AND s.review = 'accepted' FOR SHARE;
            held := FOUND;
        END IF;
        IF NOT held AND NEW.rating = 'confirmed' THEN
            PERFORM 1 FROM claims_position p JOIN claims_statement s ON s.id = p.statement_id
                JOIN claims_statementspeaker w ON w.statement_id = s.id
                WHERE p.claim_id = NEW.claim_id AND p.stance IN ('denies', 'admits') AND s.review = 'accepted' FOR SHARE;
            WITH RECURSIVE spoken AS (
                SELECT p.stance, coalesce(w.on_behalf_of_id, w.speaker_id) AS body
                FROM claims_position p
                JOIN claims_statement s ON s.id = p.statement_id AND s.review = 'accepted'
                JOIN claims_statementspeaker w ON w.statement_id = s.id AND w.speaker_id IS NOT NULL
                WHERE p.claim_id = NEW.claim_id AND p.stance IN ('denies', 'admits')
            ), chain(stance, body, depth) AS (
                SELECT stance, body, 0 FROM spoken
                UNION
                SELECT c.stance, coalesce(b.merged_into_id, b.speaks_for_id), c.depth + 1
                FROM chain c JOIN claims_speaker b ON b.id = c.body
                WHERE coalesce(b.merged_into_id, b.speaks_for_id) IS NOT NULL AND b.kind <> 'anonymous' AND c.depth < 20
            ), party AS (
                SELECT DISTINCT c.stance, c.body FROM chain c JOIN claims_speaker b ON b.id = c.body
                WHERE coalesce(b.merged_into_id, b.speaks_for_id) IS NULL OR b.kind = 'anonymous'
            )
            SELECT EXISTS (SELECT 1 FROM party d JOIN party a ON a.body = d.body
                           WHERE d.stance = 'denies' AND a.stance = 'admits') INTO held;
        END IF;
        IF NOT held THEN
            RAISE EXCEPTION '[grounds] claim % cannot be % without its grounds', NEW.claim_id, NEW.rating
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """,
)

# What an assessment rested on when it came into force. Its second reader may come later, once.
FROZEN_IN_FORCE = pgtrigger.Trigger(
    name="frozen_in_force",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition("OLD.stage IN ('current', 'superseded')"),
    func="""
        IF OLD.evidence IS DISTINCT FROM NEW.evidence OR OLD.as_known_on IS DISTINCT FROM NEW.as_known_on
           OR OLD.decided_at IS DISTINCT FROM NEW.decided_at
           OR (OLD.second_reader_id IS NOT NULL AND OLD.second_reader_id IS DISTINCT FROM NEW.second_reader_id) THEN
            RAISE EXCEPTION '[keep] what a verdict rested on when it came into force never changes'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


# What readers see of decisions: those that hold, and those that held.
IN_FORCE_ONCE = [Stage.CURRENT.value, Stage.SUPERSEDED.value]


class VerdictQuerySet(models.QuerySet["Verdict"]):
    def current(self) -> VerdictQuerySet:
        return self.filter(stage=Stage.CURRENT)

    def awaiting_second_reading(self) -> VerdictQuerySet:
        """Proposals, and what was put into force before anybody else had read it."""
        early = Q(stage=Stage.CURRENT, second_reading_due_at__isnull=False, second_reader=None)
        return self.filter(Q(stage=Stage.PROPOSED) | early, claim__merged_into=None)

    def published(self) -> VerdictQuerySet:
        """Decisions that hold or held, on a claim that readers see."""
        return self.filter(
            stage__in=IN_FORCE_ONCE,
            claim__publication__in=READERS_SEE,
            claim__merged_into=None,
        )


@tracked()
class Verdict(models.Model):
    """An editor's decision about a claim, with its reason and evidence (schema.org ClaimReview). Append-only.

    `evidence` is frozen when it becomes current: [{"id", "kind", "note_it", "note_en", "statement", "source", "url", "file_sha256"}].
    `label` is the word that readers saw, which a later change of wording does not rewrite.
    """

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="verdicts", verbose_name=_("claim"))
    key = models.CharField(_("key"), max_length=100, null=True, blank=True, editable=False)
    stage = models.CharField(_("stage"), max_length=10, choices=choices(Stage), default=Stage.PROPOSED.value)
    rating = models.CharField(_("our assessment"), max_length=10, choices=choices(Rating))
    label = TranslatedField(
        models.CharField(_("label as shown"), max_length=60, blank=True), attrgetter=fallback_to_any
    )
    reason = TranslatedField(
        models.TextField(_("reason"), blank=True, help_text=_("Readers will see it.")),
        attrgetter=fallback_to_any,
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="verdicts", verbose_name=_("author")
    )
    second_reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="second_readings",
        verbose_name=_("second reader"),
    )  # fmt: skip
    second_reading_due_at = models.DateTimeField(_("second reading due"), null=True, blank=True)
    early_reason = models.TextField(_("why it was published before a second reading"), blank=True)
    as_known_on = models.DateField(_("as known on"))
    evidence = models.JSONField(_("evidence"), default=list, blank=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    decided_at = models.DateTimeField(_("in force since"), null=True, blank=True)

    objects = VerdictQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(stage=Stage.CURRENT.value), name="claims_verdict_one_current"
            ),
            models.UniqueConstraint(fields=["key"], name="claims_verdict_one_per_key"),
            models.CheckConstraint(
                condition=Q(second_reader__isnull=True) | ~Q(second_reader=F("author")),
                name="claims_verdict_second_reader_is_another",
            ),
            # At least ten characters, blanks around them not counted, in at least one language.
            models.CheckConstraint(
                condition=Q(reason_it__regex=A_SENTENCE) | Q(reason_en__regex=A_SENTENCE),
                name="claims_verdict_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=False)
                | ~Q(stage__in=[Stage.CURRENT.value, Stage.SUPERSEDED.value]),
                name="claims_verdict_in_force_has_a_date",
            ),
        ]
        indexes = [
            # What waits for a second reader.
            models.Index(fields=["stage", "-decided_at"], name="claims_verdict_by_stage"),
            # The page of decisions, newest first: those in force and those that were; all, or of one rating.
            models.Index(
                fields=["-decided_at", "-id"],
                condition=Q(stage__in=IN_FORCE_ONCE),
                name="claims_verdict_newest",
            ),
            models.Index(
                fields=["rating", "-decided_at", "-id"],
                condition=Q(stage__in=IN_FORCE_ONCE),
                name="claims_verdict_by_rating",
            ),
        ]
        triggers = [
            moves("stage", STAGE_MOVES),
            keep("claim_id", "rating", "author_id", name="author_and_rating_stay",
                 why="the rating and the author of a verdict never change: decide anew"),
            written_once("reason_it", "reason_en", name="reason_is_final",
                         why="the reason of a verdict never changes: decide anew"),
            written_once("label_it", "label_en", name="label_is_final",
                         why="the label that readers saw never changes"),
            FROZEN_IN_FORCE,
            RATING_HAS_ITS_GROUNDS,
            refuse_delete(unless="false", why="a verdict is never deleted: decide anew"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_rating_display()}: {self.claim}"

    @property
    def is_early(self) -> bool:
        """In force although nobody but its author has read it."""
        in_force = self.stage == Stage.CURRENT and self.second_reading_due_at is not None
        return in_force and self.second_reader_id is None

    @property
    def awaits_second_reading(self) -> bool:
        return self.stage == Stage.PROPOSED or self.is_early


@tracked()
class VerdictNote(models.Model):
    """What editors write to each other about a verdict. Readers never see it."""

    verdict = models.ForeignKey(Verdict, models.PROTECT, related_name="notes", verbose_name=_("decision"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    text = models.TextField(_("note"))
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("note on a decision")
        verbose_name_plural = _("notes on decisions")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:80]
