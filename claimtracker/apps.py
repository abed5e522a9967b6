from __future__ import annotations

from django.apps import AppConfig


class ClaimTrackerConfig(AppConfig):
    name = "claimtracker"

    def ready(self) -> None:
        from claimtracker import checks  # noqa: F401  (registers them)
