"""Facets of the lists. Each offers a closed vocabulary or a bounded list: never SELECT DISTINCT over a growing column."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from claims.desk.keys import is_key
from claims.labels import NO_VERDICT_DESK
from claims.labels import choices as newsroom
from claims.models import Topic
from claims.vocabulary import Contest, Publication, Rating

# A longer list of topics is found by typing, not by reading.
TOPICS_LISTED = 30
# So many claims are counted by facet; of a longer list the choices stand without numbers.
FACETED = 2000


class Facet(admin.SimpleListFilter):
    """A facet of the list of claims. One query counts them all (the stock way is one for each, with a subquery for each choice)."""

    def matches(self, row: dict[str, Any], choice: str) -> bool:
        """Whether the claims counted in `row` (see `counted`) are those of `choice`."""
        raise NotImplementedError

    def choices(self, changelist: Any) -> Any:
        changelist.add_facets = changelist.add_facets and counted(changelist, self.request) is not None
        return super().choices(changelist)

    def get_facet_queryset(self, changelist: Any) -> dict[str, int]:
        """What each choice would list, the other facets staying as chosen."""
        others = [spec for spec in changelist.filter_specs if spec is not self and spec.value()]
        rows = [
            row
            for row in counted(changelist, self.request) or ()
            if all(spec.matches(row, spec.value()) for spec in others)
        ]
        return {
            f"{place}__c": sum(row["n"] for row in rows if self.matches(row, str(choice)))
            for place, (choice, _title) in enumerate(self.lookup_choices)
        }


class ColumnFilter(Facet):
    """A facet over one column."""

    column: ClassVar[str]

    def matches(self, row: dict[str, Any], choice: str) -> bool:
        return str(row[self.column]) == choice


class WordFilter(ColumnFilter):
    """A facet over one column that holds words of a vocabulary."""

    words: ClassVar[type[StrEnum]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return newsroom(self.words)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class RatingFilter(WordFilter):
    title, parameter_name, column, words = _("our assessment"), "rating", "figures__rating", Rating
    NONE = "none"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(self.NONE, NO_VERDICT_DESK), *newsroom(Rating)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == self.NONE:
            return queryset.filter(Q(figures=None) | Q(figures__rating=""))
        return super().queryset(request, queryset)

    def matches(self, row: dict[str, Any], choice: str) -> bool:
        """No figures and an empty rating are both "to be reviewed"."""
        return not row[self.column] if choice == self.NONE else super().matches(row, choice)


class PublicationFilter(WordFilter):
    title, parameter_name, column, words = _("publication"), "publication", "publication", Publication


class ContestFilter(WordFilter):
    title, parameter_name, column, words = _("who denies, who admits"), "contest", "figures__contest", Contest


class TopicFilter(ColumnFilter):
    title, parameter_name, column = _("topic"), "topic", "topic_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Read once a request: the list is built anew for each facet."""
        listed = getattr(request, "topics_listed", None)
        if listed is None:
            listed = [(str(topic.pk), topic.name) for topic in Topic.objects.order_by("slug")[:TOPICS_LISTED]]
            request.topics_listed = listed  # type: ignore[attr-defined]
        return listed

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(topic=int(value)) if value and is_key(value) else queryset


class NewsFilter(Facet):
    """Published claims that something new speaks against."""

    title, parameter_name = _("what is new"), "news"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", _("New denials or admissions"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(figures__news__gt=0) if self.value() else queryset

    def matches(self, row: dict[str, Any], choice: str) -> bool:
        return bool(row["new"])


def counted(changelist: Any, request: HttpRequest) -> list[dict[str, Any]] | None:
    """The claims that the search finds, counted by everything that has a facet: a few hundred rows, read once a request.

    None where it finds more than FACETED.
    """
    if not hasattr(request, "claims_counted"):
        found, _distinct = changelist.model_admin.get_search_results(
            request, changelist.root_queryset, changelist.query
        )
        request.claims_counted = _by_facet(found)  # type: ignore[attr-defined]
    rows: list[dict[str, Any]] | None = vars(request)["claims_counted"]
    return rows


def _by_facet(found: QuerySet[Any]) -> list[dict[str, Any]] | None:
    some = found.order_by().values("pk")[: FACETED + 1]
    columns = ("figures__rating", "publication", "figures__contest", "topic_id")
    claims = found.model._default_manager.filter(pk__in=some).order_by()
    new = Case(When(figures__news__gt=0, then=Value(1)), default=Value(0), output_field=IntegerField())
    rows = list(claims.annotate(new=new).values(*columns, "new").annotate(n=Count("pk")))
    return rows if sum(row["n"] for row in rows) <= FACETED else None
