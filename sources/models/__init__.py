"""The archive's tables: what was published, by whom, and how it came here."""

from sources.models.importrun import ImportItem, ImportRun
from sources.models.outlet import Outlet, OutletQuerySet
from sources.models.source import Source, SourceQuerySet

__all__ = ["ImportItem", "ImportRun", "Outlet", "OutletQuerySet", "Source", "SourceQuerySet"]
