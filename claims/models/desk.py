from __future__ import annotations

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.claim import Claim, Topic
from claims.models.speaker import Speaker
from claims.models.statement import Statement
from sources.models import Outlet, Source
from sources.triggers import tracked


@tracked(found_by=["claim"])
class Note(models.Model):
    """What editors write to each other about a claim, a statement or a source. Readers never see it."""

    claim = models.ForeignKey(Claim, models.CASCADE, null=True, blank=True, related_name="notes")
    statement = models.ForeignKey(Statement, models.CASCADE, null=True, blank=True, related_name="notes")
    source = models.ForeignKey(Source, models.CASCADE, null=True, blank=True, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    text = models.TextField(_("note"))
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(claim__isnull=False) | Q(statement__isnull=False) | Q(source__isnull=False),
                name="claims_note_about_something",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]


@tracked(found_by=["claim"])
class Assignment(models.Model):
    """Who looks after a claim or a source on the desk."""

    claim = models.ForeignKey(Claim, models.CASCADE, null=True, blank=True, related_name="assignments")
    source = models.ForeignKey(Source, models.CASCADE, null=True, blank=True, related_name="assignments")
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="assignments", verbose_name=_("to")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    created_at = models.DateTimeField(_("given"), auto_now_add=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(claim__isnull=False) ^ Q(source__isnull=False),
                name="claims_assignment_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim or self.source} → {self.to}"


KINDS_WITH_A_SLUG = ("claim", "speaker", "topic", "outlet")


def _exactly_one(names: tuple[str, ...]) -> Q:
    """Exactly one of the named foreign keys is set."""
    return reduce(or_, (Q(**{f"{other}__isnull": other != name for other in names}) for name in names))


@tracked()
class OldSlug(models.Model):
    """An address that something had before: readers of it are led to the new one (301)."""

    slug = models.SlugField(max_length=120)
    claim = models.ForeignKey(Claim, models.CASCADE, null=True, blank=True, related_name="old_slugs")
    speaker = models.ForeignKey(Speaker, models.CASCADE, null=True, blank=True, related_name="old_slugs")
    topic = models.ForeignKey(Topic, models.CASCADE, null=True, blank=True, related_name="old_slugs")
    outlet = models.ForeignKey(Outlet, models.CASCADE, null=True, blank=True, related_name="old_slugs")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=["slug"],
                    condition=Q(**{f"{kind}__isnull": False}),
                    name=f"claims_oldslug_once_for_{kind}s",
                )
                for kind in KINDS_WITH_A_SLUG
            ),
            # It leads to one page.
            models.CheckConstraint(
                condition=_exactly_one(KINDS_WITH_A_SLUG), name="claims_oldslug_of_one_thing"
            ),
        ]

    def __str__(self) -> str:
        return self.slug
