"""Atom feeds in either language: everything, decisions, denials, corrections, and what is new about one claim.

Rules kept here and tested (RFC 4287): a feed and each entry has one id that never changes, a title and an update time; ids are tag
addresses (RFC 4151) made of the site's name and the day of the entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from claims.labels import label
from claims.models import Claim, Correction, Position, Verdict
from claims.public import lists, sentences
from claims.public.answers import for_machines, gone, problem
from claims.public.cards import Card, cards, speaker_keys, with_everything
from claims.public.corrections import correction_items
from claims.public.data import figures, origin_of
from claims.public.decisions import decision
from claims.public.found import claim_at, moved_to
from claims.public.links import source_url
from claims.public.naming import Names
from claims.vocabulary import CorrectionKind, Publication
from sources.models import long_columns

MOST_ENTRIES = 50
# What XML cannot say, however it is written (https://www.w3.org/TR/xml/#charsets).
UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# An empty feed has changed at some time, and always at the same one.
BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """`key`: names it for ever ("decision/12"). `path`: where it is read. `text`: plain."""

    key: str
    at: datetime
    title: str
    path: str
    text: str
    author: str = ""


class _Atom(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """Not now, when there is nothing: who has the feed already should hear that it did not change."""
        return max((item["updateddate"] for item in self.items), default=BEGINNING)


def _claims(claim: Claim | None) -> list[Entry]:
    if claim is not None:
        return []
    # By what the list is sorted by, which has an index: whatever is newly published is new there too.
    newest = lists.listed_claims().order_by(*lists.NEWEST_LISTED)[: 4 * MOST_ENTRIES]
    rows = [row for row in newest if row.published_at]
    names = Names.of(key for row in rows for key in sentences.party_keys(figures(row).parties))
    return [
        Entry(
            f"claim/{row.pk}",
            row.published_at or BEGINNING,
            str(row.text),
            _claim_path(row),
            sentences.lede(figures(row).parties, names),
        )
        for row in rows
    ]


def _decisions(claim: Claim | None) -> list[Entry]:
    rows = lists.listed_decisions()
    if claim is not None:
        rows = rows.filter(claim=claim)
    return [_decision(row) for row in rows.order_by("-decided_at", "-id")[:MOST_ENTRIES]]


def _decision(row: Verdict) -> Entry:
    told = decision(row)
    return Entry(
        f"decision/{row.pk}",
        row.decided_at or row.created_at,
        f"{told.stamp.words}: {row.claim.text}",
        f"{_claim_path(row.claim)}#decisions",
        told.reason,
        told.by,
    )


def _denials(claim: Claim | None) -> list[Entry]:
    rows = lists.listed_denials()
    if claim is not None:
        rows = rows.filter(claim=claim)
    return _positions(list(rows.order_by("-published_at", "-id")[:MOST_ENTRIES]))


def _statements(claim: Claim | None) -> list[Entry]:
    """What is new about one claim, denials among it."""
    rows = with_everything(Position.objects.published().counted().filter(claim=claim).select_related("claim"))
    return _positions(
        list(
            rows.defer("claim__search_it", "claim__search_en", *long_columns("statement__source")).order_by(
                "-published_at", "-id"
            )[:MOST_ENTRIES]
        )
    )


def _positions(rows: list[Position]) -> list[Entry]:
    told = cards(rows, Names.of(speaker_keys(rows)))
    return [_position(row, card) for row, card in zip(rows, told, strict=True)]


def _position(row: Position, card: Card) -> Entry:
    return Entry(
        f"position/{row.pk}",
        row.published_at or row.created_at,
        f"{card.who} · {card.stance_label}: {row.claim.text}",
        f"{_claim_path(row.claim)}#st-{card.key}",
        f"{card.lead_in}{card.words}{card.closing}" if card.is_quoted else card.words,
    )


def _corrections(claim: Claim | None) -> list[Entry]:
    rows = Correction.objects.published().select_related("claim", "source")
    if claim is not None:
        said = Position.objects.published().filter(claim=claim).values("statement")
        rows = rows.filter(Q(claim=claim) | Q(statement__in=said))
    rows = rows.defer(*long_columns("source")).order_by("-made_at", "-id")[:MOST_ENTRIES]
    return [
        Entry(
            f"correction/{item.correction.pk}",
            item.correction.made_at,
            _correction_title(item.correction),
            _correction_path(item.correction),
            item.text,
        )
        for item in correction_items(rows)
    ]


def _correction_title(row: Correction) -> str:
    """Names what it is about only where that can still be read."""
    kind = str(label(row.kind, CorrectionKind))
    if row.claim and row.claim.is_public:
        return f"{kind}: {row.claim.text}"
    if row.source and row.source.publication == "published":
        return f"{kind}: {row.source.title}"
    return kind


def _correction_path(row: Correction) -> str:
    if row.claim and row.claim.is_public:
        return _claim_path(row.claim)
    if row.source and row.source.publication == "published":
        return source_url(row.source)
    return reverse("public:corrections")


def _claim_path(row: Claim) -> str:
    return reverse("public:claim", args=[row.slug])


Entries = Callable[[Claim | None], list[Entry]]
FEEDS: dict[str, tuple[Entries, ...]] = {
    "all": (_claims, _decisions, _denials, _corrections),
    "decisions": (_decisions,),
    "denials": (_denials,),
    "corrections": (_corrections,),
}
ABOUT_A_CLAIM: tuple[Entries, ...] = (_decisions, _statements, _corrections)


def titles() -> dict[str, str]:
    """What each feed is called in the page's language."""
    return {
        "all": _("Everything new"),
        "decisions": _("Decisions"),
        "denials": _("Denials"),
        "corrections": _("Corrections"),
    }


@for_machines
def feed(request: HttpRequest, language: str, name: str) -> HttpResponse:
    with translation.override(language):
        entries = _newest(entry for made in FEEDS[name] for entry in made(None))
        page = reverse("public:home" if name == "all" else f"public:{name}")
        return _written(request, language, f"feed/{language}/{name}", titles()[name], page, entries)


@for_machines
def claim_feed(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    """301 where the claim was merged or renamed, 410 or 451 where it is gone."""
    found = claim_at(slug)
    present = found.slug if found else moved_to("claim", slug)
    if not present or (found and found.publication == Publication.DRAFT):
        return problem(HTTPStatus.NOT_FOUND, "Nothing public is at this address.")
    if found is None or present != slug:
        return HttpResponsePermanentRedirect(reverse("claim-feed", args=[language, present]))
    if found.publication == Publication.WITHDRAWN:
        return gone(claim=found)
    with translation.override(language):
        entries = _newest(entry for made in ABOUT_A_CLAIM for entry in made(found))
        return _written(
            request,
            language,
            f"feed/{language}/claim/{found.pk}",
            str(found.text),
            _claim_path(found),
            entries,
        )


def _newest(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.at, entry.key), reverse=True)[:MOST_ENTRIES]


def _written(
    request: HttpRequest, language: str, key: str, title: str, page: str, entries: Iterable[Entry]
) -> HttpResponse:
    origin = origin_of(request)
    site = urlsplit(settings.CLAIMTRACKER_SITE_URL or origin).hostname or "localhost"
    made = _Atom(
        title=UNSAYABLE.sub("", f"{title} · ClaimTracker"),
        link=f"{origin}{page}",
        description="",
        language=language,
        author_name="ClaimTracker",
        feed_url=f"{origin}{request.path}",
        feed_guid=f"tag:{site},{BEGINNING:%Y-%m-%d}:{key}",
        feed_copyright=settings.CLAIMTRACKER_DATA_LICENCE,
    )
    for entry in entries:
        made.add_item(
            title=UNSAYABLE.sub("", entry.title),
            link=f"{origin}{entry.path}",
            description=escape(UNSAYABLE.sub("", entry.text)),
            unique_id=f"tag:{site},{entry.at:%Y-%m-%d}:{entry.key}",
            pubdate=entry.at,
            updateddate=entry.at,
            author_name=entry.author or None,
        )
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    made.write(response, "utf-8")
    response["Content-Language"] = language
    return response
