"""Plain functions that make things for tests. Made up, all of it. Each takes what matters to the test and fills in the rest."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

from django.contrib.auth.models import Group, User

from claims.models import Claim, Position, Speaker, Statement, StatementSpeaker
from claims.models.statement import Span
from claims.vocabulary import Review, Role, SpeakerKind, Stance
from sources.models import Source

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
    end = start + len(words)
    return {
        "start": start,
        "end": end,
        "exact": words,
        "prefix": body[max(0, start - 32) : start],
        "suffix": body[end : end + 32],
    }


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
