"""Which events concern a claim, a speaker, a source, or one of the smaller things: those of the thing itself, and of what hangs on it or ever did.

Every tracked table has a table of events, one row for each insert, update and delete, with the row as it was afterwards (before, for a
delete), the transaction (`pgh_xid`), its time (`pgh_created_at`) and its context (who, verb, reason; see claims.acts).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import pghistory.models
from django.apps import apps
from django.db.models import Model, Q, QuerySet

from claims.models import (
    Account,
    Affiliation,
    Assignment,
    Carrier,
    Claim,
    ClaimLink,
    CodeApp,
    Correction,
    Evidence,
    Membership,
    Note,
    OldSlug,
    Position,
    Request,
    Speaker,
    SpeakerName,
    Statement,
    StatementSpeaker,
    Topic,
    Verdict,
    VerdictNote,
    Withdrawal,
)
from sources.models import DerivationProposal, Outlet, Source

Events = QuerySet[Any]
Scope = Mapping[type[Model], Events]


@lru_cache
def event_models() -> dict[type[Model], type[Model]]:
    """Every tracked model with the model of its events."""
    found: list[Any] = [each for each in apps.get_models() if issubclass(each, pghistory.models.Event)]
    return {event.pgh_tracked_model: event for event in found if event.pgh_tracked_model}


def event_model_of(model: type[Model]) -> type[Model]:
    return event_models()[model]


def _of(model: type[Model], *conditions: Q, **lookups: Any) -> Events:
    events: Events = event_models()[model]._default_manager.filter(*conditions, **lookups)
    return events


def about_claim(pk: int) -> Scope:
    """The claim, the statements that are or were on it, its evidence, decisions, corrections, requests and notes."""
    placed = _of(Position, claim=pk)
    statements = placed.values("statement")
    verdicts = Verdict.objects.filter(claim=pk).values("pk")
    corrections = Correction.objects.filter(Q(claim=pk) | Q(statement__in=statements)).values("pk")
    withdrawals = Withdrawal.objects.filter(claim=pk).values("pk")
    return {
        Claim: _of(Claim, pgh_obj=pk),
        Position: _of(Position, pgh_obj__in=placed.values("pgh_obj")),
        Statement: _of(Statement, pgh_obj__in=statements),
        StatementSpeaker: _of(StatementSpeaker, statement__in=statements),
        Carrier: _of(Carrier, statement__in=statements),
        Evidence: _of(Evidence, claim=pk),
        Verdict: _of(Verdict, pgh_obj__in=verdicts),
        VerdictNote: _of(VerdictNote, verdict__in=verdicts),
        Correction: _of(Correction, pgh_obj__in=corrections),
        Withdrawal: _of(Withdrawal, pgh_obj__in=withdrawals),
        Request: _of(Request, claim=pk),
        ClaimLink: _of(ClaimLink, Q(from_claim=pk) | Q(to_claim=pk)),
        Note: _of(Note, claim=pk),
        Assignment: _of(Assignment, claim=pk),
        OldSlug: _of(OldSlug, pgh_obj__in=OldSlug.objects.filter(claim=pk).values("pk")),
    }


def about_speaker(pk: int) -> Scope:
    """The speaker, other names, roles held, former addresses."""
    names = _of(SpeakerName, speaker=pk).values("pgh_obj")  # also those that were moved or removed
    roles = _of(Affiliation, speaker=pk).values("pgh_obj")
    return {
        Speaker: _of(Speaker, pgh_obj=pk),
        SpeakerName: _of(SpeakerName, pgh_obj__in=names),
        Affiliation: _of(Affiliation, pgh_obj__in=roles),
        OldSlug: _of(OldSlug, pgh_obj__in=OldSlug.objects.filter(speaker=pk).values("pk")),
    }


def about_source(pk: int) -> Scope:
    """The article, its statements, possible originals, corrections and withdrawals."""
    statements = Statement.objects.filter(source=pk).values("pk")
    proposals = DerivationProposal.objects.filter(Q(source=pk) | Q(from_source=pk)).values("pk")
    return {
        Source: _of(Source, pgh_obj=pk),
        Statement: _of(Statement, pgh_obj__in=statements),
        DerivationProposal: _of(DerivationProposal, pgh_obj__in=proposals),
        Correction: _of(Correction, pgh_obj__in=Correction.objects.filter(source=pk).values("pk")),
        Withdrawal: _of(Withdrawal, pgh_obj__in=Withdrawal.objects.filter(source=pk).values("pk")),
    }


def about_statement(pk: int) -> Scope:
    """The statement, who says it, through whose hands it came, its places on claims, its corrections."""
    positions = _of(Position, statement=pk).values("pgh_obj")
    return {
        Statement: _of(Statement, pgh_obj=pk),
        StatementSpeaker: _of(StatementSpeaker, statement=pk),
        Carrier: _of(Carrier, statement=pk),
        Position: _of(Position, pgh_obj__in=positions),
        Correction: _of(Correction, pgh_obj__in=Correction.objects.filter(statement=pk).values("pk")),
    }


def about_request(pk: int) -> Scope:
    """The request, and in whose hands it was."""
    handed = Assignment.objects.filter(request=pk).values("pk")
    return {Request: _of(Request, pgh_obj=pk), Assignment: _of(Assignment, pgh_obj__in=handed)}


def about_verdict(pk: int) -> Scope:
    """The decision with its notes."""
    return {Verdict: _of(Verdict, pgh_obj=pk), VerdictNote: _of(VerdictNote, verdict=pk)}


def about_account(pk: int) -> Scope:
    """The account, its roles, its code app. All three tables are small."""
    return {
        Account: _of(Account, pgh_obj=pk),
        Membership: _of(Membership, user=pk),
        CodeApp: _of(CodeApp, user=pk),
    }


def _alone(model: type[Model]) -> Callable[[int], Scope]:
    return lambda pk: {model: _of(model, pgh_obj=pk)}


SUBJECTS: Mapping[type[Model], Callable[[int], Scope]] = {
    Claim: about_claim,
    Speaker: about_speaker,
    Source: about_source,
    Statement: about_statement,
    Request: about_request,
    Verdict: about_verdict,
    Account: about_account,
    **{model: _alone(model) for model in (Topic, Outlet, Position, Evidence, Correction, Withdrawal)},
}
