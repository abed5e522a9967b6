"""Facets of the lists. Each offers a closed vocabulary or a bounded list: never SELECT DISTINCT over a growing column."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet, Value
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from claims.desk import queues
from claims.labels import NO_VERDICT_DESK
from claims.labels import choices as newsroom
from claims.models import Topic
from claims.vocabulary import Contest, Publication, Rating

# A longer list of topics is found by typing, not by reading.
TOPICS_LISTED = 30


class ColumnFilter(admin.SimpleListFilter):
    """A facet over one column, counted by one GROUP BY (the stock count is a subquery for each choice)."""

    column: ClassVar[str]

    def get_facet_queryset(self, changelist: Any) -> dict[str, int]:
        """One query serves every facet that is not chosen; a chosen one is counted as if it were not."""
        if self.value() is None:
            grouped = counted_together(changelist, self.request)
        else:
            rows = changelist.get_queryset(self.request, exclude_parameters=self.expected_parameters())
            grouped = list(rows.order_by().values(self.column).annotate(n=Count("pk")))
        found: Counter[str] = Counter()
        for row in grouped:
            value = row[self.column]
            found["" if value is None else str(value)] += row["n"]
        return {
            f"{place}__c": self.count_of(choice, found)
            for place, (choice, _title) in enumerate(self.lookup_choices)
        }

    def count_of(self, choice: str, found: dict[str, int]) -> int:
        return found.get(str(choice), 0)


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

    def count_of(self, choice: str, found: dict[str, int]) -> int:
        """No figures and an empty rating are both "to be reviewed"."""
        return found.get("" if choice == self.NONE else str(choice), 0)


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
        return (
            queryset.filter(topic=int(value)) if value and value.isascii() and value.isdigit() else queryset
        )


class NewsFilter(admin.SimpleListFilter):
    """Published claims that something new speaks against."""

    title, parameter_name = _("what is new"), "news"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", _("New denials or admissions"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=news_of(request)) if self.value() else queryset

    def get_facet_queryset(self, changelist: Any) -> dict[str, int]:
        if self.value() is None:
            return {"0__c": sum(row["news"] for row in counted_together(changelist, self.request))}
        rows = changelist.get_queryset(self.request, exclude_parameters=self.expected_parameters())
        return {"0__c": rows.filter(pk__in=news_of(self.request)).count()}


def counted_together(changelist: Any, request: HttpRequest) -> list[dict[str, Any]]:
    """The claims of the list, counted by every column that has a facet: a few hundred rows at most, read once a request."""
    rows: list[dict[str, Any]] | None = getattr(request, "counted_together", None)
    if rows is None:
        keys = news_of(request)
        news = Count("pk", filter=Q(pk__in=keys)) if keys else Value(0)
        listed = changelist.get_queryset(request, exclude_parameters=[]).order_by()
        rows = list(
            listed.values("figures__rating", "publication", "figures__contest", "topic_id").annotate(
                n=Count("pk"), news=news
            )
        )
        request.counted_together = rows  # type: ignore[attr-defined]
    return rows


def news_of(request: HttpRequest) -> list[int]:
    """Keys of the claims that something new speaks against, read once a request."""
    keys: list[int] | None = getattr(request, "claims_with_news", None)
    if keys is None:
        keys = queues.claims_with_news()
        request.claims_with_news = keys  # type: ignore[attr-defined]
    return keys
