"""Plain functions that make things for tests. Made up, all of it. Each takes what matters to the test and fills in the rest."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from claims.models import Claim, Position, Speaker, Statement, StatementSpeaker, Topic, Verdict
from claims.vocabulary import Publication, Rating, Review, Role, SpeakerKind, Stage, Stance
from sources.models import Outlet, Source
from sources.quotations import Span, span_at
from sources.vocabulary import DateBasis, SourcePublication

_number = itertools.count(1)

BODY = (
    "Colloqui sui droni\n\n"
    "Il ministero ha negato di avere venduto droni. "
    "Una settimana dopo il ministro ha ammesso una vendita. "
    "Due funzionari sostengono che i droni sono partiti.\n"
)
DENIAL, ADMISSION, ASSERTION = (
    "ha negato di avere venduto droni",
    "ha ammesso una vendita",
    "i droni sono partiti",
)


def make_user(*roles: Role, name: str = "") -> User:
    user = User.objects.create_user(name or f"user{next(_number)}")
    user.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    return user


def make_source(body: str = BODY, **fields: Any) -> Source:
    body = f"{body}\n{next(_number)}" if body == BODY else body
    fields = {"title": body.split("\n")[0], "language": "it", **fields}
    return Source.objects.create(body=body, text_sha256=hashlib.sha256(body.encode()).hexdigest(), **fields)


def span_of(body: str, words: str) -> Span:
    start = body.index(words)
    return span_at(body, start, start + len(words))


def make_statement(
    source: Source | None = None, words: str = DENIAL, speaker: Speaker | None = None, **fields: Any
) -> Statement:
    source = source or make_source()
    fields = {"review": Review.ACCEPTED.value, "act": "denies", **fields}
    statement = Statement.objects.create(source=source, spans=[span_of(source.body, words)], **fields)
    if speaker is not None:
        StatementSpeaker.objects.create(statement=statement, speaker=speaker)
    return statement


def make_speaker(name: str = "", **fields: Any) -> Speaker:
    number = next(_number)
    fields = {"kind": SpeakerKind.PERSON.value, "slug": f"speaker-{number}", **fields}
    return Speaker.objects.create(name=name or f"Speaker {number}", **fields)


def make_claim(text: str = "", **fields: Any) -> Claim:
    number = next(_number)
    return Claim.objects.create(text_en=text or f"Claim {number}.", **{"slug": f"claim-{number}", **fields})


def make_position(
    claim: Claim | None = None,
    stance: Stance = Stance.DENIES,
    speaker: Speaker | None = None,
    statement: Statement | None = None,
    **fields: Any,
) -> Position:
    """A statement on a claim. `fields` go to the statement."""
    words = {Stance.DENIES: DENIAL, Stance.ADMITS: ADMISSION}.get(stance, ASSERTION)
    statement = statement or make_statement(
        words=words, speaker=speaker or make_speaker(), act=_act(stance), **fields
    )
    return Position.objects.create(statement=statement, claim=claim or make_claim(), stance=stance.value)


def _act(stance: Stance) -> str:
    return "asserts" if stance == Stance.CONTEXT else stance.value


def make_outlet(name: str = "The Daily Testimony", **fields: Any) -> Outlet:
    return Outlet.objects.create(name=name, **{"slug": f"outlet-{next(_number)}", **fields})


def make_topic(name: str, **fields: Any) -> Topic:
    return Topic.objects.create(name_en=name, **{"slug": f"topic-{next(_number)}", **fields})


def make_published_source(body: str, **fields: Any) -> Source:
    """As readers see it, by the move that the database allows."""
    source = make_source(body, **{"language": "en", **fields})
    Source.objects.filter(pk=source.pk).update(
        publication=SourcePublication.PUBLISHED.value, published_at=timezone.now()
    )
    source.refresh_from_db()
    return source


def make_published_claim(text: str, **fields: Any) -> Claim:
    """Worded in English alone unless `text_it` is given. Its figures are for `contest.refresh`."""
    claim = make_claim(text, **fields)
    Claim.objects.filter(pk=claim.pk).update(
        publication=Publication.PUBLISHED.value, published_at=timezone.now()
    )
    claim.refresh_from_db()
    return claim


def make_said(
    source: Source, words: str | Sequence[str], *speakers: Speaker, on: date | None = None, **fields: Any
) -> Statement:
    """An accepted statement by all these speakers; several words are several spans."""
    pieces = [words] if isinstance(words, str) else words
    if on:
        fields |= {"said_earliest": on, "said_latest": on, "said_basis": DateBasis.STATED.value}
    statement = Statement.objects.create(
        source=source,
        spans=[span_of(source.body, piece) for piece in pieces],
        **{"review": Review.ACCEPTED.value, **fields},
    )
    for order, speaker in enumerate(speakers):
        StatementSpeaker.objects.create(
            statement=statement, speaker=speaker, as_written=speaker.name, order=order
        )
    return statement


def make_shown(
    statement: Statement, claim: Claim, stance: Stance = Stance.ASSERTS, **fields: Any
) -> Position:
    """A position that readers see, where its two ends are seen."""
    return Position.objects.create(
        statement=statement, claim=claim, stance=stance.value, **{"published_at": timezone.now(), **fields}
    )


def make_verdict(
    claim: Claim, rating: Rating = Rating.UNPROVEN, reason: str = "Nothing else is on record.", **fields: Any
) -> Verdict:
    """In force, by somebody new, unless the fields say otherwise. The database asks for the rating's grounds at commit."""
    author = fields.pop("author", None) or make_user()
    usual = {"stage": Stage.CURRENT.value, "decided_at": timezone.now(), "as_known_on": date(2024, 3, 31)}
    return Verdict.objects.create(
        claim=claim, rating=rating.value, reason_en=reason, author=author, **{**usual, **fields}
    )
