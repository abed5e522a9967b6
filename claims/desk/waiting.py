"""The triage queue: the articles in which suggestions wait, those first that may turn a published claim over. Reads only.

Everything comes from partial indexes of what waits (claims_statement_waiting, claims_possibleturn_found): it costs the same however
much has been decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from claims.desk.keys import key_in
from claims.models import PossibleTurn, Statement, StatementSpeaker
from claims.models.claim import READERS_SEE
from claims.vocabulary import TURNING_ACTS, Act, Review
from sources.models import Outlet, Source, long_columns
from sources.vocabulary import Language

ARTICLES_A_PAGE = 50
# So many possible turns are looked through for the front of the queue, and so many outlets are offered as filters.
TURNS, OUTLETS = 200, 30
TURNING = sorted(each.value for each in TURNING_ACTS)


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue an editor looks at."""

    outlet: int | None = None
    language: str = ""
    act: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Filters:
        """From an address; what is no filter of ours is ignored."""
        outlet, language, act = (str(asked.get(name, "")) for name in ("outlet", "language", "act"))
        return cls(
            key_in(outlet),
            language if language in {each.value for each in Language} else "",
            act if act in {each.value for each in Act} else "",
        )

    def __bool__(self) -> bool:
        return bool(self.outlet is not None or self.language or self.act)

    @property
    def query(self) -> dict[str, Any]:
        """As an address keeps them."""
        asked = {"outlet": self.outlet, "language": self.language, "act": self.act}
        return {name: value for name, value in asked.items() if value not in (None, "")}

    def on(self, path: str) -> Q:
        """The filters on statements reached by `path` ("" or "statement__")."""
        wanted = Q()
        if self.outlet is not None:
            wanted &= Q(**{f"{path}source__outlet": self.outlet})
        if self.language:
            wanted &= Q(**{f"{path}source__language": self.language})
        if self.act:
            wanted &= Q(**{f"{path}act": self.act})
        return wanted


@dataclass(slots=True)
class Entry:
    """An article in the queue. `turns`: its denials, admissions and withdrawals that may concern a published claim."""

    source: Source
    waiting: int
    news: int
    turns: list[PossibleTurn] = field(default_factory=list)


def waiting() -> QuerySet[Statement]:
    """Suggestions that wait."""
    return Statement.objects.filter(review=Review.SUGGESTED.value)


def possible_turns(filters: Filters | None = None) -> QuerySet[PossibleTurn]:
    """Waiting suggestions that may turn a claim over which readers see, those of the newest articles first."""
    return PossibleTurn.objects.filter(
        (filters or Filters()).on("statement__"),
        claim__isnull=False,
        claim__publication__in=READERS_SEE,
        claim__merged_into=None,
        statement__review=Review.SUGGESTED.value,
    ).order_by("-statement__source", "-score")


def front(filters: Filters) -> dict[int, list[PossibleTurn]]:
    """The front of the queue: possible turns by article, newest first."""
    turns = (
        possible_turns(filters)
        .select_related("claim", "statement__source")
        .defer(
            "claim__search_it", "claim__search_en", "claim__signature", *long_columns("statement__source")
        )
        .prefetch_related(Prefetch("statement__speakers", StatementSpeaker.objects.select_related("speaker")))
    )  # fmt: skip
    found: dict[int, list[PossibleTurn]] = {}
    for turn in turns[:TURNS]:
        found.setdefault(turn.statement.source_id, []).append(turn)
    return found


def queue(filters: Filters, *, before: int | None = None) -> list[Entry]:
    """A page of the queue. `before`: the article (key) after which it goes on; the first page begins with the front."""
    first = front(filters)
    rest = waiting().filter(filters.on("")).exclude(source__in=first)
    if before is not None:
        rest, first = rest.filter(source__lt=before), {}
    counts = list(_counted(rest).order_by("-source")[:ARTICLES_A_PAGE])
    if first:
        turning = _counted(waiting().filter(filters.on(""), source__in=first))
        by_key = {row["source"]: row for row in turning}
        counts = [by_key[key] for key in first if key in by_key] + counts
    sources = (
        Source.objects.without_text().select_related("outlet").in_bulk([row["source"] for row in counts])
    )
    return [
        Entry(sources[row["source"]], row["waiting"], row["news"], first.get(row["source"], []))
        for row in counts
    ]


def _counted(statements: QuerySet[Statement]) -> QuerySet[Statement, Any]:
    return statements.values("source").annotate(
        waiting=Count("*"), news=Count("act", filter=Q(act__in=TURNING))
    )


def next_article(after: int | None = None) -> int | None:
    """The article that comes after this one in the queue; None when nothing else waits."""
    turns = list(dict.fromkeys(possible_turns().values_list("statement__source", flat=True)[:TURNS]))
    if after in turns:
        turns = turns[turns.index(after) + 1 :]
    if ahead := next((pk for pk in turns if pk != after), None):
        return ahead
    others = waiting().exclude(source=after).order_by("-source").values_list("source", flat=True)
    older = others.filter(source__lt=after) if after is not None else others
    return older.first() or others.first()


# --- Counts


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits: in all, by act (suggestions), by language and outlet (articles)."""

    suggestions: int
    articles: int
    turns: int
    acts: list[tuple[str, int]]
    languages: list[tuple[str, int]]
    outlets: list[tuple[Outlet, int]]


def counts() -> Counts:
    acts = dict(waiting().order_by().values_list("act").annotate(n=Count("*")))
    articles = Source.objects.filter(Exists(waiting().filter(source=OuterRef("pk")))).order_by()
    rows = list(articles.values_list("language", "outlet").annotate(n=Count("pk")))
    languages: dict[str, int] = {}
    outlets: dict[int, int] = {}
    for language, outlet, n in rows:
        languages[language] = languages.get(language, 0) + n
        if outlet is not None:
            outlets[outlet] = outlets.get(outlet, 0) + n
    most = sorted(outlets, key=lambda pk: -outlets[pk])[:OUTLETS]
    named = Outlet.objects.in_bulk(most)
    return Counts(
        suggestions=sum(acts.values()),
        articles=sum(languages.values()),
        turns=possible_turns().count(),
        acts=[(act.value, acts[act.value]) for act in Act if acts.get(act.value)],
        languages=sorted(languages.items()),
        outlets=[(named[pk], outlets[pk]) for pk in most if pk in named],
    )
