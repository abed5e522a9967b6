from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from sources.labels import choices
from sources.models.source import Source
from sources.triggers import Versioned, bump_version, moves, tracked
from sources.vocabulary import PROPOSAL_MOVES, ProposalState


class Sketch(models.Model):
    """The numbers by which texts that share passages find each other (overlap.py). Derived from the text: no history, no version.

    A table of its own, so that writing it never counts as a change of the source, and changing the source never touches this
    index. A source without a row has not been compared with the others yet.
    """

    source = models.OneToOneField(Source, models.CASCADE, primary_key=True, related_name="sketch")
    hashes = ArrayField(models.BigIntegerField())
    made_by = models.PositiveSmallIntegerField()
    # Later the later it was stored, as others see it: whoever has looked through all up to one turn looks through what has a later one.
    turn = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("sketch of a text")
        verbose_name_plural = _("sketches of texts")
        indexes = [
            # Which texts share a number with this one. Without a pending list: every import searches right after it has written.
            GinIndex(fields=["hashes"], fastupdate=False, name="sources_sketch_hashes"),
            models.Index(fields=["turn"], name="sources_sketch_by_turn"),
        ]

    def __str__(self) -> str:
        return str(self.source_id)


class DerivationProposalQuerySet(models.QuerySet["DerivationProposal"]):
    def waiting(self) -> DerivationProposalQuerySet:
        """Those that an editor has still to decide: not where another original was confirmed, nor where both are one family."""
        return self.filter(state=ProposalState.SUGGESTED, source__derived_from=None).exclude(
            source__origin=F("from_source__origin")
        )


@tracked()
class DerivationProposal(Versioned):
    """ "This text seems to be taken from that one", found by comparing their words. Nothing follows from it until an editor confirms.

    `share`: how much of the copy's words stand in the original, 0 to 1; `share_of_original` the other way round. Of the `words` that
    they share, `quoted` stand in quotation marks. `moved`: the sources whose origin the confirmation changed, so that it can be
    taken back. The row is kept when it was refused: the same two texts are proposed once.
    """

    source = models.ForeignKey(
        Source, models.CASCADE, related_name="derivation_proposals", verbose_name=_("copy")
    )
    from_source = models.ForeignKey(
        Source, models.CASCADE, related_name="copy_proposals", verbose_name=_("original source")
    )
    share = models.FloatField(_("share of its text"))
    share_of_original = models.FloatField(_("share of the original"))
    words = models.PositiveIntegerField(_("words in common"))
    quoted = models.PositiveIntegerField(_("of them in quotation marks"), default=0)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=choices(ProposalState),
        default=ProposalState.SUGGESTED.value,
        editable=False,
    )
    moved = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    created_at = models.DateTimeField(_("found"), auto_now_add=True)

    objects = DerivationProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible copy")
        verbose_name_plural = _("possible copies")
        ordering = ["-share", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=F("from_source")), name="sources_derivationproposal_of_two_texts"
            ),
            # Two texts are proposed once, whichever is the original.
            models.UniqueConstraint(
                Least("source", "from_source"),
                Greatest("source", "from_source"),
                name="sources_derivationproposal_once_a_pair",
            ),
            # A text is derived from one other.
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(state=ProposalState.ACCEPTED.value),
                name="sources_derivationproposal_one_accepted",
            ),
        ]
        indexes = [
            # What waits on the desk, newest first.
            models.Index(
                fields=["-id"],
                condition=Q(state=ProposalState.SUGGESTED.value),
                name="sources_derivation_waiting",
            ),
        ]
        triggers = [moves("state", PROPOSAL_MOVES), bump_version("source_id", "state")]

    def __str__(self) -> str:
        return f"{self.source_id} ← {self.from_source_id}"

    @property
    def percent(self) -> int:
        """How much of the copy's words stand in the original, in hundredths, rounded down: 100 is all of it."""
        return int(self.share * 100)

    @property
    def is_waiting(self) -> bool:
        """As `waiting()`, of a row whose two sources are loaded."""
        return (
            self.state == ProposalState.SUGGESTED
            and self.source.derived_from_id is None
            and self.source.origin_id != self.from_source.origin_id
        )
