from __future__ import annotations

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.labels import choices
from claims.models.claim import Claim, Topic
from claims.models.request import Request
from claims.models.speaker import Speaker
from claims.models.statement import Statement
from claims.vocabulary import NoticeKind
from sources.labels import choices as language_choices
from sources.models import Outlet, Source
from sources.triggers import tracked
from sources.vocabulary import Language


def _exactly_one(names: tuple[str, ...]) -> Q:
    """Exactly one of the named foreign keys is set."""
    return reduce(or_, (Q(**{f"{other}__isnull": other != name for other in names}) for name in names))


# What can be handed to a colleague.
ASSIGNED = ("claim", "source", "request")


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
    """Who looks after a claim, a source or a request on the desk."""

    claim = models.ForeignKey(Claim, models.CASCADE, null=True, blank=True, related_name="assignments")
    source = models.ForeignKey(Source, models.CASCADE, null=True, blank=True, related_name="assignments")
    request = models.ForeignKey(Request, models.CASCADE, null=True, blank=True, related_name="assignments")
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
            models.CheckConstraint(condition=_exactly_one(ASSIGNED), name="claims_assignment_of_one_thing"),
            # Handing the same thing to the same colleague twice says nothing.
            *(
                models.UniqueConstraint(
                    fields=["to", kind],
                    condition=Q(done_at__isnull=True),
                    name=f"claims_assignment_open_once_{kind}",
                )
                for kind in ASSIGNED
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thing} → {self.to}"

    @property
    def thing(self) -> Claim | Source | Request | None:
        return self.claim or self.source or self.request


class MutedNotice(models.Model):
    """A kind of e-mail that somebody does not want."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="muted_notices")
    kind = models.CharField(max_length=20, choices=choices(NoticeKind))

    class Meta:
        verbose_name = _("e-mail switched off")
        verbose_name_plural = _("e-mails switched off")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="claims_mutednotice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}"


class NoticeLanguage(models.Model):
    """The language in which somebody wants their e-mails. Who has chosen none gets them in that of the site (LANGUAGE_CODE)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="notice_language"
    )
    language = models.CharField(max_length=2, choices=language_choices(Language))

    class Meta:
        verbose_name = _("language of e-mails")
        verbose_name_plural = _("languages of e-mails")

    def __str__(self) -> str:
        return f"{self.user}: {self.language}"


class SentNotice(models.Model):
    """An e-mail that `send_notices` has sent, so that nobody gets it twice. `about`: the key of what it tells of, and the occasion."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=choices(NoticeKind))
    about = models.CharField(max_length=60)
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("e-mail sent")
        verbose_name_plural = _("e-mails sent")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "about"], name="claims_sentnotice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.about}"


KINDS_WITH_A_SLUG = ("claim", "speaker", "topic", "outlet")


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
