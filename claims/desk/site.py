"""The stock admin site with our name on it, opened to whoever the table of permissions lets read the desk.

It stands outside claims.admin, whose sections register themselves with it while they are imported.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from claims.desk.lookup import FindByName
from claims.permissions import may
from claims.vocabulary import Verb

# The order of work: what comes in, what is said, what we decide, who asks, who we are.
ORDER = [
    "Claim", "Denial", "Statement", "Position", "Speaker", "Topic", "Verdict", "Evidence", "Correction", "Withdrawal", "Request",
    "Source", "Outlet", "ImportRun",
]  # fmt: skip

# Pages are read and forms are sent.
METHODS = ["GET", "HEAD", "POST"]


class DeskLogin(AdminAuthenticationForm):
    """Signs in whoever has a role, whatever the stock staff flag says."""

    def confirm_login_allowed(self, user: User) -> None:
        AuthenticationForm.confirm_login_allowed(self, user)
        if not may(user, Verb.READ_DESK):
            raise self.get_invalid_login_error()


class DeskSite(AdminSite):
    site_title = "ClaimTracker"
    site_header = _("ClaimTracker desk")
    index_title = _("Sections")
    login_form = DeskLogin
    empty_value_display = "–"

    def __init__(self, name: str = "admin") -> None:
        """Nothing is deleted in bulk: what readers have seen is withdrawn, discarded or merged."""
        super().__init__(name)
        self.disable_action("delete_selected")

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """People and bodies are offered by any of their names, the best match first."""
        return cast(HttpResponse, FindByName.as_view(admin_site=self)(request))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """No page has another method than METHODS. Whoever is not let in is told that first."""
        return super().admin_view(require_http_methods(METHODS)(view), cacheable)

    @method_decorator(require_http_methods(METHODS))
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Django's view would take a PUT for a POST."""
        return super().login(request, extra_context)

    def has_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Verb.READ_DESK)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The newsroom first, and its sections in the order of work rather than of the alphabet."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(
                key=lambda model: ORDER.index(model["object_name"]) if model["object_name"] in ORDER else 99
            )
        return sorted(
            apps,
            key=lambda app: (
                ["claims", "sources"].index(app["app_label"])
                if app["app_label"] in ("claims", "sources")
                else 9
            ),
        )
