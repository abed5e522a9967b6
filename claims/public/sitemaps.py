"""What search engines should know: decided claims with the moment of their last change, in both languages.

Rules (sitemaps.org/protocol.html, and Google's for hreflang in sitemaps): absolute addresses, at most 50,000 and 50 MB a file, W3C
moments, every version of a page names all its versions. A claim about which nobody has decided is not in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from xml.sax.saxutils import quoteattr

from django.db.models import F, Max
from django.http import HttpRequest, HttpResponse
from django.utils.html import escape

from claims.models import Claim, ClaimQuerySet
from claims.public.answers import for_machines, problem
from claims.public.data import LANGUAGES, Known, origin_of

# Claims of so many consecutive numbers share a file: a claim never moves to another, and no file is counted to be found.
CLAIMS_A_FILE = 5000
PAGES = (
    "",
    "claims/",
    "denials/",
    "reversals/",
    "speakers/",
    "sources/",
    "decisions/",
    "corrections/",
    "method/",
    "about/",
)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def _decided() -> ClaimQuerySet:
    found: ClaimQuerySet = Claim.objects.published().filter(figures__rating__gt="").order_by("pk")
    return found


@for_machines
def index(request: HttpRequest) -> HttpResponse:
    origin = origin_of(request)
    files = (
        _decided()
        .order_by()
        .values(file=F("pk") / CLAIMS_A_FILE)
        .annotate(newest=Max("figures__sort_at"))
        .order_by("file")
    )
    listed = [f"<sitemap><loc>{escape(origin)}/sitemap-pages.xml</loc></sitemap>"]
    listed += [
        f"<sitemap><loc>{escape(origin)}/sitemap-claims-{row['file']}.xml</loc>{_lastmod(row['newest'])}</sitemap>"
        for row in files
    ]
    return _xml(f"{HEAD}<sitemapindex {NAMESPACE}>" + "\n".join(listed) + "</sitemapindex>\n")


@for_machines
def pages(request: HttpRequest) -> HttpResponse:
    known = Known(origin_of(request))
    return _urls(line for path in PAGES for line in _url(known, path, None))


@for_machines
def claims(request: HttpRequest, number: int) -> HttpResponse:
    known = Known(origin_of(request))
    first = number * CLAIMS_A_FILE
    rows = (
        _decided().filter(pk__gte=first, pk__lt=first + CLAIMS_A_FILE)
        if first < 2**62
        else Claim.objects.none()
    )
    changes = rows.values_list("slug", "figures__sort_at")
    found = [line for slug, changed in changes for line in _url(known, f"claims/{slug}/", changed)]
    if not found:
        return problem(HTTPStatus.NOT_FOUND, "No decided claim has such a number.")
    return _urls(iter(found))


def _url(known: Known, path: str, changed: datetime | None) -> Iterator[str]:
    """A page in each language, each naming both."""
    both = known.pages(path)
    versions = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(both[language])}/>'
        for language in LANGUAGES
    )
    for language in LANGUAGES:
        yield f"<url><loc>{escape(both[language])}</loc>{_lastmod(changed)}{versions}</url>"


def _lastmod(moment: datetime | None) -> str:
    return f"<lastmod>{moment.isoformat(timespec='seconds')}</lastmod>" if moment else ""


def _urls(lines: Iterator[str]) -> HttpResponse:
    xhtml = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    return _xml(f"{HEAD}<urlset {NAMESPACE} {xhtml}>" + "\n".join(lines) + "</urlset>\n")


def _xml(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="application/xml; charset=utf-8")
