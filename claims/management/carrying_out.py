"""What records ask an editor to decide, carried out for the senior editor who runs the command.

Every decision goes through the same functions as on the desk. One that is refused is answered with its sentence; what
was stored stays a draft, and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from claims import linking, reviewing
from claims.errors import Refused as ActRefused
from claims.errors import Stale
from claims.importing import Record, Report
from claims.models import Claim, Evidence, Position, Statement
from claims.permissions import may
from claims.vocabulary import Publication, Review, Verb
from sources.characters import Refused
from sources.models import Source
from sources.vocabulary import Outcome, SourcePublication

__all__ = ["carry_out", "senior_editor", "senior_editors"]


def senior_editors() -> list[User]:
    """Who may publish: active accounts of the role."""
    return [user for user in User.objects.filter(is_active=True).order_by("pk") if may(user, Verb.PUBLISH)]


def senior_editor(name: str) -> User:
    """The account of that name. Raises Refused when there is none, or when it may not publish."""
    user = User.objects.filter(username=name).first()
    if user is None:
        raise Refused("not_allowed", f"There is no account {name!r}.")
    if not may(user, Verb.PUBLISH):
        raise Refused("not_allowed", f"The account {name!r} may not publish: only a senior editor may.")
    return user


def carry_out(report: Report, *, by: User) -> None:
    """Accepts the statements, decides, and publishes, in the order in which each rests on the one before."""
    acts = report.acts
    for record in acts.statements:
        _each(report, record, _accept, by)
    for record in acts.sources:
        _each(report, record, _publish_source, by)
    for record in acts.evidence:
        _each(report, record, _add_evidence, by)
    for record in acts.verdicts:
        _each(report, record, _decide, by)
    for record in acts.claims:
        _each(report, record, _publish_claim, by)
    _publish_updates(report, acts.positions, by)


Act = Callable[[Report, Record, User], None]


def _each(report: Report, record: Record, act: Act, by: User) -> None:
    try:
        with _one_act():
            act(report, record, by)
    except Refused as refused:
        report.refuse(record, refused)


@contextmanager
def _one_act() -> Iterator[None]:
    """All of one act or nothing of it. Raises Refused with the sentence of whoever would not do it."""
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    except ActRefused as refused:
        raise Refused("not_allowed", refused.sentence) from refused
    except (Stale, PermissionDenied) as refused:
        raise Refused("not_allowed", str(refused)) from refused
    except DatabaseError as error:
        said = str(error).split("\n")[0].partition("] ")
        if not said[0].startswith("["):
            raise
        raise Refused("not_allowed", f"The database does not take it: {said[2]}.") from error


def _accept(report: Report, record: Record, by: User) -> None:
    linking.accept(Statement.objects.get(pk=record.row.pk), by=by)


def _publish_source(report: Report, record: Record, by: User) -> None:
    source = Source.objects.without_text().get(pk=record.row.pk)
    if source.publication == SourcePublication.DRAFT:
        # What the record says of our summary is not said of the original that took its place.
        shown = None if record.row.original else record.fields.get("shown")
        reviewing.publish_source(source, by=by, shown=shown)


def _add_evidence(report: Report, record: Record, by: User) -> None:
    values = dict(record.values)
    made = reviewing.add_evidence(
        Claim.objects.get(pk=values["claim_id"]),
        by=by,
        kind=values["kind"],
        statement=Statement.objects.filter(pk=values.get("statement_id") or 0).first(),
        source=Source.objects.filter(pk=values.get("source_id") or 0).first(),
        span=values.get("span"),
        url=values.get("url", ""),
        note_it=values.get("note_it", ""),
        note_en=values.get("note_en", ""),
        key=values["key"],
    )
    report.accept(record, made, Outcome.CREATED)


def _decide(report: Report, record: Record, by: User) -> None:
    fields = record.fields
    keys = fields.get("evidence", [])
    cited = {each.key: each for each in Evidence.objects.filter(key__in=keys)}
    if lacking := [key for key in keys if key not in cited]:
        raise Refused("depends", f"It depends on the evidence {', '.join(lacking)}, which was refused.")
    claim = _claim(fields["claim"])
    (verdict,) = reviewing.decide(
        [claim],
        fields["rating"],
        by=by,
        because={"it": fields.get("reason_it", ""), "en": fields.get("reason_en", "")},
        evidence=[cited[key] for key in keys],
        key=fields["key"],
        as_known_on=fields.get("as_known_on"),
    )
    report.accept(record, verdict, Outcome.CREATED)


def _claim(slug: str) -> Claim:
    claim = Claim.objects.select_related("merged_into").filter(slug=slug).first()
    claim = claim or Claim.objects.get(old_slugs__slug=slug)
    return claim.merged_into or claim


def _publish_claim(report: Report, record: Record, by: User) -> None:
    claim = Claim.objects.get(pk=record.row.pk)
    if claim.publication == Publication.DRAFT:
        reviewing.publish(claim, by=by)


def _publish_updates(report: Report, positions: Iterable[Record], by: User) -> None:
    """New positions of these records on claims that were published before: "Publish update"."""
    by_claim: dict[int, list[Record]] = {}
    new = Position.objects.filter(
        pk__in=[record.row.pk for record in positions],
        published_at=None,
        statement__review=Review.ACCEPTED,
        claim__publication=Publication.PUBLISHED,
    )
    waiting: dict[int, int] = dict(new.values_list("pk", "claim_id"))
    for record in positions:
        if record.row.pk in waiting:
            by_claim.setdefault(waiting[record.row.pk], []).append(record)
    for pk, records in sorted(by_claim.items()):
        try:
            with _one_act():
                reviewing.publish_update(Claim.objects.get(pk=pk), by=by)
        except Refused as refused:
            for record in records:
                report.refuse(record, refused)
