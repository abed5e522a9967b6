"""Statements, denials and articles drawn by functions: whatever words stand in them, they stay words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from claims.models import Claim, Position
from claims.public.cards import Card, Voice
from claims.public.claim_page import Day, Turn
from claims.public.dates import When
from claims.public.decisions import Stamp
from claims.public.drawing import (
    article_text,
    articles_listed,
    denial_line,
    denials_by_voice,
    overview,
    related_claims,
    timeline,
    turns_on_claims,
    turns_told,
)
from claims.public.lists import DenialItem
from claims.public.related import Related
from claims.public.source_page import Note, Paragraph, Piece, SourcePage
from claims.public.timeline import Event, strip
from sources.models import Outlet, Source

EVIL = """</a></p><script>alert("1")</script><i title='"""
# None of these may be left without its name.
RAW = re.compile(r"<script|<i |alert\(\"")


def _card(**fields: object) -> Card:
    outlet = Outlet(name=f"outlet {EVIL}")
    source = Source(
        pk=7, title=f"title {EVIL}", language='en"><script>', outlet=outlet, translation="machine"
    )
    claim = Claim(pk=3, slug="slug", text_en=f"claim {EVIL}")
    card = Card(
        key=5,
        source=source,
        claim_id=3,
        stance="denies",
        stance_label=f"label {EVIL}",
        voices=(
            Voice(f"name {EVIL}", "slug", f"role {EVIL}", f"body {EVIL}"),
            Voice(f"other {EVIL}", "", "", ""),
        ),
        lead_in=f"before {EVIL}",
        words=f"words {EVIL}",
        closing='"',
        is_quoted=True,
        when=When(f"when {EVIL}", date(2022, 12, 9)),
        carriers=f"carriers {EVIL}",
        hands=2,
        tags=(f"tag {EVIL}",),
        reading=f"reading {EVIL}",
        passage_url="/en/sources/7-x/#p5",
        event=Event(key=5, stance="denies", lane=f"lane {EVIL}", on=date(2022, 12, 9)),
        inside=None,
        position=Position(claim=claim),
    )
    return replace(card, **fields)  # type: ignore[arg-type]


class _Balanced(HTMLParser):
    """Every element ends where it should; these need no end."""

    ALONE = frozenset({"br", "line", "circle", "path", "use"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.ALONE:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _read(html: str) -> str:
    """What a reader reads of it. AssertionError when anything in it is not as it was meant."""
    assert not RAW.search(html), html
    parser = _Balanced()
    parser.feed(html)
    parser.close()
    assert not parser.open
    return parser.text


@pytest.mark.parametrize("claims", [False, True])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_statement_is_drawn_with_all_its_words_as_words(claims: bool, quoted: bool) -> None:
    card = _card(is_quoted=quoted)
    text = _read(timeline([Day(card.when, [card])], two_sided=True, claims=claims))
    told = ["name", "role", "body", "other", "words", "when", "carriers", "tag", "reading", "outlet", "label"]
    for part in [*told, *(["before"] if quoted else []), *(["claim"] if claims else [])]:
        assert f"{part} {EVIL}" in text, part


def test_a_denial_in_a_list_is_drawn_with_all_its_words_as_words() -> None:
    card = _card()
    text = _read(denial_line(DenialItem(card.position.claim, card, again=2), 2))
    for part in ("name", "claim", "words", "outlet", "when"):
        assert f"{part} {EVIL}" in text, part
    assert "and 2 more times in the articles on record" in text


def test_who_denies_it_stands_once_with_each_time() -> None:
    card = _card()
    html = denials_by_voice([[card, _card(key=6, words="one two three four five six seven")]])
    text = _read(html)
    assert f"name {EVIL} and other {EVIL}" in text
    assert "again: one two three four five six …" in text
    assert html.count("<li") == 1


def test_an_article_without_an_outlet_or_in_our_words_says_so() -> None:
    source = Source(pk=7, title=f"title {EVIL}", language="it", outlet=None, body_kind="digest")
    html = articles_listed([source], f"http://{EVIL}")
    text = _read(html)
    assert f"title {EVIL}" in text
    assert "outlet unknown · Italian · Editorial summary" in text


def test_an_article_is_drawn_with_its_notes_and_all_its_words_as_words() -> None:
    card = _card()
    note = Note(1, card, ((card, card.position.claim), (card, card.position.claim)))
    words = Piece(f"cited {EVIL}", note, is_shared=True, is_furniture=False, begins=(note,), ends=(note,))
    advert = Piece(f"advert {EVIL}", None, is_shared=False, is_furniture=True, begins=(), ends=())
    plain = replace(advert, text=f"plain {EVIL}", is_furniture=False)
    first = Paragraph((plain, words, advert), (note,), False, True, True, True)
    page = SourcePage(card.source, card.when, None, [first, replace(first, is_furniture=True)], *[None] * 8)  # type: ignore[arg-type]
    html = article_text(page)
    text = _read(html)
    for part in ("cited", "advert", "plain", "name", "carriers", "claim", "reading"):
        assert f"{part} {EVIL}" in text, part
    assert html.count('aria-label="note 1"') == 3
    assert html.count('<p class="furn"') == 1


def test_changes_of_story_and_related_claims_are_drawn_with_all_their_words_as_words() -> None:
    turn = Turn(f"name {EVIL}", (("denies", f"denies {EVIL}"), ("admits", f"admits {EVIL}")))
    text = _read(turns_told([turn]))
    for part in ("name", "denies", "admits"):
        assert f"{part} {EVIL}" in text
    text = _read(turns_on_claims([(Claim(slug="slug", text_it=f"claim {EVIL}"), turn)]))
    for part in ("claim", "denies", "admits"):
        assert f"{part} {EVIL}" in text
    near = Related("slug", f"claim {EVIL}", "en", Stamp("disputed", f"stamp {EVIL}"), f"reason {EVIL}")
    text = _read(related_claims([near]))
    for part in ("claim", "stamp", "reason"):
        assert f"{part} {EVIL}" in text


def test_the_overview_draws_each_stance_with_a_shape_of_its_own() -> None:
    stances = ["asserts", "denies", "admits", "retracts", "context"]
    events = [
        Event(n, stance, f"lane {EVIL}" if n < 2 else "Other", date(2022, n + 1, 1), is_reported=n == 4)
        for n, stance in enumerate(stances)
    ]
    drawn = strip(events)
    assert drawn
    html = overview(drawn, [(tick, f"tick {EVIL}") for tick in drawn.ticks])
    text = _read(html)
    for words in ("Says so", "Denies it", "Admits it", "Takes it back", "Context", "tick", "lane"):
        assert words in text
    shapes = re.findall(r'<(?:path|circle) class="m[^/]*/>', html)
    assert len(shapes) == len(set(shapes)) == 5
    assert html.count('class="ring"') == 1
