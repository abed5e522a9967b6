"""`{% load signs %}`: the small signs that pages are made of: glyphs, chips, stamps, dates, addresses.

A page has hundreds of them. Drawn by functions they cost a few microseconds each; a template for each cost more than the rest of the
page (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.forms import BoundField, Form
from django.utils.functional import Promise
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import Topic
from claims.public.dates import When
from claims.public.decisions import Stamp
from claims.public.facets import Facets
from claims.public.links import claim_url, source_url, speaker_url
from claims.public.lists import ClaimItem
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
    return format_html('<span class="chip st-{}">{}{}</span>', stance, glyph(stance), words)


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
def day(when: When) -> SafeString | str:
    """A date in words, for machines too where it is one day."""
    if when.on is None:
        return when.words
    return format_html('<time datetime="{}">{}</time>', when.on.isoformat(), when.words)


@register.simple_tag
def only_in(language: str) -> SafeString | str:
    """The tag of words that are not there in the page's language. `language`: theirs."""
    if language == page_language():
        return ""
    told = _("Only in Italian") if language == "it" else _("Only in English")
    return format_html(' <span class="tag">{}</span>', told)


@register.simple_tag
def articles(n: int) -> str:
    """ "1 article", "12 articles"."""
    return _articles(n, page_language())


@lru_cache(maxsize=500)
def _articles(n: int, language: str) -> str:
    return ngettext("%(n)s article", "%(n)s articles", n) % {"n": n}


@register.simple_tag
def hits(pieces: Iterable[Piece]) -> SafeString:
    """A text with the words that were looked for marked."""
    marked = ((_marked(piece.text) if piece.is_hit else piece.text,) for piece in pieces)
    return format_html_join("", "{}", marked)


def _marked(text: str) -> SafeString:
    return format_html('<mark class="hit">{}</mark>', text)


# -- filters: each choice with how many claims it would leave ----------------------------------------------------------------------


@register.simple_tag
def boxes(field: BoundField, numbers: Facets) -> SafeString:
    """A group of boxes to tick, each with its number in an element of its own: a live change of the filters renews it."""
    chosen = {str(value) for value in field.value() or ()}
    lines = "".join(
        f'<label for="id_{field.html_name}_{n}"><input type="checkbox" name="{field.html_name}" value="{escape(value)}"'
        f' id="id_{field.html_name}_{n}"{" checked" if value in chosen else ""}> {escape(words)}'
        f"{_number(field.html_name, value, numbers)}</label>"
        for n, (value, words) in enumerate(_offered(field))
    )
    wrong = f' aria-describedby="{field.auto_id}_error"' if field.errors else ""
    return _drawn(
        f"<fieldset{wrong}><legend>{escape(field.label)}</legend>{lines}{field.errors or ''}</fieldset>"
    )


@register.simple_tag
def menu(field: BoundField, numbers: Facets, topics: Iterable[Topic] = ()) -> SafeString:
    """A choice of one; `topics`: where they are the choices."""
    name = field.html_name
    wrong = f' aria-invalid="true" aria-describedby="id_{name}_error"' if field.errors else ""
    return _drawn(
        f'<div><label class="l" for="id_{name}">{escape(field.label)}</label><select name="{name}" id="id_{name}"{wrong}>'
        f"{_options(field, numbers, topics)}</select>{field.errors or ''}</div>"
    )


@register.simple_tag
def numbers_again(form: Form, numbers: Facets, topics: Iterable[Topic]) -> SafeString:
    """For a live change of the filters: the numbers of the form that stands in the page already, and nothing else of it."""
    menus = "".join(
        f'<select id="id_{name}" hx-swap-oob="innerHTML">{_options(form[name], numbers, topics if name == "topic" else ())}</select>'
        for name in ("contest", "topic", "language")
    )
    ratings = (_number("rating", value, numbers, again=True) for value, _words in _offered(form["rating"]))
    return _drawn(menus + "".join(ratings))


def _offered(field: BoundField) -> list[tuple[str, str]]:
    return [(str(value), str(words)) for value, words in field.field.choices]  # type: ignore[attr-defined]


def _options(field: BoundField, numbers: Facets, topics: Iterable[Topic]) -> str:
    chosen, name = str(field.value() or ""), field.html_name
    offered = [(topic.slug, str(topic.name), str(topic.pk)) for topic in topics]
    if name == "topic":
        offered = [("", _("All"), ""), *offered]
    else:
        offered = [(value, words, value) for value, words in _offered(field)]
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words)}{_in_brackets(numbers.of(name, key)) if key else ""}</option>'
        for value, words, key in offered
    )


def _in_brackets(count: Count | None) -> str:
    return f" ({_short(count)})" if count else ""


def _short(count: Count) -> str:
    """ "12", "1,000+"."""
    return f"{count.written}+" if count.is_capped else count.written


def _number(name: str, value: str, numbers: Facets, *, again: bool = False) -> str:
    """Seen as "12" and heard as "12 claims"; an empty element where it is not known."""
    count = numbers.of(name, value)
    told = (
        f'<span aria-hidden="true">{_short(count)}</span><span class="vh">, {claims_counted(count)}</span>'
        if count
        else ""
    )
    renewed = ' hx-swap-oob="true"' if again else ""
    return f'<span class="n" id="n-{name}-{escape(value)}"{renewed}>{told}</span>'


def claims_counted(count: Count) -> str:
    """ "12 claims", "more than 1,000 claims"."""
    if count.is_capped:
        return _("more than %(n)s claims") % {"n": count.written}
    return ngettext("%(n)s claim", "%(n)s claims", count.n) % {"n": count.written}


def _drawn(html: str) -> SafeString:
    """Of parts that are escaped."""
    return mark_safe(html)  # noqa: S308  # nosec B308 B703: as it says


# A claim in a list: twenty on a page, and the page that is asked for most.
@register.simple_tag
def claim_line(item: ClaimItem, level: int = 2) -> SafeString:
    """`level`: of its heading on the page."""
    claim = item.claim
    language = claim.language
    chips = "".join(chip(each.stance, each.words) for each in item.sentences)
    if item.contest == Contest.UNCONTESTED:
        chips += _muted("muted", _("No denial on record"))
    if item.sources:
        chips += _muted("muted num", articles(item.sources))
    return _drawn(
        f"<li>\n  <div>{stamped(item.stamp)}</div>\n"
        f'  <h{level}><a href="{escape(claim_url(claim.slug))}" lang="{language}">'
        f"{hits(item.pieces) if item.pieces else escape(claim.text)}</a>{only_in(language)}</h{level}>\n"
        f'  <div class="tally">{chips}</div>\n</li>'
    )


@lru_cache(maxsize=500)
def _muted(classes: str, words: str) -> SafeString:
    return format_html('<span class="{}">{}</span>', classes, words)
