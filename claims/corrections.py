"""No silent fixes: a change of what readers have seen writes its public note in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import get_language, gettext, override

from claims.models import Claim, Correction, Position, Statement
from claims.vocabulary import CorrectionKind
from sources.models import Source

__all__ = ["note_change", "was_seen", "words"]


def words(text: str | Mapping[str, str]) -> dict[str, str]:
    """A text for readers by language: {"it": …, "en": …}. A plain string is in the language that is active."""
    if isinstance(text, str):
        language = (get_language() or "en")[:2]
        return {"it": text if language == "it" else "", "en": "" if language == "it" else text}
    return {"it": text.get("it", ""), "en": text.get("en", "")}


def was_seen(statement: Statement) -> bool:
    """Whether readers have seen the statement: accepted, with a position that was published."""
    return Position.objects.filter(statement=statement, published_at__isnull=False).exists()


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
        said = {language: _details(obj, after, language) for language in ("it", "en")}
    place = {type(obj).__name__.lower(): obj}
    return Correction.objects.create(
        **place,
        kind=kind.value,
        by=by,
        text_it=said["it"],
        text_en=said["en"],
        before={name: plain(value) for name, value in before.items()},
        after={name: plain(value) for name, value in after.items()},
    )


def _details(obj: models.Model, after: Mapping[str, Any], language: str) -> str:
    with override(language):
        return gettext("Changed: %(what)s.") % {"what": ", ".join(_name(obj, field) for field in after)}


def _name(obj: models.Model, field: str) -> str:
    try:
        return str(getattr(obj._meta.get_field(field), "verbose_name", field))
    except FieldDoesNotExist:
        return gettext(field)


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
