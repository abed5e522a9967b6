"""`{% load signs %}`: the small signs that pages are made of: glyphs, chips, stamps, dates, addresses.

A page has hundreds of them. Drawn by functions they cost a few microseconds each; a template for each cost more than the rest of the
page (docs/performance.md).
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField, Form
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from claims.public.dates import When
from claims.public.decisions import Stamp
from claims.public.facets import Facets
from claims.public.filters import TopicOffered
from claims.public.links import claim_url, source_url, speaker_url
from claims.public.lists import ClaimItem, ClaimRow
from claims.public.marking import Piece
from claims.public.naming import page_language
from claims.public.paging import Count
from claims.vocabulary import Contest

register = template.Library()
register.simple_tag(claim_url)
register.simple_tag(source_url)
register.simple_tag(speaker_url)


@register.simple_tag
@lru_cache(maxsize=20)
def glyph(stance: str) -> SafeString:
    """The sign of a stance (_glyphs.html holds the drawings); the words beside it say what it says."""
    return format_html('<svg class="g" aria-hidden="true"><use href="#g-{}"/></svg>', stance)


@register.simple_tag
def chip(stance: str, words: str | Promise) -> SafeString:
    """A sign and words in the colour of a stance."""
    return _drawn(_chip(stance, str(words)))


@register.simple_tag
def stamped(stamp: Stamp, size: str = "") -> SafeString:
    """The mark of an assessment. `size`: "lg" where it is the page's own."""
    return _stamped(stamp.key, str(stamp.words), size)


@lru_cache(maxsize=200)
def _stamped(key: str, words: str, size: str) -> SafeString:
    classes = f"stamp {key} {size}".rstrip()
    return format_html(
        '<span class="{}"><svg aria-hidden="true"><use href="#v-{}"/></svg>{}</span>', classes, key, words
    )


@register.simple_tag
def day(when: When) -> SafeString:
    """A date in words, for machines too where it is one day."""
    words = html.escape(when.words)
    return _drawn(f'<time datetime="{when.on.isoformat()}">{words}</time>' if when.on else words)


@register.simple_tag
def only_in(language: str) -> SafeString | str:
    """The tag of words that are not there in the page's language. `language`: theirs."""
    if language == page_language():
        return ""
    told = _("Only in Italian") if language == "it" else _("Only in English")
    return format_html(' <span class="tag">{}</span>', told)


@register.simple_tag
def hits(pieces: Iterable[Piece]) -> SafeString:
    """A text with the words that were looked for marked."""
    marked = ((_marked(piece.text) if piece.is_hit else piece.text,) for piece in pieces)
    return format_html_join("", "{}", marked)


def _marked(text: str) -> SafeString:
    return format_html('<mark class="hit">{}</mark>', text)


# -- what every page has of its own address ----------------------------------------------------------------------------------------


@register.simple_tag
def page_links(request: HttpRequest) -> SafeString:
    """For machines: the page in each language, and its own address without what was asked of it."""
    path, origin = html.escape(request.path), f"{request.scheme}://{html.escape(request.get_host())}"
    links = (
        f'<link rel="alternate" hreflang="{code}" href="{origin}/{code}/{path[4:]}">\n  '
        for code, _name in settings.LANGUAGES
    )
    return _drawn(f'{"".join(links)}<link rel="canonical" href="{origin}{path}">')


@register.simple_tag
def language_links(request: HttpRequest | str) -> SafeString:
    """The same page in each language, with what was asked of it; the languages alone where there is no page."""
    here, rest = page_language(), ""
    if isinstance(request, HttpRequest) and request.resolver_match:
        asked = f"?{request.GET.urlencode()}" if request.GET else ""
        rest = html.escape(f"{request.path[4:]}{asked}")
    marked = ' aria-current="true"'
    return _drawn(
        "".join(
            f'\n          <li><a href="/{code}/{rest}" lang="{code}" hreflang="{code}"'
            f"{marked if code == here else ''}>{_own_name(code)}</a></li>"
            for code, _name in settings.LANGUAGES
        )
    )


@lru_cache(maxsize=20)
def _own_name(code: str) -> str:
    return html.escape(capfirst(get_language_info(code)["name_local"]))


# -- filters: each choice with how many claims it would leave ----------------------------------------------------------------------


@register.simple_tag
def boxes(field: BoundField, numbers: Facets) -> SafeString:
    """A group of boxes to tick, each with its number in an element of its own: a live change of the filters renews it."""
    chosen = {str(value) for value in field.value() or ()}
    lines = "".join(
        f'<label for="id_{field.html_name}_{n}"><input type="checkbox" name="{field.html_name}" value="{html.escape(value)}"'
        f' id="id_{field.html_name}_{n}"{" checked" if value in chosen else ""}> {html.escape(words)}'
        f"{_number(field.html_name, value, numbers)}</label>"
        for n, (value, words) in enumerate(_offered(field))
    )
    wrong = f' aria-describedby="{field.auto_id}_error"' if field.errors else ""
    return _drawn(
        f"<fieldset{wrong}><legend>{html.escape(str(field.label))}</legend>{lines}{field.errors or ''}</fieldset>"
    )


@register.simple_tag
def menu(field: BoundField, numbers: Facets, topics: Iterable[TopicOffered] = ()) -> SafeString:
    """A choice of one; `topics`: where they are the choices."""
    name = field.html_name
    wrong = f' aria-invalid="true" aria-describedby="id_{name}_error"' if field.errors else ""
    return _drawn(
        f'<div><label class="l" for="id_{name}">{html.escape(str(field.label))}</label><select name="{name}" id="id_{name}"{wrong}>'
        f"{_options(field, numbers, topics)}</select>{field.errors or ''}</div>"
    )


@register.simple_tag
def numbers_again(form: Form, numbers: Facets, topics: Iterable[TopicOffered]) -> SafeString:
    """For a live change of the filters: the numbers of the form that stands in the page already, and nothing else of it."""
    menus = "".join(
        f'<select id="id_{name}" hx-swap-oob="innerHTML">{_options(form[name], numbers, topics if name == "topic" else ())}</select>'
        for name in ("contest", "topic", "language")
    )
    ratings = (_number("rating", value, numbers, again=True) for value, _words in _offered(form["rating"]))
    return _drawn(menus + "".join(ratings))


_offers: dict[tuple[str, type[BaseForm], str], list[tuple[str, str]]] = {}


def _offered(field: BoundField) -> list[tuple[str, str]]:
    """(value, words) of a field with choices that are always the same; put into words once for each language."""
    key = (page_language(), type(field.form), field.html_name)
    found = _offers.get(key)
    if found is None:
        choices: Any = field.field.choices  # type: ignore[attr-defined]
        found = _offers[key] = [(str(value), str(words)) for value, words in choices]
    return found


def _options(field: BoundField, numbers: Facets, topics: Iterable[TopicOffered]) -> str:
    chosen, name = str(field.value() or ""), field.html_name
    if name == "topic":
        offered = [("", _("All"), ""), *((topic.slug, topic.name, str(topic.pk)) for topic in topics)]
    else:
        offered = [(value, words, value) for value, words in _offered(field)]
    return "".join(
        f'<option value="{html.escape(value)}"{" selected" if value == chosen else ""}>{html.escape(words)}{_in_brackets(numbers.of(name, key)) if key else ""}</option>'
        for value, words, key in offered
    )


def _in_brackets(count: Count | None) -> str:
    return f" ({count.short})" if count else ""


def _number(name: str, value: str, numbers: Facets, *, again: bool = False) -> str:
    """Seen as "12" and heard as "12 claims"; an empty element where it is not known."""
    count = numbers.of(name, value)
    told = (
        f'<span aria-hidden="true"> {count.short}</span><span class="vh">, {count.told}</span>'
        if count
        else ""
    )
    renewed = ' hx-swap-oob="true"' if again else ""
    return f'<span class="n" id="n-{name}-{html.escape(value)}"{renewed}>{told}</span>'


def _drawn(markup: str) -> SafeString:
    """Of parts that are escaped."""
    return mark_safe(markup)  # noqa: S308  # nosec B308 B703: as it says


# Claims in a list: twenty on a page, and the page that is asked for most. What is the same for all of them is asked for once.
@register.simple_tag
def claim_lines(items: Iterable[ClaimItem], level: int = 2) -> SafeString:
    """`level`: of their headings on the page."""
    here, before = page_language(), claim_url("").removesuffix("/")
    uncontested = _muted("muted", _("No denial on record"))
    only = {code: only_in(code) for code in ("it", "en")}
    lines = []
    for item in items:
        claim = item.claim
        text, language = claim.worded(here) if isinstance(claim, ClaimRow) else (claim.text, claim.language)
        chips = "".join([_chip(each.stance, each.words) for each in item.sentences])
        if item.contest == Contest.UNCONTESTED:
            chips += uncontested
        if item.sources:
            chips += _articles_counted(item.sources, here)
        lines.append(
            f"<li>\n  <div>{stamped(item.stamp)}</div>\n"
            f'  <h{level}><a href="{before}{html.escape(claim.slug)}/" lang="{language}">'
            f"{hits(item.pieces) if item.pieces else html.escape(text)}</a>{only[language]}</h{level}>\n"
            f'  <div class="tally">{chips}</div>\n</li>'
        )
    return _drawn("".join(lines))


def _chip(stance: str, words: str) -> str:
    return f'<span class="chip st-{stance}">{glyph(stance)}{html.escape(words)}</span>'


@lru_cache(maxsize=500)
def _articles_counted(n: int, language: str) -> SafeString:
    """ "1 article", "12 articles"."""
    return _muted("muted num", ngettext("%(n)s article", "%(n)s articles", n) % {"n": n})


@lru_cache(maxsize=500)
def _muted(classes: str, words: str) -> SafeString:
    return format_html('<span class="{}">{}</span>', classes, words)
