"""Every form of the admin knows what it started from; a second editor on a stale form is shown base, theirs and yours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pghistory
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import IntegrityError, models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.acts import change, stale
from claims.desk.keys import is_key, key_in
from claims.desk.refusals import told
from claims.desk.versions import in_words, label_of, rows
from claims.errors import Refused, Stale


class KeepsVersions(admin.ModelAdmin):  # type: ignore[type-arg]
    """The ModelAdmin of a Versioned model.

    The form carries the version and a readable copy of its inline rows, as they stood when it was opened. Whoever saves holds the
    row (FOR UPDATE by its key) and is refused with Stale when either has changed. A refusal by a step or by the database comes back
    as one sentence on the form, with everything typed still in it.
    """

    change_form_template = "admin/claims/change_form.html"

    def store_changes(self, request: HttpRequest, obj: Any, changes: Mapping[str, Any], *, base: int) -> None:
        """Writes the changed fields of one form; sections whose edits are a step call the step. Raises Stale, Refused."""
        change(obj, changes, base=base)

    def create(self, request: HttpRequest, obj: Any, form: Any) -> None:
        """Stores a new row; sections whose creation is a step call the step."""
        obj.save()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address fills in; what is no key of a row is left out."""
        given = super().get_changeform_initial_data(request)
        relations = {field.name for field in self.opts.concrete_fields if field.is_relation}
        return {name: value for name, value in given.items() if name not in relations or is_key(str(value))}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", None)
        if refusal is None:
            return form

        def clean(self: Any) -> Any:
            cleaned = form.clean(self)
            self.add_error(None, refusal)
            return cleaned

        return type(form.__name__, (form,), {"clean": clean})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        view = super().changeform_view
        try:
            with pghistory.context(user=request.user.pk, verb="edit"):
                return view(request, object_id, form_url, extra_context)
        except Stale as conflict:
            return self.conflict(request, object_id, conflict)
        except Refused as refused:
            request.refusal = refused.sentence  # type: ignore[attr-defined]
        except IntegrityError as error:
            request.refusal = told(error)  # type: ignore[attr-defined]
        return view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None:
            posted = request.POST
            formsets = [inline.formset for inline in context.get("inline_admin_formsets", [])]
            context["started_from"] = {
                "base_version": posted.get("base_version", obj.version),
                **{
                    f"base_{each.prefix}": posted.get(f"base_{each.prefix}", written(each))
                    for each in formsets
                },
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            self.create(request, obj, form)
            return
        base = number(request.POST.get("base_version"))
        stored = type(obj)._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)
        fields = {field.name for field in obj._meta.concrete_fields}
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name in fields}
        worked_out = getattr(form, "worked_out", ())
        changes |= {name: form.cleaned_data[name] for name in worked_out if name in form.cleaned_data}
        if stored.version != base:
            raise stale(stored, changes, base=base)
        if changes:
            self.store_changes(request, stored, changes, base=base)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if change:
            for formset in formsets:
                before, now = request.POST.get(f"base_{formset.prefix}", ""), written(formset)
                if before != now:
                    name = formset.model._meta.verbose_name_plural
                    raise Stale(
                        {str(name): lines(before)},
                        {str(name): lines(now)},
                        {str(name): lines(yours(formset))},
                    )
        super().save_related(request, form, formsets, change)

    def conflict(self, request: HttpRequest, object_id: str | None, conflict: Stale) -> HttpResponse:
        """The page that shows both versions. Going on means the same form again, now on top of what is stored."""
        obj = self.model._default_manager.get(pk=unquote(object_id or ""))
        formsets, _inlines = self._create_formsets(request, obj, change=True)  # type: ignore[attr-defined]
        fresh = {"base_version": obj.version} | {f"base_{each.prefix}": written(each) for each in formsets}
        compared = rows(self.model, conflict)
        # What only the other editor changed stays as they saved it.
        current = self.get_form(request, obj, change=True)(instance=obj)
        theirs = [
            row.name for row in compared if row.yours == row.base != row.theirs and row.name in current.fields
        ]
        replaced = {name for each in theirs for name in (each, f"{each}_0", f"{each}_1")}
        kept = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in fresh
            and name not in replaced
            and name != "csrfmiddlewaretoken"
            and not name.startswith("_")
        ]
        kept += [pair for name in theirs for pair in as_posted(current, name)]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Somebody else changed this while you were writing"),
            "opts": self.model._meta,
            "original": obj,
            "rows": compared,
            "kept": [*kept, *fresh.items(), ("_continue", "1")],
            "again": request.path,
        }
        return TemplateResponse(request, "admin/claims/conflict.html", context, status=409)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            with pghistory.context(user=request.user.pk, verb="delete"):
                return super().delete_view(request, object_id, extra_context)
        except (IntegrityError, models.ProtectedError, models.RestrictedError) as error:
            messages.error(request, told(error))
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[object_id]))


def as_posted(form: Any, name: str) -> list[tuple[str, str]]:
    """What a browser would send for an untouched field of an unbound form."""
    field, value = form[name].field, form[name].value()
    if isinstance(field.widget, forms.CheckboxInput):
        return [(name, "on")] if value else []
    if isinstance(field.widget, forms.MultiWidget):
        names: list[str] = field.widget.widgets_names  # type: ignore[attr-defined]
        parts = zip(names, field.widget.widgets, field.widget.decompress(value) or [], strict=True)
        return [(f"{name}{suffix}", str(widget.format_value(part) or "")) for suffix, widget, part in parts]
    shown = field.widget.format_value(field.prepare_value(value))
    return [
        (name, "" if one is None else str(one)) for one in (shown if isinstance(shown, list) else [shown])
    ]


def number(text: str | None) -> int:
    """A version out of a form; 0, which no row has, for anything else."""
    return key_in(text) or 0


def describe(obj: models.Model, names: list[str]) -> str:
    """One inline row in words."""
    said = [(name, in_words(type(obj), name, getattr(obj, name, None))) for name in names]
    return " · ".join(f"{label_of(type(obj), name)}: {words}" for name, words in said if words)


def columns(formset: Any) -> list[str]:
    fields = {field.name for field in formset.model._meta.concrete_fields}
    return [name for name in formset.form.base_fields if name in fields and name != formset.fk.name]


def written(formset: Any) -> str:
    """The stored rows of an inline, as its form carries them: JSON, one line of words a row by its key."""
    stored = formset.model._default_manager.filter(**{formset.fk.name: formset.instance}).order_by("pk")
    keys = [form.instance.pk for form in formset.initial_forms if form.instance.pk]
    names = columns(formset)
    related = [
        field.name
        for field in formset.model._meta.concrete_fields
        if field.name in names and field.is_relation
    ]
    shown = stored.filter(pk__in=keys) if getattr(formset, "shows_some", False) else stored
    return json.dumps(
        {str(row.pk): describe(row, names) for row in shown.select_related(*related)}, ensure_ascii=False
    )


def yours(formset: Any) -> str:
    """The rows as the form would leave them."""
    kept = [form for form in formset.forms if form.has_changed() or form.instance.pk]
    kept = [form for form in kept if form not in formset.deleted_forms]
    return json.dumps(
        {str(place): describe(form.instance, columns(formset)) for place, form in enumerate(kept)},
        ensure_ascii=False,
    )


def lines(text: str) -> str:
    try:
        return "\n".join(json.loads(text).values())
    except (ValueError, AttributeError):
        return ""
