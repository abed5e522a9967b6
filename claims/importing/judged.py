"""Records of what editors weigh: evidence, and assessments, which importing only hands on."""

from __future__ import annotations

from typing import Any

from claims.importing.anchors import find
from claims.importing.ledger import Identity, Ledger, Record, Row
from claims.importing.nouns import Noun, chunks
from claims.models import Evidence, Verdict
from claims.vocabulary import REASON_MIN_LENGTH
from sources.characters import Refused
from sources.models import Source
from sources.quotations import span_at
from sources.vocabulary import Outcome

__all__ = ["PUBLISHED_CLAIM", "WAITS", "EvidenceRecords", "Verdicts"]

WAITS = "An assessment is an editor's decision: add --publish --by USER to carry it out."
PUBLISHED_CLAIM = "Its claim is published: an editor adds evidence to it, with --publish --by USER."


class EvidenceRecords(Noun):
    kind, model = "evidence", Evidence

    def look_up(self, ledger: Ledger, identities: set[Identity]) -> dict[Identity, Row]:
        found: dict[Identity, Row] = {}
        for part in chunks(sorted(identities)):
            rows = Evidence.objects.filter(key__one_of=[key for (key,) in part]).select_related("claim")
            for each in rows.defer("claim__search_it", "claim__search_en"):
                found[(each.key or "",)] = Row(each.pk, each, seen=each.claim.is_public)
        return found

    def values(self, ledger: Ledger, record: Record, row: Row) -> dict[str, Any]:
        fields = record.fields
        values: dict[str, Any] = {
            name: fields[name] for name in ("kind", "note_it", "note_en", "url") if name in fields
        }
        things = {"statement", "url", "source"} & set(fields)
        if row.is_new and not ("claim" in fields and "kind" in fields):
            raise Refused("missing_field", "New evidence needs a claim and a kind.")
        if len(things) > 1 or (row.is_new and not things):
            raise Refused("bad_value", "Evidence is one thing: a statement, a url, or a source with a quote.")
        if "claim" in fields:
            claim = ledger.refer(record, "claim", fields["claim"])
            if not row.is_new and claim.pk != row.instance.claim_id:
                raise Refused("conflict", "Evidence with this key stands on another claim.")
            values["claim_id"] = claim.pk
        if "statement" in fields:
            values["statement_id"] = ledger.refer(
                record, "statement", fields["statement"]["source"], fields["statement"]["key"]
            ).pk
        if "source" in fields:
            if "quote" not in fields:
                raise Refused("missing_field", "Evidence from a source needs the “quote”.")
            home = ledger.refer(record, "source", fields["source"])
            body = Source.objects.values_list("body", flat=True).get(pk=home.pk)
            values |= {
                "source_id": home.pk,
                "span": span_at(body, *find(body, fields["quote"], fields["source"])),
            }
        if row.is_new:
            values["key"] = fields["key"]
        return values

    def _write(self, ledger: Ledger, records: list[Record]) -> None:
        """Evidence on a published claim is seen at once: that is left to an editor."""
        waiting = [record for record in records if record.row.is_new and self._is_public(ledger, record)]
        held = set(map(id, waiting))
        super()._write(ledger, [record for record in records if id(record) not in held])
        for record in waiting:
            record.row.instance.claim_id = record.values["claim_id"]
            ledger.answer(record, Outcome.SKIPPED, reason="needs_publish", message=PUBLISHED_CLAIM)
            ledger.acts.evidence.append(record)

    def _is_public(self, ledger: Ledger, record: Record) -> bool:
        row = ledger.rows["claim"][record.fields["claim"],]
        return row.merged or (not row.is_new and row.instance.is_public)


class Verdicts(Noun):
    """Never stored here: a decision is an editor's. One with the same key that is stored already is matched."""

    kind, model = "verdict", Verdict

    def look_up(self, ledger: Ledger, identities: set[Identity]) -> dict[Identity, Row]:
        found: dict[Identity, Row] = {}
        for part in chunks(sorted(identities)):
            for each in Verdict.objects.filter(key__one_of=[key for (key,) in part]):
                found[(each.key or "",)] = Row(each.pk, each, seen=True)
        return found

    def values(self, ledger: Ledger, record: Record, row: Row) -> dict[str, Any]:
        fields = record.fields
        if not {"claim", "rating"} <= set(fields):
            raise Refused("missing_field", "An assessment needs a claim and a rating.")
        reasons = [fields.get(name, "") for name in ("reason_it", "reason_en")]
        if max(map(len, reasons)) < REASON_MIN_LENGTH:
            raise Refused(
                "missing_field",
                f"An assessment needs a reason of at least {REASON_MIN_LENGTH} letters in Italian or English.",
            )
        claim = ledger.refer(record, "claim", fields["claim"])
        for key in fields.get("evidence", ()):
            about = ledger.refer(record, "evidence", key)
            if about.instance.claim_id != claim.pk:
                raise Refused("bad_value", f"The evidence {key} is on another claim.")
        if row.is_new:
            return {}
        return {"claim_id": claim.pk, "rating": fields["rating"]} | {
            name: fields[name] for name in ("reason_it", "reason_en") if name in fields
        }

    def _changes(self, ledger: Ledger, record: Record, row: Row, values: dict[str, Any]) -> dict[str, Any]:
        if not ledger.keep and any(
            not self.same(row.instance, name, value) for name, value in values.items()
        ):
            raise Refused("published", "An assessment never changes: decide anew, under another key.")
        return {}

    def _write(self, ledger: Ledger, records: list[Record]) -> None:
        for record in records:
            if record.row.is_new:
                ledger.answer(record, Outcome.SKIPPED, reason="needs_publish", message=WAITS)
                ledger.acts.verdicts.append(record)
            else:
                ledger.answer(record, Outcome.MATCHED, obj=record.row.instance)
