"""The filters of the list of claims. Every one works from the address alone."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from claims.labels import LABELS, NO_VERDICT
from claims.models import Claim, Position, Speaker, Topic, TopicQuerySet
from claims.public.naming import page_language
from claims.vocabulary import Contest, Rating
from sources.labels import LABELS as SOURCE_LABELS
from sources.names import fold
from sources.vocabulary import Language

UNREVIEWED = "unreviewed"
# So many people and bodies of one name are looked through, and so many who speak for them.
NAMESAKES, SPOKESPEOPLE = 20, 1000
CONFIGURATIONS = {"it": "italian", "en": "english"}


def speakers_called(written: str) -> list[int]:
    """Keys of the people and bodies of this name, alias or address, and of those who speak for them. Two queries."""
    start = fold(written.strip())
    if not start:
        return []
    named = list(
        Speaker.objects.order_by()
        .filter(Q(slug=start) | Q(sort_key__startswith=start) | Q(names__normalised__startswith=start))
        .values_list("pk", flat=True)
        .distinct()[:NAMESAKES]
    )
    for_them = Speaker.objects.order_by().filter(
        Q(speaks_for__in=named)
        | Q(speaks_for__speaks_for__in=named)
        | Q(speaks_for__speaks_for__speaks_for__in=named)
    )
    return named + list(for_them.values_list("pk", flat=True)[:SPOKESPEOPLE]) if named else []


def published_topics(request: HttpRequest | None) -> TopicQuerySet:
    """Asked for anew by every form."""
    return Topic.objects.published().order_by("slug")


class ClaimFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Field names are the address's; an unreadable value is said beside its field and the others still work."""

    q = django_filters.CharFilter(
        method="by_words",
        label=_("Words in the claim"),
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    rating = django_filters.MultipleChoiceFilter(
        method="by_rating",
        label=_("Our assessment"),
        choices=[*LABELS[Rating].items(), (UNREVIEWED, NO_VERDICT)],
        widget=forms.CheckboxSelectMultiple,
    )
    contest = django_filters.ChoiceFilter(
        field_name="figures__contest",
        label=_("Who denies, who admits"),
        choices=list(LABELS[Contest].items()),
        empty_label=_("All"),
    )
    speaker = django_filters.CharFilter(
        method="by_speaker",
        label=_("Who speaks"),
        max_length=200,
        help_text=_("A name, an abbreviation or a spelling seen in an article."),
    )
    topic = django_filters.ModelChoiceFilter(
        label=_("Topic"),
        queryset=published_topics,
        to_field_name="slug",
        empty_label=_("All"),
    )
    language = django_filters.ChoiceFilter(
        method="by_language",
        label=_("Language of the articles"),
        choices=list(SOURCE_LABELS[Language].items()),
        empty_label=_("All"),
    )
    since = django_filters.DateFilter(
        field_name="figures__newest_on",
        lookup_expr="gte",
        label=_("Newest statement from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = django_filters.DateFilter(
        field_name="figures__newest_on",
        lookup_expr="lte",
        label=_("until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = Claim
        fields: list[str] = []

    def by_words(self, claims: QuerySet[Claim], name: str, value: str) -> QuerySet[Claim]:
        """In the page's language: stems, "exact words", -without, or."""
        language = page_language()
        query = SearchQuery(value, config=CONFIGURATIONS[language], search_type="websearch")
        return claims.filter(**{f"search_{language}": query})

    def by_rating(self, claims: QuerySet[Claim], name: str, values: list[str]) -> QuerySet[Claim]:
        return (
            claims.filter(figures__rating__in=["" if value == UNREVIEWED else value for value in values])
            if values
            else claims
        )

    def by_speaker(self, claims: QuerySet[Claim], name: str, value: str) -> QuerySet[Claim]:
        spoken = Position.objects.published().filter(
            claim=OuterRef("pk"), statement__speakers__speaker__in=speakers_called(value)
        )
        return claims.filter(Exists(spoken))

    def by_language(self, claims: QuerySet[Claim], name: str, value: str) -> QuerySet[Claim]:
        told = Position.objects.published().filter(claim=OuterRef("pk"), statement__source__language=value)
        return claims.filter(Exists(told))

    @property
    def is_active(self) -> bool:
        """Whether anything narrows the list."""
        return any(self.data.get(name) for name in self.filters) if self.data else False

    @property
    def more_is_open(self) -> bool:
        """Whether one of the folded-away filters is in use."""
        return (
            any(self.data.get(name) for name in ("topic", "language", "since", "until"))
            if self.data
            else False
        )


def readable(query: Any) -> Any:
    """The address's values without NUL, which no text in the database holds."""
    copy = query.copy()
    for name in copy:
        copy.setlist(name, [value.replace("\x00", "") for value in copy.getlist(name)])
    return copy
