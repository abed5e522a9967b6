"""Of which kinds the claims found are: beside the claims of a search, links that show those of one kind alone, each with its number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.functional import Promise

from claims.labels import LABELS, NO_VERDICT
from claims.public.facets import facets
from claims.public.filters import UNREVIEWED, ClaimFilter, Narrowed, topics_offered
from claims.vocabulary import Contest, Rating
from sources.labels import LABELS as SOURCE_LABELS
from sources.vocabulary import Language

# Of topics, those with most of the claims.
MOST_SHOWN = 8


class Choice(NamedTuple):
    """`query`: of the list of claims that shows these; `short`: their number, `told`: the number in words."""

    words: str
    query: str
    short: str
    told: str


class Kinds(NamedTuple):
    """What the claims differ in, and in how many of its values: two at least."""

    label: str | Promise
    choices: list[Choice]


def kinds(asked: Narrowed) -> list[Kinds]:
    """Of the claims that have the words, the newest where there are more than are counted. Two queries."""
    numbers = facets(asked)
    topics = topics_offered() if numbers.numbers.get("topic") else []
    # Name of the filter → (its value in an address, what readers call it, its key among the numbers).
    offered: dict[str, Iterable[tuple[str, str | Promise, str]]] = {
        "rating": _alike([*LABELS[Rating].items(), (UNREVIEWED, NO_VERDICT)]),
        "contest": _alike(LABELS[Contest].items()),
        "language": _alike(SOURCE_LABELS[Language].items()),
        "topic": ((topic.slug, topic.name, str(topic.pk)) for topic in topics),
    }
    found = []
    for name, values in offered.items():
        counted = [
            (value, words, count)
            for value, words, key in values
            if (count := numbers.of(name, key)) and count.is_any
        ]
        if len(counted) > 1:
            counted.sort(key=lambda each: -each[2].n)
            choices = [
                Choice(str(words), urlencode({"q": asked.words, name: value}), count.short, count.told)
                for value, words, count in counted[:MOST_SHOWN]
            ]
            found.append(Kinds(ClaimFilter.base_filters[name].label, choices))
    return found


def _alike(labels: Iterable[tuple[str, str | Promise]]) -> list[tuple[str, str | Promise, str]]:
    return [(value, words, value) for value, words in labels]
