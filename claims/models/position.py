from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from claims.labels import choices
from claims.models.claim import READERS_SEE, Claim
from claims.models.statement import SEEN, Statement
from claims.vocabulary import TURNING_STANCES, Review, Stance
from sources.triggers import Versioned, bump_version, refuse_delete, tracked

# Readers see what an editor accepted. (Discarding it afterwards hides it again, and is allowed.)
SHOWN_WHEN_ACCEPTED = pgtrigger.Trigger(
    name="shown_when_accepted",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("published_at"),
    condition=pgtrigger.Condition("NEW.published_at IS NOT NULL"),
    func="""
        IF TG_OP = 'UPDATE' AND OLD.published_at IS NOT NULL THEN
            RETURN NEW;
        END IF;
        PERFORM 1 FROM claims_statement s WHERE s.id = NEW.statement_id AND s.review = 'accepted' FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION '[review] statement % must be accepted before readers can see it', NEW.statement_id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


# What may turn a story, always in the order in which the index of 0019 names it.
TURNS = [each.value for each in Stance if each in TURNING_STANCES]


# Whether it changes or denies a story: these come first where a claim has more statements than a page. One expression for the index and
# for the order.
TURNING = Case(
    When(stance__in=TURNS, then=Value("1")),
    default=Value("0"),
    output_field=models.CharField(max_length=1),
)


class PositionQuerySet(models.QuerySet["Position"]):
    def on_published_claims(self) -> PositionQuerySet:
        """Published themselves, on a claim that readers see; says nothing yet of the statement."""
        return self.filter(
            published_at__isnull=False, claim__publication__in=READERS_SEE, claim__merged_into=None
        )

    def published(self) -> PositionQuerySet:
        """What readers may see: both ends are."""
        return self.on_published_claims().filter(
            **{f"statement__{name}": value for name, value in SEEN.items()}
        )

    def news(self) -> PositionQuerySet:
        """Denials, admissions and withdrawals on public claims that readers do not see yet, or that came after the decision.

        How many a claim has is in its figures.
        """
        decided = F("claim__figures__rated_at")
        return self.filter(
            Q(published_at=None) | Q(created_at__gt=decided) | Q(statement__reviewed_at__gt=decided),
            stance__in=TURNS,
            statement__review__in=[Review.SUGGESTED.value, Review.ACCEPTED.value],
            claim__publication__in=READERS_SEE,
            claim__merged_into=None,
        )

    def counted(self) -> PositionQuerySet:
        """Titles repeat the text, and a nested copy stands beside its parent: neither counts."""
        return self.filter(statement__in_title=False, statement__inside=None)


@tracked(found_by=["claim", "statement"])
class Position(Versioned):
    """What a statement does to a claim. Editors meet it as one control: "On this claim"."""

    statement = models.ForeignKey(
        Statement, models.CASCADE, db_index=False, related_name="positions", verbose_name=_("statement")
    )
    claim = models.ForeignKey(
        Claim, models.CASCADE, db_index=False, related_name="positions", verbose_name=_("claim")
    )
    stance = models.CharField(_("on this claim"), max_length=10, choices=choices(Stance))
    partial = models.BooleanField(_("only a part of it"), default=False)
    implied = models.BooleanField(_("implied"), default=False)
    inferred = models.BooleanField(
        _("inferred"), default=False, help_text=_("What it refers to was worked out, not said.")
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, db_index=False,
        related_name="+", verbose_name=_("proposed by"),
    )  # fmt: skip
    published_at = models.DateTimeField(_("shown to readers since"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, db_index=False,
        related_name="+", verbose_name=_("published by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("stored"), auto_now_add=True)

    objects = PositionQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement on a claim")
        verbose_name_plural = _("statements on claims")
        ordering = ["id"]
        constraints = [
            # Also the way from a statement to its claims.
            models.UniqueConstraint(
                fields=["statement", "claim"], name="claims_position_once_per_statement_and_claim"
            ),
        ]
        indexes = [
            # What was said of a claim, by stance. The newest of a stance, for the home page.
            models.Index(fields=["claim", "stance"], name="claims_position_by_claim"),
            models.Index(
                fields=["stance", "-published_at", "-id"],
                condition=Q(published_at__isnull=False),
                name="claims_position_newest_first",
            ),
            # A claim's page by page, however many there are.
            models.Index(
                F("claim"),
                TURNING.desc(),
                F("published_at").desc(),
                F("id").desc(),
                condition=Q(published_at__isnull=False),
                name="claims_position_on_page",
            ),
        ]
        triggers = [
            SHOWN_WHEN_ACCEPTED,
            bump_version(
                "statement_id", "claim_id", "stance", "partial", "implied", "inferred", "published_at"
            ),
            refuse_delete(
                unless="OLD.published_at IS NULL", why="what readers have seen is discarded, never deleted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stance_display()}: {self.claim}"


class DenialManager(models.Manager.from_queryset(PositionQuerySet)):  # type: ignore[misc]
    """Only positions that deny."""

    def get_queryset(self) -> PositionQuerySet:
        denials: PositionQuerySet = super().get_queryset().filter(stance=Stance.DENIES)
        return denials


class Denial(Position):
    """A statement that denies a claim. The reason why this product exists; a Position like any other to the database."""

    objects: ClassVar[DenialManager] = DenialManager()

    class Meta:
        proxy = True
        verbose_name = _("denial")
        verbose_name_plural = _("denials")
