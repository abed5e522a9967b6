"""`{% load signs %}`: the small signs that pages are made of: glyphs, chips, stamps, dates, addresses.

A page has hundreds of them. Drawn by functions they cost a few microseconds each; a template for each cost more than the rest of the
page (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.public.dates import When
from claims.public.decisions import Stamp
from claims.public.links import claim_url, source_url, speaker_url
from claims.public.lists import ClaimItem
from claims.public.marking import Piece
from claims.public.naming import page_language
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


# A claim in a list: twenty on a page, and the page that is asked for most.
CLAIM_LINE = """<li>
  <div>{stamp}</div>
  <h{level}><a href="{url}" lang="{language}">{words}</a>{only}</h{level}>
  <div class="tally">{chips}{uncontested}{articles}</div>
</li>"""


@register.simple_tag
def claim_line(item: ClaimItem, level: int = 2) -> SafeString:
    """`level`: of its heading on the page."""
    claim, figures = item.claim, item.claim.figures
    language = claim.language
    uncontested = figures.contest == Contest.UNCONTESTED
    return format_html(
        CLAIM_LINE,
        stamp=stamped(item.stamp),
        level=level,
        url=claim_url(claim.slug),
        language=language,
        words=hits(item.pieces) if item.pieces else claim.text,
        only=only_in(language),
        chips=mark_safe("".join(chip(each.stance, each.words) for each in item.sentences)),  # noqa: S308  # nosec B308 B703: drawn above
        uncontested=_muted("muted", _("No denial on record")) if uncontested else "",
        articles=_muted("muted num", articles(figures.sources)) if figures.sources else "",
    )


@lru_cache(maxsize=500)
def _muted(classes: str, words: str) -> SafeString:
    return format_html('<span class="{}">{}</span>', classes, words)
