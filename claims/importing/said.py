"""Records of what was said: statements at their place in a source, and what they do to claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from claims.importing.anchors import find, places
from claims.importing.ledger import Identity, Ledger, Record, Row
from claims.importing.nouns import Noun, chunks, insert
from claims.models import Carrier, Position, Statement, StatementSpeaker
from claims.vocabulary import STANCE_OF_ACT, Act, Review, StatementOrigin
from sources.characters import Refused
from sources.inserting import blank
from sources.models import Source
from sources.quotations import Span, span_at

__all__ = ["Positions", "Statements"]

# Sources whose texts are held at a time.
TEXTS = 200


class Statements(Noun):
    """Stored as suggestions. Where the original took a summary's place, the record's `original` says where it stands."""

    kind, model = "statement", Statement
    silent = frozenset({"desk_note"})
    replaces_children = True

    def look_up(self, ledger: Ledger, identities: set[Identity]) -> dict[Identity, Row]:
        sources = {row.pk: key for (key,), row in ledger.rows["source"].items()}
        wanted: dict[int, set[str]] = defaultdict(set)
        for source, key in identities:
            if (source,) in ledger.rows["source"]:
                wanted[ledger.rows["source"][source,].pk].add(key)
        found: dict[int, Statement] = {}
        for part in chunks(sorted(wanted), TEXTS):
            keys = set().union(*(wanted[pk] for pk in part))
            for statement in Statement.objects.filter(source__one_of=part, key__one_of=keys):
                found[statement.pk] = statement
        published = Position.objects.filter(statement__one_of=found, published_at__isnull=False)
        seen = set(published.values_list("statement_id", flat=True))
        self._who: dict[int, list[StatementSpeaker]] = defaultdict(list)
        for who in StatementSpeaker.objects.filter(statement__one_of=found).order_by("order"):
            self._who[who.statement_id].append(who)
        self._hands: dict[int, list[Carrier]] = defaultdict(list)
        for hands in Carrier.objects.filter(statement__one_of=found).order_by("order"):
            self._hands[hands.statement_id].append(hands)
        return {
            (sources[each.source_id], each.key): Row(each.pk, each, seen=each.pk in seen)
            for each in found.values()
        }

    def in_order(self, ledger: Ledger, records: list[Record]) -> Iterator[Record]:
        """By source, with the texts of some sources at a time at hand."""
        rows = ledger.rows["source"]
        by_source: dict[Identity, list[Record]] = defaultdict(list)
        for record in records:
            by_source[record.fields["source"],].append(record)
        for part in chunks(list(by_source), TEXTS):
            pks = [rows[identity].pk for identity in part if identity in rows]
            texts = Source.objects.filter(pk__one_of=pks).values_list("pk", "body", "title_span")
            self._texts = {pk: (body, title) for pk, body, title in texts}
            for identity in part:
                yield from by_source[identity]
        self._texts = {}

    def values(self, ledger: Ledger, record: Record, row: Row) -> dict[str, Any]:
        fields = record.fields
        home = ledger.refer(record, "source", fields["source"])
        values: dict[str, Any] = {
            name: fields[name]
            for name in ("act", "hedge", "in_title", "corrected_reading", "translation_suspect")
            if name in fields
        }
        if row.is_new:
            values |= {"source_id": home.pk, "key": fields["key"], "origin": StatementOrigin.IMPORT.value}
            if "act" not in fields:
                raise Refused("missing_field", "A new statement needs its act.")
        if "note" in fields:
            values["desk_note"] = fields["note"]
        for name in ("inside", "after"):
            if name in fields:
                values[f"{name}_id"] = self._other(ledger, record, fields[name], name)
        if said := fields.get("said"):
            values |= _said(said)
        values |= self._anchor(record, home, self._texts[home.pk][0])
        if row.is_new and "spans" not in values:
            raise Refused("missing_field", "A new statement needs its place: “quotes” or “spans”.")
        record.children = {
            name: list(rows)
            for name, rows in (
                ("speakers", self._speakers(ledger, record, home)),
                ("carriers", self._carriers(ledger, record, home)),
            )
        }
        return values

    def _other(self, ledger: Ledger, record: Record, key: str, field: str) -> int:
        other = ledger.refer(record, "statement", record.fields["source"], key)
        if other is record.row:
            raise Refused("bad_value", f"“{field}” is the statement itself.")
        return other.pk

    def _anchor(self, record: Record, home: Row, body: str) -> dict[str, Any]:
        """Place, cue and delivery in the text that the source has now: our summary, or the original in its place."""
        fields = record.fields
        if "original" in fields and home.original:
            return _original_anchor(fields["original"], body, fields["source"])
        values: dict[str, Any] = {"delivery": fields["delivery"]} if "delivery" in fields else {}
        if "quotes" in fields and "spans" in fields:
            raise Refused("bad_value", "A statement has “quotes” or “spans”, not both.")
        if "quotes" in fields:
            stated = [find(body, quote, fields["source"]) for quote in fields["quotes"]]
            values["spans"] = places(body, stated, fields["source"])
        elif "spans" in fields:
            values["spans"] = places(body, fields["spans"], fields["source"])
        cue = fields.get("cue", {})
        quote = fields.get("cue_quote") or cue.get("exact")
        if quote:
            values["cue_span"] = span_at(body, *find(body, quote, fields["source"]))
            values["cue"] = values["cue_span"]["exact"][:200]
        if "text" in cue:
            values["cue"] = cue["text"]
        return values

    def _speakers(self, ledger: Ledger, record: Record, home: Row) -> Iterator[StatementSpeaker]:
        seen = set()
        for order, who in enumerate(record.fields.get("speakers", ())):
            found = self._speaker(ledger, record, home, who["speaker"]) if "speaker" in who else None
            if found is not None and found in seen:
                raise Refused("bad_value", f"“speakers[{order}]” is credited twice.")
            seen.add(found)
            behalf = who.get("on_behalf_of")
            yield blank(StatementSpeaker)(
                statement_id=record.row.pk,
                order=order,
                speaker_id=found,
                on_behalf_of_id=ledger.refer(record, "speaker", behalf).pk if behalf else None,
                as_written=who.get("as_written", ""),
                role_as_written=who.get("role_as_written", ""),
                span=_speaker_span(record, order, home, self._texts[home.pk][0]),
            )

    def _speaker(self, ledger: Ledger, record: Record, home: Row, slug: str) -> int:
        """A speaker who may be credited in this source. Raises Refused for an unnamed one of another article."""
        row = ledger.refer(record, "speaker", slug)
        only_in = row.instance.only_in_id
        if only_in is not None and only_in not in (home.pk, home.instance.origin_id):
            raise Refused("bad_value", f"The unnamed speaker {slug} stays with the article that quotes them.")
        return row.pk

    def _carriers(self, ledger: Ledger, record: Record, home: Row) -> Iterator[Carrier]:
        for order, hands in enumerate(record.fields.get("carriers", ())):
            if len({"outlet", "speaker", "statement"} & set(hands)) > 1:
                raise Refused("bad_value", f"“carriers[{order}]” is one thing: outlet, speaker or statement.")
            yield Carrier(
                statement_id=record.row.pk,
                order=order,
                kind=hands["kind"],
                outlet_id=ledger.refer(record, "outlet", hands["outlet"]).pk if "outlet" in hands else None,
                speaker_id=self._speaker(ledger, record, home, hands["speaker"])
                if "speaker" in hands
                else None,
                through_id=self._other(ledger, record, hands["statement"], "carriers")
                if "statement" in hands
                else None,
                as_written=hands.get("as_written", ""),
            )

    def same(self, instance: Statement, name: str, value: Any) -> bool:
        if name in ("spans", "cue_span"):
            stored = getattr(instance, name)
            return bool(_characters(stored) == _characters(value))
        return super().same(instance, name, value)

    def children_differ(self, record: Record, row: Row) -> bool:
        """Speakers and carriers are compared as a whole; a record that names none says nothing of them."""
        replaced = _stands_in_original(record, row)
        who = record.children.pop("speakers")
        hands = record.children.pop("carriers")
        if who and [_who(each, replaced) for each in who] != [
            _who(each, replaced) for each in self._who[row.pk]
        ]:
            record.children["speakers"] = who
        if hands and [_hands(each) for each in hands] != [_hands(each) for each in self._hands[row.pk]]:
            record.children["carriers"] = hands
        return bool(record.children)

    def check(self, ledger: Ledger, records: list[Record]) -> None:
        """Nested statements and those said after others never lead back to themselves."""
        for name, field in (("inside", "inside_id"), ("after", "after_id")):
            stated = [record for record in records if record.values.get(field)]
            if not stated:
                continue
            sources = {record.row.instance.source_id or record.values["source_id"] for record in stated}
            known = Statement.objects.filter(source__in=sources, **{f"{name}__isnull": False})
            leads: dict[int, int] = dict(known.values_list("pk", field))
            leads |= {record.row.pk: record.values[field] for record in stated}
            for record in stated:
                if _leads_back(record.row.pk, leads):
                    ledger.refuse(
                        record, Refused("bad_value", f"“{name}” leads back to the statement itself.")
                    )

    def write_children(self, ledger: Ledger, records: list[Record]) -> None:
        for name, model in (("speakers", StatementSpeaker), ("carriers", Carrier)):
            having = [record for record in records if record.children.get(name)]
            stored = [record.row.pk for record in having if not record.row.is_new]
            if stored:
                model._default_manager.filter(statement__in=stored).delete()
            insert(model, [(child, record) for record in having for child in record.children[name]])

    def answer(self, ledger: Ledger, record: Record, *, written: bool) -> None:
        super().answer(ledger, record, written=written)
        if record.row.instance.review == Review.SUGGESTED:
            ledger.acts.statements.append(record)


def _said(said: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if set(said) - {"basis", "as_written"}:
        values = {
            "said_earliest": said.get("earliest"),
            "said_latest": said.get("latest"),
            "said_basis": said["basis"],
        }
    if "as_written" in said:
        values["said_as_written"] = said["as_written"]
    return values


def _stands_in_original(record: Record, row: Row) -> bool:
    """Whether the stored statement has been moved to the original's words."""
    return "original" in record.fields and row.instance.delivery != record.fields.get("delivery")


def _original_anchor(original: dict[str, Any], body: str, source: str) -> dict[str, Any]:
    values: dict[str, Any] = {"spans": places(body, original["spans"], source)}
    if "delivery" in original:
        values["delivery"] = original["delivery"]
    if "cue_span" in original:
        values["cue_span"] = places(body, [original["cue_span"]], source)[0]
        values["cue"] = values["cue_span"]["exact"][:200]
    elif "cue" in original:
        values["cue"] = original["cue"]
    return values


def _speaker_span(record: Record, order: int, home: Row, body: str) -> Span | None:
    if not home.original:
        return None
    spans = record.fields.get("original", {}).get("speaker_spans", [])
    if order >= len(spans) or spans[order] is None:
        return None
    return places(body, [spans[order]], record.fields["source"])[0]


def _characters(stored: Any) -> Any:
    """Places without the words around them."""
    if stored is None:
        return None
    listed = stored if isinstance(stored, list) else [stored]
    return [(each["start"], each["end"], each["exact"]) for each in listed]


def _who(row: StatementSpeaker, replaced: bool) -> tuple[Any, ...]:
    """With the original in the summary's place, its own spelling of the name stands there."""
    return row.speaker_id, row.on_behalf_of_id, "" if replaced else row.as_written, row.role_as_written


def _hands(row: Carrier) -> tuple[Any, ...]:
    return row.kind, row.outlet_id, row.speaker_id, row.through_id, row.as_written


def _leads_back(start: int, leads: dict[int, int]) -> bool:
    seen = {start}
    current = leads.get(start)
    while current is not None and current not in seen:
        seen.add(current)
        current = leads.get(current)
    return current is not None


class Positions(Noun):
    """Stored unpublished, on published claims too: readers see a position after "Publish" or "Publish update"."""

    kind, model = "position", Position

    def look_up(self, ledger: Ledger, identities: set[Identity]) -> dict[Identity, Row]:
        pairs: dict[tuple[int, int], Identity] = {}
        for source, key, claim in sorted(identities):
            statement = ledger.rows["statement"].get((source, key))
            about = ledger.rows["claim"].get((claim,))
            if statement and about and not statement.is_new and not about.is_new:
                pairs.setdefault((statement.pk, about.pk), (source, key, claim))
        found: dict[Identity, Row] = {}
        for part in chunks(sorted(pairs)):
            for position in Position.objects.filter(
                statement__one_of={statement for statement, _claim in part}
            ):
                identity = pairs.get((position.statement_id, position.claim_id))
                if identity is not None:
                    found[identity] = Row(position.pk, position, seen=position.published_at is not None)
        return found

    def values(self, ledger: Ledger, record: Record, row: Row) -> dict[str, Any]:
        fields = record.fields
        statement = ledger.refer(
            record, "statement", fields["statement"]["source"], fields["statement"]["key"]
        )
        claim = ledger.refer(record, "claim", fields["claim"])
        values: dict[str, Any] = {
            name: fields[name] for name in ("partial", "implied", "inferred") if name in fields
        }
        if row.is_new:
            values |= {"statement_id": statement.pk, "claim_id": claim.pk}
        if "stance" in fields:
            values["stance"] = fields["stance"]
        elif row.is_new:
            values["stance"] = STANCE_OF_ACT[Act(statement.instance.act)].value
        return values

    def check(self, ledger: Ledger, records: list[Record]) -> None:
        """Two claims that were merged are one: the second position of a statement on it is refused."""
        taken: dict[tuple[int, int], Record] = {}
        for record in records:
            pair = (
                (record.values["statement_id"], record.values["claim_id"])
                if record.row.is_new
                else (record.row.instance.statement_id, record.row.instance.claim_id)
            )
            first = taken.setdefault(pair, record)
            if first is not record:
                ledger.refuse(
                    record,
                    Refused(
                        "conflict", f"{first.name} takes a position on the same claim, which was merged."
                    ),
                )

    def answer(self, ledger: Ledger, record: Record, *, written: bool) -> None:
        super().answer(ledger, record, written=written)
        if record.row.instance.published_at is None:
            ledger.acts.positions.append(record)
