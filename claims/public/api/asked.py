"""What can be asked of the API: parameters as the document describes them, and the rows that they choose."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import translation
from ninja import Schema
from ninja.errors import ValidationError
from pydantic import Field

from claims.models import (
    Claim,
    Position,
    PositionQuerySet,
    Request,
    RequestQuerySet,
    Speaker,
    SpeakerQuerySet,
    StatementSpeaker,
    Verdict,
    VerdictQuerySet,
)
from claims.public import lists
from claims.public.filters import ClaimFilter
from claims.public.searching import called
from claims.visibility import published_outlets
from claims.vocabulary import Contest, Rating, SpeakerKind, Stance
from sources.models import Source, SourceQuerySet
from sources.vocabulary import Language

Slug = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]+$", max_length=120)]
Key = Annotated[int, Field(ge=1, le=2**63 - 1)]
Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
LIMIT, MOST = 20, 100


def maybe(description: str) -> Any:
    """A parameter that may be left out. (`X | None` would describe it as one that may be null, which no address can say.)"""
    return Field(None, description=description)


class Asked(Schema):
    """Where in a list, and how much of it."""

    limit: int = Field(LIMIT, ge=1, le=MOST, description="Rows a page.")
    cursor: str = Field(
        "", max_length=500, description="From the `next` address of the page before; not to be made up."
    )


class ClaimsAsked(Asked):
    """The filters of the public list, by the same names."""

    q: Text = Field("", description='Words in the claim: stems, "exact words", -without, or.')
    q_language: Literal["it", "en"] = Field("en", description="The language of `q`.")
    rating: list[Literal["confirmed", "disputed", "unproven", "refuted", "unreviewed"]] = Field(
        default_factory=list, max_length=5, description="Our assessment; may be given several times."
    )
    contest: Contest = maybe("What the parties did to it, computed.")
    speaker: Text = Field(
        "", description="A name, an abbreviation, a spelling or a slug; with who speaks for them."
    )
    topic: Slug = maybe("A topic's slug.")
    language: Language = maybe("Language of an article that tells of it.")
    since: date = maybe("Newest statement from this day on.")
    until: date = maybe("Newest statement up to this day.")


def claims(request: HttpRequest, asked: ClaimsAsked) -> QuerySet[Claim]:
    """Exactly the rows of the public list. Raises ValidationError for what the list would say beside its field."""
    with translation.override(asked.q_language):  # words are looked for in the page's language
        found = ClaimFilter(request.GET, queryset=lists.listed_claims())
        if not found.form.is_valid():
            raise refused({name: str(errors[0]) for name, errors in found.form.errors.items()})
        chosen: QuerySet[Claim] = found.qs
    return chosen


def refused(errors: dict[str, str]) -> ValidationError:
    """{parameter: what is wrong with it} as the API's own errors are."""
    return ValidationError([{"loc": ["query", name], "msg": said} for name, said in errors.items()])


class StatementsAsked(Asked):
    claim: Slug = maybe("A claim's slug.")
    speaker: Slug = maybe("A speaker's slug: what they said themselves.")
    source: Key = maybe("A source's id.")
    stance: Stance = maybe("What the statement does to a claim (to `claim`, if given).")
    language: Language = maybe("Language of the source.")


def _key_of(model: type[Claim | Speaker], slug: str) -> int:
    """The row of this name, by a query of its own: the database plans better for one that it knows. 0 is nobody."""
    return model._default_manager.filter(slug=slug).values_list("pk", flat=True).first() or 0


def statements(asked: StatementsAsked) -> PositionQuerySet:
    """Through the positions, whose index is by statement too: whatever is asked, the first page is found at its place in it."""
    found = Position.objects.published()
    if asked.claim:
        found = found.filter(claim=_key_of(Claim, asked.claim))
    if asked.stance:
        found = found.filter(stance=asked.stance)
    if asked.speaker:
        spoken = StatementSpeaker.objects.filter(speaker=_key_of(Speaker, asked.speaker))
        found = found.filter(statement__in=spoken.order_by().values("statement"))
    if asked.source:
        found = found.filter(statement__source=asked.source)
    if asked.language:
        found = found.filter(statement__source__language=asked.language)
    return found


class DenialsAsked(Asked):
    claim: Slug = maybe("A claim's slug.")
    speaker: Slug = maybe("A speaker's slug.")
    language: Language = maybe("Language of the source.")


def denials(asked: DenialsAsked) -> PositionQuerySet:
    """Those that count: no headlines, no copies inside other statements."""
    found = Position.objects.published().counted().filter(stance=Stance.DENIES)
    if asked.claim:
        found = found.filter(claim=_key_of(Claim, asked.claim))
    if asked.speaker:
        spoken = StatementSpeaker.objects.filter(speaker=_key_of(Speaker, asked.speaker))
        found = found.filter(statement__in=spoken.order_by().values("statement"))
    if asked.language:
        found = found.filter(statement__source__language=asked.language)
    return found


class DecisionsAsked(Asked):
    claim: Slug = maybe("A claim's slug.")
    rating: Rating = maybe("What was decided.")


def decisions(asked: DecisionsAsked) -> VerdictQuerySet:
    found = Verdict.objects.published()
    if asked.claim:
        found = found.filter(claim__slug=asked.claim)
    return found.filter(rating=asked.rating) if asked.rating else found


class RepliesAsked(Asked):
    claim: Slug = maybe("A claim's slug.")


def replies(asked: RepliesAsked) -> RequestQuerySet:
    found = Request.objects.published()
    return found.filter(claim__slug=asked.claim) if asked.claim else found


class SpeakersAsked(Asked):
    q: Text = Field("", description="The beginning of a name, or of a spelling seen in an article.")
    kind: SpeakerKind = maybe("Unnamed sources are only listed when asked for.")


def speakers(asked: SpeakersAsked) -> SpeakerQuerySet:
    found = Speaker.objects.published()
    found = found.filter(kind=asked.kind) if asked.kind else found.exclude(kind=SpeakerKind.ANONYMOUS)
    return found.filter(called(asked.q)) if asked.q.strip() else found


class SourcesAsked(Asked):
    outlet: Slug = maybe("An outlet's slug.")
    language: Language = maybe("Language of the text.")


def sources(asked: SourcesAsked) -> SourceQuerySet:
    found = Source.objects.published()
    if asked.outlet:
        found = found.filter(outlet__in=published_outlets().filter(slug=asked.outlet).values("pk"))
    return found.filter(language=asked.language) if asked.language else found


def errors_of(error: ValidationError) -> list[dict[str, str]]:
    """What could not be read: {"parameter", "message"} each."""
    found = []
    for each in error.errors:
        named = [part for part in each["loc"] if isinstance(part, str)]  # a number is a place in a list
        found.append({"parameter": named[-1] if named else "", "message": each["msg"]})
    return found
