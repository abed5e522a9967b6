"""`{% load drawing %}`: statements, denials, articles and the overview strip as HTML.

The longest pages consist of these, up to a hundred times each. A template that is included costs 20 to 40 microseconds before it has
written a letter, a function 3 (docs/performance.md). One rule keeps them safe: what comes from the database goes through `e`, in attributes
too; our own catalogue and our own signs do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape as e

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import Claim
from claims.public import signs
from claims.public.cards import Card
from claims.public.claim_page import Day, Turn
from claims.public.links import claim_url, source_url, speaker_url
from claims.public.lists import DenialItem
from claims.public.naming import page_language
from claims.public.related import Related
from claims.public.source_page import Note, Paragraph, SourcePage
from claims.public.timeline import Mark, Strip, Tick
from claims.vocabulary import Stance
from sources.labels import LABELS
from sources.models import Source
from sources.vocabulary import Language, Translation

register = template.Library()

# The shape of a mark is what tells the stances apart; any other is a ring.
SHAPES = {
    "asserts": '<path class="m" d="M0-5.5 5.5 4.500h-11z"/>',
    "denies": '<path class="m line" d="M-4.5-4.500l9 9M4.5-4.500l-9 9"/>',
    "admits": '<path class="m" d="M0-6.5 6.5 0 0 6.5-6.5 0z"/>',
    "retracts": '<path class="m line" d="M-1-6-5-2l4 4M-5-2h6a4 4 0 0 1 0 8h-3"/>',
}
RING = '<circle class="m line" r="4.5"/>'


def _html(parts: Iterable[str]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308  # nosec B308 B703: each part was escaped where it was written


@lru_cache(maxsize=500)
def _chip(stance: str, words: str) -> str:
    return str(signs.chip(stance, words))


def _outlet(source: Source) -> str:
    return e(source.outlet.name) if source.outlet else _("outlet unknown")


# -- statements ----------------------------------------------------------------------------------------------------------------------


@register.simple_tag
def timeline(days: Sequence[Day], two_sided: bool = False, claims: bool = False) -> SafeString:
    """Statements under their days. `two_sided`: who says so on one side, who says not on the other. `claims`: each names its claim."""
    return _html(_timeline(days, two_sided, claims))


def _timeline(days: Sequence[Day], two_sided: bool, claims: bool) -> Iterator[str]:
    yield f'<ol class="tl{" both" if two_sided else ""}">'
    for day in days:
        yield f'\n<li class="dayrow"><p class="day">{signs.day(day.when)}</p></li>\n'
        for card in day.cards:
            yield _statement(card, with_claim=claims)
    yield "</ol>"


def _statement(card: Card, *, with_claim: bool) -> str:
    who, place = "", f"st-{card.key}"
    if with_claim:
        claim = card.position.claim
        place += f"-{card.claim_id}"
        address = f"{e(claim_url(claim.slug))}#st-{card.key}"
        who = f'<p class="who t" lang="{e(claim.language)}"><a href="{address}">{e(str(claim.text))}</a></p>'
    if not with_claim or len(card.voices) > 1:
        who += _voices(card)
    return (
        f'<li class="st-{e(card.stance)}" id="{place}"><span class="dot" aria-hidden="true">{signs.glyph(card.stance)}</span>\n'
        f'<div class="card"><div class="row"><div>{who}</div>{_chip(card.stance, card.stance_label)}</div>\n'
        f"{_words(card)}\n{_where(card)}</div></li>\n"
    )


def _voices(card: Card) -> str:
    found = []
    for voice in card.voices:
        name = e(voice.name)
        if voice.slug:
            name = f'<a href="{e(speaker_url(voice.slug))}">{name}</a>'
        told = []
        if voice.role:
            told.append(f'<span lang="{e(card.source.language)}">{e(voice.role)}</span>')
        if voice.speaks_for:
            told.append(_("speaks for %(body)s") % {"body": e(voice.speaks_for)})
        small = f" <small>{' · '.join(told)}</small>" if told else ""
        found.append(f'<p class="who">{name}{small}</p>')
    return "".join(found)


def _words(card: Card) -> str:
    language, words = e(card.source.language), e(card.words)
    if not card.is_quoted:
        return f'<p class="words" lang="{language}">{words}</p>'
    before = f'<span class="muted">{e(card.lead_in)}</span>' if card.lead_in else ""
    after = f'<span class="muted">{e(card.closing)}</span>' if card.closing else ""
    return f'<blockquote class="words" lang="{language}">{before}{words}{after}</blockquote>'


def _where(card: Card) -> str:
    """How we read it, through whose hands it came, where to read it."""
    reading, through, read = "", "", _("Read the passage")
    if card.reading:
        reading = f'<p class="src">{_reading(card)}</p>'
    if card.carriers:
        through = _("Reported through %(names)s") % {"names": e(card.carriers)}
        if card.hands > 1:
            through += " · " + ngettext("%(n)s hand between", "%(n)s hands between", card.hands) % {
                "n": card.hands
            }
        through = f'<p class="src">{through}</p>'
    tags = "".join(f' <span class="tag">{e(tag)}</span>' for tag in card.tags)
    return (
        f'{reading}{through}<p class="src"><a href="{e(card.passage_url)}">{read}'
        f'<span class="vh">: {e(card.opening)}</span></a> · {_outlet(card.source)}{tags}</p>'
    )


def _reading(card: Card) -> str:
    words = _("How we read it:")
    return f'{words} <span lang="{e(card.source.language)}">{e(card.reading)}</span>'


@register.simple_tag
def turns_told(turns: Iterable[Turn]) -> SafeString:
    """Each party's change of story."""
    words = _("change of story:")
    return _html(
        f'<p class="turn"><strong>{e(turn.name)}</strong> · {words} {_states(turn)}</p>' for turn in turns
    )


@register.simple_tag
def turns_on_claims(turns: Iterable[tuple[Claim, Turn]]) -> SafeString:
    """One speaker's changes of story, each with its claim."""
    return _html(
        f'<p class="turn"><a href="{e(claim_url(claim.slug))}" lang="{e(claim.language)}">{e(str(claim.text))}</a><br>{_states(turn)}</p>'
        for claim, turn in turns
    )


def _states(turn: Turn) -> str:
    words = _("then")
    then = f' <span aria-hidden="true">→</span><span class="vh">{words}</span> '
    return then.join(_chip(*state) for state in turn.states)


@register.simple_tag
def related_claims(related: Iterable[Related]) -> SafeString:
    """Other claims, each with its mark and why it is shown."""
    return _html(('<ul class="srcs">', *map(_related, related), "</ul>"))


def _related(item: Related) -> str:
    reason = f'<p class="small muted">{e(item.reason)}</p>' if item.reason else ""
    return (
        f'<li><div>{signs.stamped(item.stamp)}</div><a class="t" href="{e(claim_url(item.slug))}" lang="{item.language}">'
        f"{e(item.text)}</a>{reason}</li>"
    )


# -- denials -------------------------------------------------------------------------------------------------------------------------


@register.simple_tag
def denial_line(item: DenialItem, level: int = 3) -> SafeString:
    """A distinct denial in a list. `level`: of its heading on the page."""
    card, claim = item.card, item.claim
    again = ""
    if item.again:
        words = ngettext(
            "and %(n)s more time in the articles on record",
            "and %(n)s more times in the articles on record",
            item.again,
        )
        again = f'<p class="src">{words % {"n": item.again}}</p>'
    address = f"{e(claim_url(claim.slug))}#st-{card.key}"
    heading = f'<a href="{address}" lang="{e(claim.language)}">{e(str(claim.text))}</a>{signs.only_in(claim.language)}'
    return _html(
        (
            f'<li class="st-denies">\n<div class="tally">{_chip(card.stance, card.stance_label)}',
            f'<span class="muted">{signs.day(card.when)}</span></div>\n{_voices(card)}\n',
            f"<h{level:d}>{heading}</h{level:d}>\n{_words(card)}\n{_where(card)}\n{again}</li>",
        )
    )


@register.simple_tag
def denials_by_voice(groups: Sequence[Sequence[Card]]) -> SafeString:
    """On a claim's page: who denies it, and each time that they did."""
    return _html(('<ul class="srcs">', *map(_denials_of, groups), "</ul>"))


def _denials_of(cards: Sequence[Card]) -> str:
    card, again = cards[0], _("again")
    others = "".join(
        f' · <a href="#st-{other.key}">{again}<span class="vh">: {e(Truncator(other.words).words(6, truncate=" …"))}</span></a>'
        for other in cards[1:]
    )
    return (
        f'<li class="st-denies"><a class="t" href="#st-{card.key}">{e(card.who)}</a> {_chip(card.stance, card.stance_label)}\n'
        f'<p class="small muted">{signs.day(card.when)} · {_outlet(card.source)}{others}</p></li>'
    )


# -- articles ------------------------------------------------------------------------------------------------------------------------


@register.simple_tag
def articles_listed(sources: Iterable[Source], origin: str) -> SafeString:
    """Titles, each with who published it; `origin`: what addresses begin with on paper."""
    return _html(('<ol class="srcs">', *(_article(source, origin) for source in sources), "</ol>"))


@lru_cache(maxsize=20)
def _language(code: str, _in: str) -> str:
    return str(LABELS[Language][code])


def _article(source: Source, origin: str) -> str:
    address, language = e(source_url(source)), e(source.language)
    told = [_outlet(source), e(_language(source.language, page_language()))]
    if source.is_digest:
        told.append(_("Editorial summary"))
    if source.translation == Translation.MACHINE:
        told.append(_("Machine-translated"))
    return (
        f'<li><a class="t" href="{address}" lang="{language}">{e(source.title)}</a>\n'
        f'<p class="small muted">{" · ".join(told)}</p><p class="paper">{e(origin)}{address}</p></li>'
    )


@register.simple_tag
def article_text(page: SourcePage) -> SafeString:
    """An article's paragraphs, or its cited passages, with numbered notes beside them."""
    return _html(_paragraph(each, page.source.language) for each in page.paragraphs)


def _paragraph(paragraph: Paragraph, language: str) -> str:
    words, gap = _pieces(paragraph), ""
    if paragraph.gap_before:
        told = _("Text left out")
        gap = f'<p class="gap" aria-label="{e(told)}">[…]</p>'
    if paragraph.is_furniture:
        told = _("Not part of the article")
        tag = f'<span class="tag">{told}</span>'
        return f'{gap}\n<p class="furn" lang="{e(language)}">{tag} {words}</p>\n'
    before, after = "… " if paragraph.cut_before else "", " …" if paragraph.cut_after else ""
    notes = f'<div class="notes">{"".join(map(_note, paragraph.notes))}</div>' if paragraph.notes else ""
    return (
        f'{gap}\n<div class="row"><p class="p" lang="{e(language)}">{before}{words}{after}</p>{notes}</div>\n'
    )


def _pieces(paragraph: Paragraph) -> str:
    found = []
    for piece in paragraph.pieces:
        words = e(piece.text)
        if piece.note:
            keys = [note.card.key for note in piece.begins]
            found += [f'<span id="p{key}"></span>' for key in keys[1:]]
            place = f' id="p{keys[0]}"' if keys else ""
            shared = " over" if piece.is_shared else ""
            found.append(f'<mark{place} class="st-{e(piece.note.card.stance)}{shared}">{words}</mark>')
            found += map(_reference, piece.ends)
        else:
            found.append(f'<span class="muted">{words}</span>' if piece.is_furniture else words)
    return "".join(found)


def _reference(note: Note) -> str:
    return f'<a class="ref st-{e(note.card.stance)}" href="#n{note.card.key}" aria-label="{_numbered(note)}">{note.number}</a>'


def _numbered(note: Note) -> str:
    return e(_("note %(n)s") % {"n": note.number})


def _note(note: Note) -> str:
    card, through, reading = note.card, "", ""
    if card.carriers:
        words = _("through %(names)s") % {"names": e(card.carriers)}
        through = f' <span class="muted">({words})</span>'
    line = "<br>" if len(note.claims) > 1 else " "
    claims = "".join(
        f'{line}{_chip(each.stance, each.stance_label)}<br><a href="{e(claim_url(claim.slug))}#st-{each.key}"'
        f' lang="{e(claim.language)}">{e(str(claim.text))}</a>'
        for each, claim in note.claims
    )
    if card.reading:
        reading = f"<br>{_reading(card)}"
    return (
        f'<aside class="note st-{e(card.stance)}" id="n{card.key}" aria-label="{_numbered(note)}"><span class="n">{note.number}</span>'
        f" <strong>{e(card.who)}</strong>{through}{claims}{reading}</aside>"
    )


# -- the strip -----------------------------------------------------------------------------------------------------------------------


@register.simple_tag
def overview(strip: Strip, ticks: Sequence[tuple[Tick, str]]) -> SafeString:
    """Statements by speaker over time. `ticks`: with their dates in words."""
    return _html(_overview(strip, ticks))


def _overview(strip: Strip, ticks: Sequence[tuple[Tick, str]]) -> Iterator[str]:
    told = _("Statements by speaker over time. The same statements are listed in full below.")
    yield f'<figure class="strip"><svg height="{strip.height}" role="img" aria-label="{told}">'
    for tick, words in ticks:
        yield f'<line class="grid" x1="{tick.x}" x2="{tick.x}" y1="0" y2="{strip.axis}"/>'
        yield f'<text class="tick" x="{tick.x}" y="{strip.height}" dy="-4" text-anchor="{tick.anchor}">{e(words)}</text>'
    for lane in strip.lanes:
        more = f" +{lane.more}" if lane.more else ""
        yield f'<line class="lane" x1="0" x2="100%" y1="{lane.line_y}" y2="{lane.line_y}"/>'
        yield f'<text class="lbl" x="0" y="{lane.label_y}">{e(lane.label)}{more}</text>'
        for mark in lane.marks:
            yield _mark(mark, lane.line_y)
    yield '</svg>\n<figcaption class="key">'
    for stance in strip.stances:
        yield _chip(stance, _in_the_key(stance))
    if strip.has_reported:
        words = _("Dashed ring: the article gives no day, placed where the article was published.")
        yield f'<span class="muted">{words}</span>'
    if strip.more:
        words = ngettext(
            "%(n)s more speaker in the list below.", "%(n)s more speakers in the list below.", strip.more
        )
        yield f'<span class="muted">{words % {"n": strip.more}}</span>'
    yield "</figcaption></figure>"


def _mark(mark: Mark, y: int) -> str:
    ring = '<circle class="ring" r="10"/>' if mark.is_reported else ""
    return (
        f'<svg x="{mark.x}" y="{y}" overflow="visible" class="st-{e(mark.stance)}"><g transform="translate({mark.offset},0)">'
        f"{ring}{SHAPES.get(mark.stance, RING)}</g></svg>"
    )


def _in_the_key(stance: str) -> str:
    match stance:
        case Stance.ASSERTS:
            return _("Says so")
        case Stance.DENIES:
            return _("Denies it")
        case Stance.ADMITS:
            return _("Admits it")
        case Stance.RETRACTS:
            return _("Takes it back")
        case _any:
            return _("Context")
