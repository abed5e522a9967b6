"""History as people read it: one entry an act, newest first, with who, when, why, and what it changed from what to what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Max, Model, OuterRef, Q, Subquery, Value
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from claims.history.events import SUBJECTS, Events, Scope, event_models
from claims.models import Account

__all__ = ["Change", "Line", "Place", "Told", "shown_value", "tell"]

ACTS_A_PAGE = 30
# Rows of one table changed by the acts of one page; an import or a merge can change thousands.
ROWS = 300

# What the act itself says, what follows from other columns, and what nobody reads.
UNSAID = frozenset(
    {
        *("id", "version", "key", "order", "created_at", "updated_at", "reviewed_at", "reviewed_by"),
        *("raw", "encoding", "text_sha256", "raw_sha256", "original_sha256", "file_sha256", "fingerprint"),
        *("furniture", "title_span", "flags", "reading", "cue_span", "extractor_version", "rule"),
        *("confidence", "moved"),
    }
)
# Told of a new row even where they are as always.
WHERE_IT_STANDS = frozenset({"review", "publication", "stage", "state", "outcome"})
# (time, transaction): the place of an act in history.
Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Change:
    """One column: its name for people, and its value before and after in words; "" where there was none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """What an act did to one row. `what`: insert, update or delete."""

    kind: str
    what: str
    title: str
    row: int
    changes: list[Change]


@dataclass(slots=True)
class Told:
    """One act. `verb` as the step named it, "" where nobody said; `by` None for a command or import without an account.

    `more`: rows that the act changed and that are not listed.
    """

    at: datetime
    xid: int
    verb: str = ""
    by: str | None = None
    because: str = ""
    lines: list[Line] = field(default_factory=list)
    more: int = 0

    @property
    def place(self) -> Place:
        return self.at, self.xid


def tell(subject: Model, *, before: Place | None = None, size: int = ACTS_A_PAGE) -> tuple[list[Told], bool]:
    """The newest acts on a claim, speaker or source (older than `before`), and whether there are older ones.

    The number of queries is bounded by the number of tables, whatever the length of the history.
    """
    scope = SUBJECTS[type(subject)](subject.pk)
    acts = _acts(scope, before, size + 1)
    more, acts = len(acts) > size, dict(list(acts.items())[:size])
    told = {place[1]: Told(*place) for place in acts}
    kinds = {model for models in acts.values() for model in models}
    rows = [
        (model, event, before)
        for model in scope
        if model in kinds
        for event, before in _with_what_was_before(scope[model], told)
    ]
    words = _Words(rows)
    for model, event, old in rows:
        act = told[event.pgh_xid]
        _say_who(act, event, words)
        if len(act.lines) < ROWS:
            act.lines += _lines(subject, model, event, old, words)
        else:
            act.more += 1
    return [act for act in told.values() if act.lines or act.more], more


def _acts(scope: Scope, before: Place | None, size: int) -> dict[Place, set[type[Model]]]:
    """The places of the newest acts with the tables that they touched, newest first, in one query."""
    branches = []
    models = list(scope)
    for number, model in enumerate(models):
        events = scope[model]
        if before:
            at, xid = before
            events = events.filter(Q(pgh_created_at__lt=at) | Q(pgh_created_at=at, pgh_xid__lt=xid))
        found = events.order_by().values_list("pgh_created_at", "pgh_xid", Value(number)).distinct()
        branches.append(found.order_by("-pgh_created_at", "-pgh_xid")[:size])
    acts: dict[Place, set[type[Model]]] = defaultdict(set)
    for at, xid, number in branches[0].union(*branches[1:], all=True):
        acts[at, xid].add(models[number])
    return {place: acts[place] for place in sorted(acts, reverse=True)[:size]}


def _with_what_was_before(events: Events, told: Iterable[int]) -> list[tuple[Any, Any]]:
    """(event, the event before it on the same row or None), oldest first, in two queries."""
    earlier = (
        events.model._default_manager.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id"))
        .order_by()
        .values("pgh_obj")
        .annotate(newest=Max("pgh_id"))
        .values("newest")
    )
    found = list(
        events.filter(pgh_xid__in=list(told))
        .select_related("pgh_context")
        .annotate(earlier=Subquery(earlier))
        .order_by("pgh_id")
        .defer(*(["raw"] if hasattr(events.model, "raw") else []))
    )
    old = events.model._default_manager.in_bulk(
        [e.earlier for e in found if e.earlier and e.pgh_label == "update"]
    )
    return [(event, old.get(event.earlier)) for event in found]


def _say_who(act: Told, event: Any, words: _Words) -> None:
    said = event.pgh_context.metadata if event.pgh_context else {}
    if said.get("verb"):
        act.verb, act.because = str(said["verb"]), str(said.get("reason") or "")
        act.by = words.account(said.get("user"))


def _lines(subject: Model, model: type[Model], event: Any, old: Any, words: _Words) -> list[Line]:
    """One line, or none where only what nobody reads was changed."""
    names = [f for f in event._meta.concrete_fields if not f.name.startswith("pgh_") and f.name not in UNSAID]
    changes = []
    for each in names if event.pgh_label != "delete" else ():
        now, was = getattr(event, each.attname), getattr(old, each.attname) if old else None
        if now == was or (old is None and _goes_without_saying(model, each, now, subject)):
            continue
        changes.append(
            Change(
                label_of(model, each.name), words.of(model, each.name, was), words.of(model, each.name, now)
            )
        )
    if event.pgh_label == "update" and not changes:
        return []
    kind = capfirst(str(model._meta.verbose_name))
    return [Line(kind, event.pgh_label, words.title(model, event), event.pgh_obj_id, changes)]


def _goes_without_saying(model: type[Model], column: Any, value: Any, subject: Model) -> bool:
    """Of a new row: what is empty or as always, what its title says, and that it hangs on what the page is about."""
    if value in (None, "", [], {}, False):
        return True
    if column.name == "spans" or (
        column.name == "statement" and model._meta.model_name in NAMED_BY_STATEMENT
    ):
        return True
    if column.is_relation:
        return column.related_model is type(subject) and bool(value == subject.pk)
    stored: Any = model._meta.get_field(column.name)
    return bool(value == stored.get_default()) and column.name not in WHERE_IT_STANDS


def label_of(model: type[Model], name: str) -> str:
    """The column's name for people; a text that exists in each language says which."""
    try:
        label = capfirst(str(getattr(model._meta.get_field(name), "verbose_name", name)))
    except FieldDoesNotExist:
        return capfirst(name.replace("_", " "))
    return f"{label} ({name[-2:]})" if name.endswith(("_it", "_en")) else label


class _Words:
    """Names of whatever the events point to, fetched once a table."""

    def __init__(self, rows: Sequence[tuple[type[Model], Any, Any]]) -> None:
        wanted: dict[type[Model], set[Any]] = defaultdict(set)
        for model, event, old in rows:
            for field_ in model._meta.concrete_fields:
                if field_.is_relation and hasattr(event, field_.attname):
                    wanted[_concrete(field_.related_model)] |= {
                        getattr(each, field_.attname) for each in (event, old) if each
                    }
            if event.pgh_context:
                wanted[User].add(event.pgh_context.metadata.get("user"))
            if hasattr(event, "statement_id") and model._meta.model_name in NAMED_BY_STATEMENT:
                wanted[_concrete(model._meta.get_field("statement").related_model)].add(event.statement_id)
        self._names = {model: _names(model, keys - {None}) for model, keys in wanted.items()}

    def account(self, pk: int | None) -> str | None:
        return None if pk is None else self._names.get(User, {}).get(pk, _("account %(pk)s") % {"pk": pk})

    def of(self, model: type[Model], name: str, value: Any) -> str:
        """A stored value as people read it."""
        column = model._meta.get_field(name)
        if value is not None and column.is_relation:
            return self._names.get(_concrete(column.related_model), {}).get(value) or f"{value}"
        return shown_value(column, value)

    def title(self, model: type[Model], event: Any) -> str:
        """What the row is called: its own words, or those of the statement it hangs on."""
        if model._meta.model_name in NAMED_BY_STATEMENT and getattr(event, "statement_id", None):
            return self.of(model, "statement", event.statement_id)
        return _title(event)


# Rows that have no words of their own.
NAMED_BY_STATEMENT = frozenset({"position", "statementspeaker", "carrier"})


def _concrete(model: Any) -> type[Model]:
    found: type[Model] = model._meta.concrete_model
    return found


def _names(model: type[Model], keys: set[Any]) -> dict[Any, str]:
    """What rows are called; those that are gone, as they were last called in history."""
    rows: Any = model._default_manager.filter(pk__in=keys)
    for leave in ("without_text", "without_vectors"):
        rows = getattr(rows, leave)() if hasattr(rows, leave) else rows
    names = {row.pk: (row.get_username() if isinstance(row, User) else _title(row)) for row in rows}
    events = event_models().get(Account if model is User else model)
    if events and (gone := keys - set(names)):
        last = (
            events._default_manager.filter(pgh_obj__in=gone)
            .order_by("pgh_obj_id", "-pgh_id")
            .distinct("pgh_obj_id")
        )
        names |= {event.pgh_obj_id: _title(event) for event in last}  # type: ignore[attr-defined]
    return names


def _title(row: Any) -> str:
    """The words by which a row, or its event, is known, in the page's language if it has them."""
    here = (get_language() or "en")[:2]
    there = "it" if here == "en" else "en"
    texts = (
        f"{name}_{language}" for name in ("text", "name", "reason", "note") for language in (here, there)
    )
    for name in ("title", "name", "username", *texts):
        if found := getattr(row, name, ""):
            return str(found)[:200]
    if spans := getattr(row, "spans", None):
        return _places(spans)[:200]
    for name in ("rating", "url", "slug", "sender", "as_written", "file", "kind"):
        if found := getattr(row, name, ""):
            return str(found)[:200]
    return ""


def _places(spans: Iterable[Any]) -> str:
    return " […] ".join(span["exact"] for span in spans if isinstance(span, dict) and "exact" in span)


def shown_value(column: Any, value: Any) -> str:
    """A stored value as people read it: the label of a choice, the words of a place, a date of the page's language."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    labels = dict(getattr(column, "flatchoices", None) or [])
    if isinstance(value, str) and value in labels:
        return str(labels[value])
    if isinstance(value, dict):
        if "exact" in value:
            return str(value["exact"])
        return "; ".join(f"{key}: {shown_value(None, each)}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return _places(value) or ", ".join(shown_value(None, each) for each in value)
    return str(localize(value))
