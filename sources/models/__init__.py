"""The archive's tables: what was published, by whom, how it came here, and which texts seem to be copies."""

from sources.models.derivation import DerivationProposal, DerivationProposalQuerySet, Sketch
from sources.models.importrun import ImportItem, ImportRun
from sources.models.outlet import Outlet, OutletQuerySet
from sources.models.parcel import Parcel
from sources.models.source import Source, SourceQuerySet, long_columns

__all__ = [
    "DerivationProposal",
    "DerivationProposalQuerySet",
    "ImportItem",
    "ImportRun",
    "Outlet",
    "OutletQuerySet",
    "Parcel",
    "Sketch",
    "Source",
    "SourceQuerySet",
    "long_columns",
]
