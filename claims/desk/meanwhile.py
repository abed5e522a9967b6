"""What somebody else changed since a page was opened, put side by side: as it was opened, as it is stored, as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.text import capfirst

from claims.acts import stale
from claims.desk.versions import Row, rows
from claims.labels import label
from claims.models import Claim, Evidence, Position, Statement, Verdict
from claims.vocabulary import Rating, Stage
from sources.triggers import Versioned

# More lines than anybody compares.
MOST = 20


def meanwhile(obj: Versioned, base: int, wanted: Mapping[str, Any] | None = None) -> list[Row]:
    """The lines of a conflict page for an act that started from version `base`.

    `wanted`: what the act was to write, by field. For a claim also what was added to it since: statements, evidence, decisions.
    """
    conflict = stale(obj, wanted or {}, base=base)
    shown = [row for row in rows(type(obj), conflict) if row.theirs != row.base or row.clash]
    return shown + _added_to(obj, base) if isinstance(obj, Claim) else shown


def _added_to(claim: Claim, base: int) -> list[Row]:
    """What the acts behind its later versions made or changed besides the claim itself."""
    acts = list(claim.events.filter(version__gt=base).values_list("pgh_context_id", flat=True))  # type: ignore[attr-defined]
    found = []
    for model in (Position, Evidence, Verdict):
        rows_of: Any = model._default_manager
        theirs = rows_of.filter(claim=claim, events__pgh_context__in=acts).order_by("-pk").distinct()
        if model is Verdict:
            theirs = theirs.filter(stage__in=[Stage.CURRENT, Stage.SUPERSEDED])
        words = [_in_words(each) for each in theirs[:MOST]]
        if words:
            name = capfirst(str(model._meta.verbose_name_plural))
            found.append(
                Row(model.__name__.lower(), name, base="", theirs="\n".join(words), yours="", clash=False)
            )
    return found


def _in_words(added: models.Model) -> str:
    if isinstance(added, Position):
        return f"{added.get_stance_display()}: {Statement.objects.get(pk=added.statement_id).quote[:100]}"
    if isinstance(added, Verdict):
        return f"{label(added.rating, Rating)} ({added.author}): {added.reason[:100]}"
    return str(added)
