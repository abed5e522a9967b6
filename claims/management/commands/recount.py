from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.models import Max

from claims.models import Claim, ClaimSpeaker, ListedClaim

BATCH = 1000
# So many differences are said one by one.
MOST_SAID = 20


class Command(BaseCommand):
    help = (
        "Works out anew what lists of claims are read from, and all their counts, and puts right what differs. The database keeps"
        " them by itself; this proves it, and repairs a database that somebody has written to by other ways."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        claims, written = 0, 0
        last = max(
            model.objects.aggregate(last=Max(key))["last"] or 0
            for model, key in ((Claim, "pk"), (ListedClaim, "claim_id"), (ClaimSpeaker, "claim_id"))
        )
        for first in range(1, last + 1, BATCH):
            found, changed = relisted(first, first + BATCH - 1)
            claims, written = claims + found, written + changed
        wrong = recounted()
        self.stdout.write(
            f"Looked at {claims:,} claim{'' if claims == 1 else 's'}:"
            f" {written:,} row{'' if written == 1 else 's'} of lists and {len(wrong):,} count{'' if len(wrong) == 1 else 's'}"
            f" {'were wrong and are' if written or wrong else 'wrong, everything is'} right."
        )
        for what, about, stored, counted in wrong[:MOST_SAID]:
            self.stdout.write(f"  {what}, {about}: {stored} instead of {counted}")
        if len(wrong) > MOST_SAID:
            self.stdout.write(f"  and {len(wrong) - MOST_SAID:,} more")


def relisted(first: int, last: int) -> tuple[int, int]:
    """Rows of lists for the claims with these keys, those that are gone too: how many claims, how many rows differed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT claims_relist(NULL, array(SELECT generate_series(%s, %s)::bigint))", [first, last]
        )
        written = int(cursor.fetchone()[0])
    return Claim.objects.filter(pk__range=(first, last)).count(), written


def recounted() -> list[tuple[str, str, int, int]]:
    """Every count anew. Returns (what, about whom, what was stored, what there is) for each that was wrong. Writers wait meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT what, about, stored, counted FROM claims_recount()")
        return [
            (what, about, int(stored), int(counted)) for what, about, stored, counted in cursor.fetchall()
        ]
