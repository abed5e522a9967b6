"""What an account may do in the admin: asked of claims.permissions alone. Groups carry no Django permissions."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied
from django.db.models import URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from claims.desk.history import address_of
from claims.desk.keys import is_key
from claims.permissions import may
from claims.vocabulary import Verb

TEXT_IN = {"_it": pgettext_lazy("text in", "Italian"), "_en": pgettext_lazy("text in", "English")}


class ByTheTable:
    """Mixin for a ModelAdmin or an inline: each permission is a verb of the table; None means nobody."""

    reads: ClassVar[Verb] = Verb.READ_DESK
    adds: ClassVar[Verb | None] = None
    changes: ClassVar[Verb | None] = None
    deletes: ClassVar[Verb | None] = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, self.reads)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self.reads)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.adds is not None and may(request.user, self.adds)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.changes is not None and may(request.user, self.changes)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Also asked about related objects of a deletion. A row that readers have seen is refused by the database as well."""
        return self.deletes is not None and may(request.user, self.deletes) and not was_published(obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A text that readers see exists in each language: its label says which."""
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and isinstance(field.widget, AdminSplitDateTime):
            # Two boxes under one name: each is named for who hears it instead of seeing it.
            for box, part in zip(field.widget.widgets, (_("date"), _("time")), strict=True):
                box.attrs["aria-label"] = f"{capfirst(db_field.verbose_name)}: {part}"
        language = TEXT_IN.get(db_field.name[-3:])
        if field is not None and language is not None:
            field.label = f"{capfirst(db_field.verbose_name)} ({language})"
            field.widget.attrs["lang"] = db_field.name[-2:]
        return field

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Our own history knows every change, not only those that were made in a form: the button leads there."""
        address = address_of(self.model, object_id) if is_key(object_id) else ""  # type: ignore[attr-defined]
        if not address:
            return super().history_view(request, object_id, extra_context)  # type: ignore[misc, no-any-return]
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(address)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        return None


def was_published(obj: Any) -> bool:
    """Whether readers see or have seen it: such things are withdrawn, discarded or merged, never deleted."""
    publication = getattr(obj, "publication", "draft")
    return publication != "draft" or getattr(obj, "published_at", None) is not None
