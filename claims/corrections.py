"""No silent fixes: a change of what readers have seen writes its public note in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, gettext, override

from claims.models import Claim, Correction, Position, Statement, StatementSpeaker, Withdrawal
from claims.vocabulary import CorrectionKind, Publication, Review
from sources.models import Source
from sources.vocabulary import SourcePublication

__all__ = ["in_both", "note_change", "was_seen", "words"]


def in_both(sentence: Callable[[], str]) -> dict[str, str]:
    """What `sentence` says in each language: {"it": …, "en": …}."""
    said = {}
    for language in ("it", "en"):
        with override(language):
            said[language] = sentence()
    return said


def words(text: str | Mapping[str, str]) -> dict[str, str]:
    """A text for readers by language: {"it": …, "en": …}. A plain string is in the language that is active."""
    if isinstance(text, str):
        language = (get_language() or "en")[:2]
        return {"it": text if language == "it" else "", "en": "" if language == "it" else text}
    return {"it": text.get("it", ""), "en": text.get("en", "")}


def was_seen(obj: Claim | Statement | Source) -> bool:
    """Whether readers have seen it, even if it was withdrawn or discarded since: only of that are there corrections."""
    if not isinstance(obj, Statement):
        return type(obj)._default_manager.filter(pk=obj.pk).exclude(publication=Publication.DRAFT).exists()
    if Correction.objects.filter(statement=obj).exists():
        return True  # discarding what was seen has left its note
    positions = Position.objects.filter(
        statement=obj, statement__review=Review.ACCEPTED, published_at__isnull=False
    )
    return any(
        _was_shown(position)
        for position in positions.select_related("claim", "statement__source").defer(
            "statement__source__body", "statement__source__raw", "statement__source__search"
        )
    )


def _was_shown(position: Position) -> bool:
    """Whether there was a moment at which both ends were public: the article may come after the claim, or when that is gone."""
    claim, source = position.claim, position.statement.source
    if claim.publication == Publication.DRAFT or source.publication == SourcePublication.DRAFT:
        return False
    began = max(filter(None, (position.published_at, claim.published_at, source.published_at)))
    gone = Withdrawal.objects.filter(Q(claim=claim) | Q(source=source), reopened_at=None)
    return not gone.filter(withdrawn_at__lte=began).exists()


def note_change(
    obj: Claim | Statement | Source,
    *,
    by: User,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    text: str | Mapping[str, str] = "",
    kind: CorrectionKind = CorrectionKind.CORRECTION,
) -> Correction:
    """Writes the Correction of one change. Without words of its own, it says which details were changed, in both languages."""
    said = words(text)
    if not any(said.values()):
        said = in_both(
            lambda: gettext("Changed: %(what)s.") % {"what": ", ".join(_name(obj, field) for field in after)}
        )
    place: dict[str, Any] = {type(obj).__name__.lower(): obj}
    if isinstance(obj, Statement):
        place["source_id"] = obj.source_id  # readers find their way by the article
    return Correction.objects.create(
        **place,
        kind=kind.value,
        by=by,
        text_it=said["it"],
        text_en=said["en"],
        before={name: plain(value) for name, value in before.items()},
        after={name: plain(value) for name, value in after.items()},
    )


def _name(obj: models.Model, field: str) -> str:
    """What people call a detail: of the thing itself, or of what belongs to a statement."""
    for model in (type(obj), Position, StatementSpeaker):
        with suppress(FieldDoesNotExist):
            found: Any = model._meta.get_field(field)
            # What hangs on it is called by what it is: "carriers".
            about = found.related_model._meta if found.auto_created and found.is_relation else None
            return str(about.verbose_name_plural if about else getattr(found, "verbose_name", field))
    return field


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
