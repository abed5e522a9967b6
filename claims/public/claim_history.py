"""What changed on a claim's page since readers first saw it, newest first: wording, statements, decisions, evidence, corrections.

Told from the claim's history events and from what is published now. What was never public, or is no longer, is not in it: versions
written while the claim was a draft or withdrawn are passed over, and a statement that was taken away is told by its correction alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from claims.labels import label
from claims.models import Claim, Correction, Evidence, Position, Request, Verdict, Withdrawal
from claims.models.claim import READERS_SEE
from claims.public import dates
from claims.public.corrections import CorrectionItem, correction_items, in_a_language
from claims.public.decisions import Decision, decision
from claims.public.naming import Names
from claims.vocabulary import EvidenceKind, Publication, Stance
from sources.versions import Piece, diff
from sources.vocabulary import SourcePublication

# Nobody reads further back; the events of one claim are few, statements can be many.
MOST_EVENTS, MOST_STATEMENTS, MOST_ENTRIES = 500, 600, 200


@dataclass(frozen=True, slots=True)
class Said:
    who: str
    stance: str
    stance_label: str
    statement: int


@dataclass(slots=True)
class Entry:
    """One change. `what`: in a few words; the rest is there where it applies. `pieces`: (language, what was taken out and put in)."""

    at: datetime
    what: str
    pieces: list[tuple[str, list[Piece]]] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    decision: Decision | None = None
    correction: CorrectionItem | None = None
    text: str = ""
    language: str = ""

    @property
    def on(self) -> str:
        return dates.written(self.at)


def claim_history(claim: Claim) -> tuple[list[Entry], bool]:
    """(entries, whether older ones are left out) of a published claim. Eight queries, whatever happened."""
    entries = [
        *_replies(claim),
        *_corrections(claim),
        *_decisions(claim),
        *_evidence(claim),
        *_statements(claim),
        *reversed(list(_versions(claim))),
    ]
    for entry in entries:  # what was there on the first day came with it
        entry.at = max(entry.at, claim.published_at or entry.at)
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return entries[:MOST_ENTRIES], len(entries) > MOST_ENTRIES


def _versions(claim: Claim) -> Iterator[Entry]:
    """From the claim's own events: first published, reworded, withdrawn with its reason, shown again."""
    events: list[Any] = list(
        claim.events.order_by("pgh_id").only(  # type: ignore[attr-defined]
            "pgh_obj_id", "pgh_created_at", "publication", "merged_into_id", "text_it", "text_en", *_PERIOD
        )[:MOST_EVENTS]
    )
    reasons = {row.withdrawn_at: row for row in Withdrawal.objects.published().filter(claim=claim)}
    seen = None  # the last version that readers saw
    for before, now in pairwise([None, *events]):
        was_public, is_public = before is not None and _is_public(before), _is_public(now)
        if is_public and seen is None:
            yield Entry(claim.published_at or now.pgh_created_at, _("Published"))
        elif is_public:
            yield from _differences(seen, now)
            if not was_public:
                yield Entry(now.pgh_created_at, _("Shown again"))
            elif before is not None and before.publication != now.publication:
                under_review = now.publication == Publication.UNDER_REVIEW
                yield Entry(
                    now.pgh_created_at,
                    _("Under review") if under_review else _("No longer under review"),
                )
        elif was_public and now.publication == Publication.WITHDRAWN:
            reason = min(
                reasons.values(), key=lambda row: abs(row.withdrawn_at - now.pgh_created_at), default=None
            )
            text, language = in_a_language(reason, "reason") if reason else ("", "")
            yield Entry(now.pgh_created_at, _("Withdrawn"), text=text, language=language)
        if is_public:
            seen = now


_PERIOD = ("period_earliest", "period_latest", "period_basis")


def _is_public(event: Any) -> bool:
    return event.publication in READERS_SEE and event.merged_into_id is None


def _differences(old: Any, new: Any) -> Iterator[Entry]:
    pieces = [
        (language, diff(getattr(old, f"text_{language}"), getattr(new, f"text_{language}")))
        for language in ("it", "en")
        if getattr(old, f"text_{language}") != getattr(new, f"text_{language}")
    ]
    if pieces:
        yield Entry(new.pgh_created_at, _("Wording changed"), pieces=pieces)
    was, now = (dates.span(event.period_earliest, event.period_latest) for event in (old, new))
    if was != now:
        yield Entry(new.pgh_created_at, _("Period changed"), pieces=[("", diff(was or "–", now or "–"))])


def _statements(claim: Claim) -> Iterator[Entry]:
    """When each statement that readers see came to the page; those of one moment together."""
    rows: list[tuple[Any, ...]] = list(
        Position.objects.published()
        .filter(claim=claim, statement__source__publication=SourcePublication.PUBLISHED)
        .order_by("-published_at", "-pk")
        .values_list(
            "statement_id",
            "stance",
            "published_at",
            "statement__source__published_at",
            "statement__speakers__speaker_id",
            "statement__speakers__speaker__name",
            "statement__speakers__as_written",
        )[:MOST_STATEMENTS]
    )
    names = Names.of(row[4] for row in rows)
    together: dict[datetime, list[Said]] = {}
    for statement, stance, linked_at, source_at, speaker, name, as_written in rows:
        at = max(moment for moment in (linked_at, source_at) if moment)
        who = names(speaker, name or as_written or _("The article itself"))
        together.setdefault(at, []).append(Said(who, stance, str(label(stance, Stance)), statement))
    for at, said in together.items():
        yield Entry(at, _("Statements added"), said=said[::-1])


def _decisions(claim: Claim) -> Iterator[Entry]:
    found = Verdict.objects.published().filter(claim=claim).select_related("author", "second_reader")
    for verdict in found.order_by("-decided_at")[:MOST_ENTRIES]:
        yield Entry(verdict.decided_at or verdict.created_at, _("Decision"), decision=decision(verdict))


def _evidence(claim: Claim) -> Iterator[Entry]:
    for row in Evidence.objects.published().filter(claim=claim).order_by("-pk")[:MOST_ENTRIES]:
        text, language = in_a_language(row, "note")
        kind = str(label(row.kind, EvidenceKind))
        yield Entry(
            row.created_at, _("Evidence added (%(kind)s)") % {"kind": kind}, text=text, language=language
        )


def _corrections(claim: Claim) -> Iterator[Entry]:
    about: Q = Q(claim=claim) | Q(statement__in=_shown(claim))
    for item in correction_items(
        Correction.objects.published().filter(about).order_by("-made_at", "-pk")[:MOST_ENTRIES]
    ):
        kind = str(item.correction.get_kind_display())
        yield Entry(item.correction.made_at, kind, correction=item)


def _shown(claim: Claim) -> Any:
    return Position.objects.on_published_claims().filter(claim=claim).values("statement")


def _replies(claim: Claim) -> Iterator[Entry]:
    replies: Sequence[Request] = list(
        Request.objects.published().filter(claim=claim).select_related("speaker")
    )
    names = Names.of(reply.speaker_id for reply in replies) if replies else Names({})
    for reply in replies:
        who = (
            names(reply.speaker_id, reply.speaker.name)
            if reply.speaker
            else reply.public_sender or _("a party")
        )
        yield Entry(
            reply.published_at or reply.received_at,
            _("Reply by %(name)s published") % {"name": who},
            text=reply.text,
            language=reply.language,
        )


def by_date(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """Entries under the day on which they happened."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.on, []).append(entry)
    return list(found.items())
