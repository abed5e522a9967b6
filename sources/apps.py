from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SourcesConfig(AppConfig):
    name = "sources"
    verbose_name = _("Archive")

    def ready(self) -> None:
        from sources import lookups  # noqa: F401 -- registers itself
