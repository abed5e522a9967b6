from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sources.labels import choices
from sources.names import folded
from sources.triggers import Versioned, bump_version, refuse_delete, tracked
from sources.vocabulary import OutletKind


class OutletQuerySet(models.QuerySet["Outlet"]):
    def sorted(self) -> OutletQuerySet:
        return self.order_by("sort_key", "pk")


@tracked(exclude=["sort_key"])
class Outlet(Versioned):
    """Who published a text. It claims only what it reports itself, never what it carries (schema.org Organization).

    Which outlets readers see depends on statements and claims, which the archive does not know: see
    `claims.visibility.published_outlets`.
    """

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    other_names = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("other names"),
        default=list,
        blank=True,
        help_text=_("Other spellings, mistranslated ones too, separated by commas."),
    )
    homepage = models.URLField(_("homepage"), blank=True)
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("Two-letter code, for example IT.")
    )
    wikidata_id = models.CharField(_("Wikidata id"), max_length=16, blank=True)
    kind = models.CharField(
        _("kind"), max_length=20, choices=choices(OutletKind), default=OutletKind.UNKNOWN.value
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sort_key = models.GeneratedField(
        expression=folded("name"), output_field=models.TextField(), db_persist=True
    )

    objects = OutletQuerySet.as_manager()

    class Meta:
        verbose_name = _("outlet")
        verbose_name_plural = _("outlets")
        ordering = ["sort_key", "id"]
        constraints = [
            # A Wikidata item names one thing: two outlets cannot both be it.
            models.UniqueConstraint(
                fields=["wikidata_id"],
                condition=~Q(wikidata_id=""),
                name="sources_outlet_one_per_wikidata_item",
            ),
        ]
        # Lists by name, page by page.
        indexes = [models.Index(fields=["sort_key", "id"], name="sources_outlet_by_name")]
        triggers = [
            bump_version("name", "slug", "other_names", "homepage", "country", "wikidata_id", "kind"),
            refuse_delete(
                unless="NOT EXISTS (SELECT 1 FROM sources_source s WHERE s.outlet_id = OLD.id AND s.publication <> 'draft')",
                why="an outlet of published articles cannot be deleted",
            ),
        ]

    def __str__(self) -> str:
        return self.name
