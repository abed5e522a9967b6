"""Records of those who speak, with their names and roles, and of the claims."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from claims import signatures
from claims.importing.archive import by_old_slug, refuse_double_items
from claims.importing.ledger import Identity, Ledger, Record, Row
from claims.importing.nouns import Noun, chunks, insert
from claims.models import Affiliation, Claim, Speaker, SpeakerName, StatementSpeaker
from claims.vocabulary import Publication, SpeakerKind
from sources.characters import Refused

__all__ = ["Claims", "Speakers"]

# How far a chain of "merged into" is followed; longer ones are a circle.
MERGES = 10


class Speakers(Noun):
    kind, model = "speaker", Speaker
    plain = ("kind", "name", "description_it", "description_en", "country", "wikidata_id")
    fills = frozenset({"description_it", "description_en", "country", "wikidata_id"})

    def look_up(self, ledger: Ledger, identities: set[Identity]) -> dict[Identity, Row]:
        slugs = {identity[0] for identity in identities}
        speakers: dict[int, Speaker] = {}
        old = by_old_slug("speaker", slugs)
        for part in chunks(sorted(slugs)):
            speakers |= {each.pk: each for each in Speaker.objects.filter(slug__one_of=part)}
        speakers |= {
            each.pk: each for each in Speaker.objects.filter(pk__one_of=set(old.values()) - set(speakers))
        }
        found = {(slug,): speakers[pk] for slug, pk in old.items()}
        found |= {(each.slug,): each for each in speakers.values() if each.slug in slugs}
        winners = _winners(Speaker, {each.pk: each.merged_into_id for each in speakers.values()})
        # From the few rows upwards: `published()` looks down from every speaker, which is slow before the first ANALYZE.
        spoken = StatementSpeaker.objects.filter(
            speaker__one_of=speakers, statement__positions__published_at__isnull=False
        )
        seen = set(spoken.values_list("speaker_id", flat=True))
        self._names: dict[int, dict[str, SpeakerName]] = defaultdict(dict)
        for name in SpeakerName.objects.filter(speaker__one_of=speakers):
            self._names[name.speaker_id][name.name] = name
        self._roles: dict[int, list[Affiliation]] = defaultdict(list)
        for role in Affiliation.objects.filter(speaker__one_of=speakers):
            self._roles[role.speaker_id].append(role)
        return {
            identity: Row(
                winners.get(each.pk, each.pk),
                each,
                seen=each.pk in seen,
                merged=each.merged_into_id is not None,
            )
            for identity, each in found.items()
        }

    def values(self, ledger: Ledger, record: Record, row: Row) -> dict[str, Any]:
        fields = record.fields
        if row.is_new and not {"name", "kind"} <= set(fields):
            raise Refused("missing_field", "A new speaker needs a kind and a name.")
        values = {name: fields[name] for name in self.plain if name in fields}
        if row.is_new:
            values["slug"] = fields["slug"]
        for name, kind in (("speaks_for", "speaker"), ("outlet", "outlet"), ("only_in", "source")):
            if name in fields:
                values[f"{name}_id"] = ledger.refer(record, kind, fields[name]).pk
        _refuse_unless_anonymous_stays(values, row)
        if values.get("speaks_for_id") == row.pk:
            raise Refused("bad_value", "“speaks_for”: nobody speaks for themselves.")
        record.children = {
            "names": [self._name(ledger, record, each) for each in fields.get("names", ())],
            "affiliations": [self._role(ledger, record, each) for each in fields.get("affiliations", ())],
        }
        return values

    def _name(self, ledger: Ledger, record: Record, stated: dict[str, Any]) -> SpeakerName:
        seen_in = ledger.refer(record, "source", stated["seen_in"]).pk if "seen_in" in stated else None
        return SpeakerName(
            speaker_id=record.row.pk,
            name=stated["name"],
            kind=stated["kind"],
            language=stated.get("language", ""),
            seen_in_id=seen_in,
        )

    def _role(self, ledger: Ledger, record: Record, stated: dict[str, Any]) -> Affiliation:
        earliest, latest = stated.get("earliest"), stated.get("latest")
        if earliest and latest and earliest > latest:
            raise Refused("bad_date", "An affiliation ends before it begins.")
        return Affiliation(
            speaker_id=record.row.pk,
            body_id=ledger.refer(record, "speaker", stated["body"]).pk,
            role_it=stated.get("role_it", ""),
            role_en=stated.get("role_en", ""),
            from_on=earliest,
            to_on=latest,
        )

    def children_differ(self, record: Record, row: Row) -> bool:
        """Names and roles are only added; an editor's own stay."""
        known = self._names[row.pk]
        names = [name for name in record.children["names"] if name.name not in known]
        roles = [role for role in record.children["affiliations"] if not self._has_role(row.pk, role)]
        record.children = {"names": names, "affiliations": roles}
        return bool(names or roles)

    def _has_role(self, speaker: int, role: Affiliation) -> bool:
        return any(
            known.body_id == role.body_id
            and all(getattr(role, name) in ("", getattr(known, name)) for name in ("role_it", "role_en"))
            for known in self._roles[speaker]
        )

    def check(self, ledger: Ledger, records: list[Record]) -> None:
        refuse_double_items(ledger, records, self)
        self._refuse_double_outlets(ledger, records)
        self._refuse_circles(ledger, records)

    def _refuse_double_outlets(self, ledger: Ledger, records: list[Record]) -> None:
        stated = [record for record in records if record.values.get("outlet_id")]
        rows = Speaker.objects.filter(outlet__in=[record.values["outlet_id"] for record in stated])
        taken = dict(rows.values_list("outlet_id", "pk")) if stated else {}
        for record in stated:
            if taken.setdefault(record.values["outlet_id"], record.row.pk) != record.row.pk:
                ledger.refuse(
                    record, Refused("conflict", "Another speaker is that outlet already (“outlet”).")
                )

    def _refuse_circles(self, ledger: Ledger, records: list[Record]) -> None:
        """Whoever speaks for somebody must lead to somebody who speaks for nobody: that one is the party."""
        stated = [record for record in records if record.values.get("speaks_for_id")]
        if not stated:
            return
        leads: dict[int, int | None] = {}
        if any(not record.row.is_new for record in stated):
            leads = dict(Speaker.objects.exclude(speaks_for=None).values_list("pk", "speaks_for_id"))
        leads |= {record.row.pk: record.values["speaks_for_id"] for record in stated}
        for record in stated:
            if _in_circle(record.row.pk, leads):
                ledger.refuse(
                    record, Refused("bad_value", "“speaks_for” leads back to the speaker: there is no party.")
                )

    def write_children(self, ledger: Ledger, records: list[Record]) -> None:
        names = [(name, record) for record in records for name in _once(record.children.get("names", []))]
        roles = [(role, record) for record in records for role in record.children.get("affiliations", [])]
        insert(SpeakerName, names)
        insert(Affiliation, roles)


def _once(names: list[SpeakerName]) -> list[SpeakerName]:
    return list({name.name: name for name in names}.values())


def _refuse_unless_anonymous_stays(values: dict[str, Any], row: Row) -> None:
    """An unnamed speaker stays with one source and is nobody in Wikidata."""
    kind, only_in, item = (
        values.get(name, getattr(row.instance, name)) for name in ("kind", "only_in_id", "wikidata_id")
    )
    if (kind == SpeakerKind.ANONYMOUS) != (only_in is not None):
        raise Refused("bad_value", "“only_in” names the source of an anonymous speaker, and of no other.")
    outlet = values.get("outlet_id", row.instance.outlet_id)
    if outlet is not None and kind != SpeakerKind.OUTLET:
        raise Refused("bad_value", "“outlet” names the outlet that the speaker is: its kind is outlet.")
    if kind == SpeakerKind.ANONYMOUS and item:
        raise Refused("bad_value", "An anonymous speaker has no Wikidata item.")


def _in_circle(start: int, leads: dict[int, int | None]) -> bool:
    seen = {start}
    current = leads.get(start)
    while current is not None:
        if current in seen:
            return True
        seen.add(current)
        current = leads.get(current)
    return False


def _winners(model: Any, merged: dict[int, int | None]) -> dict[int, int]:
    """{merged row: the one in whose place it went}, chains followed."""
    winners = {pk: into for pk, into in merged.items() if into is not None}
    for _step in range(MERGES):
        further = dict(
            model.objects.filter(pk__one_of=set(winners.values()), merged_into__isnull=False).values_list(
                "pk", "merged_into_id"
            )
        )
        if not further:
            break
        winners = {pk: further.get(into, into) for pk, into in winners.items()}
    return winners


class Claims(Noun):
    kind, model = "claim", Claim
    silent = frozenset({"desk_note"})
    together = (frozenset({"period_earliest", "period_latest", "period_basis"}),)

    def look_up(self, ledger: Ledger, identities: set[Identity]) -> dict[Identity, Row]:
        slugs = {identity[0] for identity in identities}
        old = by_old_slug("claim", slugs)
        claims: dict[int, Claim] = {}
        for part in chunks(sorted(slugs)):
            rows = Claim.objects.without_vectors().filter(slug__one_of=part)
            claims |= {each.pk: each for each in rows}
        rows = Claim.objects.without_vectors().filter(pk__one_of=set(old.values()) - set(claims))
        claims |= {each.pk: each for each in rows}
        found = {(slug,): claims[pk] for slug, pk in old.items()}
        found |= {(each.slug,): each for each in claims.values() if each.slug in slugs}
        winners = _winners(Claim, {each.pk: each.merged_into_id for each in claims.values()})
        return {
            identity: Row(
                winners.get(each.pk, each.pk),
                each,
                seen=each.publication != Publication.DRAFT,
                merged=each.merged_into_id is not None,
            )
            for identity, each in found.items()
        }

    def values(self, ledger: Ledger, record: Record, row: Row) -> dict[str, Any]:
        fields = record.fields
        if row.is_new and not {"text_it", "text_en"} & set(fields):
            raise Refused("missing_field", "A new claim needs text_it or text_en.")
        values: dict[str, Any] = {
            name: fields[name] for name in ("text_it", "text_en", "themes") if name in fields
        }
        if row.is_new:
            values["slug"] = fields["slug"]
        if "topic" in fields:
            values["topic_id"] = ledger.refer(record, "topic", fields["topic"]).pk
        if "actors" in fields:
            for slug in fields["actors"]:
                ledger.refer(record, "speaker", slug)
            values["actors"] = fields["actors"]
        if period := fields.get("period"):
            if set(period) - {"note", "basis"}:
                values |= {
                    "period_earliest": period.get("earliest"),
                    "period_latest": period.get("latest"),
                    "period_basis": period["basis"],
                }
            if "note" in period:
                values["period_note"] = period["note"]
        if "draft_reason" in fields:
            values["desk_note"] = fields["draft_reason"]
        return values

    def complete(self, rows: list[Claim]) -> None:
        signatures.complete(rows)

    def answer(self, ledger: Ledger, record: Record, *, written: bool) -> None:
        super().answer(ledger, record, written=written)
        draft = record.row.instance.publication == Publication.DRAFT and not record.row.merged
        if record.fields.get("publication") == Publication.PUBLISHED and draft:
            ledger.acts.claims.append(record)
