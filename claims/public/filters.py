"""The filters of the list of claims. Every one works from the address alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.contrib.postgres.search import SearchQuery
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from claims.labels import LABELS, NO_VERDICT
from claims.models import Claim, ClaimSpeaker, Speaker, Topic, TopicQuerySet
from claims.public.naming import page_language
from claims.visibility import published_spellings
from claims.vocabulary import Contest, Rating
from sources.labels import LABELS as SOURCE_LABELS
from sources.names import fold
from sources.vocabulary import Language

UNREVIEWED = "unreviewed"
# So many people and bodies of one name are looked through, and so many who speak for them.
NAMESAKES, SPOKESPEOPLE = 20, 1000
CONFIGURATIONS = {"it": "italian", "en": "english"}


def speakers_called(written: str) -> list[int]:
    """Keys of the people and bodies of this name, alias or address, at most NAMESAKES. One query."""
    start = fold(written.strip())
    if not start:
        return []
    by_address = Speaker.objects.order_by().filter(slug=start).values_list("pk")
    by_name = Speaker.objects.order_by().filter(sort_key__startswith=start).values_list("pk")
    spelt = published_spellings().filter(normalised__startswith=start).order_by().values_list("speaker")
    # One after the other, each by its own index: joined by OR, all names would be looked through.
    return [key for (key,) in by_address.union(by_name[:NAMESAKES], spelt[:NAMESAKES])[:NAMESAKES]]


def with_those_who_speak_for_them(named: list[int]) -> list[int]:
    """These people and bodies, and whoever speaks for them, up to three steps. One query."""
    for_them = [
        Speaker.objects.order_by().filter(**{f"{steps}__in": named}).values_list("pk")
        for steps in ("speaks_for", "speaks_for__speaks_for", "speaks_for__speaks_for__speaks_for")
    ]
    if not named:
        return []
    return named + [key for (key,) in for_them[0].union(*for_them[1:])[:SPOKESPEOPLE]]


def published_topics(request: HttpRequest | None) -> TopicQuerySet:
    """Asked for anew by every form."""
    return Topic.objects.published().order_by("slug")


def having_words(claims: QuerySet[Claim], words: str) -> QuerySet[Claim]:
    """In the page's language: stems, "exact words", -without, or."""
    language = page_language()
    query = SearchQuery(words, config=CONFIGURATIONS[language], search_type="websearch")
    return claims.filter(**{f"search_{language}": query})


def heard(speakers: list[int], columns: Mapping[str, Any]) -> QuerySet[ClaimSpeaker]:
    """The rows of these people and bodies in lists. `columns`: what else they must have, lookup → value."""
    return ClaimSpeaker.objects.filter(**columns, speaker__in=speakers, sort_at__isnull=False)


def heard_from(claims: QuerySet[Claim], speakers: list[int], columns: Mapping[str, Any]) -> QuerySet[Claim]:
    """Listed claims on which one of these is heard. `columns`: as above."""
    if len(speakers) == 1:
        return claims.filter(
            **{f"heard__{name}": value for name, value in columns.items()}, heard__speaker=speakers[0]
        ).annotate(listed_at=F("heard__sort_at"), listed_key=F("heard__claim_id"))
    return claims.filter(pk__in=heard(speakers, columns).values("claim"))


class ClaimFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Field names are the address's; an unreadable value is said beside its field and the others still work."""

    q = django_filters.CharFilter(
        label=_("Words in the claim"),
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    rating = django_filters.MultipleChoiceFilter(
        label=_("Our assessment"),
        choices=[*LABELS[Rating].items(), (UNREVIEWED, NO_VERDICT)],
        widget=forms.CheckboxSelectMultiple,
    )
    contest = django_filters.ChoiceFilter(
        label=_("Who denies, who admits"),
        choices=list(LABELS[Contest].items()),
        empty_label=_("All"),
    )
    speaker = django_filters.CharFilter(
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
        label=_("Language of the articles"),
        choices=list(SOURCE_LABELS[Language].items()),
        empty_label=_("All"),
    )
    since = django_filters.DateFilter(
        label=_("Newest statement from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = django_filters.DateFilter(
        label=_("until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = Claim
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        """All at once: where one speaker is asked for, the other filters are looked at in that speaker's own rows."""
        asked = self.form.cleaned_data
        claims = having_words(queryset, asked["q"]) if asked.get("q") else queryset
        if asked.get("speaker"):
            return heard_from(claims, self.speakers, self.columns())
        return claims.filter(**{f"listing__{name}": value for name, value in self.columns().items()})

    @cached_property
    def speakers(self) -> list[int]:
        """Keys of those who are asked for by name."""
        return speakers_called(self.form.cleaned_data.get("speaker") or "")

    def columns(self) -> dict[str, Any]:
        """What the filters of few values and the dates ask of a row of a list: lookup → value."""
        asked = self.form.cleaned_data
        wanted: dict[str, Any] = {
            "contest": asked.get("contest"),
            "topic": asked.get("topic"),
            f"in_{asked.get('language')}": bool(asked.get("language")),
            "newest_on__gte": asked.get("since"),
            "newest_on__lte": asked.get("until"),
        }
        ratings = ["" if value == UNREVIEWED else value for value in asked.get("rating") or ()]
        if ratings:
            wanted["rating" if len(ratings) == 1 else "rating__in"] = (
                ratings[0] if len(ratings) == 1 else ratings
            )
        return {name: value for name, value in wanted.items() if value or name == "rating"}

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
