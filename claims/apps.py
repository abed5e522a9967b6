from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = _("Newsroom")
    default = True


class DeskAdmin(admin_apps.AdminConfig):
    """Stock Django admin with our site; named in INSTALLED_APPS in place of django.contrib.admin."""

    default_site = "claims.desk.site.DeskSite"
    default = False
