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

from claims.models import Claim, Correction, Position, Statement, StatementSpeaker
from claims.vocabulary import CorrectionKind, Publication
from sources.models import Source

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


def was_seen(obj: Claim | Statement | Position | Source) -> bool:
    """Whether readers have seen it, even if it was withdrawn or discarded since: only of that are there corrections.

    A statement is seen where its article and a claim that it takes a position on are.
    """
    if isinstance(obj, Claim | Source):
        return type(obj)._default_manager.filter(pk=obj.pk).exclude(publication=Publication.DRAFT).exists()
    seen = Position.objects.filter(published_at__isnull=False).exclude(
        Q(claim__publication=Publication.DRAFT) | Q(statement__source__publication=Publication.DRAFT)
    )
    return (
        seen.filter(pk=obj.pk).exists() if isinstance(obj, Position) else seen.filter(statement=obj).exists()
    )


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
            return str(getattr(model._meta.get_field(field), "verbose_name", field))
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
