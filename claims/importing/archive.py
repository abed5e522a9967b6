"""Records of the archive: topics, outlets and sources."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.db.models import Q

from claims.importing.ledger import Identity, Ledger, Record, Row
from claims.importing.nouns import Noun, chunks
from claims.models import Claim, OldSlug, Topic
from claims.vocabulary import Publication
from sources.articles import Article, article_from_fields
from sources.characters import Refused
from sources.dates import Published
from sources.importing import BATCH as ARTICLES
from sources.importing import import_batch
from sources.models import Outlet, Source
from sources.names import fold
from sources.vocabulary import BodyKind, Outcome, SourcePublication

__all__ = ["Outlets", "Sources", "Topics", "by_old_slug", "refuse_double_items"]


def by_old_slug(kind: str, slugs: set[str]) -> dict[str, int]:
    """{former slug: id} of what has another address now."""
    rows = OldSlug.objects.filter(slug__one_of=slugs, **{f"{kind}__isnull": False})
    return dict(rows.values_list("slug", f"{kind}_id"))


def refuse_double_items(ledger: Ledger, records: list[Record], noun: Noun) -> None:
    """A Wikidata item names one thing: refuses a record whose item another row or record has."""
    stated = [record for record in records if "wikidata_id" in record.values]
    items = {record.values["wikidata_id"] for record in stated}
    rows = noun.model._default_manager.filter(wikidata_id__in=items)
    if noun.kind == "speaker":
        rows = rows.filter(merged_into=None)
    taken = dict(rows.values_list("wikidata_id", "pk")) if items else {}
    for record in stated:
        item = record.values["wikidata_id"]
        if taken.setdefault(item, record.row.pk) != record.row.pk:
            ledger.refuse(
                record, Refused("conflict", f"{item} is another {noun.kind}’s Wikidata item already.")
            )


class Topics(Noun):
    kind, model = "topic", Topic
    fills = frozenset({"name_it", "name_en"})

    def look_up(self, ledger: Ledger, identities: set[Identity]) -> dict[Identity, Row]:
        slugs = {identity[0] for identity in identities}
        old = by_old_slug("topic", slugs)
        topics = {
            topic.pk: topic for topic in Topic.objects.filter(Q(slug__in=slugs) | Q(pk__in=old.values()))
        }
        published = Claim.objects.filter(topic__in=topics).exclude(publication=Publication.DRAFT)
        seen = set(published.values_list("topic_id", flat=True))
        found = {(slug,): topics[pk] for slug, pk in old.items()} | {
            (each.slug,): each for each in topics.values()
        }
        return {identity: Row(topic.pk, topic, seen=topic.pk in seen) for identity, topic in found.items()}

    def values(self, ledger: Ledger, record: Record, row: Row) -> dict[str, Any]:
        if row.is_new and not {"name_it", "name_en"} & set(record.fields):
            raise Refused("missing_field", "A new topic needs name_it or name_en.")
        slug = {"slug": record.fields["slug"]} if row.is_new else {}
        return slug | {name: record.fields[name] for name in ("name_it", "name_en") if name in record.fields}


def _seen_outlets(pks: list[int]) -> set[int]:
    """Outlets of an article that readers see, or have seen."""
    published = Source.objects.filter(outlet__in=pks).exclude(publication=SourcePublication.DRAFT)
    return {pk for pk in published.values_list("outlet_id", flat=True) if pk is not None}


class Outlets(Noun):
    """An outlet that an article's own words made (its front matter names it) is found by its name too."""

    kind, model = "outlet", Outlet
    fields = ("name", "other_names", "homepage", "country", "wikidata_id", "kind")
    fills = frozenset({"other_names", "homepage", "country", "wikidata_id", "kind"})

    def look_up(self, ledger: Ledger, identities: set[Identity]) -> dict[Identity, Row]:
        slugs = {identity[0] for identity in identities}
        old = by_old_slug("outlet", slugs)
        outlets = {
            each.pk: each for each in Outlet.objects.filter(Q(slug__in=slugs) | Q(pk__in=old.values()))
        }
        seen = _seen_outlets(list(outlets))
        found = {(slug,): outlets[pk] for slug, pk in old.items()}
        found |= {(each.slug,): each for each in outlets.values()}
        return {identity: Row(each.pk, each, seen=each.pk in seen) for identity, each in found.items()}

    def _give_rows(self, ledger: Ledger, records: list[Record]) -> None:
        rows = ledger.rows[self.kind]
        names = {
            fold(record.fields["name"]): record.identity
            for record in records
            if "name" in record.fields and record.identity not in rows
        }
        named = Outlet.objects.filter(sort_key__in=names).order_by("-pk") if names else ()
        seen = _seen_outlets([each.pk for each in named])
        for outlet in named:
            rows[names[fold(outlet.name)]] = Row(outlet.pk, outlet, seen=outlet.pk in seen)
        super()._give_rows(ledger, records)

    def values(self, ledger: Ledger, record: Record, row: Row) -> dict[str, Any]:
        if row.is_new and "name" not in record.fields:
            raise Refused("missing_field", "A new outlet needs a name.")
        values = {name: record.fields[name] for name in self.fields if name in record.fields}
        if not row.is_new and "other_names" in values:
            known = row.instance.other_names
            values["other_names"] = known + [name for name in values["other_names"] if name not in known]
        if row.is_new or (not row.seen and fold(row.instance.name) == fold(record.fields.get("name", ""))):
            # Found by its name: from now on it has the record's address, by which the others refer to it.
            values["slug"] = record.fields["slug"]
        return values

    def check(self, ledger: Ledger, records: list[Record]) -> None:
        refuse_double_items(ledger, records, self)


class Sources(Noun):
    """A source with a `body` is stored by the importer of articles; without one it must be here."""

    kind, model = "source", Source
    fields = ("url", "language", "translation", "kind", "byline", "title")
    fills = frozenset()
    together = (frozenset({"published_earliest", "published_latest", "published_basis"}),)

    def look_up(self, ledger: Ledger, identities: set[Identity]) -> dict[Identity, Row]:
        found: dict[Identity, Row] = {}
        for part in chunks(sorted(identities)):
            for source in Source.objects.filter(key__one_of=[key for (key,) in part]).defer(
                "body", "raw", "search"
            ):
                seen = source.publication != SourcePublication.DRAFT
                original = source.body_kind == BodyKind.FULL and source.original_sha256 != ""
                found[(source.key or "",)] = Row(source.pk, source, seen=seen, original=original)
        return found

    def _give_rows(self, ledger: Ledger, records: list[Record]) -> None:
        """New sources are stored here, before they are compared: what refers to them needs their text."""
        self.made: set[int] = set()
        articles = []
        for record in records:
            if (record.identity) not in ledger.rows[self.kind]:
                try:
                    articles.append((record, self._article(ledger, record)))
                except Refused as refused:
                    self._lose(ledger, record, refused)
        for part in chunks(articles, ARTICLES):
            answers = import_batch([(record.name, article) for record, article in part], run=None)
            rows = self.look_up(ledger, {record.identity for record, _article in part})
            for (record, _article), answer in zip(part, answers, strict=True):
                if record.identity not in rows:
                    sentence = answer.message or "The text is here already under another key."
                    self._lose(ledger, record, Refused(answer.reason, sentence))
                elif answer.outcome == Outcome.CREATED:
                    self.made.add(rows[record.identity].pk)
            ledger.rows[self.kind] |= rows
        for record in records:
            if not ledger.is_lost(record):
                record.row = ledger.rows[self.kind][record.identity]

    def _lose(self, ledger: Ledger, record: Record, refused: Refused) -> None:
        ledger.refuse(record, refused)

    def in_order(self, ledger: Ledger, records: list[Record]) -> list[Record]:
        return [record for record in records if not ledger.is_lost(record)]

    def _article(self, ledger: Ledger, record: Record) -> Article:
        fields = record.fields
        if "body" not in fields:
            raise Refused(
                "missing_reference",
                f"There is no article with the key {fields['key']!r}: import its file first, or give its body.",
            )
        names = (
            "key",
            "title",
            "url",
            "language",
            "translation",
            "kind",
            "byline",
            "body_kind",
            "original_sha256",
        )
        stated = {name: fields[name] for name in names if name in fields} | {"text": fields["body"]}
        if "outlet" in fields:
            stated["outlet"] = ledger.refer(record, "outlet", fields["outlet"]).instance.name
        article = article_from_fields(stated)
        if when := fields.get("published"):
            published = Published(
                when.get("earliest"), when.get("latest"), when["basis"], when.get("as_written", "")
            )
            article = dataclasses.replace(article, published=published)
        return article

    def values(self, ledger: Ledger, record: Record, row: Row) -> dict[str, Any]:
        fields, source = record.fields, row.instance
        if row.pk in self.made:
            return {}
        values = {name: fields[name] for name in self.fields if name in fields}
        if "outlet" in fields:
            values["outlet_id"] = ledger.refer(record, "outlet", fields["outlet"]).pk
        if when := fields.get("published"):
            values |= {
                "published_earliest": when.get("earliest"),
                "published_latest": when.get("latest"),
                "published_basis": when["basis"],
                "published_as_written": when.get("as_written", source.published_as_written),
            }
        if fields.get("original_sha256") == source.text_sha256:
            # The original was here before the summary could be stored.
            row.original = True
        if row.original or ledger.keep:
            # Where the original took the summary's place, the record's title and text were the summary's.
            values.pop("title", None)
        elif "body" in fields and self._article(ledger, record).text_sha256 != source.text_sha256:
            raise Refused("published", "The text of a stored article never changes.")
        elif source.title_span and values.get("title", source.title) != source.title:
            raise Refused("published", "The title stands in the text, which never changes.")
        return values

    def answer(self, ledger: Ledger, record: Record, *, written: bool) -> None:
        row = record.row
        if row.pk in self.made:
            ledger.answer(record, Outcome.CREATED, obj=row.instance)
        else:
            super().answer(ledger, record, written=written)
        if record.fields.get("publication") == SourcePublication.PUBLISHED and not row.seen:
            ledger.acts.sources.append(record)
