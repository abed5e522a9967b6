"""One row of every tracked table, and a change that its rules allow: what the tests of history go through.

A new tracked model is missing here until it is added, and `test_every_tracked_model_has_an_example` says so.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pghistory.models
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone

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
    Reading,
    ReadingChange,
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
from tests.factories import DENIAL, make_claim, make_source, make_speaker, make_statement, make_user, span_of

_number = itertools.count(1)


def tracked_models() -> dict[type[models.Model], type[models.Model]]:
    """Every model whose history is kept, and the model of its events."""
    return {
        event.pgh_tracked_model: event  # type: ignore[attr-defined]
        for event in apps.get_models()
        if issubclass(event, pghistory.models.Event) and hasattr(event, "pgh_tracked_model")
    }


@dataclass(frozen=True)
class Example:
    """`fields` gives what a fresh row needs; `change` is one lawful change of it; `lasting`: it is never deleted."""

    fields: Callable[[], dict[str, Any]]
    change: dict[str, Any]
    lasting: bool = False


def _slug() -> str:
    return f"example-{next(_number)}"


def _source() -> dict[str, Any]:
    body = f"Title\n\nText {next(_number)}."
    digest = hashlib.sha256(body.encode()).hexdigest()
    return {"title": "Title", "language": "en", "body": body, "text_sha256": digest}


def _statement() -> dict[str, Any]:
    source = make_source()
    return {"source": source, "spans": [span_of(source.body, DENIAL)]}


def _reading() -> Reading:
    return Reading.objects.create(source=make_source(), extractor_version="1")


def _verdict() -> dict[str, Any]:
    return {
        "claim": make_claim(),
        "rating": "unproven",
        "stage": "proposed",
        "reason_en": "Nothing else is on record.",
        "author": make_user(),
        "as_known_on": date(2024, 3, 31),
    }


EXAMPLES: dict[type[models.Model], Example] = {
    Outlet: Example(lambda: {"name": "The Example", "slug": _slug()}, {"name": "The Sample"}),
    Source: Example(_source, {"byline": "A. Nother"}),
    DerivationProposal: Example(
        lambda: {
            "source": make_source(),
            "from_source": make_source(),
            "share": 0.9,
            "share_of_original": 0.8,
            "words": 90,
        },
        {"state": "rejected"},
    ),
    Topic: Example(lambda: {"name_en": "Drones", "slug": _slug()}, {"name_it": "Droni"}),
    Speaker: Example(lambda: {"name": "Karim Testi", "slug": _slug(), "kind": "person"}, {"country": "IT"}),
    SpeakerName: Example(
        lambda: {"speaker": make_speaker(), "name": "Tsti", "kind": "garbled"}, {"name": "Tasti"}
    ),
    Affiliation: Example(
        lambda: {"speaker": make_speaker(), "body": make_speaker()}, {"role_en": "minister"}
    ),
    Claim: Example(lambda: {"text_en": "It was sold.", "slug": _slug()}, {"text_it": "Fu venduto."}),
    ClaimLink: Example(
        lambda: {"from_claim": make_claim(), "to_claim": make_claim(), "kind": "follows"}, {"reason": "Days."}
    ),
    Statement: Example(_statement, {"act": "denies"}),
    StatementSpeaker: Example(
        lambda: {"statement": make_statement(), "speaker": make_speaker()}, {"as_written": "Il ministero"}
    ),
    Carrier: Example(lambda: {"statement": make_statement(), "kind": "outlet"}, {"as_written": "CBS"}),
    Position: Example(
        lambda: {"statement": make_statement(), "claim": make_claim(), "stance": "denies"}, {"partial": True}
    ),
    Evidence: Example(
        lambda: {"claim": make_claim(), "kind": "supports", "url": "https://example.org/"},
        {"note_en": "p. 3"},
    ),
    Verdict: Example(_verdict, {"early_reason": "It was urgent."}, lasting=True),
    VerdictNote: Example(
        lambda: {"verdict": Verdict.objects.create(**_verdict()), "author": make_user(), "text": "Hm."},
        {"text": "Well."},
    ),
    Correction: Example(
        lambda: {"claim": make_claim(), "text_en": "We were wrong.", "by": make_user()},
        {"text_it": "Avevamo torto."},
        lasting=True,
    ),
    Withdrawal: Example(
        lambda: {"claim": make_claim(), "reason_en": "It was not ours.", "by": make_user()},
        {"reason_it": "Non era nostro."},
        lasting=True,
    ),
    Request: Example(
        lambda: {"kind": "reply", "text": "We never did.", "received_at": timezone.now()}, {"sender": "Them"}
    ),
    Note: Example(lambda: {"claim": make_claim(), "author": make_user(), "text": "Hm."}, {"text": "Well."}),
    Assignment: Example(
        lambda: {"claim": make_claim(), "to": make_user(), "by": make_user()}, {"due_on": date(2024, 4, 1)}
    ),
    OldSlug: Example(lambda: {"slug": _slug(), "claim": make_claim()}, {"slug": "another"}),
    Reading: Example(lambda: {"source": make_source(), "extractor_version": "1"}, {"found": 3}),
    ReadingChange: Example(lambda: {"reading": _reading(), "kind": "add"}, {"taken": True}),
    Account: Example(lambda: {"username": _slug()}, {"is_superuser": True}),
    Membership: Example(
        lambda: {"user_id": make_user().pk, "group_id": Group.objects.get(name="viewer").pk},
        {"group_id": None},  # filled in by `change_of`: another role
    ),
    CodeApp: Example(lambda: {"user": make_user(), "name": "desk"}, {"confirmed": False}),
}


def unsaved(model: type[models.Model]) -> models.Model:
    """A fresh row of a tracked model, not yet stored; what it points to is."""
    return model(**EXAMPLES[model].fields())


def change_of(model: type[models.Model]) -> dict[str, Any]:
    """A lawful change of such a row: {field: value}."""
    if model is Membership:
        return {"group_id": Group.objects.get(name="editor").pk}
    return EXAMPLES[model].change


def stored_columns(model: type[models.Model]) -> list[str]:
    """The columns of a row that can be written, for COPY."""
    return [f.column for f in model._meta.concrete_fields if not getattr(f, "generated", False)]
