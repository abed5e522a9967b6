"""The filters of the list of claims. Every one works from the address alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from claims.labels import LABELS, NO_VERDICT
from claims.models import Claim, ClaimSpeaker, Speaker, Topic
from claims.public.hits import Hits, newest_hits
from claims.public.naming import page_language
from claims.public.prepared import Prepared
from claims.visibility import published_spellings
from claims.vocabulary import Contest, Rating
from sources.labels import LABELS as SOURCE_LABELS
from sources.names import fold
from sources.vocabulary import Language

UNREVIEWED = "unreviewed"
# So many people and bodies of one name are looked through.
NAMESAKES = 20


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


class TopicOffered(NamedTuple):
    """A choice of topic; `name` in the page's language where it has one."""

    pk: int
    slug: str
    name: str


def _named() -> QuerySet[Topic, Any]:
    here = page_language()
    other = {"it": "en", "en": "it"}[here]
    name = Coalesce(NullIf(f"name_{here}", Value("")), f"name_{other}")
    return Topic.objects.published().order_by("slug").values_list("pk", "slug", name)


_topics = Prepared(_named)


def topics_offered() -> list[TopicOffered]:
    """Those that readers see. One query."""
    return [TopicOffered(*row) for row in _topics()]


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


@dataclass(frozen=True)
class Narrowed:
    """What a list of claims is asked for. `ratings`: as stored, "" for what nobody has decided about; `topic`: its key.

    `speakers`: keys of those who are asked for by name; None where nobody is.
    """

    words: str = ""
    speakers: Sequence[int] | None = None
    ratings: Sequence[str] = ()
    contest: str = ""
    topic: int | None = None
    language: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_impossible(self) -> bool:
        """Days that exclude each other: PostgreSQL would go along the list to its end."""
        return bool(self.since and self.until and self.since > self.until)

    @property
    def is_counted(self) -> bool:
        """Whether the stored counts tell all of it."""
        return not (self.words or self.speakers is not None or self.since or self.until)

    @cached_property
    def hits(self) -> Hits | None:
        """The newest claims with the words, if any are asked for. One query, once."""
        return newest_hits(self.words) if self.words else None

    def columns(self) -> dict[str, Any]:
        """What the filters of few values and the dates ask of a row of a list: lookup → value."""
        wanted: dict[str, Any] = {
            "contest": self.contest,
            "topic": self.topic,
            f"in_{self.language}": bool(self.language),
            "newest_on__gte": self.since,
            "newest_on__lte": self.until,
        }
        found = {name: value for name, value in wanted.items() if value}
        if len(self.ratings) == 1:
            found["rating"] = self.ratings[0]
        elif self.ratings:
            found["rating__in"] = list(self.ratings)
        return found


def narrowed(claims: QuerySet[Claim], asked: Narrowed) -> QuerySet[Claim]:
    """Listed claims that are asked for. Where one speaker is, the other filters are looked at in that speaker's own rows."""
    if asked.is_impossible:
        return claims.none()
    found = asked.hits.among(claims) if asked.hits else claims
    if asked.speakers is not None:
        return heard_from(found, list(asked.speakers), asked.columns())
    return found.filter(**{f"listing__{name}": value for name, value in asked.columns().items()})


class FilterForm(forms.Form):
    """What an address asks of the list of claims. `topics`: those that readers see, asked for once."""

    @cached_property
    def topics(self) -> list[TopicOffered]:
        return topics_offered()

    def clean_topic(self) -> TopicOffered | None:
        slug = self.cleaned_data["topic"]
        if not slug:
            return None
        found = next((topic for topic in self.topics if topic.slug == slug), None)
        if not found:
            raise ValidationError(
                forms.ChoiceField.default_error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": slug},
            )
        return found


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
    topic = django_filters.CharFilter(label=_("Topic"), max_length=120)
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

    def get_form_class(self) -> type[FilterForm]:
        """Made once: what it offers depends on nobody."""
        return _form_class()

    def filter_queryset(self, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        return narrowed(queryset, self.asked)

    @cached_property
    def asked(self) -> Narrowed:
        """What can be read of it. One query where a name is asked for."""
        if not self.is_bound:
            return Narrowed()
        self.form.is_valid()
        given = self.form.cleaned_data
        topic = given.get("topic")
        return Narrowed(
            words=given.get("q") or "",
            speakers=speakers_called(given["speaker"]) if given.get("speaker") else None,
            # Each once: for every number of them the list has a query of its own.
            ratings=tuple(
                dict.fromkeys("" if value == UNREVIEWED else value for value in given.get("rating") or ())
            ),
            contest=given.get("contest") or "",
            topic=topic.pk if topic else None,
            language=given.get("language") or "",
            since=given.get("since"),
            until=given.get("until"),
        )

    @property
    def topics(self) -> list[TopicOffered]:
        """Those that readers see. One query, unless it has been asked already."""
        return self.form.topics if self.is_bound else topics_offered()

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


FILTERS = tuple(ClaimFilter.base_filters)


@lru_cache(maxsize=1)
def _form_class() -> type[FilterForm]:
    fields = {name: each.field for name, each in ClaimFilter.base_filters.items()}
    made: type[FilterForm] = type("ClaimFilterForm", (FilterForm,), fields)
    return made


@lru_cache(maxsize=1)
def nothing_asked() -> ClaimFilter:
    """The filters of a list that nothing is asked of."""
    return ClaimFilter()


def readable(query: Any) -> Any:
    """The address's values without NUL, which no text in the database holds."""
    copy = query.copy()
    for name in copy:
        copy.setlist(name, [value.replace("\x00", "") for value in copy.getlist(name)])
    return copy
